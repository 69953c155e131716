"""Errors that carry what a renderer shows beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from monitor_sync.errors import FilesInvalid, Refused

if TYPE_CHECKING:
    from monitor_sync.diagnostics import Diagnostic


class WrongFiles(FilesInvalid):
    """The files have errors that stop what was asked for. ``diagnostics`` are these errors."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)


class OtherPlan(Refused):
    """The plan is not the one that was reviewed."""


class LimitsExceeded(Refused):
    """A plan would do too much at once. ``refusals`` has an error for each limit it exceeds."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__("; ".join(map(str, refusals)), hint=refusals[-1].hint)
        self.refusals = tuple(refusals)


class File(Protocol):
    """A file of the project with its text before and after, and how messages name it."""

    @property
    def shown(self) -> str:
        """How messages name it."""

    @property
    def before(self) -> str:
        """The text as it was."""

    @property
    def after(self) -> str:
        """The text as it is, or would be."""


class NotProven(Refused):
    """
    What would be written does not do what was asked for, or more than that.

    ``files`` are the files as they would be, for a person to look at; nothing was written.
    """

    def __init__(
        self,
        message: str,
        files: Sequence[File],
        *,
        hint: str = "",
        diagnostics: Sequence[Diagnostic] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.files = tuple(files)
        self.diagnostics = tuple(diagnostics)
