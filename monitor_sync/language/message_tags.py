"""What stands between two braces: its words, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from monitor_sync.language.eval_expression import Expression, evaluation
from monitor_sync.language.message_tree import Argument, Condition, MessageProblem
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.time_zones import known_zone
from monitor_sync.language.transitions import CONDITIONS, FLAGS, MATCHES, PRIORITY

HELPERS: Final = ("eval", "local_time", "urlencode", "override_priority")

PRIORITIES: Final = ("P1", "P2", "P3", "P4", "P5")

# what people write who know the word from another place: Datadog's API, its search, Handlebars
_WORD: Final = re.compile(
    r"""(?: "(?P<double>[^"]*)" | '(?P<single>[^']*)'
          | \((?P<eval>eval\s+(?:"[^"]*"|'[^']*'))\s*\)
          | (?P<open>["'].*) | (?P<bare>[^\s"']+) )""",
    re.VERBOSE | re.DOTALL,
)
_SEGMENTS: Final = re.compile(r"(?:\[(?P<bracket>[^\[\]]+)\]|(?P<plain>[^\s.\[\]\"'()=|&~>;,]+))")

_SIGNS: Final = ("#", "^", "/", "!")

Report = Callable[[MessageProblem], None]


def path_of(text: str) -> tuple[str, ...] | None:
    """Return ``[kube.app].name`` as ``("kube.app", "name")``; None for what is no path."""
    path, at = [], 0
    while not text.startswith(_SIGNS):
        segment = _SEGMENTS.match(text, at)
        if segment is None:
            return None
        path.append(segment["bracket"] or segment["plain"])
        at = segment.end()
        if at == len(text):
            return tuple(path)
        if text[at] == ".":
            at += 1
        elif text[at] != "[":  # `service.links[runbook]` needs no dot before its bracket
            return None
    return None


def words(text: str, start: int, report: Report) -> tuple[Argument, ...]:
    """Return the arguments in a text that begins at ``start`` of the message."""
    return tuple(_words(text, start, report)) if text else ()


def _words(text: str, start: int, report: Report) -> Iterator[Argument]:
    for match in _WORD.finditer(text):
        kind = match.lastgroup or "bare"
        value = match[kind]
        begin = start + match.start(kind)
        end = start + match.end(kind)
        if kind == "bare":
            yield Argument(begin, end, value, quoted=False)
        elif kind == "open":
            quote = value[0]
            report(
                MessageProblem(
                    code="unclosed-quote",
                    message=f"{quote} opens a text that nothing closes",
                    start=begin,
                    end=end,
                    hint=f"end the text with {quote} before the braces",
                )
            )
            yield Argument(begin, end, value[1:], quoted=True)
        else:
            yield Argument(begin - 1, end + 1, value, quoted=True)


def check_condition(condition: Condition, report: Report) -> None:
    """Report what is wrong with a block's condition."""
    name = condition.name
    if name in FLAGS:
        if condition.arguments:
            first, last = condition.arguments[0], condition.arguments[-1]
            _say(
                report,
                "unexpected-argument",
                f"`{name}` takes no argument",
                first.start,
                last.end,
                f"write `{name}` alone",
            )
    elif name in MATCHES:
        _check_match(condition, report)
    elif name == PRIORITY:
        _check_priority(condition, report)
    else:
        _say(
            report,
            "unknown-condition",
            f"unknown condition `{name}`",
            condition.start,
            condition.start + len(name),
            condition_hint(name),
        )


def condition_hint(name: str) -> str:
    """Return what to write instead of a condition that does not exist."""
    if name in ("if", "unless", "each", "with"):
        return 'a message has no such block; compare with {{#is_match "host.name" "web"}}'
    return did_you_mean(name, CONDITIONS)


def _check_match(condition: Condition, report: Report) -> None:
    name, arguments = condition.name, condition.arguments
    example = f'{{{{#{name} "host.name" "web"}}}}'
    if not arguments:
        end = condition.start + len(name)
        _say(report, "missing-argument", f"`{name}` without a variable and a text to compare",
             condition.start, end, f"write {example}")  # fmt: skip
        return
    for argument in arguments:
        if not argument.quoted:
            plain = argument.value.strip("“”„«»‘’`")
            hint = f'write "{plain}", in straight quotes'
            _say(report, "unquoted-argument", f"`{argument.value}` is not quoted",
                 argument.start, argument.end, hint)  # fmt: skip
    if len(arguments) == 1:
        _say(report, "missing-argument", f"`{name}` without a text to compare with",
             condition.start, arguments[0].end, f"write {example}")  # fmt: skip
    if arguments[0].value.startswith("eval "):
        _check_nested_eval(arguments[0], report)
    elif arguments[0].quoted and path_of(arguments[0].value.strip()) is None:
        shown = arguments[0].value
        hint = f"the variable comes first: {example}"
        if "{" in shown or "$" in shown:
            hint = f"name the variable without braces: {example}"
        _say(report, "not-a-variable", f'"{shown}" is not the name of a variable',
             arguments[0].start, arguments[0].end, hint)  # fmt: skip


def _check_nested_eval(argument: Argument, report: Report) -> None:
    """Report what is wrong with ``(eval "lower(env.name)")`` in the place of a variable."""
    start = argument.start + argument.value.index(argument.value[-1])
    value = argument.value[start - argument.start + 1 : -1]
    _check_eval(Argument(start + 1, argument.end - 1, value, quoted=True), report)


def _check_priority(condition: Condition, report: Report) -> None:
    _check_level(condition.name, condition.arguments, condition.start, condition.end, report)


def _check_level(
    name: str, arguments: tuple[Argument, ...], start: int, end: int, report: Report
) -> None:
    if len(arguments) == 1 and arguments[0].quoted and arguments[0].value in PRIORITIES:
        return
    shown = " ".join(argument.value for argument in arguments) or "nothing"
    digits = "".join(character for character in shown if character in "12345")[:1]
    level = f"P{digits or 1}"
    _say(report, "wrong-priority", f"`{name}` takes one of 'P1' to 'P5', not {shown}", start, end,
         f"write {name} '{level}'")  # fmt: skip


def check_helper(
    name: str, arguments: tuple[Argument, ...], start: int, end: int, report: Report
) -> Expression | None:
    """Report what is wrong with a helper; return the expression of an ``eval``."""
    if name == "override_priority":
        _check_level(name, arguments, start, end, report)
        return None
    example = {
        "eval": '{{eval "round(value, 2)"}}',
        "local_time": "{{local_time 'last_triggered_at' 'Europe/Madrid'}}",
        "urlencode": '{{urlencode "service.name"}}',
    }[name]
    wanted = 2 if name == "local_time" else 1
    for argument in arguments:
        if not argument.quoted:
            _say(report, "unquoted-argument", f"`{argument.value}` is not quoted",
                 argument.start, argument.end, f"write {example}")  # fmt: skip
    if len(arguments) != wanted:
        quoted = all(argument.quoted for argument in arguments)
        if quoted:
            _say(report, "wrong-arguments", f"`{name}` with {len(arguments)} arguments, {wanted}"
                 " expected", start, end, f"write {example}")  # fmt: skip
        return None
    if name == "eval":
        return _check_eval(arguments[0], report)
    _check_paths(name, arguments, report)
    return None


def _check_eval(argument: Argument, report: Report) -> Expression | None:
    offset = argument.start + argument.quoted
    expression, faults = evaluation(argument.value, offset)
    for fault in faults:
        _say(report, fault.code, fault.message, fault.start, fault.end, fault.hint)
    return expression


def _check_paths(name: str, arguments: tuple[Argument, ...], report: Report) -> None:
    first = arguments[0]
    if path_of(first.value.strip()) is None:
        _say(report, "not-a-variable", f'{name}: "{first.value}" is not the name of a variable',
             first.start, first.end)  # fmt: skip
    if name == "local_time" and not known_zone(arguments[1].value):
        zone = arguments[1]
        _say(report, "unknown-time-zone", f'local_time: unknown time zone "{zone.value}"',
             zone.start, zone.end, "a name of the tz database, such as Europe/Madrid")  # fmt: skip


def _say(report: Report, code: str, message: str, start: int, end: int, hint: str = "") -> None:
    report(MessageProblem(code=code, message=message, start=start, end=end, hint=hint))
