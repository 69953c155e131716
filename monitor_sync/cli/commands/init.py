"""``init``: the first files of a project. Offline, without a key."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.counting import count
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.app import NewProject

_QUESTIONS: Final[Mapping[str, str]] = {
    "project": "Name of the project, in every monitor's identity and never changed",
    "team": "Team that owns the monitors",
    "pager": "Handle that wakes somebody, such as @pagerduty-SHOP or @webhook-NAME",
    "chat": "Handle of the chat, such as @slack-shop-alerts",
    "site": "Datadog site, such as datadoghq.eu",
    "github": "GitHub team that reviews the files, such as @acme/shop",
}


@click.command("init")
@click.option(
    "--project", metavar="NAME", help="Name of the project, such as acme. Never change it later."
)
@click.option("--team", metavar="NAME", help="Team that owns the monitors; default: as --project.")
@click.option("--pager", metavar="HANDLE", help="Handle that wakes somebody: @pagerduty-SHOP.")
@click.option("--chat", metavar="HANDLE", help="Handle that is read by day: @slack-shop-alerts.")
@click.option("--site", metavar="SITE", help="Datadog site; default: DD_SITE, else datadoghq.com.")
@click.option("--empty", is_flag=True, help="Write no monitors: those that are live are imported.")
@click.option(
    "--github",
    is_flag=True,
    help="Also write the workflow and CODEOWNERS for GitHub; alone, for a project that is there.",
)
@click.option(
    "--github-team", metavar="TEAM", help="GitHub team that reviews the files: @acme/shop."
)
@click.option("--schemas", is_flag=True, help="Only renew .schemas of an existing project.")
@options.color
@options.root
def command(root: Path, empty: bool, github: bool, schemas: bool, **given: str | None) -> None:
    """
    Make a project: its files with one team, a few monitors as examples, and a unit test.

    Asks on a terminal for what no option says; with --empty, not for handles, which imported
    monitors bring along. Overwrites nothing: if one of the files exists, none is written (exit 5).
    Offline, needs no key.
    """
    stated = _stated(given)
    if schemas:
        if stated or empty or github:
            raise UsageError(
                "--schemas takes no other option", hint="`monitor-sync init --schemas`"
            )
        console.answer(f"{app.write_schemas(root)} is written.\n")
        return
    if github and not stated and not empty and (root / "project.yaml").is_file():
        _add_workflow(root)
        return
    app.refuse_existing(root)
    answers = _answers(stated, empty=empty, github=github)
    new = app.draft_project(root, answers, empty=empty, github=github)
    if github:
        new = _with_owners(new)
    app.write_project(new)
    console.answer("".join(f"{line}\n" for line in _report(new, empty=empty, github=github)))


def _add_workflow(root: Path) -> None:
    """Write the workflow for a project that is there, and CODEOWNERS where there is none."""
    from monitor_sync.app.owners import PLACES

    new = app.draft_workflow(root)
    if not any((new.repository / place).exists() for place in PLACES):
        new = _with_owners(new)
    app.write_project(new)
    lines = [f"{path} is written." for path in new.files]
    console.answer("".join(f"{line}\n" for line in (*lines, "", *_steps(_github_steps(new)))))


def _stated(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the answers that options give."""
    names = {"github_team": "github"}
    return {names.get(name, name): value for name, value in given.items() if value is not None}


def _answers(stated: Mapping[str, str], *, empty: bool, github: bool) -> app.ProjectChoices:
    """Return what the options say, and for the rest what a person answers or the defaults."""
    answers = dict(stated)
    handles = () if empty and not stated.keys() & {"pager", "chat"} else ("pager", "chat")
    needed = ("project", "team", *handles, "site", *(("github",) if github else ()))
    if sys.stdin.isatty():
        for name in needed:
            if name not in answers:
                answers[name] = _asked(name, _QUESTIONS[name], _default(name, answers))
        return app.ProjectChoices(**answers)
    missing = [name for name in ("project", *handles) if name not in answers]
    if missing:
        examples = {"project": "acme", "pager": "@pagerduty-SHOP", "chat": "@slack-shop-alerts"}
        options = " ".join(
            f"--{name} {answers.get(name, examples[name])}" for name in ("project", *handles)
        )
        raise UsageError(
            "there is no terminal to ask on, and " + ", ".join(f"no --{name}" for name in missing),
            hint=f"type `monitor-sync init{' --empty' if empty else ''} {options}`"
            f"\nwith your own name{'s' if handles else ''}",
        )
    for name in ("team", "site"):
        answers.setdefault(name, _default(name, answers))
    return app.ProjectChoices(**answers)


