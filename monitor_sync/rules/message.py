"""
What is wrong with the tags of a message: blocks, conditions, arguments, helpers.

The name, the author's part of the message and the escalation message share one language; what the
tool adds to a message is tested apart. Datadog stores all of these without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.message_tree import MessageProblem
from monitor_sync.language.unreachable_blocks import NeverShown, never_shown
from monitor_sync.rules.registry import Finding, problem_rule, rule
from monitor_sync.rules.views import MessageView

RULE_OF: Final[dict[str, str]] = {}
"""The name of the rule that reports a problem, by the code of the problem."""

Page = Callable[[], None]


def _tells(name: str, *codes: str, once: bool = False) -> Callable[[Page], Page]:
    """
    Register a manual page as a rule that reports the problems of texts with these codes.

    ``once`` reports only the first of a monitor.
    """

    def register(page: Page) -> Page:
        wanted = frozenset(codes)

        def check(view: MessageView) -> Iterable[Finding]:
            findings = [
                _finding(field, problem)
                for field, problem in view.problems
                if problem.code in wanted
            ]
            return findings[:1] if once else findings

        problem_rule(name, Severity.WARNING, page, wanted, check)
        RULE_OF.update(dict.fromkeys(codes, name))
        return page

    return register


def _finding(field: tuple[str, ...], problem: MessageProblem) -> Finding:
    return Finding(
        message=problem.message,
        field=field,
        start=problem.start,
        end=problem.end,
        hint=problem.hint,
    )


# blocks


@_tells("message/unclosed-block", "unclosed-block")
def unclosed_block() -> None:
    """
    A block of the message is opened and never closed.

    Why: everything behind it belongs to the block, the footer and the recipients that are added
    below the text included. A block that begins with `{{#is_warning}}` then swallows the page.

    Example: `message: "{{#is_alert}}No quotes."`

    Use instead: `message: "{{#is_alert}}No quotes.{{/is_alert}}"`

    Source: Datadog's page on message variables; it stores the message all the same.
    """


@_tells("message/unopened-block", "unopened-block")
def unopened_block() -> None:
    """
    The end of a block closes nothing, as no block of that name is open.

    Why: a slip in one of the two names. The block that was meant stays open to the end.

    Example: `{{#is_alert}}No quotes.{{/is_alerts}}`

    Use instead: `{{#is_alert}}No quotes.{{/is_alert}}`

    Source: Datadog's page on message variables: a block ends with the name it began with.
    """


@_tells("message/overlapping-blocks", "overlapping-blocks")
def overlapping_blocks() -> None:
    """
    A block ends before another one that began inside it.

    Why: a block must end inside the block in which it began. Nobody knows which text Datadog shows
    when two blocks overlap.

    Example: `{{#is_alert}}{{#is_match "env.name" "prod"}}x{{/is_alert}}{{/is_match}}`

    Use instead: `{{#is_alert}}{{#is_match "env.name" "prod"}}x{{/is_match}}{{/is_alert}}`

    Source: Datadog's page on message variables; Handlebars, which it is a part of.
    """


@_tells("message/deep-blocks", "too-deep", once=True)
def deep_blocks() -> None:
    """
    Blocks are nested more than 20 deep.

    Why: monitor-sync does not read blocks that are nested deeper, so it does not know whom they
    notify.

    Example: `{{#is_alert}}` twenty-one times, one inside the other

    Use instead: one block a state, side by side

    Source: our own limit; published messages stay below five.
    """


@_tells("message/misplaced-else", "else-outside-block", "second-else", "else-with-condition")
def misplaced_else() -> None:
    """
    An `{{else}}` stands outside a block, is the second of its block, or has a condition.

    Why: a block has one alternative at most. A chain of `else if` does not exist in messages.

    Example: `{{#is_alert}}high{{else is_warning}}rising{{/is_alert}}`

    Use instead: `{{#is_alert}}high{{/is_alert}}{{#is_warning}}rising{{/is_warning}}`

    Source: Datadog's page on message variables.
    """


@rule("message/never-shown", Severity.WARNING)
def never_shown_block(view: MessageView) -> Iterator[Finding]:
    """
    A block can never be shown, because the monitor never gets into that state.

    Why: the text, and whoever is notified in it, is dead: a warning block without a warning
    threshold, a no-data block where nothing notifies about missing data, a renotify block without
    an interval, a priority that is not the monitor's.

    Example: `{{#is_warning}}rising{{/is_warning}}` with `thresholds: {critical: 5}`

    Use instead: `thresholds: {critical: 5, warning: 3}`, or remove the block

    Source: Datadog's page on message variables; which states a monitor reaches follows from its
    options.
    """
    for field, template in view.templates:
        if "{{#" in template.text or "{{^" in template.text or "{{{{" in template.text:
            for block in never_shown(template, view.reach):
                yield Finding(
                    message=f"{_which(block)} is never shown: {block.reason}",
                    field=field,
                    start=block.start,
                    end=block.end,
                    hint=_wake(block, view),
                )


def _which(dead: NeverShown) -> str:
    name = dead.condition.name
    return f"what follows {{{{else}}}} of `{name}`" if dead.otherwise else f"this `{name}` block"


def _wake(dead: NeverShown, view: MessageView) -> str:
    """Return what to change so that the block can be shown."""
    name = dead.condition.name
    reach = view.reach
    if name in ("is_warning", "is_warning_recovery", "is_alert_to_warning") and not reach.warning:
        return "set `thresholds: {warning: …}`, or remove the block"
    if name in ("is_no_data", "is_no_data_recovery") and not reach.no_data:
        return "set `options: {on_missing_data: show_and_notify_no_data}`, or remove the block"
    if name == "is_renotify" and not reach.renotify:
        return "set `options: {renotify_interval: …}`, or remove the block"
    return "remove the block"


# what stands in a tag


@_tells("message/unknown-condition", "unknown-condition")
def unknown_condition() -> None:
    """
    A block uses a condition that does not exist.

    Why: it never holds, so its text is never shown and nobody in it is notified.

    Example: `{{#is_critical}}No quotes.{{/is_critical}}`

    Use instead: `{{#is_alert}}No quotes.{{/is_alert}}`

    Source: the list of conditional variables on Datadog's page on message variables.
    """


@_tells(
    "message/wrong-argument",
    "unexpected-argument",
    "missing-argument",
    "unquoted-argument",
    "unclosed-quote",
    "not-a-variable",
    "argument-in-close",
    "wrong-arguments",
)
def wrong_argument() -> None:
    """
    A condition or a helper has arguments that it cannot work with.

    Why: `is_match` takes the name of a variable and then texts, all in straight quotes and without
    braces; `is_alert` and the like take nothing. Anything else does not match, silently.

    Example: `{{#is_match host.name "web"}}…{{/is_match}}`

    Use instead: `{{#is_match "host.name" "web"}}…{{/is_match}}`

    Source: Datadog's page on message variables, conditional variables and `is_match`.
    """


@_tells("message/wrong-priority", "wrong-priority")
def wrong_priority() -> None:
    """
    A priority in the message is not one of 'P1' to 'P5'.

    Why: `is_priority` then never holds, and `override_priority` overrides nothing.

    Example: `{{#is_priority '1'}}…{{/is_priority}}`

    Use instead: `{{#is_priority 'P1'}}…{{/is_priority}}`

    Source: Datadog's page on message variables, `is_priority` and `override_priority`.
    """


@_tells(
    "message/unreadable-tag",
    "unclosed-tag",
    "single-brace",
    "blank-before-sign",
    "condition-without-sign",
    "unreadable-tag",
)
def unreadable_tag() -> None:
    """
    Braces stand around something that is neither a variable, a block nor a helper.

    Why: Datadog shows it as it stands, or shows nothing; what was meant does not happen.

    Example: `{{is_alert}}No quotes.{{/is_alert}}`

    Use instead: `{{#is_alert}}No quotes.{{/is_alert}}`; braces that are meant as text go between
    `{{{{raw}}}}` and `{{{{/raw}}}}`

    Source: Datadog's page on message variables.
    """


@_tells("message/unreadable-eval", "eval-syntax", "eval-unknown-function", "eval-arity")
def unreadable_eval() -> None:
    """
    The arithmetic of an `eval` cannot be computed.

    Why: the notification shows nothing, or the text itself, where the number was meant.

    Example: `{{eval "rnd(value, 2)"}}`

    Use instead: `{{eval "round(value, 2)"}}`

    Source: operators and functions on Datadog's page on template variable evaluation.
    """


@_tells("message/unknown-time-zone", "unknown-time-zone")
def unknown_time_zone() -> None:
    """
    `local_time` names a time zone that does not exist.

    Why: the time is then not shown as local time, and whoever is woken reads the wrong hour.

    Example: `{{local_time 'last_triggered_at' 'Jakarta'}}`

    Use instead: `{{local_time 'last_triggered_at' 'Asia/Jakarta'}}`

    Source: Datadog's page on message variables asks for a name of the tz database.
    """
