"""Edits of YAML that a person wrote: what is named changes, and no other line does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.project.document import read
from monitor_sync.project.editing import (
    Delete,
    Edit,
    EditRefused,
    InsertItem,
    RenameKey,
    Set,
    edited,
)
from tests.project.foreign_styles import STYLES

_TIDY = STYLES["tidy"]
_MONITORS = Path(__file__).parents[2] / "monitors"
_DROP = ("monitors", "drop")


def _diff(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    before, after = old.split("\n"), new.split("\n")
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    went = [line for kind, a, b, _, _ in changes if kind != "equal" for line in before[a:b]]
    came = [line for kind, _, _, a, b in changes if kind != "equal" for line in after[a:b]]
    return went, came


def _edited(text: str, *edits: Edit) -> str:
    result = edited(text, edits)
    assert isinstance(result, str), result
    return result


@pytest.mark.parametrize(
    ("edit", "went", "came"),
    [
        pytest.param(
            Set((*_DROP, "thresholds", "critical"), 10.5),
            ["    thresholds: {critical: 12, warning: 15}"],
            ["    thresholds: {critical: 10.5, warning: 15}"],
            id="a number in braces",
        ),
        pytest.param(
            Set((*_DROP, "name"), "[Motor] Conversion fell"),
            ['    name: "[Motor] Conversion dropped"    # shown in Datadog'],
            ['    name: "[Motor] Conversion fell"    # shown in Datadog'],
            id="a text keeps its quotes and its comment",
        ),
        pytest.param(
            Set(
                (*_DROP, "query"),
                "sum(last_30m):sum:motor.purchase.count{env:prod}.as_count()"
                " / sum:motor.quote.count{env:prod}.as_count() < 9",
            ),
            ["      / sum:motor.quote.count{env:prod}.as_count() < 12"],
            ["      / sum:motor.quote.count{env:prod}.as_count() < 9"],
            id="a word in a folded text of several lines",
        ),
        pytest.param(
            Set((*_DROP, "message"), "yes"),
            ["    message: Fewer visitors buy."],
            ['    message: "yes"'],
            id="a plain text gets quotes where it must",
        ),
        pytest.param(
            Set((*_DROP, "priority"), 2, order=("name", "query", "priority", "message")),
            [],
            ["    priority: 2"],
            id="a new key goes behind its neighbours in order",
        ),
        pytest.param(
            Set(("monitors", "errors", "thresholds", "critical"), 1, order=("query", "thresholds")),
            [],
            ["    thresholds: {critical: 1}"],
            id="a key is made with what is above it",
        ),
        pytest.param(
            Delete((*_DROP, "message")),
            ["    # on call reads this", "    message: Fewer visitors buy."],
            [],
            id="an entry goes with its own comment",
        ),
        pytest.param(
            Delete((*_DROP, "thresholds", "warning")),
            ["    thresholds: {critical: 12, warning: 15}"],
            ["    thresholds: {critical: 12}"],
            id="an entry in braces goes with its comma",
        ),
        pytest.param(
            Delete(("tags", "tier")), ['tags: {tier: "1"}'], ["tags: {}"], id="the last leaves {}"
        ),
        pytest.param(
            RenameKey((*_DROP, "also_notify"), "notify"),
            ['    also_notify: {alert: ["@slack-sales", "@slack-motor"]}'],
            ['    notify: {alert: ["@slack-sales", "@slack-motor"]}'],
            id="a key is renamed where it stands",
        ),
        pytest.param(
            Set((*_DROP, "also_notify"), {"alert": ["@slack-sales", "@b", "@slack-motor"]}),
            ['    also_notify: {alert: ["@slack-sales", "@slack-motor"]}'],
            ['    also_notify: {alert: ["@slack-sales", "@b", "@slack-motor"]}'],
            id="of a mapping only what differs is written",
        ),
        pytest.param(
            Set(("released", "old"), "moved to Terraform", block=True),
            [],
            ["released:", "  old: moved to Terraform", ""],
            id="a mapping is made at the top of a file",
        ),
        pytest.param(
            Set(
                ("monitors", "new"),
                {"name": "New", "query": "avg(last_5m):avg:a{*} > 1"},
                block=True,
            ),
            [],
            ["  new:", "    name: New", "    query: avg(last_5m):avg:a{*} > 1", ""],
            id="a monitor is appended, with a blank line as between the others",
        ),
    ],
)
def test_an_edit_changes_its_lines_and_no_other(
    edit: Edit, went: list[str], came: list[str]
) -> None:
    assert _diff(_TIDY, _edited(_TIDY, edit)) == (went, came)


def test_several_edits_of_one_file_are_made_one_after_the_other() -> None:
    result = _edited(
        _TIDY,
        Set(("defaults", "options", "timeout_h"), 1, order=("team", "tags", "defaults")),
        Set(("defaults", "options", "renotify_interval"), 30),
        Delete((*_DROP, "message")),
        RenameKey(_DROP, "conversion-drop"),
        Set(("monitors", "conversion-drop", "thresholds", "critical"), 11),
    )
    data = read("", result.encode())[0].data
    assert data["defaults"] == {"options": {"timeout_h": 1, "renotify_interval": 30}}
    assert list(data["monitors"]) == ["conversion-drop", "errors"]
    assert data["monitors"]["conversion-drop"]["thresholds"]["critical"] == 11
    assert "# on call reads this" not in result


def test_a_value_behind_an_alias_is_not_changed_since_others_would_change_with_it() -> None:
    text = STYLES["anchors and aliases"]
    where = ("monitors", "errors", "options", "renotify_interval")
    result = edited(text, [Set(where, 30)])
    assert isinstance(result, EditRefused)
    assert "alias" in result.reason


def test_an_anchor_that_nothing_refers_to_stays_before_the_new_value() -> None:
    text = STYLES["anchors and aliases"]
    result = _edited(text, Set(("monitors", "errors", "message"), "Look at them."))
    assert "message: &text Look at them." in result


def test_a_key_that_a_merge_brings_is_written_beside_the_merge() -> None:
    text = STYLES["anchors and aliases"]
    result = _edited(text, Set(("monitors", "drop", "priority"), 2))
    assert _diff(text, result)[1] == ["  drop: {<<: *usual, name: Drop, priority: 2}"]


def test_line_breaks_of_windows_and_a_missing_last_one_stay() -> None:
    text = STYLES["crlf without a final newline"]
    edit = Set(("released",), {"old": "it is Terraform's, and that is a long story to tell " * 3})
    result = _edited(text, edit)
    assert result.startswith(text)
    assert "\n" not in result.replace("\r\n", "")
    assert not result.endswith("\n")


def test_a_second_short_reason_stands_on_one_line_too() -> None:
    text = "monitors: {}\nreleased:\n  a: gone\n"
    assert _edited(text, Set(("released", "b"), "gone", block=True)) == text + "  b: gone\n"


def test_a_file_with_mistakes_is_not_edited() -> None:
    result = edited("a: 1\na: 2\n", [Set(("a",), 3)])
    assert isinstance(result, EditRefused)
    assert "mistakes" in result.reason


def test_a_path_that_leads_nowhere_is_said() -> None:
    result = edited(_TIDY, [Delete((*_DROP, "nothing"))])
    assert isinstance(result, EditRefused)
    assert "no such entry" in result.reason


# properties


def _paths(data: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for part, value in entries:
        yield (*where, part), value
        if isinstance(value, dict | list):
            yield from _paths(value, (*where, part))


_TEXTS = [*STYLES.values(), *(path.read_bytes().decode() for path in _MONITORS.glob("*/*.yaml"))]

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text("ab :#'\"{}[],&*!|>-?%@`\\\n\t√©é", max_size=12),
    st.lists(st.sampled_from(["@slack-a", "x: y", 3]), max_size=3),
    st.dictionaries(st.sampled_from(["a", "b c", "1", "on"]), st.sampled_from([1, "t", [2]])),
)


@st.composite
def _edits(draw: st.DrawFn) -> tuple[str, Edit]:
    text = draw(st.sampled_from(_TEXTS))
    data = read("", text.encode())[0].data
    where, value = draw(st.sampled_from(list(_paths(data))))
    edits: list[Edit] = [Set(where, draw(_VALUES)), Delete(where)]
    if isinstance(where[-1], str):
        edits.append(RenameKey(where, "renamed"))
    if isinstance(value, dict):
        edits.append(Set((*where, "added"), draw(_VALUES)))
    if isinstance(value, list):
        edits.append(InsertItem((*where, draw(st.integers(0, len(value)))), draw(_VALUES)))
    return text, draw(st.sampled_from(edits))


@settings(max_examples=60, deadline=None)
@given(_edits())
def test_only_lines_of_the_named_entry_change_in_any_file_of_any_style(
    edit_of_text: tuple[str, Edit],
) -> None:
    text, edit = edit_of_text
    result = edited(text, [edit])
    if isinstance(result, EditRefused) or result == text:
        return
    document = read("", text.encode())[0]
    above = edit.where[:-1]
    line = text.split("\n")[document.key_span(edit.where).line - 1]
    in_brackets = getattr(document.node(above), "flow_style", False)
    # brackets stay behind the name of what loses its only entry
    emptied = isinstance(edit, Delete) and len(document.node(above).value) == 1
    on_a_line_of_its_own = not in_brackets and line.lstrip()[:1] not in "-?:"
    if isinstance(edit, Delete | RenameKey) and on_a_line_of_its_own and not emptied:
        above = edit.where
    first = document.key_span(above).line if above else 1
    start, end = _changed(text, result)
    if isinstance(edit, Set | InsertItem):
        assert start >= first
    lines_above = text.split("\n")[start - 1 : first - 1]
    assert all(not line.strip() or line.lstrip().startswith("#") for line in lines_above)
    assert end <= _last_line(text, document, above)


def _changed(old: str, new: str) -> tuple[int, int]:
    """Return the first line of the old text that changed, and the line behind the last one."""
    before, after = re.split(r"\r?\n", old), re.split(r"\r?\n", new)
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    most = shorter - head
    tail = next((i for i in range(most) if before[-1 - i] != after[-1 - i]), most)
    return head + 1, len(before) - tail + 1


def _last_line(text: str, document: Any, above: tuple[str | int, ...]) -> int:
    """Return the line of the next entry in the file that is not below a path, or the last."""
    paths = [where for where, _ in _paths(document.data)]
    own = document.key_span(above).line if above else 1
    later = [
        line
        for where in paths
        if where[: len(above)] != above and (line := document.key_span(where).line) > own
    ]
    return min(later, default=text.count("\n") + 2)


@pytest.mark.parametrize("name", STYLES)
def test_numbers_and_texts_change_in_every_style(name: str) -> None:
    text = STYLES[name]
    data = read("", text.encode())[0].data
    for where, value in _paths(data):
        if isinstance(value, dict | list):
            continue
        if name == "anchors and aliases" and where[0] != "team" and where[-1] != "name":
            continue  # what aliases repeat is refused
        for new in (7, "some: text", "two\nlines"):
            changed = read("", _edited(text, Set(where, new)).encode())[0].data
            for part in where:
                changed = changed[part]
            assert changed == new
