"""Values are written so that the reader gives them back, in the form that people would choose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.adopt import scalars
from monitor_sync.project.document import read

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab :#-'\"{}[]\\\n\t,&*!|>%@`?=~0189.$", max_size=40),
    st.sampled_from(["yes", "No", "on", "null", "~", "1e3", "010", "0x1f", "12:30", "-", "?", ""]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-(10**15), 10**15), st.floats(-1e12, 1e12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(alphabet="abc_.-1", min_size=1, max_size=6), inner, max_size=3),
    ),
    max_leaves=6,
)


def written(value: Any) -> str:
    return "\n".join(scalars.entry("value", value, 0)) + "\n"


def read_back(text: str) -> Any:
    document, diagnostics = read("monitors.yaml", text.encode("utf-8", "surrogatepass"))
    assert diagnostics == [], text
    return document.data["value"]


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_is_written_reads_back_as_the_same_value_without_a_word(value: Any) -> None:
    assert read_back(written(value)) == value


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("Quotes fail", ["value: Quotes fail"]),
        ("[Motor] RDS CPU high", ['value: "[Motor] RDS CPU high"']),
        ("Quotes: errors", ['value: "Quotes: errors"']),
        ('logs("service:foo").last("5m") > 2', ['value: logs("service:foo").last("5m") > 2']),
        ('"a.check".over("b").last(2)', ['value: \'"a.check".over("b").last(2)\'']),
        ("no", ['value: "no"']),
        ("1", ['value: "1"']),
        ("@slack-a", ['value: "@slack-a"']),
        ("first\n\n  second  \nthird", ["value: |-", "  first", "", "    second  ", "  third"]),
        ("one\r\ntwo", [r'value: "one\r\ntwo"']),
        ({"critical": 5.0, "warning": 0.25}, ["value: {critical: 5, warning: 0.25}"]),
        ([{"a": 1, "b": [1, 2]}], ["value:", "  - a: 1", "    b: [1, 2]"]),
    ],
)
def test_a_value_is_written_as_a_person_would(value: Any, lines: list[str]) -> None:
    assert list(scalars.entry("value", value, 0)) == lines


def test_a_long_text_is_folded_between_its_words() -> None:
    text = " ".join(f"word{number}" for number in range(40))

    lines = list(scalars.entry("query", text, 4))

    assert lines[0] == "    query: >-"
    assert all(len(line) <= scalars.WIDTH for line in lines)
    assert " ".join(line.strip() for line in lines[1:]) == text
