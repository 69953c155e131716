"""What the organisation asks of its monitors is read from project.yaml, and mistakes are placed."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.model import Policy
from monitor_sync.project.load import Loaded
from monitor_sync.rules import engine
from tests.project.builders import PROJECT, one, read, underlined


def policy(root: Path, written: str) -> Loaded:
    """A project whose policy says this."""
    text = f"{PROJECT}policy:\n{indent(written, '  ')}\n"
    return read(root, {**one(""), "project.yaml": text})


def checked(loaded: Loaded) -> list[Diagnostic]:
    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        document, span = loaded.place(key, field, start, end)
        return document.excerpt(span.line), span

    return engine.check(loaded.project, locate, today="2026-11-22", read=loaded.diagnostics)


def test_a_project_without_policy_asks_for_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, one("")).project.policy == Policy()


@pytest.mark.parametrize("written", ["policy:\n", "policy: {}\n", "policy: {pagers: null}\n"])
def test_an_empty_policy_asks_for_nothing(tmp_path: Path, written: str) -> None:
    loaded = read(tmp_path, {**one(""), "project.yaml": PROJECT + written})

    assert loaded.diagnostics == ()
    assert loaded.project.policy == Policy()


def test_everything_that_a_policy_can_say_is_read(tmp_path: Path) -> None:
    loaded = policy(
        tmp_path,
        "required_tags: {tier: ['0', 1], cost_centre: null, layer: []}\n"
        "name_pattern: '^\\[[A-Z]'\n"
        "paging_priorities: [1, 2]\n"
        "pagers: ['@webhook-zenduty-*']\n"
        "forbidden_handles: ['@all']\n"
        "paging_approval: false\n"
        "backtest: {max_fires_per_week: 5, days: null}\n"
        "severity: {message/overlapping-blocks: error, message/eval: 'off', message/raw: false}",
    )

    assert loaded.diagnostics == ()
    assert loaded.project.policy == Policy(
        backtest={"max_fires_per_week": 5},
        required_tags={"tier": ("0", "1"), "cost_centre": (), "layer": ()},
        name_pattern=r"^\[[A-Z]",
        paging_priorities=frozenset({1, 2}),
        pagers=("@webhook-zenduty-*",),
        forbidden_handles=("@all",),
        severity={
            "message/overlapping-blocks": "error",
            "message/eval": "off",
            "message/raw": "off",
        },
    )


WRONG = [
    ("name_pattern: '[Motor'", "<'[Motor'> `[Motor` is no regular expression"),
    ("name_pattern: 5", "[schema/wrong-type] <5> `5` is not a regular expression"),
    ("paging_priorities: [0]", "<0> `0` is not a whole number from 1 to 5"),
    ("pagers: [webhook-x]", "<webhook-x> `webhook-x` is not a handle"),
    ("forbidden: ['@all']", "[schema/unknown-key] <forbidden> unknown key `forbidden`"),
    ("paging_approval: asked", "<asked> `asked` is not true or false"),
    ("required_tags: [tier]", "`required_tags`"),
    ("required_tags: {tier: '0'}", "<'0'> `0` is not a list of values, or null for any value"),
    ("required_tags: {Tier: null}", "[schema/bad-name] <Tier> `Tier` is no name"),
    ("severity: {a/b: fatal}", "<fatal> `fatal` is not error, warning, note or \"off\""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), WRONG, ids=[case[0] for case in WRONG])
def test_a_mistake_is_told_with_its_place(tmp_path: Path, written: str, expected: str) -> None:
    [diagnostic] = policy(tmp_path, written).diagnostics

    assert expected.replace("`required_tags`", "is not a mapping from tag key") in underlined(
        diagnostic
    )
    assert underlined(diagnostic).startswith("project.yaml:5:")


def test_a_severity_for_a_rule_that_does_not_exist_is_an_error_with_the_nearest_name(
    tmp_path: Path,
) -> None:
    loaded = policy(tmp_path, "severity:\n  hygiene/unused-suppresion: error")
    unknown = [
        diagnostic for diagnostic in checked(loaded) if diagnostic.rule == "schema/unknown-rule"
    ]

    assert [underlined(diagnostic) for diagnostic in unknown] == [
        "project.yaml:6:5 [schema/unknown-rule] <hygiene/unused-suppresion> "
        "no rule is called `hygiene/unused-suppresion`"
    ]
    assert "did you mean `hygiene/unused-suppression`?" in unknown[0].hint


def test_a_policy_with_a_bad_pattern_keeps_the_rest(tmp_path: Path) -> None:
    loaded = policy(tmp_path, "name_pattern: '('\nforbidden_handles: ['@all']")

    assert loaded.project.policy == Policy(forbidden_handles=("@all",))
