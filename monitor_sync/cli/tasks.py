"""What ``apply`` carries out: a plan made now, one from a file, or the rest of an earlier run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.cli import comparing, console, files, state
from monitor_sync.cli.revision import commit_of
from monitor_sync.errors import Refused, UsageError

if TYPE_CHECKING:
    from monitor_sync.cli.comparing import Door
    from monitor_sync.cli.state import State
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Limits
    from monitor_sync.sync.journal import Journal, Past
    from monitor_sync.sync.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    A plan that is about to be carried out.

    ``text`` is its plan file, empty where none was written yet. ``kept`` says that it was made some
    time ago, ``seen`` that somebody named its file, and ``resumed`` that a part of it is done.
    ``past`` is what the last apply knew.
    """

    plan: Plan
    limits: Limits
    client: Client
    state: State
    past: Past
    text: str = ""
    kept: bool = False
    seen: bool = False
    resumed: bool = False

    def journal(self) -> Journal:
        """The journal of this run: a new one, or that of the run that is resumed."""
        from monitor_sync import __version__
        from monitor_sync.render import plan_json
        from monitor_sync.sync import plan_file

        if self.resumed:
            return self.state.go_on()
        text = self.text or plan_json.file(self.plan, commit=commit_of(console.root()))
        digest = plan_file.digest_of(text)
        return self.state.begin(
            text, lambda log: log.begin(self.plan, self.past, tool=__version__, digest=digest)
        )


@contextlib.contextmanager
def fresh(door: Door, notify_only: str, base: str = "") -> Iterator[Task]:
    """
    A plan of the files as they are now. Raises FilesInvalid, RemoteError, Refused, UsageError.

    ``base`` is the revision that the change is counted from; empty for all that differs. Nobody
    else on this machine applies from before the listing to the end.
    """
    from monitor_sync.sync.journal import Past

    loaded = files.whole(notify_only)
    with state.locked(loaded.project.name, door.host) as where:
        past = where.past() or Past()
        if not past.ended:
            console.say("An earlier apply was cut short; what it made is known, and is made once.")
        found = comparing.compare(notify_only, base, door=door, loaded=loaded)
        yield Task(
            plan=found.plan,
            limits=found.project.limits,
            client=found.client,
            state=where,
            past=past,
        )


@contextlib.contextmanager
def kept(door: Door, path: Path | None, *, resume: bool) -> Iterator[Task]:
    """
    A plan from a file, or without ``path`` that of the last apply; the rest of it, to ``resume``.

    Raises Refused where it is not for this project and site, or may not be applied as it is.
    """
    from monitor_sync.sync import plan_file
    from monitor_sync.sync.journal import Past

    project = files.load().project
    client = door.client()
    with state.locked(project.name, client.host) as where:
        text = _text(path) if path else where.last_plan()
        past = where.past() or Past()
        if resume:
            _resumable(text, past, plan_file.digest_of(text))
        plan = plan_file.read(text, path.name if path else "the last plan")
        _for_here(plan, project.name, client)
        if not resume and not past.ended and past.digest == plan_file.digest_of(text):
            raise Refused(
                "an earlier apply of this plan was cut short",
                hint=f"`monitor-sync apply {path or ''} --resume` does the rest".replace("  ", " "),
            )
        yield Task(
            plan=plan,
            limits=project.limits,
            client=client,
            state=where,
            past=past,
            text=text,
            kept=True,
            seen=path is not None,
            resumed=resume,
        )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # the seal is over every byte, also of line ends
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", "") or "it is no text").lower()
        raise UsageError(
            f"cannot read {path}: {why}", hint="`monitor-sync plan --out FILE` makes a plan file"
        ) from None


def _resumable(text: str, past: Past, digest: str) -> None:
    """Refuse to resume what was not begun here."""
    if not text or not past.digest:
        raise Refused(
            "there is nothing to resume: no apply of this project was begun here",
            hint="`monitor-sync apply` makes a plan and carries it out",
        )
    if past.digest != digest:
        raise Refused(
            f"the last apply here was of another plan, {past.fingerprint}",
            hint="`monitor-sync apply --resume` does the rest of that one; without --resume"
            " this one is begun",
        )


def _for_here(plan: Plan, project: str, client: Client) -> None:
    """Refuse a plan for another project, site or organisation."""
    compared: list[tuple[str, str | int, str | int, str]] = [
        ("project", plan.project, project, "name the right plan file and --root folder"),
        ("site", plan.site, client.site, "name the right plan file and DD_SITE"),
    ]
    here = client.organisation() if plan.org_id else 0
    if here:
        hint = "use keys of the organisation that the plan was made for"
        compared.append(("organisation", plan.org_id, here, hint))
    else:
        when = "is live" if plan.org_id else "was live when the plan was made"
        console.say(f"The organisation is not checked: no monitor {when} to tell which it is.")
    for what, planned, found, hint in compared:
        if planned != found:
            raise Refused(
                f"the plan is for the {what} {planned}, and this is {found}: nothing was written",
                hint=hint,
            )
