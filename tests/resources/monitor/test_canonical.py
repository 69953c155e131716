"""The canonical form against recorded traffic: what was asked and what Datadog answered are one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.resources.difference import differences
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.equivalence import OWNED
from monitor_sync.resources.monitor.payload import to_create, to_update

RECORDINGS = Path(__file__).parents[4] / "shared" / "corpus" / "interactions.jsonl"
MONITORS = RECORDINGS.with_name("monitors.jsonl")

EXCEPTIONS = {
    # an update of a monitor whose state the recording never showed in between
    "7a2eaad8f881699b",
}

pytestmark = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recordings are not beside this checkout"
)


def writes() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Each accepted create and update: its id, what it is, the monitor asked for, the answer."""
    state: dict[Any, dict[str, Any]] = {}
    for line in RECORDINGS.read_text().splitlines():
        row = json.loads(line)
        parts = row["path"].partition("?")[0].split("/")
        answer = row["response_body"]
        if row["status"] != 200 or not isinstance(answer, dict) or "id" not in answer:
            continue
        place = (row["source"], row["file"], row["blob"], answer["id"])
        request = row["request_body"]
        before = state.get(place)
        state[place] = answer
        if row["method"] == "POST" and parts[-1] == "monitor" and request:
            yield row["id"], "create", request, answer
        elif row["method"] == "PUT" and parts[-1].isdigit() and before is not None:
            kept = {name: value for name, value in before.items() if name in OWNED}
            yield row["id"], "update", {**kept, **request}, answer


def recent(answer: dict[str, Any]) -> bool:
    return str(answer.get("modified") or "") >= "2024"


def test_every_recorded_answer_means_what_was_asked() -> None:
    counted: Counter[str] = Counter()
    for number, what, request, answer in writes():
        if not request.get("name"):
            request = {**request, "name": answer["name"]}  # Datadog makes one up
        differing = differences(
            canonical(request, declared=request), canonical(answer, declared=request)
        )
        counted[f"{what}, {'since' if recent(answer) else 'before'} 2024"] += 1
        assert not differing or number in EXCEPTIONS, (number, differing)
    print(dict(counted))
    assert counted["create, since 2024"] >= 200
    assert counted["update, since 2024"] >= 40


def test_what_would_be_sent_means_what_was_asked() -> None:
    for _, _, request, _ in writes():
        wanted = {name: value for name, value in request.items() if name != "assets"}
        form = canonical(wanted, declared=wanted)
        assert canonical(to_create(wanted), declared=wanted) == form
        assert canonical(to_update(wanted), declared=wanted) == form


def test_what_a_recorded_update_leaves_out_stays() -> None:
    """So an update may send the fields that differ, and a change of tags the tags alone."""
    kept: Counter[str] = Counter()
    state: dict[Any, dict[str, Any]] = {}
    for line in RECORDINGS.read_text().splitlines():
        row = json.loads(line)
        answer = row["response_body"]
        if row["status"] != 200 or not isinstance(answer, dict) or "id" not in answer:
            continue
        place = (row["source"], row["file"], row["blob"], answer["id"])
        before, state[place] = state.get(place), answer
        if row["method"] != "PUT" or before is None or "/monitor/" not in row["path"]:
            continue
        for name in OWNED:
            if name not in (row["request_body"] or {}) and before.get(name):
                same = canonical(before, declared={}).get(name)
                now = canonical(answer, declared={}).get(name)
                assert now == same or row["id"] in EXCEPTIONS, row["id"]
                kept[name] += 1
    print(dict(kept))
    assert {name for name in OWNED if name != "type"} <= kept.keys()
    assert kept.total() >= 70


def test_every_known_definition_has_a_stable_form() -> None:
    count = 0
    for line in MONITORS.read_text().splitlines():
        monitor = json.loads(line)["monitor"]
        form = canonical(monitor, declared=monitor)
        assert canonical(form, declared=monitor) == form
        count += 1
    assert count > 1000
