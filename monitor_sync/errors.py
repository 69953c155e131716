"""
Every way this tool can fail, and the exit code that goes with it.

    MonitorSyncError
    ├── RemoteError           1  a service did not answer as it should
    │   ├── AccessDenied         … refused the keys, or they lack a scope
    │   ├── NotFound             … has no such object
    │   ├── Rejected             … refused what we sent, and says why
    │   ├── Conflict             … holds an object otherwise than it was planned
    │   └── Unreachable          … was not reached, or not for long enough
    │       ├── OutcomeUnknown   … and nobody knows whether the write happened
    │       └── NotSent          … and surely nothing was sent
    ├── UsageError            2  the command line is wrong
    ├── FilesInvalid          3  the files have errors; the diagnostics say which
    ├── LiveDiffers           4  ``plan --fail-on-changes``, and something would change
    ├── Refused               5  a safety rule, or a person, said no
    └── AppliedInPart         6  some changes were made and some were not

0 is success, 130 an interruption before anything was written. An exception that is no
MonitorSyncError is a bug in this tool and keeps its traceback.
"""

from __future__ import annotations

from typing import ClassVar, Self


class MonitorSyncError(Exception):
    """Something the user can act on. ``hint`` says how; empty where that would be a guess."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class RemoteError(MonitorSyncError):
    """
    A service did not answer as it should.

    ``status`` is the HTTP status, 0 where no answer came. ``problem`` is the message without what
    was tried. ``summary`` is the message for many objects at once: it names none of them.
    """

    def __init__(
        self, message: str, *, hint: str = "", status: int = 0, problem: str = "", summary: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.problem = problem or message
        self.summary = summary or message

    @classmethod
    def of(
        cls, tried: str, problem: str, *, hint: str = "", status: int = 0, for_any: str = ""
    ) -> Self:
        """
        Return the error with the message ``<tried>: <problem>``.

        ``tried`` is such as ``could not delete monitor 7``; ``for_any`` says the same of no
        particular object.
        """
        return cls(
            f"{tried}: {problem}",
            hint=hint,
            status=status,
            problem=problem,
            summary=f"{for_any or tried}: {problem}",
        )


class AccessDenied(RemoteError):
    """401 or 403: wrong key, wrong site or a missing scope."""


class NotFound(RemoteError):
    """404: the service has no such object."""


class Rejected(RemoteError):
    """
    Another 4xx: the service read the request and refused its content, in its own words.

    ``duplicate_of`` is the id of the object that is already the same, where that is the reason.
    """

    duplicate_of: int | None = None


class Unreachable(RemoteError):
    """No usable answer: network, TLS, 5xx or throttling, after all retries."""


class OutcomeUnknown(Unreachable):
    """A write got no answer: it may or may not have happened."""


class NotSent(Unreachable):
    """
    Out of time, given up or interrupted before its turn: surely nothing was sent.

    ``final`` is True where nothing will be sent any more in this run.
    """

    final: bool = False


class Interrupted(NotSent):
    """A person ended the run while it waited for its turn."""


class Conflict(RemoteError):
    """An object is not as it was when the plan was made; it is left alone."""


class UsageError(MonitorSyncError):
    """The command line asks for something that makes no sense."""

    exit_code = 2


class FilesInvalid(MonitorSyncError):
    """The files have errors; they have been shown as diagnostics."""

    exit_code = 3


class LiveDiffers(MonitorSyncError):
    """Live monitors differ from the files, and the caller asked to fail on that."""

    exit_code = 4


class Refused(MonitorSyncError):
    """A safety rule or a person said no. Nothing was written."""

    exit_code = 5


class AppliedInPart(MonitorSyncError):
    """Some changes were made and some were not."""

    exit_code = 6


def system_reason(error: OSError) -> str:
    """Return why the system refused, in lower case, as the end of a sentence."""
    return (error.strerror or str(error)).lower()


def system_failure(error: OSError) -> str:
    """Return the file that the system refused, where it names one, and why."""
    file = f"{error.filename}: " if error.filename else ""
    return file + system_reason(error)
