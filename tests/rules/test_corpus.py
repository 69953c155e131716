"""
All rules over recorded and published definitions: the sound are let pass, the wrong are found.

What is otherwise stands in `corpus/exceptions.yaml` with its reason; an entry that no longer holds
fails.
"""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec.structs import replace

from monitor_sync.diagnostics import Severity, Span
from monitor_sync.rules import engine
from tests.rules.cases import TODAY
from tests.rules.corpus import (
    FOLDER,
    PROJECT,
    Row,
    exceptions,
    findings_of,
    found_in_a_file,
    monitor,
    rows,
    worst,
)

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recordings are not beside this checkout (../shared/corpus)"
)

_ENOUGH = {
    "accepted": ("warning", "note", "nothing"),
    "accepted-wrong": ("error", "warning"),
    "rejected": ("error",),
    "rejected-presumed": ("error",),
    "rejected-era": ("error", "warning"),
    "rejected-server-state": ("error", "warning", "note", "nothing"),
}
"""Outcome of a case to what may be found in it."""

_SOUND_KINDS = ("created", "validated", "listed", "recommended")


def test_the_cases_of_the_grammar_are_judged_as_the_server_judges_them() -> None:
    table: Counter[tuple[str, str, str]] = Counter()
    otherwise: dict[str, str] = {}
    for case in rows("grammar_cases"):
        # what the files' schema refuses never comes to the rules
        judged = found_in_a_file if case["kind"] in ("options", "meta") else findings_of
        result = worst(judged(case))
        table[case["kind"], case["outcome"], result] += 1
        if result not in _ENOUGH[case["outcome"]]:
            otherwise[case["id"]] = result
    _print_table(table)

    assert otherwise == {
        exception["row"]: exception["found"] for exception in exceptions("grammar_cases")
    }


def _print_table(table: Counter[tuple[str, str, str]]) -> None:
    columns = ("error", "warning", "note", "nothing")
    print(f"\n{'kind':8} {'outcome':22}" + "".join(f"{column:>9}" for column in columns))
    for kind, outcome in sorted({key[:2] for key in table}):
        counts = "".join(f"{table[kind, outcome, column] or '':>9}" for column in columns)
        print(f"{kind:8} {outcome:22}{counts}")


def test_no_accepted_request_gets_an_error() -> None:
    accepted = [
        row["request_body"]
        for row in rows("interactions")
        if 200 <= row["status"] < 300 and _is_a_definition(row)
    ]

    assert accepted
    assert _errors(accepted) == _known("interactions")


def _is_a_definition(row: Row) -> bool:
    body = row["request_body"]
    writes = row["method"] in ("POST", "PUT") and row["path"].startswith("/api/v1/monitor")
    return writes and isinstance(body, dict) and bool(body.get("type") and body.get("query"))


def test_no_definition_that_datadog_holds_or_recommends_gets_an_error() -> None:
    sound = [row["monitor"] for row in rows("monitors") if row["kind"] in _SOUND_KINDS]

    assert sound
    assert _errors(sound) == _known("monitors")


def _errors(bodies: list[Row]) -> Counter[str]:
    return Counter(
        rule
        for body in bodies
        for rule, severity in findings_of(body).items()
        if severity is Severity.ERROR
    )


def _known(corpus: str) -> Counter[str]:
    return Counter({exception["rule"]: exception["count"] for exception in exceptions(corpus)})


def test_what_the_server_refused_is_refused_offline() -> None:
    let_pass: Counter[str] = Counter()
    refused = 0
    for row in rows("rejected"):
        if row["status"] != 400 or not _is_a_definition(row):
            continue
        if worst(found_in_a_file(row["request_body"])) == "error":
            refused += 1
        else:
            let_pass[_answer(row)] += 1

    assert refused
    assert let_pass == Counter(
        {exception["answer"]: exception["count"] for exception in exceptions("rejected")}
    )


def _answer(row: Row) -> str:
    """The server's words without the ids in them."""
    words = " ".join(row["response_body"]["errors"])
    return " ".join(word.split(":")[0] for word in words.split() if not word.startswith("org_id"))


_FINDS = {
    "new_group_delay on a query that does not group": "options/new-group-delay-ungrouped",
    "anomalies() without threshold_windows": "options/no-threshold-windows",
    "unbalanced parentheses in the query": "query/not-readable",
}


def test_defects_of_public_modules_are_found() -> None:
    definitions = {
        (row["source"], row["file"], row["label"]): row["monitor"] for row in rows("monitors")
    }
    missed = {}
    defects = rows("real_defects")
    for row in defects:
        body = definitions[row["source"], row["file"], row["label"]]
        names = set(findings_of(body))
        for defect in row["defects"]:
            # who cannot be read learns of the rest afterwards
            if not names & {_FINDS[defect], "query/not-readable"}:
                missed[row["label"]] = (defect, names)

    assert defects
    assert missed == {}


@pytest.mark.parametrize("corpus", ["grammar_cases", "monitors"])
def test_a_definition_alone_gets_the_same_findings_with_the_memo_and_without(corpus: str) -> None:
    bodies = [row["monitor"] if corpus == "monitors" else row for row in rows(corpus)]

    different = {
        str(body): (with_memo, without)
        for body in bodies
        if (with_memo := findings_of(body)) != (without := findings_of(body, memo=False))
    }

    assert bodies
    assert different == {}


def test_the_whole_corpus_gets_the_same_findings_with_the_memo_and_without() -> None:
    monitors = {}
    for number, row in enumerate(rows("monitors")):
        key = f"corpus/file/monitor-{number}"
        monitors[key] = replace(monitor(row["monitor"]), key=key)
    project = replace(PROJECT, monitors=monitors)

    def locate(
        key: str, field: tuple[str | int, ...], start: int, end: int | None
    ) -> tuple[str, Span]:
        return "", Span(f"{key} {field} {start} {end}", 1)

    quick, slow = (
        {
            diagnostic.order
            for diagnostic in engine.check(project, locate, today=TODAY, memo=diagnostic)
        }
        for diagnostic in (True, False)
    )

    assert len(slow) > 1000
    assert quick == slow
