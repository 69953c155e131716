"""The manual pages of rules: one page, or a line for each rule."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync import jsontext
from monitor_sync.diagnostics import Severity
from monitor_sync.render.findings import COLOURS
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, pad, shorten, table

PARTS: Final = ("Why", "Example", "Use instead", "Source")
"""What stands on every page below its first sentence, in this order."""

_WIDEST: Final = 100
_HEADING: Final = re.compile(rf"^({'|'.join(PARTS)}):[ \n]?", re.MULTILINE)
_CODE: Final = re.compile(r"`[^`]+`")
_INDENT: Final = max(map(len, PARTS)) + 4


class Page(Struct, frozen=True, kw_only=True):
    """One rule's page taken apart. ``parts`` maps the words of ``PARTS`` to texts."""

    name: str
    severity: Severity
    summary: str
    parts: Mapping[str, str]

    @property
    def family(self) -> str:
        """The first part of the name."""
        return self.name.split("/", 1)[0]

    @property
    def plain(self) -> str:
        """The page as text, a paragraph a part."""
        parts = (f"{name}: {written}" for name, written in self.parts.items())
        return "\n\n".join([self.summary, *parts])

    @property
    def markdown(self) -> str:
        """The page as Markdown."""
        parts = (f"**{name}:** {written}" for name, written in self.parts.items())
        return "\n\n".join([self.summary, *parts])


def page_of(name: str, severity: Severity, written: str) -> Page:
    """Take apart a page as rules have it: a sentence, then ``Why: …`` and the other parts."""
    first, *rest = _HEADING.split(written.strip())
    parts = {
        heading: _filled(text.strip("\n"))
        for heading, text in zip(rest[::2], rest[1::2], strict=True)
    }
    return Page(name=name, severity=severity, summary=" ".join(first.split()), parts=parts)


def text(page: Page, style: Style = PLAIN) -> str:
    """Return one page for people, wrapped to the terminal."""
    width = min(style.width or _WIDEST, _WIDEST)
    word = style(page.severity.label, COLOURS[page.severity], bold=True)
    lines = [f"{style(page.name, bold=True)}  {word}", ""]
    lines += _wrapped(page.summary, width)
    for name, written in page.parts.items():
        body = list(_wrapped(written, max(width - _INDENT, 20)))
        label = style(pad(f"  {name}", _INDENT), dim=True)
        lines += ["", *(f"{' ' * _INDENT if n else label}{line}" for n, line in enumerate(body))]
    return _coloured("\n".join(line.rstrip() for line in lines), style) + "\n"


def _filled(written: str) -> str:
    """Return each paragraph in one line; one that is indented is an example and stays as it is."""
    paragraphs = re.split(r"\n[ \t]*\n", written)
    return "\n\n".join(
        paragraph if paragraph.startswith(" ") else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def _wrapped(written: str, width: int) -> Iterator[str]:
    """Yield the lines of a text in a width; the lines of an example are never broken."""
    for line in written.split("\n"):
        if line.startswith(" ") or not line:
            yield line
        else:
            yield from textwrap.wrap(line, width, break_on_hyphens=False, break_long_words=False)


def _coloured(text: str, style: Style) -> str:
    """Return what stands in backticks, in colour; over a line break each line by itself."""
    return _CODE.sub(
        lambda code: "\n".join(
            line[: len(line) - len(line.lstrip())] + style(line.lstrip(), "cyan")
            for line in code[0].split("\n")
        ),
        text,
    )


def listing(pages: Sequence[Page], style: Style = PLAIN) -> str:
    """Return every rule in a line, by family; the last line counts."""
    rows = [(f"  {page.name}", page.severity.label, page.summary) for page in pages]
    lines: list[str] = []
    family = ""
    for page, row in zip(pages, table(rows), strict=True):
        if page.family != family:
            family = page.family
            lines += ["", style(family, bold=True)]
        line = shorten(row, style.width)
        label = page.severity.label
        before, matched, after = line.partition(f" {label} ")
        lines.append(f"{before}{matched and f' {style(label, COLOURS[page.severity])} '}{after}")
    families = len({page.family for page in pages})
    where = f" in {count(families, 'family', 'families')}" if families > 1 else ""
    closing = f"{count(len(pages), 'rule')}{where}. `monitor-sync explain RULE` shows one."
    return "\n".join([*lines[1:], "", closing]) + "\n"


def json(page: Page) -> str:
    """Return one page as an object."""
    return jsontext.document(_entry(page))


def listing_json(pages: Sequence[Page]) -> str:
    """Return an array with an object for every page."""
    return jsontext.array(map(_entry, pages)) + "\n"


def _entry(page: Page) -> dict[str, Any]:
    parts = {name.lower().replace(" ", "_"): page.parts.get(name, "") for name in PARTS}
    return {"rule": page.name, "severity": page.severity.label, "summary": page.summary, **parts}
