"""
Values as YAML, written as an author of monitors would write them.

Short mappings and lists stand in braces and brackets on one line, long ones in lines of their own.
A text is plain where it reads back as itself, in quotes where it does not, and folded (``>-``) or
literal (``|-``) where it is long or has several lines. What is written always reads back the same.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml
from msgspec import Struct

from monitor_sync.project.interpolation import plain
from monitor_sync.project.yaml_reader import Builder, GiveUp

WIDTH: Final = 100
"""Characters that a line may have before a value is written in several."""

_FOLD: Final = 120
"""Characters at which a folded text goes to its next line."""

_SAFE: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./() -]*\Z")
_WORDS: Final = frozenset(
    form
    for word in ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    for form in (word, word.title(), word.upper())
)
_FRAGILE: Final = re.compile(r"[ \t]\Z|\A[ \t]|[ \t]\n|\n[ \t]|\t")
"""Blanks that an editor of people, or folding, would lose."""


class YamlValue(Struct, frozen=True):
    """A value as YAML: ``head`` stands behind its key's colon, ``body`` in the lines below."""

    head: str
    body: tuple[str, ...] = ()


def written(value: Any, indent: int, *, room: int = WIDTH, step: int = 2) -> YamlValue:
    """
    Return a value as it stands behind a key that is indented by ``indent``.

    ``room`` is how many characters its head may take; ``step`` how deep its lines are indented.
    """
    if isinstance(value, str):
        return _text(value, indent + step, room)
    short = inline(value)
    if not isinstance(value, dict | list) or not value or (short and len(short) <= room):
        return YamlValue(short or plain(value))
    if isinstance(value, dict):
        return YamlValue("", tuple(mapping_lines(value, indent + step, step=step)))
    return YamlValue("", tuple(list_lines(value, indent + step, step=step)))


def entry_lines(
    name: str, value: Any, indent: int, *, width: int = WIDTH, step: int = 2
) -> list[str]:
    """Return an entry of a block mapping as lines, the first with its key."""
    start = " " * indent + key(name) + ":"
    parts = written(value, indent, room=width - len(start), step=step)
    return [f"{start} {parts.head}" if parts.head else start, *parts.body]


def mapping_lines(values: Mapping[str, Any], indent: int, *, step: int = 2) -> list[str]:
    """Return a block mapping as lines."""
    return [
        line
        for name, value in values.items()
        for line in entry_lines(name, value, indent, step=step)
    ]


def list_lines(values: Iterable[Any], indent: int, *, step: int = 2) -> list[str]:
    """Return a block list as lines."""
    return [line for value in values for line in item_lines(value, indent, step=step)]


def item_lines(value: Any, indent: int, *, step: int = 2) -> list[str]:
    """Return an item of a block list as lines, the first with its dash."""
    start = " " * indent + "- "
    short = inline(value) if not isinstance(value, str) else None
    if isinstance(value, dict) and value and not (short and len(start + short) <= WIDTH):
        lines = mapping_lines(value, indent + 2, step=step)
        return [start + lines[0].lstrip(" "), *lines[1:]]
    parts = written(value, indent, room=WIDTH - len(start), step=2)
    return [f"{start}{parts.head}".rstrip(), *parts.body]


def in_brackets(value: Any) -> str:
    """Return a value on one line in any case; what has a text of several lines is in JSON."""
    return inline(value) or quoted(value)


def inline(value: Any) -> str | None:
    """Return a value on one line, as it may stand in braces; None for texts of several lines."""
    if isinstance(value, dict):
        entries = [(key(name, flow=True), inline(inner)) for name, inner in value.items()]
        if any(inner is None for _, inner in entries):
            return None
        return "{" + ", ".join(f"{name}: {inner}" for name, inner in entries) + "}"
    if isinstance(value, list):
        items = [inline(item) for item in value]
        return None if None in items else "[" + ", ".join(map(str, items)) + "]"
    if isinstance(value, str):
        return None if "\n" in value else scalar(value, flow=True)
    return scalar(value)


@functools.lru_cache(maxsize=4096)
def key(name: str, *, flow: bool = False) -> str:
    """Return a key as it is written, in quotes where it must be."""
    line = f"{{{name}: 0}}" if flow else f"{name}: 0"
    return name if _reads_as(line, {name: 0}) else quoted(name)


def scalar(value: Any, *, flow: bool = False) -> str:
    """Return a single value on one line, a text in quotes where it would read as another value."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return plain(value)
    return value if is_plain(value, flow=flow) else quoted(value)


def is_plain(value: str, *, flow: bool = False) -> bool:
    """Return whether a text may stand without quotes, ``flow`` in braces."""
    if _SAFE.match(value) and value[-1] != " ":
        return value not in _WORDS
    line = f"[{value}]" if flow else f"- {value}"
    return "\n" not in value and _reads_as(line, [value])


def quoted(value: str) -> str:
    """Return a text in double quotes, with what cannot be printed escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(part if part.isprintable() else _escape(part) for part in text)


def block(value: str, indent: int, style: str) -> YamlValue | None:
    """
    Return a text as a block, ``|`` literal or ``>`` folded, with its lines indented.

    None where it would not read back the same.
    """
    if not value.strip() or not value.replace("\n", "").isprintable():
        return None
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    if ends > 1:
        return None
    lines = body.split("\n") if style == "|" else _folded(body)
    pad = " " * indent
    parts = YamlValue(
        style + ("" if ends else "-"), tuple(f"{pad}{line}".rstrip(" ") for line in lines)
    )
    text = "\n".join((f"a: {parts.head}", *(line[max(indent - 2, 0) :] for line in parts.body)))
    return parts if indent >= 1 and _reads_as(text + "\n", {"a": value}) else None


def _text(value: str, indent: int, room: int) -> YamlValue:
    """Return a text on its key's line where it fits, else as a block, else in quotes."""
    if "\n" in value:
        return (not _FRAGILE.search(value) and block(value, indent, "|")) or YamlValue(
            quoted(value)
        )
    short = scalar(value)
    if len(short) <= room:
        return YamlValue(short)
    return (not _FRAGILE.search(value) and block(value, indent, ">")) or YamlValue(short)


def _folded(text: str) -> list[str]:
    """Return a text as lines that folding joins again, broken at single blanks."""
    lines: list[str] = []
    for index, paragraph in enumerate(text.split("\n")):
        if index:
            lines.append("")
        line = ""
        for word in re.split(r"(?<=\S) (?=\S)", paragraph):
            if line and len(line) + len(word) >= _FOLD:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        if paragraph or not index:
            lines.append(line)
    return lines


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _reads_as(text: str, value: Any) -> bool:
    """Return whether a text reads as exactly this value, without anything to say about it."""
    builder = Builder(text)
    try:
        builder.run()
    except (yaml.YAMLError, GiveUp):
        return False
    return not builder.problems and same(builder.root, value)


def same(left: Any, right: Any) -> bool:
    """Return whether two plain values are equal in kind too: 1 is 1.0, but not ``true``."""
    if type(left) is not type(right) and {type(left), type(right)} != {int, float}:
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
