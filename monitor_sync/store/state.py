"""
The state folder: where an apply keeps its journal and its plan, and the lock that it holds.

One folder for each project, host and organisation: two organisations on one site share
nothing, and neither do two local emulators at one port. ``PROJECT_HOST/org-ORGANISATION``
below the user's state folder; an organisation that goes by two names (its UUID and its number)
has a link from the second to the first. Where nobody can tell the organisation the state is in
``PROJECT_HOST`` itself. Earlier versions kept all state there; an organisation that has none
of its own yet begins with a copy of it, so that what an earlier apply knew is not forgotten.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import filelock
import platformdirs
from msgspec import Struct

from monitor_sync.errors import Refused, UsageError, system_reason

_APP: Final = "monitor-sync"
_ORGANISATION: Final = "org-"
_GLANCE: Final = 2.0
"""Seconds to wait for a lock that another run only looks at, and then lets go of."""


def home(environ: Mapping[str, str]) -> Path:
    """Return the folder of all state: below ``XDG_STATE_HOME``, else where the system has it."""
    named = environ.get("XDG_STATE_HOME", "").strip()
    return Path(named) / _APP if named else Path(platformdirs.user_state_path(_APP))


class Workspace(Struct, frozen=True, kw_only=True):
    """
    A project at a host, and the organisation there that its monitors are in.

    ``organisations`` are the names of that one organisation, the first of them preferred; none
    where nobody can tell which it is.
    """

    home: Path
    project: str
    host: str
    organisations: Sequence[str] = ()

    @property
    def shared(self) -> Path:
        """The folder of the project at this host, with those of its organisations in it."""
        return self.home / _plain(f"{self.project}@{self.host}")

    @property
    def known(self) -> bool:
        """True if there is state of this organisation already."""
        return any(folder.is_dir() for folder in self._folders())

    @property
    def folder(self) -> Path:
        """The folder of this organisation, whether it is there yet or not."""
        folders = self._folders()
        return next((folder.resolve() for folder in folders if folder.is_dir()), folders[0])

    def _folders(self) -> list[Path]:
        names = map(_folder_name, self.organisations)
        return [self.shared / name for name in names] or [self.shared]


class State(Struct, frozen=True, kw_only=True):
    """
    What the last apply of an estate left behind, and where the next one writes.

    Only to be used while ``locked``.
    """

    folder: Path

    @property
    def of_organisation(self) -> bool:
        """True if this is the state of one organisation, False where nobody could tell which."""
        return self.folder.name.startswith(_ORGANISATION)

    @property
    def journal(self) -> Path:
        """What the last apply did, a line a step."""
        return self.folder / "journal.jsonl"

    @property
    def plan(self) -> Path:
        """The plan file that the journal belongs to."""
        return self.folder / "plan.json"

    @property
    def new_journal(self) -> Path:
        """The journal of a run that has not written anything yet."""
        return self.folder / "journal.new"

    @property
    def new_plan(self) -> Path:
        """The plan file of a run that has not written anything yet."""
        return self.folder / "plan.new"

    def last_plan(self) -> str:
        """Return the text of the plan file that was last applied; empty where none is readable."""
        try:
            return self.plan.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def replace(self) -> None:
        """Put the new plan file and the new journal in the place of the last ones."""
        self.new_plan.replace(self.plan)
        self.new_journal.replace(self.journal)

    def also_called(self, organisation: str) -> None:
        """Remember a second name of the organisation, for a run that learns only that one."""
        link = self.folder.parent / _folder_name(organisation)
        if self.of_organisation and not link.exists():
            with contextlib.suppress(OSError):
                link.symlink_to(self.folder.name, target_is_directory=True)


@contextlib.contextmanager
def locked(estate: Workspace) -> Iterator[State]:
    """
    Give the state of an estate; nobody else on this machine applies it meanwhile.

    A run that cannot tell its organisation excludes every other at the same host. Another machine
    is not kept out: see the README on applying from CI. Raises Refused, UsageError.
    """
    folder, shared = estate.folder, estate.shared
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            held.enter_context(filelock.FileLock(folder / "lock").acquire(timeout=0))
            if folder == shared:
                for other in shared.glob(f"{_ORGANISATION}*"):
                    with filelock.FileLock(other / "lock").acquire(timeout=0):
                        pass  # nobody holds it, and none can begin while we hold ours
            else:
                with filelock.FileLock(shared / "lock").acquire(timeout=_GLANCE):
                    _begin_with(State(folder=folder), State(folder=shared))
        except filelock.Timeout:
            raise Refused(
                f"another apply of {estate.project} at {estate.host} runs on this machine:"
                " nothing was written",
                hint="wait for it, then run again",
            ) from None
        except OSError as error:
            raise unusable(folder, error) from None
        state = State(folder=folder)
        for organisation in estate.organisations:
            state.also_called(organisation)
        yield state


def _begin_with(own: State, earlier: State) -> None:
    """Copy the state of versions that did not tell organisations apart, if this one has none."""
    if own.journal.exists() or not earlier.journal.exists():
        return
    if earlier.plan.exists():
        shutil.copyfile(earlier.plan, own.plan)
    shutil.copyfile(earlier.journal, own.new_journal)
    own.new_journal.replace(own.journal)


def _folder_name(organisation: str) -> str:
    return f"{_ORGANISATION}{_plain(organisation)}"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def unusable(path: Path, error: OSError) -> UsageError:
    """Return the error for a file or folder of the state that cannot be read or written."""
    return UsageError(
        f"cannot keep a journal in {_short(path)}: {system_reason(error)}",
        hint="set XDG_STATE_HOME to a folder that can be written",
    )


def _short(path: Path) -> str:
    """Return the path as people write it."""
    user = Path.home()
    return f"~/{path.relative_to(user)}" if path.is_relative_to(user) else str(path)
