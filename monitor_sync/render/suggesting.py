"""What declared monitors have in common, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor_sync import jsontext
from monitor_sync.render.style import PLAIN, SCREEN, Style
from monitor_sync.render.text import count, listed_within, wrapped

if TYPE_CHECKING:
    from monitor_sync.app.suggesting import Suggested


def text(suggested: Suggested, style: Style = PLAIN) -> str:
    """Return what could be said once: a screen of summary, then the text of each file."""
    if not suggested.texts:
        words = (
            f"{count(suggested.monitors, 'monitor')}: no template would save lines. Those written"
            " out one by one have too little in common."
        )
        return "\n".join(wrapped(words, style.width, 0)) + "\n"
    return "\n".join(_lines(suggested, style)) + "\n"


def _lines(suggested: Suggested, style: Style) -> Iterator[str]:
    replaced = sum(map(len, suggested.replaced.values()))
    instead = sum(part.count("\n") for part in suggested.texts.values())
    yield style(
        f"{count(replaced, 'monitor')} of {suggested.monitors} could be said in {instead} lines"
        f" instead of {suggested.lines}. Nothing was changed.",
        bold=True,
    )
    yield "  Read back, these lines make the same monitors; `moved_from` keeps their ids."
    for path, part in suggested.texts.items():
        names = suggested.replaced.get(path)
        yield ""
        yield style(path, bold=True) + ("" if names else ", a new file:")
        if names:
            yield f"  in place of {listed_within(names, SCREEN - 14)}:"
        yield from (f"    {line}" if line else "" for line in part.splitlines())


def json(suggested: Suggested) -> str:
    """Return the templates, and for each file what would stand in it in place of what."""
    return jsontext.document(
        {
            "templates": [
                {
                    "file": template.file,
                    "item": template.item,
                    "parameters": list(template.parameters),
                    "monitors": list(template.monitors),
                    "text": suggested.texts[template.file],
                }
                for template in suggested.suggestion.templates
            ],
            "files": [
                {"file": path, "text": suggested.texts[path], "instead_of": list(names)}
                for path, names in sorted(suggested.replaced.items())
            ],
        }
    )
