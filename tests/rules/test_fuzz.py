"""Whatever is in a monitor, no rule raises, and what the rules do grows with its length."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from tests.growth import calls, times_as_long
from tests.rules.cases import SOUND, cases
from tests.rules.corpus import findings_of

MOST_CALLS = 60
"""Of functions for each character of a monitor; the most seen is 13."""

SHORT, LONGEST = 1_250, 10_000
"""Characters of a text."""
ALLOWED = 24
"""Times as long for 8 times the text; the square of it would be 64."""

PIECES = re.compile(r"\{\{.*?\}\}|\w+|\s+|.", re.DOTALL)
ODD = (
    "\0", "\ud800", "\u202e", "İ", "１", "\x85", "\u2028", "\\", "'", '"', "`", "{{", "}}", "{{{{",
    "{{#", "{{^is_alert}}", "{{/", "{{!--", "--}}", "{{else}}", "@", "@@", "@slack-", "x@", "##",
    "1e999", "9" * 400, "((", "))", "[[", "||", "&&", "NOT ", "IN (", " AND ", ",,", "by {", ".",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, 0, -1, 1.5, 10**400, float("nan"), float("inf"), True, "", "x", "{{x}}", "@slack-a", [],
    {}, [None], [[]], ["*"], ["host", "host"], {"a": 1}, {"critical": None}, {"critical": "5"},
    {"evaluation_window": []}, {"custom_schedule": {"recurrences": [{"rrule": "FREQ=;;"}]}},
)  # fmt: skip


def bodies() -> list[dict[str, Any]]:
    """The monitors of all cases, as Datadog would be sent them but for what is odd in them."""
    found_in_cases = []
    for case in cases():
        for declared in case.monitors.values():
            body = {**SOUND, **(declared or {})}
            options = body.pop("options", None)
            thresholds = body.pop("thresholds", None)
            body["options"] = {"thresholds": thresholds, **(options or {})}
            if isinstance(body["query"], str) and isinstance(body["message"], str):
                found_in_cases.append({"type": "query alert", **body})
    return found_in_cases


def changed(text: str, others: Sequence[str], chance: random.Random) -> str:
    """A text with pieces left out, repeated, exchanged, grown and mixed with another text."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        pieces = PIECES.findall(text) or [""]
        at, to = sorted(chance.randrange(len(pieces)) for _ in range(2))
        between = pieces[at : to + 1]
        match chance.randrange(8):
            case 0:
                between = []
            case 1:
                between = between * chance.choice((2, 30, 1000))
            case 2:
                between = [chance.choice(ODD)]
            case 3:
                between = [*between, chance.choice(ODD) * chance.choice((1, 3, 5000))]
            case 4:
                between = [pieces[at] * chance.choice((2, 100, 3000))]
            case 5:
                between = [*between, *PIECES.findall(chance.choice(others))]
            case 6:
                between = between[::-1]
            case _:
                between = ["(" * 50, *between, ")" * 50]
        text = "".join((*pieces[:at], *between, *pieces[to + 1 :]))[:LONGEST]
    return text


def other_options(options: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Options of which some have values that nobody would write."""
    mixed = copy.deepcopy(dict(options))
    for name in chance.sample(sorted(mixed), k=min(len(mixed), chance.choice((0, 1, 2)))):
        inner = mixed[name]
        if isinstance(inner, dict) and inner and chance.random() < 0.6:
            inner[chance.choice(sorted(inner))] = chance.choice(VALUES)
        else:
            mixed[name] = chance.choice(VALUES)
    return mixed


def check(body: Mapping[str, Any]) -> None:
    findings: list[Any] = []
    made = calls(lambda: findings.append(findings_of(body)))
    assert made <= MOST_CALLS * (len(str(body)) + 500), str(body)[:400]
    assert findings_of(body, memo=False) == findings[0], body


BODIES = bodies()


@pytest.mark.parametrize("seed", range(8))
def test_no_monitor_makes_a_rule_raise_or_do_too_much(seed: int) -> None:
    chance = random.Random(seed)
    names = sorted({name for body in BODIES for name in body["options"]})
    for _ in range(40):
        body = dict(chance.choice(BODIES))
        other = chance.choice(BODIES)
        for field in ("query", "message", "name"):
            if chance.random() < 0.4:
                texts = (str(other["message"]), str(other["query"]))
                body[field] = changed(str(body[field]), texts, chance)
        options = {chance.choice(names): chance.choice(VALUES), **body["options"]}
        body["options"] = other_options(options, chance)
        body["tags"] = [changed("team:motor", ("env:prod",), chance)]
        check(body)


@pytest.mark.parametrize(
    "text",
    ["{{", "{", "@", "@slack-", "{{/is_alert/ ops", "x@a.", "@a.test-", "{{#is_match 'a' 'b'}}",
     "{{[", '{{eval "', "{{a.b}} ", "{{!--", "}}", "##", "{{#is_alert}}@a{{/is_alert}} "],
)  # fmt: skip
def test_no_long_text_takes_longer_than_its_length_makes_it(
    text: str,
) -> None:
    for field, before in (("message", ""), ("name", ""), ("message", "@")):
        short, long = (
            {**BODIES[0], "message": "Buyers get no price.", field: before + (text * size)[:size]}
            for size in (SHORT, LONGEST)
        )
        check(long)
        small, large = (partial(findings_of, body, memo=False) for body in (short, long))
        assert times_as_long(small, large, allowed=ALLOWED) <= ALLOWED
