"""
Pieces of Markdown that GitHub takes for nothing else.

Whatever comes from files or from Datadog stands in code spans and fences: there a handle such as
``@acme/motor-quotes`` notifies nobody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container, Iterable, Sequence
from typing import Final

from monitor_sync.render.text import count, listed, plain, shorten

LIMIT: Final = 60_000
"""
Characters of a whole text. A comment holds 65,536; the rest is for what the caller adds.
"""


def code(words: str, width: int = 0) -> str:
    """Return words as inline code, in which nothing is a mention, a link or a cell's end."""
    words = re.sub(r"\s+", " ", plain(shorten(words, width))).strip().replace("`", "'")
    return f"`{words.replace('|', chr(92) + '|')}`" if words else ""


def prose(words: str) -> str:
    """Return a sentence in which nothing is a mention: what stands behind an @ is in code."""
    return " ".join(map(_defused, words.split())).replace("|", "\\|")


def _defused(word: str) -> str:
    if "@" not in word:
        return plain(word)
    bare = word.rstrip(",;.:`")
    return code(bare.lstrip("`")) + word[len(bare) :].replace("`", "")


def codes(words: Iterable[str], shown: int = 3) -> str:
    """Return the first few of many as inline code, and how many more there are."""
    return listed([code(word) for word in words if word], shown)


def html_code(words: str) -> str:
    """Return words as code where GitHub reads HTML."""
    return f"<code>{html.escape(plain(words))}</code>"


def folded(title: str, lines: list[str], language: str) -> str:
    """Return a part that opens on a click. Its fence is longer than any run of backticks inside."""
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"<details><summary>{title}</summary>\n\n{fence}{language}\n{body}\n{fence}\n</details>"


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int] = ()
) -> list[str]:
    """Return a table of cells that are Markdown, those of columns in ``right`` to the right."""
    rule = "|".join("--:" if number in right else "---" for number in range(len(head)))
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return [lines[0], f"|{rule}|", *lines[1:]]


def whole(pieces: Sequence[str]) -> str:
    """Return a text of all pieces, or of the first that fit and how many are left out."""
    kept = kept_within(pieces, LIMIT)
    if len(kept) < len(pieces):
        kept.append(f"{count(len(pieces) - len(kept), 'more part')} left out.")
    return "\n\n".join(kept) + "\n"


def kept_within(pieces: Iterable[str], room: int) -> list[str]:
    """Return the first pieces, in order, that fit into ``room`` characters together."""
    kept = []
    for piece in pieces:
        room -= len(piece) + 2
        if room < 0:
            break
        kept.append(piece)
    return kept
