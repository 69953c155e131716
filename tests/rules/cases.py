"""Rule cases: a monitor in, findings out, as data in ``*.yaml`` beside this module."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.project.load import Loaded, load
from monitor_sync.rules import engine

FOLDER = Path(__file__).resolve().parent
TODAY = "2026-11-22"

SOUND: Mapping[str, Any] = {
    "name": "[Motor] Quotes fail",
    "query": "avg(last_5m):sum:motor.errors{env:production} > ${critical}",
    "thresholds": {"critical": 5},
    "priority": 3,
    "message": "Buyers get no price. Look at the pricing service first.",
    "runbook": "motor/quotes",
}
"""What a case's monitor has unless it says otherwise; null takes a value away."""

PROJECT: Mapping[str, Any] = {
    "project": "acme",
    "tags": {"env": "production"},
    "runbooks": "https://runbooks.example/",
}
TEAMS: Mapping[str, Any] = {
    "teams": {
        "motor": {
            "name": "Motor",
            "handles": {"pager": "@webhook-zenduty-motor", "chat": "@slack-motor"},
            "notify": [
                {
                    "priorities": [1, 2],
                    "alert": ["pager", "chat"],
                    "warning": ["chat"],
                    "no_data": ["pager"],
                    "renotify": ["pager"],
                    "recovery": ["pager", "chat"],
                },
                {
                    "alert": ["chat"],
                    "warning": ["chat"],
                    "no_data": ["chat"],
                    "renotify": ["chat"],
                    "recovery": ["chat"],
                },
            ],
        }
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of a file: what is declared, and the findings that must come out, all of them."""

    file: str
    name: str
    monitors: Mapping[str, Any]
    project: Mapping[str, Any]
    teams: Mapping[str, Any]
    findings: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


@functools.cache
def cases() -> tuple[Case, ...]:
    """Every case of every file, by file and place."""
    return tuple(_read_cases())


def _read_cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for raw in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader):
            several = raw.get("monitors") or {"m": raw.get("monitor") or {}}
            yield Case(
                file=path.stem,
                name=raw["name"],
                monitors={name: _monitor(value) for name, value in several.items()},
                project=_without_null({**PROJECT, **(raw.get("project") or {})}),
                teams={**TEAMS, **(raw.get("teams") or {})},
                findings=tuple(raw.get("findings") or ()),
            )


def _without_null(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _monitor(written: Mapping[str, Any]) -> dict[str, Any]:
    # a threshold of its own goes with a query of its own
    sound = dict(SOUND)
    if "query" in written:
        del sound["thresholds"]
    values = {k: v for k, v in {**sound, **written}.items() if v is not None}
    if isinstance(values.get("query"), list):
        values["query"] = "".join(text * times for text, times in values["query"])
    return values


def read(root: Path, case: Case) -> Loaded:
    """The case's files written and read."""
    files = {
        "project.yaml": case.project,
        "teams.yaml": case.teams,
        "motor/business-unit.yaml": {"name": "Motor", "team": "motor"},
        "motor/flow.yaml": {"monitors": case.monitors},
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=4096))
    return load(root)


def check(loaded: Loaded) -> list[Diagnostic]:
    """What reading and the rules have to say."""

    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        document, span = loaded.place(key, field, start, end)
        return document.excerpt(span.line), span

    return engine.check(loaded.project, locate, today=TODAY, read=loaded.diagnostics)


def finding_line(diagnostic: Diagnostic) -> str:
    """A finding in one line: ``error rule <underlined text>``."""
    span = diagnostic.span
    text = diagnostic.excerpt[span.column - 1 : span.end_column - 1]
    return f"{diagnostic.severity.label} {diagnostic.rule} <{text}>"
