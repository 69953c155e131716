"""The checks of ``doctor``, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from monitor_sync import jsontext
from monitor_sync.render.text import hanging, plain

if TYPE_CHECKING:
    from monitor_sync.datadog.health import Check, State
    from monitor_sync.render.style import Style

_SIGNS: Final[Mapping[State, tuple[str, str]]] = {
    "passed": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failed": ("✗", "red"),
    "not checked": ("-", "yellow"),
}


def text(checks: Sequence[Check], style: Style) -> str:
    """Return an aligned line for each check, its hint below it; the last line counts."""
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        sign, colour = _SIGNS[check.state]
        unknown = "not checked: " if check.state == "not checked" else ""
        first, *rest = hanging(f"{unknown}{plain(check.text)}", style.width, width + 4)
        lines += [f"{style(sign, colour)} {check.name:{width}}  {first}", *rest]
        if check.hint:
            first, *rest = hanging(plain(check.hint), style.width, width + 10)
            lines += [f"  {'':{width}}  {style('help:', 'cyan', bold=True)} {first}", *rest]
    return "\n".join(lines) + f"\n\n{_count(checks)}\n"


def _count(checks: Sequence[Check]) -> str:
    """Return ``7 checks: 6 passed, 1 not checked.``."""
    states: Counter[State] = Counter(check.state for check in checks)
    words = {"warning": "with a warning"}
    parts = [f"{states[state]} {words.get(state, state)}" for state in _SIGNS if states[state]]
    return f"{len(checks)} checks: {', '.join(parts)}."


def json(checks: Sequence[Check]) -> str:
    """Return one object with every check and how many there are of each state."""
    states: Counter[State] = Counter(check.state for check in checks)
    return jsontext.document(
        {
            "version": 1,
            "checks": [
                {"check": check.name, "state": check.state, "text": check.text, "hint": check.hint}
                for check in checks
            ],
            "summary": {state.replace(" ", "_"): states[state] for state in _SIGNS},
        }
    )
