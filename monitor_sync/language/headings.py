"""The headings of a page in Markdown, and the anchors that GitHub gives them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_NO_TITLE: Final = re.compile(r"[ \t]*(?:$|[>|]|[-*+][ \t]|\d+[.)][ \t]| {4})")
"""Lines that a line of dashes below does not make a heading: it ends a list, a table, a quote."""

_ANCHOR: Final = re.compile(r"<[a-z][^>]*?\b(?:id|name)=[\"']([^\"'\s]+)[\"']", re.IGNORECASE)
_LINK: Final = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS: Final = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_DROPPED: Final = re.compile(r"[^\w\- ]")


def titles(page: str) -> Iterator[str]:
    """Yield the text of each heading, its marks taken off; none of what stands in fences."""
    before = ""
    for line in _unfenced(page):
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            yield _plain(heading[1] or "")
        elif _UNDERLINE.fullmatch(line) and before and not _NO_TITLE.match(before):
            yield _plain(before)
        before = "" if heading is not None else line


def _unfenced(page: str) -> Iterator[str]:
    fence = ""
    for line in page.splitlines():
        opens = _FENCE.match(line)
        if fence:
            if opens and opens[1].startswith(fence) and not line[opens.end() :].strip():
                fence = ""
        elif opens:
            fence = opens[1]
        else:
            yield line


def _plain(title: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", title)).strip()


def anchors(page: str) -> frozenset[str]:
    """
    Return what may stand behind ``#`` in a link to a page.

    GitHub writes a heading in lower case, drops punctuation, makes blanks hyphens and numbers the
    second and later ones of a name (the package github-slugger has its rules). Anchors that are
    written as HTML count, too.
    """
    taken: set[str] = set()
    uses: Counter[str] = Counter()
    for title in titles(page):
        slug = _DROPPED.sub("", title.lower()).replace(" ", "-")
        anchor = slug
        while anchor in taken:
            uses[slug] += 1
            anchor = f"{slug}-{uses[slug]}"
        taken.add(anchor)
    return frozenset(taken | set(_ANCHOR.findall("\n".join(_unfenced(page)))))
