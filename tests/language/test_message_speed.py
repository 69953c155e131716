"""No message takes long, whatever is in it: the work grows with its length and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest

from monitor_sync.audience.recipients import by_transition
from monitor_sync.language.handles import attached, handles
from monitor_sync.language.message import parse
from monitor_sync.language.template_variables import Surroundings, existence, variables
from monitor_sync.language.transitions import Reach
from monitor_sync.language.unreachable_blocks import never_shown

LENGTH = 10_000
LIMIT = 0.05
"""Seconds for each step over 10,000 characters."""

REPEATED = (
    "{", "{{", "}}", "{{!", "{{!-- a }}", "{{!--", "{{{{", "{{{{raw}}}}", "{{#is_alert}}",
    "{{/is_alert}}", "{{#is_x}}", "{{else}}", "@", "@a ", "@workflow-a(", "@workflow-a(\"", "}}@a",
    "@workflow-a(a=1 ", "{{a}}@slack-a", "(@slack-a)", "{{#is_match \"a\" \"b\"}}@c{{/is_match}}",
    "{{eval \"1+1\"}}", "{{eval \"", "{{[", "{{a.b.c}}", "{{#is_match \"", "x@", "@slack-x(",
    "{{b\"c", "@{{a}}", "@a{{#is_match \"a\" \"b\"}}x{{/is_match}}", "@pagerduty-", " ", "\\",
)  # fmt: skip


def numbered(pattern: str) -> str:
    """A pattern repeated with a running number in it."""
    return "".join(pattern.replace("#N", str(number)) for number in range(1000))[:LENGTH]


HOSTILE = {
    **{repr(each): (each * LENGTH)[:LENGTH] for each in REPEATED},
    "comparisons": numbered('{{#is_match "a#N" "b"}}@c#N{{/is_match}}'),
    "comparisons of one handle": numbered('{{#is_match "a#N" "b"}} @c{{/is_match}}'),
    "words cut by comparisons": numbered('@a{{#is_match "a#N" "b"}}x{{else}}y{{/is_match}}'),
    "nested comparisons": numbered('{{#is_match "a#N" "b"}} @c {{else}}@d '),
    "unknown conditions": numbered("{{#is_#N_abcdef}}{{/is_#N_abcdef}}"),
    "blanks behind arguments": '{{#is_match "a" "b"' + "\n" * LENGTH + "}}",
    "blanks before a name": "{{#" + " " * LENGTH + "is_alert}}",
    "blanks in an eval": '{{eval "1' + " " * LENGTH + '"}}',
    "brackets in an eval": '{{eval "' + "[a " * (LENGTH // 3) + '"}}',
    "unknown variables": numbered("{{abc#Ndefgh.x}}"),
    "a long sum": '{{eval "' + "1+" * (LENGTH // 2) + '"}}',
    "deep parentheses": '{{eval "' + "(" * LENGTH + '"}}',
    "powers": '{{eval "' + "2^" * (LENGTH // 2) + '"}}',
}
AROUND = Surroundings(type="log alert", group_keys=("host", "env", "kube.app"))


def seconds(step: Callable[[], object]) -> float:
    """The processor's time of the quickest of three goes; the machine may be busy."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        step()
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_ten_thousand_characters_takes_long(name: str) -> None:
    text = HOSTILE[name]
    message = parse(text)

    assert str(message) == text
    steps: dict[str, Callable[[], object]] = {
        "parse": lambda: parse(text),
        "handles": lambda: handles(text),
        "attached": lambda: attached(text),
        "notified": lambda: by_transition(message, reach=Reach()),
        "never shown": lambda: never_shown(message, Reach()),
        "variables": lambda: [existence(use, AROUND) for use in variables(message)],
    }
    slow = {step: taken for step, run in steps.items() if (taken := seconds(run)) > LIMIT}
    assert slow == {}


def test_ten_times_the_text_takes_about_ten_times_as_long() -> None:
    text = (
        'Errors on {{service.name}}: {{eval "round(value, 2)"}} @slack-ops\n'
        '{{#is_match "env.name" "prod"}}@pagerduty-core{{else}}@slack-dev{{/is_match}}\n'
        "{{#is_alert}}bad{{/is_alert}}{{^is_recovery}} still{{/is_recovery}}\n"
    ) * 10

    steps: tuple[Callable[[str], object], ...] = (parse, handles, variables, everybody)
    for step in steps:
        once = seconds(partial(step, text))
        tenfold = seconds(partial(step, text * 10))
        assert tenfold < 25 * once + 0.005


def everybody(text: str) -> object:
    return by_transition(text, reach=Reach())
