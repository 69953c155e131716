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
    Word,
)

_OPERATORS: Final = {"&&": "AND", "||": "OR"}
_COMPARED: Final = re.compile(r"(@?[A-Za-z][\w.@-]*)(>=|<=|>|<)(-?\d[\w.]*)", re.ASCII)
_EQUALS: Final = re.compile(r"(@?[A-Za-z][\w.@-]*)={1,3}([\w.*/-]+)", re.ASCII)
_NO_VALUE: Final = re.compile(r"[-@]?[A-Za-z@][\w.@-]*:", re.ASCII)
_NO_RANGE: Final = re.compile(r"([\[{])\s*(\S+)\s+(?:to\s+|To\s+)?(\S+)\s*([\]}])")


def check_words(condition: Condition, findings: Findings) -> None:
    """
    Report what is searched for as a word and was meant as an operator, a comparison or a range.

    Source: Datadog's page on the log search syntax. The server stores such searches.
    """
    around: list[Condition] = list(leaves(condition))
    for index, leaf in enumerate(around):
        before = around[index - 1] if index else None
        after = around[index + 1] if index + 1 < len(around) else None
        if isinstance(leaf, Word):
            _check_word(leaf, before, after, findings)
        elif isinstance(leaf, Field):
            _check_value(leaf, findings)


def _check_word(
    word: Word, before: Condition | None, after: Condition | None, findings: Findings
) -> None:
    text = word.text
    compared, equals = _COMPARED.fullmatch(text), _EQUALS.fullmatch(text)
    if text in ("and", "or", "not"):
        # among words without keys `not` is a part of what is searched for: `do not retry`
        if text != "not" or isinstance(after, Field):
            findings.warn(
                "lower-case-operator",
                word,
                f"`{text}` is searched for as a word",
                f"write `{text.upper()}`",
            )
    elif text in _OPERATORS:
        _never(word, f"`{text}` is searched for as a word", f"write `{_OPERATORS[text]}`", findings)
    elif text == "IN" and isinstance(before, Word):
        hint = f"write `{before.text}:(a OR b)`"
        _never(word, "`IN` is searched for as a word", hint, findings)
    elif compared is not None:
        hint = f"write `{compared[1]}:{compared[2]}{compared[3]}`"
        _never(word, f"`{text}` is searched for as a word", hint, findings)
    elif equals is not None:
        hint = f"write `{equals[1]}:{equals[2]}`"
        _never(word, f"`{text}` is searched for as a word", hint, findings)
    elif _NO_VALUE.fullmatch(text) and not isinstance(after, Word):
        findings.refuse(
            "empty-value",
            word,
            f"`{text}` has no value",
            f"write `{text}*` for any value",
        )


def _check_value(field: Field, findings: Findings) -> None:
    value = field.value
    if isinstance(value, Word) and value.text[:1] in "[{":
        match = _NO_RANGE.fullmatch(value.text)
        whole = match is not None and "TO" not in (match[2], match[3])
        hint = f"write `{field.key.text}:[from TO to]`"
        if match is not None and whole:
            hint = f"write `{field.key.text}:{match[1]}{match[2]} TO {match[3]}{match[4]}`"
        _never(field, f"`{value.text}` is no range", hint, findings)
    elif isinstance(value, Enclosed):
        for leaf in leaves(value):
            if isinstance(leaf, Word) and "," in leaf.text.strip(","):
                either = " OR ".join(filter(None, leaf.text.split(",")))
                hint = f"write `{field.key.text}:({either})`"
                _never(field, f"`{leaf.text}` is searched for as one value", hint, findings)


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
