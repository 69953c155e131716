"""
Where everything in a YAML text stands, character by character: what an edit of it needs.

``Document`` knows the line of a value, which is enough to speak about it. An edit must also know
where a value ends, which comments belong to it, and whether it stands behind an alias. Positions
are made from libyaml's events, only for files that are edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

import yaml
from msgspec import Struct, field
from yaml.events import (
    AliasEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from monitor_sync.project.yaml_reader import MERGE, DataPath

_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_BLANKS: Final = re.compile(r"(?:\s+|#[^\r\n]*)*")
_BLANKS_AND_COMMAS: Final = re.compile(r"(?:[\s,]+|#[^\r\n]*)*")


class Splice(NamedTuple):
    """A stretch of a text, ``text[start:end]``, and what stands there instead."""

    start: int
    end: int
    text: str


class YamlNode(Struct):
    """
    One value as it is written: ``text[start:end]``, from its anchor to its last character.

    ``content`` is where the value begins behind its anchor and tag. ``style`` is that of a scalar
    (``'``, ``"``, ``|``, ``>``, empty for a plain one), or ``{`` for a mapping or list in
    brackets. A block ends where its last entry ends, before the comments that follow.
    """

    kind: Literal["scalar", "mapping", "list", "alias"]
    start: int
    content: int
    end: int
    style: str = ""
    value: str = ""
    entries: list[Entry] = field(default_factory=list)

    @property
    def flow(self) -> bool:
        """True for a mapping or list in brackets."""
        return self.style == "{"

    @property
    def empty(self) -> bool:
        """True for a value without a character, as after ``key:``."""
        return self.kind == "scalar" and self.start == self.end


class Entry(Struct):
    """
    One entry of a mapping, or of a list, where it has no key.

    ``start`` is where its key, its ``?`` or its dash stands, ``mark`` the character after its
    colon or dash: in front of the value. A key without a colon has its ``mark`` behind itself.
    """

    start: int
    mark: int
    key: YamlNode | None
    value: YamlNode

    @property
    def name(self) -> str:
        """The key, empty in a list."""
        return self.key.value if self.key is not None else ""

    @property
    def end(self) -> int:
        """Where the entry ends."""
        return max(self.value.end, self.mark)


def positions(text: str) -> YamlNode | None:
    """
    Return the positions of a whole text, None for one that holds no value.

    The text must be one that ``document.read`` reads without an error.
    """
    reader = _Reader(text)
    return reader.document()


def entry_at(root: YamlNode, where: DataPath) -> tuple[YamlNode, Entry] | None:
    """Return the entry that a path leads to and the collection it stands in, if it is written."""
    holder, entry = root, None
    for index, part in enumerate(where):
        entry = child(holder, part)
        if entry is None:
            return None
        if index < len(where) - 1:
            holder = entry.value
    return (holder, entry) if entry is not None else None


def child(holder: YamlNode, part: str | int) -> Entry | None:
    """Return one entry of a collection, as written: not one that ``<<`` or an alias brings."""
    if holder.kind == "mapping":
        return next(
            (entry for entry in holder.entries if entry.name == str(part) and part != MERGE), None
        )
    if holder.kind == "list" and isinstance(part, int) and part < len(holder.entries):
        return holder.entries[part]
    return None


def line_start(text: str, at: int) -> int:
    """Return where the line with this character begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line with this character ends: at its line break, or at the end."""
    match = _BREAK.search(text, at)
    return match.start() if match else len(text)


def next_line(text: str, at: int) -> int:
    """Return where the line after that of this character begins, or the end of the text."""
    match = _BREAK.search(text, at)
    return match.end() if match else len(text)


def break_before(text: str, start: int) -> int:
    """Return where the line break stands that ends the line above one that begins here."""
    return start - (2 if text[start - 2 : start] == "\r\n" else 1)


class _Reader:
    """Builds nodes from the events of one document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._loader = yaml.CSafeLoader(text)

    def document(self) -> YamlNode | None:
        try:
            while True:
                event = self._next()
                if isinstance(event, StreamEndEvent):
                    return None
                if isinstance(event, NodeEvent):
                    return self._node(event, None)
        finally:
            self._loader.dispose()

    def _next(self) -> Any:
        return self._loader.get_event()

    def _node(self, event: Any, mark: int | None) -> YamlNode:
        """Return the node that an event begins; ``mark`` is where its colon or dash ended."""
        start: int = event.start_mark.index
        if isinstance(event, AliasEvent):
            marked: Any = event.end_mark
            return YamlNode("alias", start, start, marked.index)
        content = start
        if event.anchor is not None or event.tag is not None:
            match = _PROPERTIES.match(self._text, start)
            content = match.end() if match else start
        if isinstance(event, ScalarEvent):
            return self._scalar(event, start, content, mark)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, start, content)
        return self._list(event, start, content)

    def _scalar(self, event: ScalarEvent, start: int, content: int, mark: int | None) -> YamlNode:
        marked: Any = event.end_mark
        end: int = marked.index
        style = event.style or ""
        if style and style in "|>":
            end = _end_of_block(self._text, content, end)
        elif start == end and mark is not None:
            start = content = end = mark
        return YamlNode("scalar", start, content, max(end, content), style, event.value)

    def _mapping(self, event: MappingStartEvent, start: int, content: int) -> YamlNode:
        node = YamlNode("mapping", start, content, content)
        node.style = "{" if self._text[content : content + 1] == "{" and event.flow_style else ""
        at = content + 1 if node.flow else content
        while isinstance(key := self._next(), NodeEvent):
            begin = self._skip(at, node.flow)
            name = self._node(key, None)
            mark = self._after(name.end, ":")
            value = self._node(self._next(), mark)
            entry = Entry(min(begin, name.start), mark, name, value)
            node.entries.append(entry)
            at = entry.end
        node.end = self._end(key, node)
        return node

    def _list(self, event: SequenceStartEvent, start: int, content: int) -> YamlNode:
        node = YamlNode("list", start, content, content, "{" if event.flow_style else "")
        at = content + 1 if node.flow else content
        while isinstance(item := self._next(), NodeEvent):
            begin = self._skip(at, node.flow)
            mark = begin if node.flow else begin + 1
            entry = Entry(begin, mark, None, self._node(item, mark))
            node.entries.append(entry)
            at = entry.end
        node.end = self._end(item, node)
        return node

    def _end(self, event: Event, node: YamlNode) -> int:
        """Return where a collection ends: behind its bracket, or with its last entry."""
        marked: Any = event.end_mark
        if node.flow:
            return int(marked.index)
        return node.entries[-1].end if node.entries else node.content

    def _skip(self, at: int, flow: bool) -> int:
        """Return the first character from here that is neither blank nor comment."""
        match: Callable[[str, int], re.Match[str] | None] = (
            _BLANKS_AND_COMMAS if flow else _BLANKS
        ).match
        blanks = match(self._text, at)
        return blanks.end() if blanks else at

    def _after(self, at: int, sign: str) -> int:
        """Return the place behind a sign that may follow a key, or the end of the key."""
        place = self._skip(at, flow=False)
        return place + 1 if self._text[place : place + 1] == sign else at


def _end_of_block(text: str, start: int, end: int) -> int:
    """Return where a ``|`` or ``>`` ends: before the blank lines behind it, unless ``+`` keeps."""
    head = text[start : line_end(text, start)].split("#", 1)[0]
    return end if "+" in head else without_blank_lines(text, start, end)


def without_blank_lines(text: str, start: int, end: int) -> int:
    """Return the end of a stretch without the blank lines that end it."""
    while True:
        last = line_start(text, end)
        if last <= start or text[last:end].strip():
            return end
        end = break_before(text, last)