def _default(name: str, answers: Mapping[str, str]) -> str:
    if name == "project":
        return re.sub("[^a-z0-9._-]+", "-", Path.cwd().name.lower()).strip("-")
    if name == "team":
        return answers["project"]
    if name == "site":
        return os.environ.get("DD_SITE") or "datadoghq.com"
    return ""


def _asked(name: str, question: str, default: str) -> str:
    """Ask until the answer fits. An empty one stands for the default, or for no GitHub team."""
    optional = name == "github"
    answer: str = click.prompt(
        question,
        default=default or ("" if optional else None),
        show_default=bool(default),
        value_proc=_fitting(name, optional=optional),
        err=True,
    )
    return answer


def _fitting(name: str, *, optional: bool) -> Callable[[str], str]:
    def fitting(value: str) -> str:
        value = value.strip()
        problem = "" if optional and not value else app.wrong_answer(name, value)
        if problem:
            raise click.UsageError(problem)
        return value

    return fitting


def _with_owners(new: NewProject) -> NewProject:
    """Return the project with CODEOWNERS, as ``monitor-sync codeowners`` writes it."""
    from monitor_sync.render import codeowners

    place = ".github/CODEOWNERS"
    text = codeowners.text(codeowners.owners(new.project), new.folder, place)
    return replace(new, files={**new.files, new.repository / place: text})


def _report(new: NewProject, *, empty: bool, github: bool) -> Iterator[str]:
    """Yield the files that are written and what to type next."""
    monitors = count(len(new.project.monitors), "monitor")
    yield f"A project of {monitors} is made:"
    shown = [path for path in new.files if path.parent.name != ".schemas"]
    yield from (f"  {path}" for path in shown)
    yield f"  {new.root / '.schemas'}/  for editors; `init --schemas` renews it after an upgrade"
    yield ""
    yield from _steps(
        [*_first_steps(new.root, empty=empty), *(_github_steps(new) if github else ())]
    )


def _steps(steps: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "Next:"
    for number, lines in enumerate(steps, 1):
        yield f"  {number}. {lines[0]}"
        yield from (f"     {line}" for line in lines[1:])


def _tool(root: Path) -> str:
    """Return how a command for this project begins."""
    named = "" if root == Path("monitors") else f" --root {shlex.quote(str(root))}"
    return f"monitor-sync{named}"


def _first_steps(root: Path, *, empty: bool) -> Iterator[tuple[str, ...]]:
    tool = _tool(root)
    if empty:
        yield (f"`{tool} validate` checks the files. It needs no key.",)
        yield (
            "`export DD_API_KEY=… DD_APP_KEY=…`, with a key that may read monitors, then",
            f"`{tool} plan`: it counts the live monitors, and changes none.",
        )
        yield (
            f"`{tool} import --all --dry-run` shows which files",
            "would declare them as they live. Without --dry-run it writes the files.",
            "Nothing in Datadog changes.",
        )
        yield (
            f"`{tool} apply` takes them over: it adds our tags",
            "and changes nothing else.",
        )
        return
    yield (f"`{tool} validate` and `{tool} test`: both need no key.",)
    yield (
        "`monitor-sync emulate` runs a local Datadog and prints what to export; then",
        f"`{tool} plan` and `{tool} apply` there.",
    )
    yield (
        f"Write your own monitors in place of those in {root / 'shop'}: your Datadog",
        "has no such metrics. Then `export DD_API_KEY=… DD_APP_KEY=…` and plan again.",
    )
    yield (
        "Look at them in one quiet channel before they page anybody:",
        f"`{tool} apply --notify-only @slack-CHANNEL`",
    )


def _github_steps(new: NewProject) -> Iterator[tuple[str, ...]]:
    workflow = new.repository / ".github/workflows/monitors.yml"
    yield (
        f"In {workflow}, write where you keep monitor-sync",
        "for OWNER and the commit of one of its releases for SHA. Which environments and",
        "secrets it needs stands there in .github/actions/monitor-sync/README.md.",
    )
    yield (
        f"With `policy: {{backtest: {{days: 7}}}}` in {new.root / 'project.yaml'}, a pull",
        "request shows what its monitors would have done in the last seven days.",
    )
    if not all(team.github for team in new.project.teams.values()):
        yield (
            f"Write `github` of each team in {new.root / 'teams.yaml'}, then",
            f"`{_tool(new.root)} codeowners`: until then nobody has to review the files.",
        )
