"""Whether the tags of a source fit a filter."""

from __future__ import annotations

import functools
import re

from monitor_sync.insight.values import Unsupported
from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Everything,
    Junction,
    Membership,
    Negation,
    Tag,
    TagList,
    ValueChoice,
)


def fits(condition: Condition, tags: frozenset[str]) -> bool:
    """Return whether tags, in lower case, fit a scope's filter."""
    match condition:
        case Everything():
            return True
        case Tag():
            return _has(condition.key, condition.value, tags) is not condition.negated
        case TagList():
            return all(fits(item, tags) for item in condition.items)
        case Membership():
            held = any(_has(condition.key.text, value.text, tags) for value in condition.values)
            return held is not condition.negated
        case ValueChoice():
            return any(_has(condition.key.text, value.text, tags) for value in condition.values)
        case Junction():
            answers = (fits(operand, tags) for operand in condition.operands)
            return any(answers) if condition.operator == "OR" else all(answers)
        case Negation():
            return not fits(condition.operand, tags)
        case Enclosed():
            return fits(condition.condition, tags)
        case _:
            raise Unsupported("filter")


def _has(key: str, value: str, tags: frozenset[str]) -> bool:
    wanted = (f"{key}:{value}" if key else value).lower()
    if "*" not in wanted:
        return wanted in tags
    pattern = _pattern(wanted)
    return any(pattern.fullmatch(tag) for tag in tags)


@functools.lru_cache(maxsize=1024)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wanted.split("*"))))
