"""One problem, many pages."""

from __future__ import annotations

import sqlite3
from random import Random

import pytest

from monitor_sync.insight.response.together import PageOfMonitor, companions, problems
from tests.insight.response.history import at


def page(key: str, minute: float, team: str = "motor", group: str = "") -> PageOfMonitor:
    return PageOfMonitor(key=key, team=team, group=group, start=at(minute))


def test_forty_pages_of_an_outage_are_one_problem() -> None:
    outage = [page(f"m{number}", number / 10) for number in range(40)]

    (problem,) = problems(outage)

    assert len(problem.pages) == 40
    assert problem.start == at(0)


def test_each_team_has_its_own_problem() -> None:
    first, second = problems([page("a", 0), page("b", 1, team="claims")])

    assert (first.team, second.team) == ("motor", "claims")


def test_a_problem_ends_five_minutes_after_its_first_page_however_many_follow() -> None:
    separate = problems([page("a", minute) for minute in range(12)])

    assert [len(problem.pages) for problem in separate] == [6, 6]


def test_a_monitor_that_pages_only_beside_another_is_named_with_it() -> None:
    pages = [page("cause", 100 * number) for number in range(5)]
    pages += [page("effect", 100 * number + 1) for number in range(4)]

    assert companions(problems(pages)) == {"effect": ("cause", 4)}


def test_of_two_that_always_come_together_the_later_one_is_named() -> None:
    pages = [
        page(key, 100 * number + late) for number in range(3) for late, key in ((0, "a"), (1, "b"))
    ]

    assert companions(problems(pages)) == {"b": ("a", 3)}


def test_two_problems_together_and_an_outage_of_all_say_nothing_about_two_monitors() -> None:
    twice = [page(key, 100 * number) for number in range(2) for key in ("a", "b")]
    outages = [page(f"m{n}", 1000 * number) for number in range(1, 5) for n in range(51)]

    assert companions(problems(twice + outages)) == {}


BESIDE = """
WITH member AS (
  SELECT problem, key, min(start) AS start FROM page GROUP BY 1, 2
), pair AS (
  SELECT a.key, b.key AS other, count(*) AS both,
         sum((a.start, a.key) < (b.start, b.key)) AS earlier
  FROM member a JOIN member b USING (problem) WHERE a.key != b.key GROUP BY 1, 2
), usual AS (
  SELECT *, row_number() OVER (PARTITION BY key ORDER BY both DESC, other) AS place FROM pair
  WHERE both >= 3 AND earlier <= both - earlier
    AND both >= 0.8 * (SELECT count(*) FROM member WHERE member.key = pair.key)
)
SELECT key, other, both FROM usual WHERE place = 1
"""


@pytest.mark.parametrize("seed", range(6))
def test_who_pages_beside_whom_is_what_sql_says(seed: int) -> None:
    chance = Random(seed)
    pages = []
    for number in range(40):
        came = [chance.random() < 0.7]
        came += [chance.random() < (0.95 if came[0] else 0.1) for _ in range(2)]
        pages += [
            page(key, 10 * number + chance.randrange(3))
            for key, comes in zip(("a", "b", "c"), came, strict=True)
            if comes
        ]
    paged = problems(pages)
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE page (problem, key, start)")
    base.executemany(
        "INSERT INTO page VALUES (?, ?, ?)",
        [(number, own.key, own.start) for number, problem in enumerate(paged)
         for own in problem.pages],
    )  # fmt: skip

    expected = {key: (other, both) for key, other, both in base.execute(BESIDE)}

    assert companions(paged) == expected
    assert expected.keys() == {"b", "c"}
