"""
A stretch of a rendered text found again in the file: through holes, folding, quotes and escapes.

Three steps back: from the one-line query to the filled text, from the filled text to the text with
holes, from that text to the characters of the file. Each is an alignment made only where a
diagnostic asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from monitor_sync.diagnostics import Span
from monitor_sync.project.document import Alignment, Document, Origins
from monitor_sync.project.interpolation import TOKEN, plain
from monitor_sync.project.yaml_reader import DataPath

_ESCAPES: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX: Final = {"x": 2, "u": 4, "U": 8}
_WORDS: Final = re.compile(r"\S+|\s+")
_LINES: Final = re.compile(r"[^\n]+|\n+")
"""What stands together in the file: all of a line in a block after ``|``, else a word."""


def find(
    document: Document,
    where: DataPath,
    rendered: str,
    start: int,
    end: int,
    scope: Mapping[str, Any],
) -> Span:
    """
    Return where the characters ``start`` to ``end`` of a rendered text stand in the file.

    ``where`` leads to the scalar that the text was made from, ``scope`` has what filled its
    holes. What a hole brought is the hole. A stretch over several lines ends with its first.
    """
    node = document.node(where)
    if not isinstance(node, yaml.ScalarNode):
        return document.span(where)
    aligned = document.alignment(where)
    if aligned is None or aligned.rendered != rendered or aligned.scope is not scope:
        text, origins = filled(node.value, scope)
        aligned = Alignment(
            rendered, scope, _aligned(rendered, text), origins, _in_document(document, node)
        )
        document.keep(where, aligned)
    back, origins, places = aligned.back, aligned.origins, aligned.places
    first = back[start] if start < len(back) - 1 else max(len(origins.starts) - 2, 0)
    last = back[end - 1] if start < end < len(back) else first
    begin = places[min(origins.starts[first], len(places) - 1)]
    stop = places[min(origins.ends[last] - 1, len(places) - 1)]
    return document.stretch(begin, stop + 1)


def filled(text: str, scope: Mapping[str, Any]) -> tuple[str, Origins]:
    """Return the text with its holes filled, and the origin of each of its characters."""
    if "${" not in text:
        return text, Origins(range(len(text) + 1), range(1, len(text) + 2))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for token in TOKEN.finditer(text):
        starts += range(at, token.start())
        ends += range(at + 1, token.start() + 1)
        out.append(text[at : token.start()])
        at = token.end()
        if token[0] == "$${":
            value = "${"
        elif token["id"] is not None:
            value = "${" + filled(token["id"], scope)[0] + "}"
        else:
            value = plain(scope.get(token["name"], token[0]))
        out.append(value)
        starts += [token.start()] * len(value)
        ends += [token.end()] * len(value)
    starts += range(at, len(text) + 1)
    ends += range(at + 1, len(text) + 2)
    out.append(text[at:])
    return "".join(out), Origins(starts, ends)


def _aligned(rendered: str, source: str) -> Sequence[int]:
    """Return, for each character of a text, its place in the text before blanks were dropped."""
    if source.startswith(rendered):
        return range(len(rendered) + 1)
    back: list[int] = []
    at = 0
    for character in rendered:
        if character.isspace():
            back.append(min(at, max(len(source) - 1, 0)))
            continue
        index = source.find(character, at)
        if index < 0:
            break
        back.append(index)
        at = index + 1
    return [*back, at]


def _in_document(document: Document, node: yaml.ScalarNode) -> list[int]:
    mark: Any = node.start_mark
    return in_file(document.text, mark.index, node.style or "", node.value)


def in_file(text: str, at: int, style: str, value: str) -> list[int]:
    """
    Return, for each character of a scalar's value, its index in the text of the file.

    The scalar begins at ``at``, with its quote or its ``|``. One index more is where it ends.
    """
    if style and style in "|>":
        at = text.find("\n", at) + 1
    elif style in ("'", '"'):
        at += 1
    places: list[int] = []
    for run in (_LINES if style == "|" else _WORDS).finditer(value):
        if style not in ("'", '"') and not run[0].isspace():
            at = max(text.find(run[0], at), at)  # after nothing but blanks
            places += range(at, at + len(run[0]))
            at += len(run[0])
            continue
        for character in run[0]:
            at, width = _next(text, at, character, style)
            places.append(at)
            at += width
    return [*places, at]


def _next(text: str, at: int, character: str, style: str | None) -> tuple[int, int]:
    """Return where the next character of a value stands at or after ``at``, and how wide it is."""
    if character.isspace():
        # a blank of a folded text is a line break or an escape in the file
        step = _escaped(text, at) if style == '"' else None
        fits = step[1] if step and step[0] == character else int(text[at : at + 1] == character)
        return at, fits
    while at < len(text):
        if style == '"':
            step = _escaped(text, at)
            if step is not None:
                if step[0] == character:
                    return at, step[1]
                at += step[1]
                continue
        if text[at] == character:
            return at, 2 if style == "'" and character == "'" else 1
        at += 1
    return at, 1


def _escaped(text: str, at: int) -> tuple[str, int] | None:
    """Return the character that an escape at this index stands for, and the escape's width."""
    if text[at : at + 1] != "\\":
        return None
    sign = text[at + 1 : at + 2]
    if sign in _HEX:
        digits = text[at + 2 : at + 2 + _HEX[sign]]
        return chr(int(digits, 16)), 2 + len(digits)
    return _ESCAPES.get(sign, "" if sign == "\n" else sign), 2
