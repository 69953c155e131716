"""Words of a search that were meant to be more than words: operators, comparisons, ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.language.problems import Findings
from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Field,
    Junction,
    Negation,
    Range,
    Word,
)

_OPERATORS: Final = {"&&": "AND", "||": "OR", "&": "AND", "|": "OR"}
_RESERVED: Final = frozenset(
    ("env", "host", "message", "service", "source", "status", "team", "trace_id", "version")
)
"""Attributes and tags that Datadog knows by these names, in lower case."""
_COMPARATORS: Final = ("=", "==", "!=", "<>", ">", "<", ">=", "<=")
_UNEQUAL: Final = re.compile(r"(@?[A-Za-z][\w.@-]*)(?:!={1,2}|<>)([\w.*/-]+)", re.ASCII)
_COMPARED: Final = re.compile(r"(@?[A-Za-z][\w.@-]*)(>=|<=|>|<)(-?\d[\w.]*)", re.ASCII)
_EQUALS: Final = re.compile(r"(@?[A-Za-z][\w.@-]*)={1,3}([\w.*/-]+)", re.ASCII)
_NO_VALUE: Final = re.compile(r"[-@]?[A-Za-z@][\w.@-]*:", re.ASCII)
_NO_RANGE: Final = re.compile(
    r"([\[{])\s*([\w.*-]+?)(?:\s+(?:to|To)\s+|\s*,\s*|\.\.|-|\s+)([\w.*-]+)\s*([\]}])"
)
_NUMERIC: Final = re.compile(r"\*|-?\d+(?:\.\d+)?[a-z]*")
_INTEGER: Final = re.compile(r"-?\d{1,15}", re.ASCII)
_FIRST_STATUSES: Final = (100, 200, 300, 400, 500)
_DOTTED: Final = re.compile(r"(\d+)\.\.(\d+)")
_SIGNED: Final = re.compile(r"(=~|!~|~|={1,3}|!=?)([\w.*/-]+)")
_STATUSES: Final = re.compile(r"([1-5]\d\d)-([1-5]\d\d)", re.ASCII)
_VARIABLE: Final = re.compile(r"\$[A-Za-z_][\w.-]*", re.ASCII)
_SEVERAL: Final = re.compile(r"[\w.*/-]+(?:[|][\w.*/-]+)+", re.ASCII)
_LISTED: Final = re.compile(r"[A-Za-z_-][\w-]*(?:,[A-Za-z_-][\w-]*)+", re.ASCII)
_CLASS: Final = re.compile(r"([1-5])xx", re.IGNORECASE)
_CHAINED: Final = re.compile(r"([\w.*/-]+)[;&]+(@?[A-Za-z][\w.-]*:.+)", re.ASCII)
_REGEX: Final = re.compile(r"/.*(?:\.\*|\.\+|\\d|\^|\$|\[).*/")


def check_words(condition: Condition, findings: Findings, *, lists: bool) -> None:
    """
    Report what is searched for as a word and was meant as an operator, a comparison or a range.

    ``lists`` asks for values with commas too, of which the old search of events has a rule.
    Source: Datadog's page on the log search syntax. The server stores such searches.
    """
    around: list[Condition] = list(leaves(condition))
    for index, leaf in enumerate(around):
        before = around[index - 1] if index else None
        after = around[index + 1] if index + 1 < len(around) else None
        if isinstance(leaf, Word):
            _check_word(leaf, before, after, findings)
        elif isinstance(leaf, Field):
            _check_key(leaf, findings)
            _check_value(leaf, findings)
            _check_half_quoted(leaf, after, findings)
            if lists and isinstance(leaf.value, Word) and _LISTED.fullmatch(leaf.value.text):
                either = " OR ".join(leaf.value.text.split(","))
                hint = f"write `{leaf.key.text}:({either})`"
                message = f"`{leaf.value.text}` is searched for as one value"
                _never(leaf, message, hint, findings)


def _check_key(field: Field, findings: Findings) -> None:
    """Report a key that no event has: ``Service`` for ``service``."""
    key = field.key.text
    lower = key.lower()
    if key != lower and lower in _RESERVED:
        message = f"`{key}` is not `{lower}`: keys are told apart by case"
        _never(field, message, f"write `{lower}:`", findings)


def _check_word(
    word: Word, before: Condition | None, after: Condition | None, findings: Findings
) -> None:
    text = word.text
    if text in ("and", "or", "not"):
        # among words without keys `not` is a part of what is searched for: `do not retry`
        if text != "not" or isinstance(after, Field):
            findings.warn(
                "lower-case-operator",
                word,
                f"`{text}` is searched for as a word",
                f"write `{text.upper()}`",
            )
    elif hint := _meant(text, before, after):
        _never(word, f"`{text}` is searched for as a word", f"write {hint}", findings)
    elif _NO_VALUE.fullmatch(text) and not isinstance(after, Word):
        findings.refuse(
            "empty-value",
            word,
            f"`{text}` has no value",
            f"write `{text}*` for any value",
        )


def _meant(text: str, before: Condition | None, after: Condition | None) -> str:
    """Return what somebody meant by a word that looks like an operator; empty for other words."""
    if text in _OPERATORS:
        return f"`{_OPERATORS[text]}`"
    beside = ""
    if isinstance(before, Word):
        beside = _meant_between(text, before.text, after)
    elif text == "TO" and isinstance(before, Field) and isinstance(after, Word):
        beside = _of_bare_range(before, after.text)
    if beside:
        return beside
    if text[0] == "{" and ":" in text:
        return f"`{text.strip('{}')}`, without braces"
    if match := _UNEQUAL.fullmatch(text):
        return f"`-{match[1]}:{match[2]}`"
    if match := _COMPARED.fullmatch(text):
        return f"`{match[1]}:{match[2]}{match[3]}`"
    if match := _EQUALS.fullmatch(text):
        return f"`{match[1]}:{match[2]}`"
    return ""


def _meant_between(text: str, key: str, after: Condition | None) -> str:
    """Return the same for an operator behind a word that should be its key."""
    value = after.text if isinstance(after, Word) else ""
    if text == "IN" or (text == "in" and _LISTED.fullmatch(value)):
        return f"`{key}:(a OR b)`"
    apart = text.lstrip("=!<>")
    comparator = text[: len(text) - len(apart)]
    if comparator in _COMPARATORS:
        return _of_comparison(key, comparator, apart or value or "…")
    if len(text) > 2 and text[0] == ":":
        return f"`{key}{text}`, without a blank"
    return ""


def _of_bare_range(field: Field, high: str) -> str:
    """Return what was meant by ``@code:500 TO 599``; empty for other words around a ``TO``."""
    low = field.value.text if isinstance(field.value, Word) else ""
    if _NUMERIC.fullmatch(low) and _NUMERIC.fullmatch(high):
        return f"`{field.key.text}:[{low} TO {high}]`"
    return ""


def _of_comparison(key: str, comparator: str, value: str) -> str:
    key = key.rstrip(":")
    if comparator in ("!=", "<>"):
        return f"`-{key}:{value}`"
    return f"`{key}:{'' if comparator in ('=', '==') else comparator}{value}`"


def _check_value(field: Field, findings: Findings) -> None:
    value = field.value
    if isinstance(value, Word) and value.text[:1] in "[{":
        _never(field, f"`{value.text}` is no range", _of_range(field.key.text, value), findings)
    elif isinstance(value, Word):
        _check_word_of_field(field.key.text, value.text, field, findings)
    elif isinstance(value, Range):
        _check_range(field, value, findings)
    elif isinstance(value, Enclosed):
        _check_choice(field, value, findings)


def _check_choice(field: Field, choice: Enclosed, findings: Findings) -> None:
    """Report what separates the values of ``service:(a,b)`` and is none of OR and AND."""
    for leaf in leaves(choice):
        if not isinstance(leaf, Word):
            continue
        if "," in leaf.text.strip(","):
            either = " OR ".join(filter(None, leaf.text.split(",")))
            hint = f"write `{field.key.text}:({either})`"
            _never(field, f"`{leaf.text}` is searched for as one value", hint, findings)
        elif operator := {**_OPERATORS, "or": "OR", "and": "AND"}.get(leaf.text):
            _never(
                leaf, f"`{leaf.text}` is searched for as a value", f"write `{operator}`", findings
            )


def _check_range(field: Field, ends: Range, findings: Findings) -> None:
    """
    Report a range from more to less, and a class of HTTP statuses without its first one.

    Source: braces leave the ends out in Datadog's own parser of this syntax, which is part of
    Vector and of Observability Pipelines.
    """
    if not (_INTEGER.fullmatch(ends.low) and _INTEGER.fullmatch(ends.high)):
        return
    low, high, key = int(ends.low), int(ends.high), field.key.text
    if low > high:
        message = f"no number lies between {low} and {high}"
        _never(field, message, f"write `{key}:[{high} TO {low}]`", findings)
    elif not ends.inclusive and key.endswith(("code", "status")) and low in _FIRST_STATUSES:
        hint = f"write `{key}:[{low} TO {high}]`"
        _never(field, f"`{{` leaves {low} itself out", hint, findings)


def _check_half_quoted(field: Field, after: Condition | None, findings: Findings) -> None:
    """Report ``service:'a b'``, which is the value ``'a`` and the word ``b'``."""
    value = field.value
    if not isinstance(value, Word) or not isinstance(after, Word):
        return
    if value.text[:1] == "'" and not value.text[1:].endswith("'") and after.text[-1:] == "'":
        hint = f'write `{field.key.text}:\\"{value.text[1:]} {after.text[:-1]}\\"`'
        _never(field, "single quotes hold no value together", hint, findings)


def _of_range(key: str, value: Word) -> str:
    """Return what to write for something in brackets that is no range."""
    match = _NO_RANGE.fullmatch(value.text)
    if match is None or "TO" in (match[2], match[3]):
        return f"write `{key}:[from TO to]`"
    if _NUMERIC.fullmatch(match[2]) is None and _NUMERIC.fullmatch(match[3]) is None:
        return f"write `{key}:({match[2]} OR {match[3]})`"
    return f"write `{key}:{match[1]}{match[2]} TO {match[3]}{match[4]}`"


def _check_word_of_field(key: str, text: str, field: Field, findings: Findings) -> None:
    """Report a value with the signs of another language: ``status:!=error``, ``@code:5..9``."""
    signed, dotted, chained = (
        _SIGNED.fullmatch(text), _DOTTED.fullmatch(text), _CHAINED.fullmatch(text)
    )  # fmt: skip
    if text in _COMPARATORS:
        hint = f"write the number at once behind it: `{key}:{text}500`"
    elif signed is not None:
        minus = "-" if signed[1].startswith("!") else ""
        hint = f"write `{minus}{key}:{signed[2]}`"
    elif dotted is not None:
        hint = f"write `{key}:[{dotted[1]} TO {dotted[2]}]`"
    elif key.endswith("code") and (status := _CLASS.fullmatch(text)):
        hint = f"write `{key}:[{status[1]}00 TO {status[1]}99]`"
    elif key.endswith("code") and (statuses := _STATUSES.fullmatch(text)):
        hint = f"write `{key}:[{statuses[1]} TO {statuses[2]}]`"
    elif _VARIABLE.fullmatch(text):
        hint = "monitors have no variables of dashboards: write the value itself"
    elif len(text) > 1 and text[-1] == ",":
        hint = f"write `{key}:{text[:-1]}`: a blank joins what must all hold"
    elif chained is not None:
        hint = f"write `{key}:{chained[1]} {chained[2]}`"
    elif _SEVERAL.fullmatch(text):
        hint = f"write `{key}:({' OR '.join(text.split('|'))})`"
    elif _REGEX.fullmatch(text):
        hint = "a search has no regular expressions: `*` and `?` stand for any characters"
    elif len(text) > 2 and text[0] == text[-1] == "'":
        hint = f'write `{key}:\\"{text[1:-1]}\\"`, or no quotes'
    else:
        return
    _never(field, f"`{text}` is searched for as one value", hint, findings)


def _never(at: Word | Field, message: str, hint: str, findings: Findings) -> None:
    findings.warn("search-never-fits", at, message, hint)


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield what a search joins, in order: words, phrases, fields, ranges."""
    waiting: list[Condition] = [condition]
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, Junction):
            waiting.extend(reversed(condition.operands))
        elif isinstance(condition, Negation):
            waiting.append(condition.operand)
        elif isinstance(condition, Enclosed):
            waiting.append(condition.condition)
        else:
            yield condition
