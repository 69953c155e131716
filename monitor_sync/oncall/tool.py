"""
What an on-call tool must be able to do, and how one is found.

A tool is a name in teams.yaml (``on_call.tool``). Ours are in ``BUILT_IN``; another package adds
one by an entry point of the group ``monitor_sync.oncall_tools`` whose name is that word and whose
value is a function like ``Connect``::

    [project.entry-points."monitor_sync.oncall_tools"]
    bellboy = "bellboy.monitor_sync:connect"
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Final, NamedTuple, Protocol

from monitor_sync.errors import MonitorSyncError
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow
from monitor_sync.oncall.plugin import PackageTool

GROUP: Final = "monitor_sync.oncall_tools"
"""The group of entry points by which another package adds a tool."""


class BuiltIn(NamedTuple):
    """A tool of ours: its name for people, and the module that has its ``connect``."""

    title: str
    module: str


BUILT_IN: Final[Mapping[str, BuiltIn]] = {
    "datadog": BuiltIn("Datadog On-Call", "monitor_sync.oncall.datadog"),
    "opsgenie": BuiltIn("Opsgenie", "monitor_sync.oncall.opsgenie"),
    "pagerduty": BuiltIn("PagerDuty", "monitor_sync.oncall.pagerduty"),
    "zenduty": BuiltIn("Zenduty (Xurrent IMR)", "monitor_sync.oncall.zenduty"),
}
"""The tools of ours, by their word in teams.yaml."""

_OF_KIND: Final[Mapping[str, str]] = {"oncall": "datadog"}
"""The tool that handles of a kind lead to, where it has another name than the kind."""


class OnCallTool(Protocol):
    """
    An on-call tool that was connected to. It is asked about one page at a time.

    It reads and never writes, and keeps what it read for the run.
    """

    @property
    def title(self) -> str:
        """Its name, for people."""

    @property
    def handle_kinds(self) -> frozenset[str]:
        """The kinds of handles (``language.handles.KINDS``) that lead to it."""

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """
        Return the steps behind the handle.

        It does not raise for a failing network or service: a step that could not be read is
        ``not_checked``, with the reason. If a tool of another package raises all the same, or
        answers in words that ``path.py`` does not have, its steps are too (``plugin.py``).
        """

    def close(self) -> None:
        """Close its connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """
    What a tool gets to connect with.

    ``environ`` has its key and its address. After ``deadline`` seconds from now nothing more is
    sent. ``on_wait`` is told what is waited for and for how many seconds.
    """

    environ: Mapping[str, str] = field(repr=False)
    deadline: float | None = None
    on_wait: Callable[[str, float], None] | None = field(default=None, repr=False)


Connect = Callable[[Connection], OnCallTool]
"""Connects to a tool, and opens no connection yet. Raises UsageError, and Unusable."""


class Unusable(Exception):
    """A tool cannot be asked. ``reason`` ends a sentence, ``fix`` says what to do."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


def connect(name: str, connection: Connection) -> OnCallTool:
    """Return the tool of a name, in any case. Raises Unusable, and UsageError for its address."""
    return _connect_of(name.casefold())(connection)


def title_of(name: str) -> str:
    """Return a tool's name for people; for another package's tool, its word in teams.yaml."""
    built_in = BUILT_IN.get(name.casefold())
    return built_in.title if built_in is not None else name


def of_kind(kind: str) -> str:
    """Return the tool that handles of a kind lead to, where no team says otherwise."""
    return _OF_KIND.get(kind, kind)


def _connect_of(name: str) -> Connect:
    if name in BUILT_IN:
        built_in: Connect = importlib.import_module(BUILT_IN[name].module).connect
        return built_in
    for entry in entry_points(group=GROUP, name=name):
        return _loaded(entry)
    raise Unusable(
        f"this version cannot follow a page into {name}",
        f"use one of {', '.join(sorted(BUILT_IN))}, or install a package that adds {name}",
    )


def _loaded(entry: EntryPoint) -> Connect:
    """Return the ``connect`` that an entry point names, so that a faulty package ends no run."""
    package = entry.dist.name if entry.dist else entry.value

    def unusable(what: str, error: Exception) -> Unusable:
        reason = f"the package {package} that adds {entry.name} {what} ({type(error).__name__})"
        return Unusable(reason, f"repair or update {package}")

    try:
        connect_of_package: Connect = entry.load()
    except Exception as error:
        raise unusable("cannot be imported", error) from error

    def connect_guarded(connection: Connection) -> OnCallTool:
        try:
            return PackageTool(package, connect_of_package(connection))
        except (Unusable, MonitorSyncError):
            raise
        except Exception as error:
            raise unusable("cannot be connected to", error) from error

    return connect_guarded
