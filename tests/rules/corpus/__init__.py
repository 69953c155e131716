"""Recorded and published definitions as the rules see them. They lie beside the repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from monitor_sync.diagnostics import Severity
from monitor_sync.model import Monitor, NotifyRule, Project, Team
from monitor_sync.project import schema
from monitor_sync.rules.registry import Rule, every
from monitor_sync.rules.runner import Runner

FOLDER: Final = Path(__file__).parents[3].parent / "shared" / "corpus"
EXCEPTIONS: Final = Path(__file__).parent / "exceptions.yaml"

Row = Mapping[str, Any]

_TEAM: Final = Team(
    name="corpus",
    title="Corpus",
    on_call="corpus",
    handles={"chat": "@slack-corpus"},
    notify=(NotifyRule(recipients={"alert": ("@slack-corpus",)}),),
)


def rows(name: str) -> list[Row]:
    """The lines of one file of the corpus."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def monitor(body: Row) -> Monitor:
    """A recorded body as the rules see one: all its text is the author's, no team routes it."""
    message = body.get("message") or "From the corpus."
    whole = {
        "priority": 3,
        **body,
        "name": body.get("name") or "from the corpus",
        "type": body.get("type") or "",
        "query": body.get("query") or "",
        "message": message,
        "tags": body.get("tags") or [],
        "options": {k: v for k, v in (body.get("options") or {}).items() if v is not None},
    }
    return Monitor(
        key="corpus/file/monitor",
        body=whole,
        business_unit="corpus",
        team="corpus",
        runbook="https://runbooks.example/",
        text_end=len(message),
    )


PROJECT: Final = Project(name="corpus", teams={"corpus": _TEAM})


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(every())


def findings_of(body: Row, *, memo: bool = True) -> dict[str, Severity]:
    """The rules that find something in a body, each with its severity."""
    runner = Runner(_rules(), PROJECT, memo=memo)
    view = runner.view(monitor(body))
    return {
        monitor_finding.rule.name: monitor_finding.rule.severity
        for monitor_finding in runner.findings(view)
    }


def found_in_a_file(body: Row) -> dict[str, Severity]:
    """The same, with what the schema finds that the files of a project have to fit."""
    names = findings_of(body)
    values = {name: body[name] for name in _DECLARED if body.get(name) is not None}
    for problem in schema.problems(values, "#changes"):
        names[problem.rule] = Severity.ERROR
    return names


_DECLARED: Final = (
    "name", "type", "query", "message", "tags", "priority", "options", "draft_status",
    "restricted_roles", "assets",
)  # fmt: skip


def worst(found_in_it: Mapping[str, Severity]) -> str:
    """``error``, ``warning``, ``note`` or ``nothing``."""
    return max(found_in_it.values()).label if found_in_it else "nothing"


def exceptions(corpus: str) -> list[Row]:
    """What is known to be otherwise in one corpus, each with its reason."""
    entries: list[Row] = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    assert all(entry["reason"].strip() for entry in entries)
    return [entry for entry in entries if entry["corpus"] == corpus]
