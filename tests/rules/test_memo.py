"""The memo changes the time that the rules take, and nothing of what they find."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.language.query import metrics
from monitor_sync.language.query_shape import shape
from monitor_sync.project.load import Loaded, load
from monitor_sync.rules import engine
from monitor_sync.rules.memo import marks
from monitor_sync.rules.registry import Finding, Rule, view_of
from monitor_sync.rules.runner import Runner
from monitor_sync.rules.views import MessageView, QueryView
from tests.rules.cases import PROJECT, SOUND, TEAMS, TODAY, Case, read

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


def diagnostics_of(loaded: Loaded, *, memo: bool) -> list[Diagnostic]:
    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        del field, start, end  # where it is does not matter here, and is dear to find
        return "", Span(key, 1)

    return engine.check(loaded.project, locate, today=TODAY, memo=memo)


@pytest.mark.parametrize("mistakes", [MISTAKES[::2], MISTAKES[1::2]])
def test_the_same_mistakes_in_a_whole_estate_are_found_as_often(
    tmp_path: Path, mistakes: list[tuple[str, str]]
) -> None:
    root = tmp_path / "monitors"
    shutil.copytree(ESTATE, root)
    times = dict.fromkeys(mistakes, 0)
    for path in root.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        for right, wrong in mistakes:
            times[right, wrong] += text.count(right)
            text = text.replace(right, wrong)
        path.write_text(text, encoding="utf-8")
    assert min(times.values()) > 1
    loaded = load(root)

    quick, slow = (diagnostics_of(loaded, memo=memo) for memo in (True, False))

    assert len(slow) > len(mistakes)
    assert sorted(diagnostic.order for diagnostic in quick) == sorted(
        diagnostic.order for diagnostic in slow
    )


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


def of_a_metric(view: QueryView) -> Iterator[Finding]:
    """A rule that reads more than a shared view covers: the name of a metric."""
    for name in metrics(view.query):
        if name.startswith("motor.quotes"):
            yield Finding(message=name)


def of_a_word(view: MessageView) -> Iterator[Finding]:
    """The same for the words of a text."""
    if "quotes" in view.text:
        yield Finding(message=view.text)


@pytest.mark.parametrize("check", [of_a_metric, of_a_word])
def test_a_rule_that_reads_beyond_its_view_finds_the_same_in_one_monitor_and_in_many(
    tmp_path: Path, check: Callable[..., Iterator[Finding]]
) -> None:
    """It finds nothing in either, so that its first case fails: never 2 findings of 167."""
    counts = {}
    for number in (1, 167):
        monitors = {
            f"m{place}": {"message": f"{'quotes' if place else 'prices'} fail {{{{value}}}}",
                          "query": f"avg(last_5m):sum:motor.{word}{{env:production}} > 5"}
            for place, word in enumerate(["prices", *["quotes"] * number])
        }  # fmt: skip
        project = read(tmp_path / str(number), case_of(monitors)).project
        reading = Rule(
            name="x/y", severity=Severity.NOTE, page="", view=view_of(check), check=check
        )
        runner = Runner([reading], project, memo=True)
        counts[number] = sum(
            len(list(runner.findings(runner.view(monitor))))
            for monitor in project.monitors.values()
        )

    assert counts == {1: 0, 167: 0}


def case_of(monitors: Mapping[str, Any]) -> Case:
    return Case(
        file="memo", name="", monitors={key: {**SOUND, **body} for key, body in monitors.items()},
        project=PROJECT, teams=TEAMS, findings=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buyers wait.", []),
        ("On {{host.name}}: @slack-a now", ["{{host.name}}", " @slack-a"]),
        ("{#is_alert} # x", ["{#is_alert}", "#"]),
        ("see (@slack-a)", ["(@slack-a)"]),
        ("never {{closed", ["never {{closed"]),
        ("the number {{{value}}} of {{host.name}}} a", ["{{{value}}}", "{{host.name}}}"]),
    ],
)
def test_marks_are_all_that_datadog_reads_in_a_text(text: str, expected: list[str]) -> None:
    assert [part for part in marks("", text, "") if part not in ("\x1c", "")] == expected
