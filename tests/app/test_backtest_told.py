"""A backtest's JSON is read back for the pull request's comment, and never trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import backtest_told
from monitor_sync.app.pages import About
from monitor_sync.errors import UsageError
from monitor_sync.render import comment
from monitor_sync.render.backtest.json import json as written
from tests.render.backtest.test_backtest_formats import BACKTESTS
from tests.render.test_plan import plan


def test_the_comment_says_what_the_changed_monitors_would_have_done(tmp_path: Path) -> None:
    file = tmp_path / "backtest.json"
    file.write_text(written(BACKTESTS))
    said = comment.text(plan(), About(backtest=backtest_told.read(file)))

    assert (
        "**On the last 2 days:** 2 monitors would have alerted 1 time;"
        " the live version alerted 3 times." in said
    )
    assert "| `shop/orders/cpu` | 3 | **1** | 1h | 99 % |" in said
    assert "| `shop/orders/new` | – | **0** | - | not known |" in said
    assert (
        "**1 monitor would alert more than the 2 times a week that the policy allows:**"
        " `shop/orders/cpu`" in said
    )
    assert said.index("- **Doubtful:** `shop/orders/cpu`: `do not trust") < said.index("| Monitor")
    assert "- `shop/orders/cpu`: `repeated notifications" in said
    assert "- 1 monitor not replayed, `unsupported: anomalies cannot be replayed from" in said


def test_words_of_the_file_notify_nobody_and_do_not_flood_the_comment(tmp_path: Path) -> None:
    made = json.loads(written(BACKTESTS))
    row = {**made["monitors"][0], "key": "a | @acme/everyone"}
    row["assumptions"] = [f"@all ` | x{number}" for number in range(50)]
    row["doubts"] = [f"@here ` | y{number}" for number in range(50)]
    made["monitors"] = [row] * 300
    file = tmp_path / "backtest.json"
    file.write_text(json.dumps(made))
    said = comment.text(plan(), About(backtest=backtest_told.read(file)))

    assert "and 290 monitors more" in said
    assert len(said) < 8_000
    assert "`a \\| @acme/everyone`" in said
    assert said.count("`@all ' \\| x") == said.count("`@here ' \\| y") == 5
    assert "`a \\| @acme/everyone` and 297 more: `@here ' \\| y0`" in said
    assert "- and 45 more such lines" in said


def test_a_change_of_no_monitor_that_alerts_says_nothing_of_a_backtest(tmp_path: Path) -> None:
    file = tmp_path / "backtest.json"
    file.write_text(json.dumps({**json.loads(written(BACKTESTS)), "monitors": [], "skipped": []}))

    assert "On the last" not in comment.text(plan(), About(backtest=backtest_told.read(file)))


@pytest.mark.parametrize(
    "content",
    [
        "", "7", "[]", "{}", '{"from": 1, "to": 2, "monitors": [], "skipped": []}', None,
        "[" * 100_000, "\0",
    ],
)  # fmt: skip
def test_a_file_that_is_no_backtest_is_refused_by_its_name(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "backtest.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=r"backtest\.json"):
        backtest_told.read(file)


@pytest.mark.parametrize(
    ("place", "forged"),
    [
        (("monitors", 0, "new", "fires"), "Infinity"),
        (("monitors", 0, "old", "fires"), "-1"),
        (("monitors", 0, "new", "minutes"), f"1{'0' * 400}"),
        (("monitors", 0, "fidelity", "time_in_same_state"), "1e400"),
        (("monitors", 0, "fidelity", "time_in_same_state"), "-0.5"),
        (("monitors", 0, "key"), '["shop"]'),
        (("max_fires_per_week",), "1e300"),
        (("from",), '"2026-11-01T00:00:00"'),
    ],
)
def test_a_forged_value_is_no_backtest(
    tmp_path: Path, place: tuple[str | int, ...], forged: str
) -> None:
    made = holder = json.loads(written(BACKTESTS))
    for name in place[:-1]:
        holder = holder[name]
    assert holder[place[-1]] is not None
    holder[place[-1]] = "FORGED"
    file = tmp_path / "backtest.json"
    file.write_text(json.dumps(made).replace('"FORGED"', forged))

    with pytest.raises(UsageError, match="holds no backtest"):
        backtest_told.read(file)


def test_a_key_of_any_length_takes_one_line(tmp_path: Path) -> None:
    made = json.loads(written(BACKTESTS))
    made["too_loud"] = ["x" * 70_000]
    made["skipped"][0]["key"] = made["monitors"][0]["key"] = "y" * 70_000
    file = tmp_path / "backtest.json"
    file.write_text(json.dumps(made))

    assert len(comment.text(plan(), About(backtest=backtest_told.read(file)))) < 8_000
