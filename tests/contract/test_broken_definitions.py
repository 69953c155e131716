"""Holds the emulator to refuse what Datadog refuses, and to take what Datadog took.

The definitions are those of the recordings; `mutants` breaks each in one way at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.mutants import BREAKERS
from tests.contract.recordings import RECORDINGS
from tests.emulator.conftest import Caller

CORPUS = RECORDINGS.parent

pytestmark = [
    pytest.mark.early,
    pytest.mark.skipif(
        not RECORDINGS.exists(),
        reason="the recordings are not beside this checkout (../shared/corpus)",
    ),
]

# What Datadog took once and refuses today (grammar.md, section 15).
DATED = {
    "The value provided for parameter 'timeout_h' is invalid",
    "A grouping must be specified for custom checks",
    "'event alert' type is not supported, please use 'event-v2 alert' type.",
}
KNOWN_TO_BE_TAKEN = ("created", "validated", "listed")
FIELDS = ("type", "query", "name", "message", "tags", "options", "priority")


def rows(name: str) -> Iterator[dict[str, Any]]:
    with (CORPUS / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def accepted_requests() -> Iterator[dict[str, Any]]:
    """Yield every recorded body that a create, an update or a validation was answered 200 for."""
    for row in rows("interactions.jsonl"):
        body = row["request_body"]
        written = row["status"] == 200 and row["method"] in {"POST", "PUT"}
        if written and isinstance(body, dict) and body.get("type") and body.get("query"):
            yield body


def answer(call: Caller, definition: dict[str, Any]) -> str:
    """Return what the emulator refuses a definition with, "" where it takes it."""
    status, said = call("POST", "/v1/monitor/validate", definition)
    return "" if status == 200 else str(said["errors"][0])


def test_nothing_that_was_accepted_is_refused(call: Caller) -> None:
    refusals = Counter(answer(call, body) for body in accepted_requests())
    assert refusals[""] > 600
    assert {*refusals} - {"", *DATED} == set()


def test_what_is_known_to_be_wrong_is_refused_and_what_is_right_is_not(call: Caller) -> None:
    taken: Counter[str] = Counter()
    for case in rows("grammar_cases.jsonl"):
        if case["kind"] not in ("query", "options"):
            continue
        body = {"type": case["type"], "query": case["query"], "options": case.get("options") or {}}
        is_refused = bool(answer(call, body))
        assert not (is_refused and case["outcome"].startswith("accepted")), case
        if not is_refused and case["outcome"].startswith("rejected"):
            taken[f"{case['outcome']} {case['evidence']}"] += 1
    # Left: quotes inside a search, which Datadog's own exports have and run.
    assert taken["rejected recorded"] == 1
    assert taken["rejected-presumed documented"] <= 7


def test_every_way_to_break_a_definition_is_refused(
    call: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: Counter[str] = Counter()
    taken: dict[str, list[str]] = {}
    for definition in sound_definitions(call):
        for way, breaker in BREAKERS.items():
            mutant = breaker(definition)
            if mutant is None:
                continue
            tried[way] += 1
            if not answer(call, mutant):
                taken.setdefault(way, []).append(json.dumps(mutant))
    with capsys.disabled():
        print(f"\n{tried.total()} broken definitions in {len(tried)} ways")
    assert {way: bodies[:2] for way, bodies in taken.items()} == {}
    assert set(BREAKERS) == set(tried), "these ways broke nothing"


def sound_definitions(call: Caller) -> Iterator[dict[str, Any]]:
    """Yield recorded definitions that the emulator takes, each once."""
    seen = set()
    held = (row["monitor"] for row in rows("monitors.jsonl") if row["kind"] in KNOWN_TO_BE_TAKEN)
    for monitor in [*held, *accepted_requests()]:
        definition = {name: monitor[name] for name in FIELDS if monitor.get(name) is not None}
        options = {**definition.get("options", {})}
        options.pop("timeout_h", None)
        definition["options"] = options
        text = json.dumps({**definition, "name": "", "message": ""})
        if text not in seen and not answer(call, definition):
            seen.add(text)
            yield definition


def test_recorded_refusals_are_in_the_recorded_words(call: Caller) -> None:
    differing: dict[str, str] = {}
    for row in rows("rejected.jsonl"):
        body = row["request_body"]
        if row["status"] != 400 or not isinstance(body, dict) or "validate" not in row["path"]:
            continue
        if "/validate" in row["path"] and any(part.isdigit() for part in row["path"].split("/")):
            continue
        (recorded,) = row["response_body"]["errors"]
        if answer(call, body) != recorded:
            differing[recorded] = answer(call, body)
    assert {text.split(":")[0].split(".")[0] for text in differing} == {
        "Invalid scheduling options",  # asked for until one day of 2023
        "You have reached the limit of 1000 rum alert monitors",
    }
