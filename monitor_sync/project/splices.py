"""
What an edit of a YAML text comes to: stretches of it that are replaced, in block or in brackets.

Each function returns the splices of one change, the named lines of which are those of the entry
with the comments that belong to it. Nothing here decides whether the result is right: ``editing``
reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from monitor_sync.project import scalar_text, yaml_text
from monitor_sync.project.edits import Set
from monitor_sync.project.positions import (
    Entry,
    Splice,
    YamlNode,
    break_before,
    line_end,
    line_start,
    next_line,
    without_blank_lines,
)
from monitor_sync.project.scalar_text import newline
from monitor_sync.project.yaml_text import YamlValue

_COMMENT: Final = re.compile(r"[ \t]*#")
_HEADER: Final = re.compile(r"[ \t]*#\s*yaml-language-server:")
_BLANK: Final = re.compile(r"[ \t]*(?:\r\n|\r|\n|\Z)")
_BEHIND: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r|\n|\Z)")


def column(text: str, at: int) -> int:
    """Return how many characters stand before this one on its line."""
    return at - line_start(text, at)


def step_of(text: str, holder: YamlNode) -> int:
    """Return how deep the entries of a block mapping indent what stands below them."""
    for entry in holder.entries:
        value = entry.value
        if value.kind == "mapping" and not value.flow and value.entries:
            depth = column(text, value.entries[0].start) - column(text, entry.start)
            if depth > 0:
                return depth
    return 2


# values


def replace(text: str, holder: YamlNode, entry: Entry, step: Set) -> Iterator[list[Splice]]:
    """Yield ways to give an entry another value, the one that changes least first."""
    node, value = entry.value, step.value
    single = not isinstance(value, dict | list)
    if node.kind == "scalar" and single and not node.empty:
        yield from scalar_text.replacements(text, node, value, flow=holder.flow)
    if holder.flow:
        short = yaml_text.in_brackets(value)
        yield [_behind_mark(text, entry, YamlValue(short))]
        return
    indent = column(text, entry.start)
    room = yaml_text.WIDTH - (entry.mark - line_start(text, entry.start))
    block = step.block or node.empty or (node.kind != "scalar" and not node.flow)
    room = 0 if block and value and not single else room
    written = yaml_text.written(value, indent, room=room, step=step_of(text, holder))
    yield [_behind_mark(text, entry, written)]
    if isinstance(value, str):
        yield [_behind_mark(text, entry, YamlValue(yaml_text.quoted(value)))]


def _behind_mark(text: str, entry: Entry, written: YamlValue) -> Splice:
    """Return the splice that writes a whole value behind its colon or dash."""
    node = entry.value
    comment = ""
    start = entry.mark
    end = without_blank_lines(text, start, max(node.end, start))
    first = line_end(text, start)
    if node.start >= first and not node.empty:
        comment = text[start:first].rstrip()
    elif written.body or node.style in ("|", ">"):
        behind = _BEHIND.match(text, end)
        head = text[node.content : first] if node.style in ("|", ">") else ""
        match = re.search(r"[ \t]#.*", head)
        comment = match[0] if match else ""
        if behind and not comment and node.style not in ("|", ">"):
            comment, end = behind[0].rstrip(), behind.end()
    anchor = text[node.start : node.content].strip()
    head = " ".join(part for part in (anchor, written.head) if part)
    colon = ":" if entry.key is not None and text[start - 1] != ":" else ""
    in_brackets = entry.key is None and entry.mark == entry.start
    lead = " " if head and not in_brackets else ""
    return Splice(start, end, newline(text).join((f"{colon}{lead}{head}{comment}", *written.body)))


# new entries


def insert(text: str, holder: YamlNode, name: str, step: Set) -> list[Splice]:
    """Return what puts a new key into a mapping that has others, after its neighbours in order."""
    value, after = step.value, _neighbour(holder, name, step.order)
    if holder.flow:
        written = yaml_text.in_brackets(value)
        return _insert_inline(text, holder, after, f"{yaml_text.key(name, flow=True)}: {written}")
    indent = column(text, holder.entries[0].start)
    width = 0 if step.block and isinstance(value, dict | list) else yaml_text.WIDTH
    lines = yaml_text.entry_lines(name, value, indent, width=width, step=step_of(text, holder))
    return _insert_lines(text, holder, after, lines)


def insert_item(text: str, holder: YamlNode, index: int, value: Any) -> list[Splice]:
    """Return what puts a new item into a list that has others, in front of that at ``index``."""
    if holder.flow:
        written = yaml_text.in_brackets(value)
        return _insert_inline(text, holder, index - 1, written)
    indent = column(text, holder.entries[0].start)
    return _insert_lines(text, holder, index - 1, yaml_text.item_lines(value, indent))


def _neighbour(holder: YamlNode, name: str, order: Sequence[str]) -> int:
    """Return the index of the entry that a new key goes behind, -1 for in front of all."""
    if name not in order:
        return len(holder.entries) - 1
    places = {known: index for index, known in enumerate(order)}
    before = [
        index
        for index, entry in enumerate(holder.entries)
        if places.get(entry.name, -1) < places[name]
    ]
    return before[-1] if before else -1


def _insert_inline(text: str, holder: YamlNode, after: int, written: str) -> list[Splice]:
    if after < 0:
        return [Splice(holder.entries[0].start, holder.entries[0].start, f"{written}, ")]
    entry = holder.entries[after]
    end = entry.end
    following = holder.entries[after + 1].start if after + 1 < len(holder.entries) else holder.end
    if not re.search(r"[\r\n]", text[end:following]) or column(text, entry.start) == 0:
        return [Splice(end, end, f", {written}")]
    pad = newline(text) + " " * column(text, entry.start)
    stop = line_end(text, end)
    behind = text[end:stop]
    if behind.lstrip().startswith(","):
        return [Splice(stop, stop, f"{pad}{written},")]
    return [Splice(end, stop, f",{behind}{pad}{written}")]


def _insert_lines(text: str, holder: YamlNode, after: int, lines: Sequence[str]) -> list[Splice]:
    ending = newline(text)
    spaced = len(lines) > 1 and _spaced(text, holder)
    first = holder.entries[0]
    if after < 0 and not text[line_start(text, first.start) : first.start].strip():
        at = own_start(text, first)
        return [Splice(at, at, ending.join((*lines, *([""] if spaced else []), "")))]
    entry = holder.entries[max(after, 0)]
    written = ending.join(([""] if spaced else []) + list(lines))
    end = own_end(text, entry)
    if end and text[end - 1] in "\r\n" and end == entry.end:
        return [Splice(end, end, written + ending)]
    return [Splice(end, end, ending + written)]


def _spaced(text: str, holder: YamlNode) -> bool:
    """Return whether blank lines stand between the entries of a block."""
    starts = [own_start(text, entry) for entry in holder.entries[1:]]
    return any(_blank_before(text, start) for start in starts)


def _blank_before(text: str, at: int) -> bool:
    if at == 0:
        return False
    return not text[line_start(text, break_before(text, at)) : at].strip()


# what goes


def delete(text: str, holder: YamlNode, index: int) -> list[Splice] | None:
    """Return what takes one of several entries out, with its comments; None where it cannot be."""
    entry = holder.entries[index]
    if holder.flow:
        return [_delete_inline(text, holder, index)]
    if text[line_start(text, entry.start) : entry.start].strip():
        following = holder.entries[1].start
        if "#" in text[entry.end : following]:
            return None
        return [Splice(entry.start, following, "")]
    return [Splice(*_whole_lines(text, entry, first=index == 0), "")]


def empty(text: str, entry: Entry) -> Splice:
    """Return what leaves ``{}`` or ``[]`` of a collection, its comments gone with its entries."""
    node = entry.value
    brackets = "{}" if node.kind == "mapping" else "[]"
    if node.flow:
        return Splice(node.content, node.end, brackets)
    last = node.entries[-1]
    spliced = _behind_mark(text, entry, YamlValue(brackets))
    end = own_end(text, last)
    ends_line = end == last.end and end and text[end - 1] in "\r\n"
    return Splice(spliced.start, end, spliced.text + (newline(text) if ends_line else ""))


def rename(entry: Entry, name: str, *, flow: bool) -> Splice | None:
    """Return what gives an entry another key, None for an entry of a list."""
    key = entry.key
    if key is None:
        return None
    written = yaml_text.key(name, flow=flow)
    if key.style == "'" and "'" not in name and name.isprintable():
        written = f"'{name}'"
    elif key.style == '"':
        written = yaml_text.quoted(name)
    return Splice(key.content, key.end, written)


def _delete_inline(text: str, holder: YamlNode, index: int) -> Splice:
    entry = holder.entries[index]
    if index + 1 < len(holder.entries):
        following = holder.entries[index + 1]
        behind = re.compile(r"[ \t]*,[ \t]*(?:#[^\r\n]*)?").match(text, entry.end)
        first = line_start(text, entry.start)
        if behind and not text[first : entry.start].strip() and text[behind.end() :][:1] in "\r\n":
            return Splice(first, next_line(text, entry.end), "")
        return Splice(entry.start, following.start, "")
    before = holder.entries[index - 1]
    return Splice(before.end, entry.end, "")


def _whole_lines(text: str, entry: Entry, *, first: bool) -> tuple[int, int]:
    """Return the stretch of an entry's lines, with its comments and one blank line beside it."""
    start, end = own_start(text, entry), own_end(text, entry)
    end = end if end and text[end - 1] in "\r\n" and end == entry.end else next_line(text, end)
    apart = _blank_before(text, start) or (first and end < len(text))
    if apart and (end >= len(text) or _BLANK.match(text, end)):
        if end < len(text):
            end = next_line(text, end)
        else:
            start = line_start(text, start - 1) if start else 0
            while start and _blank_before(text, start):
                start = line_start(text, start - 1)
    if end >= len(text) and start and text and text[-1] not in "\r\n":
        start = break_before(text, start)
    return start, end


def own_start(text: str, entry: Entry) -> int:
    """
    Return where the comments begin that stand right above an entry, at its indentation.

    Comments from the first line of the file on are the file's.
    """
    start = line_start(text, entry.start)
    if text[start : entry.start].strip():
        return entry.start
    indent, at = column(text, entry.start), start
    while at > 0:
        before = line_start(text, break_before(text, at))
        line = text[before:at]
        if not _COMMENT.match(line) or len(line) - len(line.lstrip()) != indent:
            return at
        if _HEADER.match(line):
            return at
        at = before
    return start


def own_end(text: str, entry: Entry) -> int:
    """
    Return where the last line of an entry ends, with the deeper comments below it.

    At its line break; or behind it where the value ends with blank lines that ``+`` keeps.
    """
    end = entry.end
    if end and text[end - 1] in "\r\n" and end > entry.mark:
        return end
    stop = line_end(text, end)
    indent = column(text, entry.start)
    at = next_line(text, stop)
    while at < len(text):
        line = text[at : line_end(text, at)]
        if line.strip():
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= indent:
                break
            stop = line_end(text, at)
        at = next_line(text, at)
    return stop
