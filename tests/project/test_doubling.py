"""Reading and checking costs what the files are long, whatever is wrong with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from monitor_sync.app.files import check
from monitor_sync.project.load import load
from monitor_sync.project.message import quieted
from monitor_sync.render import diagnostics
from tests.growth import times_as_long
from tests.project.builders import write

pytestmark = pytest.mark.early

SMALL, EIGHT_TIMES = 65, 520
ALLOWED = 24
"""Times as long; what grows with the length takes 8, what grows with its square 64."""
MONITOR = "  m{0}: {{name: m{0}, message: m, query: 'avg(last_5m):avg:a{{*}} > 1', {1}}}\n"


def of(written: str) -> Callable[[int], str]:
    """As many monitors in one file, each with this written in it."""
    return lambda number: (
        "monitors:\n" + "".join(MONITOR.format(place, written) for place in range(number))
    )


def of_message(repeated: str) -> Callable[[int], str]:
    """One monitor with a message of so many times this."""
    monitor = MONITOR.format(0, "priority: 3")
    return lambda number: (
        "monitors:\n" + monitor.replace("message: m", f"message: {repeated * number!r}")
    )


def of_tags(number: int) -> str:
    """One monitor with a mapping of so many tags."""
    tags = ", ".join(f"a{place}: b" for place in range(10 * number))
    return "monitors:\n" + MONITOR.format(0, f"tags: {{{tags}}}")


FILES = {
    "tags": of_tags,
    "sound": of("priority: 3"),
    "an unknown key": of("nmae: x"),
    "an unknown team": of("team: motor-qoutes"),
    "an unknown hole": of("runbook: '${x}'"),
    "a wrong type and an ignore": of("priority: high, ignore: [{rule: a/b, reason: c}]"),
    "a tag that is a number": of("tags: {version: 1.10}"),
    "a former key": of("moved_from: motor/flow/m1"),
    "an adoption": of("adopt: 5"),
    "handles behind a sign": of_message("_@slack-"),
    "handles": of_message("@a "),
    "variables": of_message("{{a.b}} "),
    "one handle of many variables": of_message("@a{{x}}"),
}


def checked(root: Path, text: str) -> Callable[[], object]:
    """One check of a project, in words of its own each time: what is remembered is no measure."""
    turns = itertools.count()

    def work() -> str:
        write(root, {"motor/flow.yaml": text.replace("message: ", f"message: {next(turns)}")})
        return diagnostics.text(check(load(root)))

    return work


@pytest.mark.parametrize("kind", FILES)
def test_eight_times_as_much_takes_about_eight_times_as_long(tmp_path: Path, kind: str) -> None:
    make = FILES[kind]
    checked(tmp_path / "warm", make(10))()

    small = checked(tmp_path / "small", make(SMALL))
    large = checked(tmp_path / "large", make(EIGHT_TIMES))

    assert times_as_long(small, large, allowed=ALLOWED) <= ALLOWED


@pytest.mark.parametrize(
    "piece", ["@a ", "@a{{#a}} ", "@{{else}} ", "@a{{#a}} b{{/a}}", "{{/a}}@a"]
)
def test_a_quiet_week_is_found_for_eight_times_the_text_in_eight_times_as_long(piece: str) -> None:
    small, large = (partial(quieted, piece * times, "@q") for times in (500, 4_000))
    assert times_as_long(small, large, allowed=ALLOWED) <= ALLOWED
