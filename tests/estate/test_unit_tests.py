"""The unit tests of this repository's monitors pass, and none hangs on what nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.estate.test_estate import ROOT

pytestmark = pytest.mark.early

Answers = list[dict[str, str]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What `monitor-sync test` says of them all."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor_sync", "--root", str(ROOT), "test", "--format", "json"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    results: Answers = json.loads(done.stdout)
    wrong = [
        f"{answer['file']}:{answer['line']}: {answer['status']}: {answer['test']}"
        for answer in results
        if answer["status"] != "passed"
    ]
    assert (wrong, done.returncode) == ([], 0)
    return results


def test_all_pass_and_none_is_uncertain_or_unsupported(answers: Answers) -> None:
    assert len(answers) >= 150


def test_no_two_tests_of_a_file_have_one_name(answers: Answers) -> None:
    """A name says what happens to the monitors of a file; a second test of that name is a copy."""
    declared = {(answer["file"], answer["line"], answer["test"]) for answer in answers}
    names = Counter((file, name) for file, _, name in declared)
    assert [name for name, times in names.items() if times > 1] == []


def test_what_wakes_somebody_in_the_flows_of_money_and_cover_is_tested(answers: Answers) -> None:
    tested = {answer["monitor"] for answer in answers}
    files = {key.rsplit("/", 1)[0] for key in tested}
    assert {
        "payments/collection", "payments/virtual-account", "motor/purchase-flow", "motor/policies",
        "claims/intake", "claims/payout", "travel/flight-delay", "travel/policies",
        "health/cashless", "identity/login", "identity/otp", "partners/api-traffic",
        "policy-admin/issuance",
    } <= files  # fmt: skip
