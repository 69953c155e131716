"""Is a name that the emulator does not know a slip of the pen, or newer than the emulator?

In a request a slip is refused, as Datadog refuses every name it does not know. A name that
resembles none of the known ones is let pass: Datadog may have learnt it since this was written.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

_ALIKE = 0.8  # share of equal letters: `notify_no_dta` and `notify_no_data` have 0.96


def is_misspelt(name: str, known: Collection[str]) -> bool:
    """Return True if `name` is not known but resembles a known name."""
    if name in known:
        return False
    return any(_one_slip(name, right) for right in known) or bool(
        difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
    )


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", form: str = "`{}`") -> str:
    """Return a hint with the known word that is nearest to a wrong one; `otherwise` without one."""
    near = difflib.get_close_matches(word, [*known], n=1)
    return f"did you mean {form.format(near[0])}?" if near else otherwise


class BadSetting(ValueError):
    """A setting that nobody can mean. `hint` says what to write instead, or is empty."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def _one_slip(written: str, right: str) -> bool:
    """Return True if one letter is wrong, missing or too many, or two neighbours are swapped."""
    if abs(len(written) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(written), len(right)) and written[start] == right[start]:
        start += 1
    end, other_end = written[start:], right[start:]
    swapped = end[1:2] + end[:1] + end[2:]
    return (
        end[1:] == other_end[1:]
        or end[1:] == other_end
        or end == other_end[1:]
        or (len(end) > 1 and swapped == other_end)
    )
