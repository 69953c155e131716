"""What only an extra installs: the emulator's server, GitHub's client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeAlias

from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.emulator.core import Emulator

    Running: TypeAlias = Callable[[Emulator], AbstractContextManager[str]]


def emulator_classes() -> tuple[type[Emulator], Running]:
    """Return the emulator and what runs one on a free port. Raises UsageError without its extra."""
    try:
        from monitor_sync.emulator.core import Emulator
        from monitor_sync.emulator.server import running
    except ImportError as error:
        raise lacking(error) from None
    return Emulator, running


def lacking(error: ImportError, package: str = "uvicorn", what: str = "the emulator") -> UsageError:
    """Return the error for a missing package, with what installs it beside the tool."""
    return UsageError(
        f"{what} needs a package that is not installed ({error.name})",
        hint=f"`pip install {package}`, or with pipx `pipx inject monitor-sync {package}`",
    )
