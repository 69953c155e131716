"""No message takes long, whatever is in it: the work grows with its length and no faster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.handles import attached, handles
from monitor_sync.language.message import parse
from monitor_sync.language.template_variables import Surroundings, existence, variables
from monitor_sync.language.transitions import Reach
from monitor_sync.language.unreachable_blocks import never_shown
from tests.growth import times_as_long

SHORT, LONG = 2_500, 20_000
"""Characters."""
LINEAR = LONG / SHORT
ALLOWED = 3 * LINEAR
"""Times as long for so many times the text; the square of it would be 64."""

REPEATED = (
    "{", "{{", "}}", "{{!", "{{!-- a }}", "{{!--", "{{{{", "{{{{raw}}}}", "{{#is_alert}}",
    "{{/is_alert}}", "{{#is_x}}", "{{else}}", "@", "@a ", "@workflow-a(", "@workflow-a(\"", "}}@a",
    "@workflow-a(a=1 ", "{{a}}@slack-a", "(@slack-a)", "{{#is_match \"a\" \"b\"}}@c{{/is_match}}",
    "{{eval \"1+1\"}}", "{{eval \"", "{{[", "{{a.b.c}}", "{{#is_match \"", "x@", "@slack-x(",
    "{{b\"c", "@{{a}}", "@a{{#is_match \"a\" \"b\"}}x{{/is_match}}", "@pagerduty-", " ", "\\",
)  # fmt: skip


NUMBERED = {
    "comparisons": '{{#is_match "a#N" "b"}}@c#N{{/is_match}}',
    "comparisons of one handle": '{{#is_match "a#N" "b"}} @c{{/is_match}}',
    "words cut by comparisons": '@a{{#is_match "a#N" "b"}}x{{else}}y{{/is_match}}',
    "nested comparisons": '{{#is_match "a#N" "b"}} @c {{else}}@d ',
    "unknown conditions": "{{#is_#N_abcdef}}{{/is_#N_abcdef}}",
    "unknown variables": "{{abc#Ndefgh.x}}",
}
"""Repeated with a running number in the place of ``#N``."""
WITHIN = {
    "blanks behind arguments": ('{{#is_match "a" "b"', "\n", "}}"),
    "blanks before a name": ("{{#", " ", "is_alert}}"),
    "blanks in an eval": ('{{eval "1', " ", '"}}'),
    "brackets in an eval": ('{{eval "', "[a ", '"}}'),
    "a long sum": ('{{eval "', "1+", '"}}'),
    "deep parentheses": ('{{eval "', "(", '"}}'),
    "powers": ('{{eval "', "2^", '"}}'),
}
"""What stands before, what is repeated, what stands behind."""
HOSTILE = (*REPEATED, *NUMBERED, *WITHIN)


def hostile(name: str, length: int) -> str:
    """A text of about so many characters."""
    if name in NUMBERED:
        pattern = NUMBERED[name]
        return "".join(pattern.replace("#N", str(place)) for place in range(length))[:length]
    before, piece, behind = WITHIN.get(name, ("", name, ""))
    return before + (piece * length)[:length] + behind


AROUND = Surroundings(type="log alert", group_keys=("host", "env", "kube.app"))


def steps(text: str) -> dict[str, Callable[[], object]]:
    message = parse(text)
    assert str(message) == text
    return {
        "parse": lambda: parse(text),
        "handles": lambda: handles(text),
        "attached": lambda: attached(text),
        "notified": lambda: by_transition(message, reach=Reach()),
        "never shown": lambda: never_shown(message, Reach()),
        "variables": lambda: [existence(use, AROUND) for use in variables(message)],
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_longer_than_its_length_makes_it(name: str) -> None:
    short, long = steps(hostile(name, SHORT)), steps(hostile(name, LONG))
    times = {step: times_as_long(short[step], long[step], allowed=ALLOWED) for step in short}
    assert {step: more for step, more in times.items() if more > ALLOWED} == {}


def test_ten_times_the_text_takes_about_ten_times_as_long() -> None:
    text = (
        'Errors on {{service.name}}: {{eval "round(value, 2)"}} @slack-ops\n'
        '{{#is_match "env.name" "prod"}}@pagerduty-core{{else}}@slack-dev{{/is_match}}\n'
        "{{#is_alert}}bad{{/is_alert}}{{^is_recovery}} still{{/is_recovery}}\n"
    ) * 10

    each_step: tuple[Callable[[str], object], ...] = (parse, handles, variables, everybody)
    for step in each_step:
        times = times_as_long(partial(step, text), partial(step, text * 10), allowed=30)
        assert times <= 30


def everybody(text: str) -> object:
    return by_transition(text, reach=Reach())
