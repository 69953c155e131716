"""Where an apply keeps its journal and its plan: a folder of the user's, one a project and host."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

from monitor_sync.errors import Refused, UsageError
from monitor_sync.sync import journal
from monitor_sync.sync.journal import Journal, Past


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    What the last apply of a project at one Datadog host left behind, and what the next one writes.

    Only to be used while ``locked``.
    """

    folder: Path

    @property
    def journal(self) -> Path:
        """What the last apply did, a line a step."""
        return self.folder / "journal.jsonl"

    @property
    def plan(self) -> Path:
        """The plan file that the journal belongs to."""
        return self.folder / "plan.json"

    def past(self) -> Past | None:
        """What the journal says; None where there is none. Raises UsageError."""
        try:
            return journal.read(self.journal)
        except OSError as error:
            raise _unusable(self.journal, error) from None

    def last_plan(self) -> str:
        """The text of the plan file that was last applied; empty where there is none."""
        try:
            return self.plan.read_text(encoding="utf-8")
        except OSError:
            return ""

    def begin(self, plan: str, head: Callable[[Journal], None]) -> Journal:
        """
        A new journal, with the text of its plan beside it; ``head`` writes its head.

        Both take the place of the last run's when the first write is noted, not before: a run that
        is refused until then did nothing that could be resumed, and knows less than the last one.
        Raises UsageError.
        """
        new = {each: each.with_suffix(".new") for each in (self.plan, self.journal)}

        def in_place() -> None:
            for file, half in new.items():
                half.replace(file)

        try:
            new[self.plan].write_text(plan, encoding="utf-8")
            log = Journal(new[self.journal], on_first=in_place)
            head(log)
        except OSError as error:
            raise _unusable(self.folder, error) from None
        return log

    def go_on(self) -> Journal:
        """The journal of the run that was cut short, to be continued. Raises UsageError."""
        try:
            return Journal(self.journal, again=True)
        except OSError as error:
            raise _unusable(self.journal, error) from None


@contextlib.contextmanager
def locked(project: str, host: str) -> Iterator[State]:
    """
    The state of a project at a host; nobody else on this machine applies it meanwhile.

    Another machine is not kept out: see the README on applying from CI. Raises Refused, UsageError.
    """
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{project}@{host}")
    folder = Path(platformdirs.user_state_path("monitor-sync")) / name
    lock = filelock.FileLock(folder / "lock")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise Refused(
            f"another apply of {project} at {host} runs on this machine: nothing was written",
            hint="wait for it, then run again",
        ) from None
    except OSError as error:
        raise _unusable(folder, error) from None
    try:
        yield State(folder=folder)
    finally:
        lock.release()


def _unusable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot keep a journal in {_short(path)}: {(error.strerror or str(error)).lower()}",
        hint="set XDG_STATE_HOME to a folder that can be written",
    )


def _short(path: Path) -> str:
    """The path as people write it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
