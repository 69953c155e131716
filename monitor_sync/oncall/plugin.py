"""
Tools of other packages, kept from breaking a run.

If such a package fails, its steps are not checked, and the reason names the package.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, get_args

from monitor_sync.errors import MonitorSyncError
from monitor_sync.oncall.path import (
    EscalationLevel,
    Followed,
    LookAhead,
    PageToFollow,
    PathStep,
    Responder,
    Shift,
    Status,
    StepName,
)
from monitor_sync.oncall.steps import BEHIND, unread

if TYPE_CHECKING:
    from monitor_sync.oncall.tool import OnCallTool

_NAMES: Final = frozenset(get_args(StepName))
_STATUSES: Final = frozenset(get_args(Status))


class PackageTool:
    """A tool that another package adds, behind the ``Protocol`` of tools."""

    def __init__(self, package: str, tool: OnCallTool) -> None:
        self._package = package
        self._tool = tool
        self.title: str = str(getattr(tool, "title", package))
        kinds: Any = getattr(tool, "handle_kinds", ())
        known = isinstance(kinds, frozenset | set | tuple | list)
        self.handle_kinds: frozenset[str] = frozenset(map(str, kinds)) if known else frozenset()

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """Return the steps of the package, or each as not checked where it does not give them."""
        try:
            followed: Any = self._tool.follow(page, window)
            makes_sense = _makes_sense(followed)
        except MonitorSyncError:
            raise
        except Exception as error:  # noqa: BLE001 - it is told, and is the package's own fault
            return self._unread(f"failed ({type(error).__name__})")
        if not makes_sense:
            return self._unread("gave an answer that cannot be read")
        result: Followed = followed
        return result

    def close(self) -> None:
        """
        Close its connections, as far as it can.

        All its paths are read by now: what a package fails at here takes nothing from them.
        """
        with contextlib.suppress(Exception):
            self._tool.close()

    def _unread(self, what: str) -> Followed:
        reason = f"the package {self._package} that adds {self.title} {what}"
        return Followed(steps=unread(reason, *BEHIND, fix=f"repair or update {self._package}"))


def _makes_sense(followed: Any) -> bool:
    """Return True if an answer has the types and the words of ``path.py``."""
    if not isinstance(followed, Followed) or not followed.steps:
        return False
    shifts = () if followed.shifts is None else followed.shifts
    people = [person for level in followed.levels for person in level.people]
    words: tuple[tuple[type, Iterable[Any]], ...] = (
        (PathStep, followed.steps),
        (EscalationLevel, followed.levels),
        (Shift, shifts),
        (Responder, people),
    )
    made_of_them = all(isinstance(item, kind) for kind, items in words for item in items)
    return (
        made_of_them
        and all(map(_is_step, followed.steps))
        and all(map(_is_shift, shifts))
        and all(map(_texts, people))
    )


def _is_step(step: PathStep) -> bool:
    texts = (step.name, step.what, step.fix, *step.warnings)
    named = step.step in _NAMES and step.status in _STATUSES
    return named and all(isinstance(text, str) for text in texts)


def _is_shift(shift: Shift) -> bool:
    zoned = shift.start.tzinfo is not None and shift.end.tzinfo is not None
    return zoned and shift.start <= shift.end and _texts(shift.person)


def _texts(person: Responder) -> bool:
    return all(isinstance(getattr(person, held.name), str) for held in fields(person))
