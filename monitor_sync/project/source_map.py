"""
A stretch of a rendered text found again in the file: through holes, folding, quotes and escapes.

Three steps back: from the one-line query to the filled text, from the filled text to the text with
holes, from that text to the characters of the file. Each is an alignment made only where a
diagnostic asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from monitor_sync.diagnostics import Span
from monitor_sync.project.document import Alignment, Document
from monitor_sync.project.interpolation import TOKEN, plain
from monitor_sync.project.yaml_reader import DataPath

_ESCAPES: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX: Final = {"x": 2, "u": 4, "U": 8}


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
    aligned = document.aligned.get(where)
    if aligned is None or aligned.rendered != rendered or aligned.scope is not scope:
        filled, origins = _filled(node.value, scope)
        aligned = document.aligned[where] = Alignment(
            rendered, scope, _aligned(rendered, filled), origins, _in_document(document, node)
        )
    back, origins, places = aligned.back, aligned.origins, aligned.places
    first = back[start] if start < len(back) - 1 else max(len(origins) - 2, 0)
    last = back[end - 1] if start < end < len(back) else first
    begin = places[min(origins[first][0], len(places) - 1)]
    stop = places[min(origins[last][1] - 1, len(places) - 1)]
    return document.stretch(begin, stop + 1)


def _filled(text: str, scope: Mapping[str, Any]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with its holes filled, and the origin of each of its characters."""
    out: list[str] = []
    origins: list[tuple[int, int]] = []
    at = 0
    for token in TOKEN.finditer(text):
        origins.extend((index, index + 1) for index in range(at, token.start()))
        out.append(text[at : token.start()])
        at = token.end()
        if token[0] == "$${":
            value = "${"
        elif token["id"] is not None:
            value = "${" + _filled(token["id"], scope)[0] + "}"
        else:
            value = plain(scope.get(token["name"], token[0]))
        out.append(value)
        origins.extend([token.span()] * len(value))
    origins.extend((index, index + 1) for index in range(at, len(text)))
    out.append(text[at:])
    return "".join(out), [*origins, (len(text), len(text) + 1)]


def _aligned(rendered: str, source: str) -> list[int]:
    """Return, for each character of a text, its place in the text before blanks were dropped."""
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
    for character in value:
        if character.isspace():
            # a blank of a folded text is a line break or an escape in the file
            step = _escaped(text, at) if style == '"' else None
            places.append(at)
            at += step[1] if step and step[0] == character else int(text[at : at + 1] == character)
            continue
        at, width = _next(text, at, character, style)
        places.append(at)
        at += width
    return [*places, at]


def _next(text: str, at: int, character: str, style: str | None) -> tuple[int, int]:
    """Return where the next character of a value stands at or after ``at``, and how wide it is."""
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
