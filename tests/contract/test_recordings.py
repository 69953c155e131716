"""Holds the emulator to every recorded monitor exchange of 2024 and later.

Left aside in bodies: ids, timestamps, creator and organisation, and keys that Datadog's answers did
not have yet when the recording was made (see `replay`).

What an exchange needs and its recording never showed is seeded from the exchange itself; those are
reported and must be listed when they disagree, but do not count towards the shares, because a read
of what was seeded from its own answer proves little.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from tests.contract.recordings import RECORDINGS, recordings
from tests.contract.replay import Outcome, play

SINCE = "2024-01-01"
DISAGREEMENTS = Path(__file__).with_name("disagreements.yaml")

pytestmark = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recordings are not beside this checkout (../shared/corpus)"
)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [outcome for recording in recordings(SINCE) for outcome in play(recording)]


def test_the_emulator_answers_as_datadog_did(
    outcomes: list[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = [outcome for outcome in outcomes if outcome.basis == "shown"]
    with capsys.disabled():
        print("\n" + report(outcomes))
    assert len(shown) > 700
    assert share(outcome.same_status for outcome in shown) >= 0.97
    assert share(outcome.agrees for outcome in shown if outcome.same_status) >= 0.95


def test_every_disagreement_is_listed_with_its_reason(outcomes: list[Outcome]) -> None:
    disagreeing = {
        outcome.exchange.id
        for outcome in outcomes
        if outcome.basis != "left out" and not outcome.agrees
    }
    listed: dict[str, str] = {}
    for entry in yaml.safe_load(DISAGREEMENTS.read_text(encoding="utf-8")):
        assert entry["reason"].strip()
        for exchange in entry["exchanges"]:
            assert exchange not in listed, f"{exchange} is listed twice"
            listed[exchange] = entry["reason"]
    assert sorted(disagreeing - listed.keys()) == [], "these disagree and are not listed"
    assert sorted(listed.keys() - disagreeing) == [], "these are listed and agree now"


def share(verdicts: Iterable[bool]) -> float:
    """Return the share of True."""
    counted = list(verdicts)
    return sum(counted) / len(counted)


def report(outcomes: list[Outcome]) -> str:
    """Return the agreement by endpoint, as a table."""
    by_endpoint: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_endpoint[outcome.exchange.endpoint].append(outcome)
    lines = [
        f"agreement with Datadog, exchanges recorded since {SINCE}; seeded ones are apart",
        f"{'endpoint':36} {'compared':>8} {'status':>8} {'body':>8} {'seeded':>12} {'left out':>8}",
    ]
    lines += [_row(endpoint, group) for endpoint, group in sorted(by_endpoint.items())]
    lines.append(_row("all", outcomes))
    reasons = Counter((outcome.basis, outcome.why) for outcome in outcomes if outcome.why)
    lines += [f"{basis} {count:3}: {why}" for (basis, why), count in sorted(reasons.items())]
    return "\n".join(lines)


def _row(label: str, outcomes: list[Outcome]) -> str:
    shown = [outcome for outcome in outcomes if outcome.basis == "shown"]
    seeded = [outcome for outcome in outcomes if outcome.basis == "seeded"]
    same = [outcome for outcome in shown if outcome.same_status]
    left_out = len(outcomes) - len(shown) - len(seeded)
    status = f"{share(o.same_status for o in shown):8.1%}" if shown else f"{'-':>8}"
    body = f"{share(o.agrees for o in same):8.1%}" if same else f"{'-':>8}"
    agreed = f"{sum(o.agrees for o in seeded)} of {len(seeded)}" if seeded else "-"
    return f"{label:36} {len(shown):8} {status} {body} {agreed:>12} {left_out:8}"
