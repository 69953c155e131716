"""What somebody most likely meant who typed a word that does not exist. The only such place."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 100
"""Longer words are no slips of the finger, and comparing them would cost time."""

_SYNONYMS: Final = {
    "mean": "avg", "average": "avg", "maximum": "max", "minimum": "min", "total": "sum",
    "0": "zero", "none": "null", "previous": "last",
    "is_critical": "is_alert",
    "is_error": "is_alert",
    "is_triggered": "is_alert",
    "is_warn": "is_warning",
    "is_nodata": "is_no_data",
    "is_missing": "is_no_data",
    "is_ok": "is_recovery",
    "is_resolved": "is_recovery",
    "is_recovered": "is_recovery",
    "is_renotification": "is_renotify",
    "is_exact": "is_exact_match",
    "is_equal": "is_exact_match",
    "if": "is_match",
    "unless": "is_match",
    "is": "is_match",
}  # fmt: skip
"""Words of other tools and languages for what Datadog calls otherwise."""

_TYPES_MEANT: Final = {
    "metric": ("query alert",), "query": ("query alert",), "threshold": ("query alert",),
    "change": ("query alert",), "anomaly": ("query alert",), "forecast": ("query alert",),
    "outlier": ("query alert",), "integration": ("query alert",),
    "apm": ("query alert", "trace-analytics alert"), "trace": ("trace-analytics alert",),
    "traces": ("trace-analytics alert",), "span": ("trace-analytics alert",),
    "host": ("service check",), "network": ("service check",), "custom check": ("service check",),
    "check": ("service check",), "watchdog": ("event-v2 alert",), "event": ("event-v2 alert",),
    "ci": ("ci-pipelines alert", "ci-tests alert"), "dbm": ("database-monitoring alert",),
    "database": ("database-monitoring alert",),
    **dict.fromkeys(("burn rate", "error budget"), ("slo alert",)),
    **dict.fromkeys(("http check", "process check"), ("service check",)),
}  # fmt: skip
"""Types that people expect, less their ``alert``, with what does it. Source: the API's create
reference for the first ones; the others are what Datadog's pages call the types."""


def types_meant(word: str) -> tuple[str, ...]:
    """Return the types that do what a type that does not exist is expected to do, if known."""
    return _TYPES_MEANT.get(_kind_of(word), ())


def nearest_type(word: str, known: Iterable[str]) -> str:
    """Return the type nearest to a wrong one; ``alert``, which most end with, is no likeness."""
    kinds = {_kind_of(type_): type_ for type_ in known}
    return kinds.get(nearest(_kind_of(word), kinds, cutoff=0.7), "")


def _kind_of(type_: str) -> str:
    words = type_.lower().replace("_", " ").split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in _TYPE_ENDINGS else words)


_TYPE_ENDINGS: Final = ("alert", "alerts", "monitor")


def did_you_mean(
    word: str,
    known: Iterable[str],
    otherwise: str = "",
    *,
    form: str = "`{}`",
    cutoff: float = 0.6,
) -> str:
    """
    Return the hint for a wrong word: ``did you mean `last_5m`?``.

    ``otherwise`` is the hint where no known word is near. ``form`` is how the word has to be
    typed, with ``{}`` for it. A word of another tool stands for ours if that is known.
    """
    words = tuple(known)
    synonym = _SYNONYMS.get(word.lower())
    near = synonym if synonym in words else nearest(word, words, cutoff)
    return f"did you mean {form.format(near)}?" if near else otherwise


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word nearest to a wrong one; an empty text where none is near."""
    return _nearest(word.lower(), tuple(known), cutoff) if len(word) <= _LONGEST else ""


@functools.lru_cache(maxsize=4096)
def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> str:
    from difflib import get_close_matches  # only somebody who mistyped waits for it

    # words of too different a length cannot reach the cutoff, which difflib finds out late
    length = len(word)
    near = [
        other for other in known if 2 * min(length, len(other)) >= cutoff * (length + len(other))
    ]
    return next(iter(get_close_matches(word, near, n=1, cutoff=cutoff)), "")
