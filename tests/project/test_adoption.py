"""`adopt` at the top of a file takes live monitors over, one line a monitor."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.project.load import Loaded
from tests.project.builders import MONITOR, indented, read, underlined

ITEMS = """
for_each: {partner: {airline: {}, ferry: {}}}
name: "${partner} fails"
query: "avg(last_5m):sum:errors{partner:${partner}} > ${critical}"
thresholds: {critical: 5}
message: It fails.
"""
TEMPLATE = """
item: service
monitors:
  errors:
    name: "${service} fails"
    query: "avg(last_5m):sum:errors{service:${service}} > 5"
    message: It fails.
"""


def adopting(adopt: str, *, on_monitor: str = "") -> dict[str, str]:
    return {
        "templates/api.yaml": TEMPLATE,
        "motor/flow.yaml": (
            f"adopt:\n{indented(adopt, 2)}monitors:\n"
            f"  errors:\n{indented(MONITOR, 4)}{indented(on_monitor, 4) if on_monitor else ''}"
            f"  partners:\n{indented(ITEMS, 4)}"
            "use:\n  - {template: api, for_each: [quotes]}\n"
        ),
    }


def errors(loaded: Loaded) -> list[str]:
    return [f"{underlined(diagnostic)} | {diagnostic.hint}" for diagnostic in loaded.diagnostics]


def test_each_monitor_takes_over_the_one_named_for_its_key_in_the_file(tmp_path: Path) -> None:
    loaded = read(tmp_path, adopting("errors: 11\npartners.ferry: 12\nquotes.errors: 13"))

    assert loaded.diagnostics == ()
    assert {key: monitor.adopt for key, monitor in loaded.project.monitors.items()} == {
        "motor/flow/errors": 11,
        "motor/flow/partners.airline": None,
        "motor/flow/partners.ferry": 12,
        "motor/flow/quotes.errors": 13,
    }


@pytest.mark.parametrize(
    ("adopt", "expected"),
    [
        (
            "erors: 11",
            "flow.yaml:2:3 [references/unknown-key] <erors> `adopt` names `erors`, and this file"
            " has no such monitor | did you mean `errors`?",
        ),
        (
            "partners: 11",
            "flow.yaml:2:3 [references/unknown-key] <partners> `adopt` names `partners`, and this"
            " file has no such monitor | it has items: write one of them, such as"
            " `partners.airline`",
        ),
        (
            "errors: 11\nquotes.errors: 11",
            "flow.yaml:3:18 [references/adopted-twice] <11> monitor 11 is adopted here and by"
            " `motor/flow/errors`, at {root}/motor/flow.yaml:2 | keep it on one of them",
        ),
        (
            "errors: x",
            "flow.yaml:2:11 [schema/wrong-type] <x> `x` is not the id of a live monitor | ",
        ),
        (
            "errors: 0",
            "flow.yaml:2:11 [schema/wrong-type] <0> `0` is not the id of a live monitor | ",
        ),
        (
            "motor/flow/errors: 11",
            "flow.yaml:2:3 [schema/bad-name] <motor/flow/errors> `motor/flow/errors` is no name:"
            " lower-case letters, digits, `.`, `_` and `-` are allowed | write `motor-flow-errors`",
        ),
    ],
)
def test_a_wrong_entry_is_told_where_it_stands(tmp_path: Path, adopt: str, expected: str) -> None:
    loaded = read(tmp_path, adopting(adopt))

    assert errors(loaded) == [expected.format(root=(tmp_path / "monitors").as_posix())]


def test_both_forms_on_one_monitor_are_an_error_that_names_both_places(tmp_path: Path) -> None:
    loaded = read(tmp_path, adopting("errors: 11", on_monitor="adopt: 11"))

    root = (tmp_path / "monitors").as_posix()
    assert errors(loaded) == [
        "flow.yaml:9:12 [references/adopt-given-twice] <11> `adopt` is given here and at the top of"
        f" the file, {root}/motor/flow.yaml:2 | keep one of the two"
    ]


def test_a_broken_monitor_is_known_and_so_is_one_of_a_use_that_cannot_be_made(
    tmp_path: Path,
) -> None:
    files = adopting("errors: 11\nquotes.latency: 12", on_monitor="nmae: x")
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace("api", "app")

    rules = [diagnostic.rule for diagnostic in read(tmp_path, files).diagnostics]

    assert rules == ["schema/unknown-key", "schema/unknown-template"]


def test_explain_says_which_line_takes_a_monitor_over(tmp_path: Path) -> None:
    top = read(tmp_path / "top", adopting("errors: 11"))
    on_monitor = read(tmp_path / "own", adopting("quotes.errors: 12", on_monitor="adopt: 11"))

    def last(loaded: Loaded) -> tuple[str, object, str, int]:
        source = loaded.explain("motor/flow/errors")[-1]
        assert source.span is not None
        return source.field, source.value, source.layer, source.span.line

    assert last(top) == ("adopt", 11, "file", 2)
    assert last(on_monitor) == ("adopt", 11, "monitor", 9)
