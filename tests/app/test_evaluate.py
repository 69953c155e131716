"""A line of JSON has an answer, or says what is wrong with it."""

from __future__ import annotations

import pytest

from monitor_sync.app import evaluate


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "9" * 301, "9" * 5000])
def test_a_number_that_is_not_finite_is_said_and_comes_back_in_no_answer(number: str) -> None:
    answer = evaluate.answer(f'{{"id": {number}}}')

    assert answer["id"] is None
    assert "finite" in answer["error"] or "digits" in answer["error"]
