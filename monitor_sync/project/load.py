"""Read a folder of files into a Project and everything there is to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    Where one value of a rendered monitor comes from.

    ``field`` is dotted (``options.thresholds.critical``, ``tags.tier:1``). ``layer`` says in
    words which level set it (``project``, ``unit``, ``file``, ``template apm-service``,
    ``monitor``, ``item``, or ``monitor-sync`` for what the tool adds). ``span`` is None where
    no file says it.
    """

    field: str
    value: Any
    layer: str
    span: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """
    What reading the files came to.

    Where there are errors, ``project`` holds the monitors that are whole all the same, so that
    one broken monitor does not hide the others; such a project must not be planned or applied.
    """

    project: Project
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any diagnostic is an error."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)

    def explain(self, key: str) -> tuple[Origin, ...]:
        """Where each value of one monitor comes from, in the order of Datadog's body."""
        raise KeyError(key)


def load(root: Path, *, notify_only: str = "") -> Loaded:
    """
    Read every file under ``root``.

    ``notify_only`` replaces every recipient by one handle (``@slack-quiet``), for a first week
    in which nobody is to be paged. Opens no socket and needs no key.
    """
    raise FileNotFoundError(root, notify_only)
