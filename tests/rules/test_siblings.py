"""Asking siblings once changes the time that the rules take, and nothing of what they find."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.language.query_shape import shape
from monitor_sync.project.load import Loaded, load
from monitor_sync.rules import engine
from tests.rules.cases import TODAY

ESTATE = Path(__file__).resolve().parents[2] / "monitors"
MISTAKES = [
    ("evaluation_delay: 900", "timeout_h: 30"),
    ("{{value}}", "{{valeu}}"),
    ("env:${env}", "env:Production"),
    ("recovery: [pager, chat]", "recovery: [chat]"),
    (".as_count()", ".as_rate()"),
    ("sum:trace.", "sum:aws."),
    ("cost_centre: cc-", "cost_centre: CC-"),
    ("priority: 3", "priority: null"),
]


def found(loaded: Loaded, *, siblings: bool) -> list[Diagnostic]:
    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        del field, start, end  # where it is does not matter here, and is dear to find
        return "", Span(key, 1)

    return engine.check(loaded.project, locate, today=TODAY, siblings=siblings)


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_the_same_mistake_in_a_whole_estate_is_found_as_often(
    tmp_path: Path, right: str, wrong: str
) -> None:
    root = tmp_path / "monitors"
    shutil.copytree(ESTATE, root)
    for path in root.rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    loaded = load(root)

    quick, slow = (found(loaded, siblings=each) for each in (True, False))

    assert len(slow) > 1
    assert sorted(each.order for each in quick) == sorted(each.order for each in slow)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("avg(last_5m):sum:a.b{env:p,s:x} > 5", "avg(last_5m):sum:v0{env:v1,s:v2} > 5"),
        ("sum:a.b{k:x} / sum:a.b{k:x}", "sum:v0{k:v1} / sum:v0{k:v1}"),
        ("sum:a.b{k:x} / sum:a.c{k:y}", "sum:v0{k:v1} / sum:v2{k:v3}"),
        ("sum:a{k:Upper,j:5,l:w*} by {host}", "sum:a{k:Upper,j:5,l:w*} by {host}"),
        ('logs("service:x @a.b:>5").last("5m") > 1', 'logs("service:v0 @a.b:>5").last("5m") > 1'),
        ("avg(last_5m):p95:trace.http{service:x}", "avg(last_5m):p95:v0{service:v1}"),
        ("avg(last_5m):a.b{*}", "avg(last_5m):v0{*}"),
        ("max:aws.rds.connections{name:x}", "max:aws.rds.connections{name:v0}"),
        (f"sum:a.{'b' * 200}{{k:x}}", f"sum:a.{'b' * 200}{{k:v0}}"),
    ],
)  # fmt: skip
def test_a_shape_keeps_all_but_metrics_and_plain_values(query: str, expected: str) -> None:
    assert shape(query) == expected
