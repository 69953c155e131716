"""
One scalar of a file given another value, in its own style and with as few lines changed as can be.

A word changed in a folded text of ten lines changes one line: the old and the new text are
compared word by word, and only what differs is replaced where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from monitor_sync.project import yaml_text
from monitor_sync.project.interpolation import plain
from monitor_sync.project.positions import Splice, YamlNode, line_start, without_blank_lines
from monitor_sync.project.source_map import in_file
from monitor_sync.project.word_changes import word_changes

_LONGEST: Final = 20_000
"""Characters up to which two texts are compared word by word."""


def replacements(text: str, node: YamlNode, value: Any, *, flow: bool) -> Iterator[list[Splice]]:
    """
    Yield ways to give a scalar another single value, the one that changes least first.

    ``flow`` says that it stands in braces. Whoever takes one must read the text back.
    """
    breaks = isinstance(value, str) and "\n" in value and "\n" not in node.value
    in_quotes = node.style in ("'", '"') and not flow
    if (
        isinstance(value, str)
        and (node.style or yaml_text.is_plain(value, flow=flow))
        and not (breaks and in_quotes)
    ):
        words = _by_word(text, node, value)
        if words is not None:
            yield words
    yield from _whole(text, node, value, flow=flow)


def _whole(text: str, node: YamlNode, value: Any, *, flow: bool) -> Iterator[list[Splice]]:
    """Yield ways to write all of a scalar anew, in its own style first."""
    end = without_blank_lines(text, node.content, node.end)

    def splice(written: str) -> list[Splice]:
        return [Splice(node.content, end, written)]

    if not isinstance(value, str):
        yield splice(plain(value) if value is not None else "null")
    elif node.style == "'" and "\n" not in value and value.isprintable():
        yield splice("'" + value.replace("'", "''") + "'")
    elif node.style == '"' and (flow or "\n" not in value):
        yield splice(yaml_text.quoted(value))
    elif node.style in ("|", ">") and (block := _block(text, node, value)) is not None:
        yield splice(block)
    elif "\n" not in value and yaml_text.is_plain(value, flow=flow):
        yield splice(value)
    if isinstance(value, str) and (flow or "\n" not in value):
        yield splice(yaml_text.quoted(value))


def _block(text: str, node: YamlNode, value: str) -> str | None:
    """Return a block scalar of the same style and indentation with another text."""
    lines = text[node.content : node.end].splitlines()[1:]
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    block = yaml_text.block(value, min(indents, default=0), node.style)
    if block is None:
        return None
    comment = re.search(r"[ \t]#[^\r\n]*", text[node.content : node.end].split("\n", 1)[0])
    return newline(text).join((block.head + (comment[0] if comment else ""), *block.body))


def newline(text: str) -> str:
    """Return how the lines of a text end, by its first line."""
    match = re.search(r"\r\n|\r|\n", text)
    return match[0] if match else "\n"


def _by_word(text: str, node: YamlNode, value: str) -> list[Splice] | None:
    """Return a splice for each word that differs, None where words cannot be told apart."""
    old = node.value
    if not old or not value or max(len(old), len(value)) > _LONGEST:
        return None
    places = in_file(text, node.content, node.style, old)
    splices = []
    for begin, end, words in word_changes(old, value):
        written = _in_style(words, text, node)
        if written is None:
            return None
        stop = _width(text, node, places, end) if end > begin else places[begin]
        splices.append(Splice(places[begin], stop, written))
    return splices


def _width(text: str, node: YamlNode, places: list[int], end: int) -> int:
    """Return where the character before index ``end`` of the value stops in the file."""
    if end < len(node.value) and not node.value[end].isspace():
        follows = places[end]
        if line_start(text, follows) <= places[end - 1]:
            return follows
    last = places[end - 1]
    if node.style == "'" and text[last : last + 2] == "''":
        return last + 2
    if node.style == '"' and text[last] == "\\":
        return places[end] if end < len(places) else last + 2
    return last + 1


def _in_style(value: str, text: str, node: YamlNode) -> str | None:
    """Return a piece of a text as the style of its scalar writes it, None where it cannot."""
    if node.style == '"':
        return yaml_text.quoted(value)[1:-1]
    if "\n" in value and node.style and node.style in "|>":
        return _with_breaks(value, text, node)
    if not value.isprintable():
        return None
    return value.replace("'", "''") if node.style == "'" else value


def _with_breaks(value: str, text: str, node: YamlNode) -> str | None:
    """Return a piece of several lines of a block; folding takes one break of each run of them."""
    if not value.replace("\n", "").isprintable():
        return None
    ending = newline(text)
    first = text.find("\n", node.content) + 1
    indent = re.compile(r" *").match(text, first)
    pad = indent[0] if indent else ""
    further = 1 if node.style == ">" else 0
    return re.sub(r"\n+", lambda run: ending * (len(run[0]) + further) + pad, value)
