"""
Edits of a YAML file that a person wrote: values change, and nothing else does.

An edit names a path in the file's data. The text is changed only where the path leads, by splices
at the places where the values stand; comments, quotes, order and line breaks elsewhere stay as
they are. Nothing is taken on trust: a result is accepted only if it reads back as exactly the
intended data and if only the lines of the named entries changed. Otherwise the answer is an
``EditRefused``, and a person must make the edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.project import splices
from monitor_sync.project.document import read
from monitor_sync.project.edits import (
    Delete,
    Edit,
    InsertItem,
    RenameKey,
    Set,
    copied,
    finer,
    made,
    value_at,
)
from monitor_sync.project.positions import (
    Entry,
    Splice,
    YamlNode,
    child,
    entry_at,
    line_end,
    line_start,
    next_line,
    positions,
)
from monitor_sync.project.yaml_reader import DataPath
from monitor_sync.project.yaml_text import same

__all__ = ["Delete", "Edit", "EditRefused", "InsertItem", "RenameKey", "Set", "edited"]

_BOM: Final = "\ufeff"


class EditRefused(Struct, frozen=True, kw_only=True):
    """An edit that cannot be made without changing something else, and why."""

    edit: Edit | None
    reason: str


class _Way(Struct, frozen=True):
    """One way to make an edit: its splices, and the stretch of lines that it may change."""

    splices: Sequence[Splice]
    first: int
    last: int


def edited(text: str, edits: Sequence[Edit]) -> str | EditRefused:
    """
    Return a file's text with edits made one after the other, all or none.

    ``text`` is the file's as it stands, line breaks and byte order mark included. Each edit sees
    what those before it made.
    """
    if text.startswith(_BOM):
        rest = edited(text.removeprefix(_BOM), edits)
        return _BOM + rest if isinstance(rest, str) else rest
    data, findings = _read(text)
    if data is None or any(finding.severity is Severity.ERROR for finding in findings):
        return EditRefused(edit=None, reason="the file has mistakes: mend these first")
    return _edited(text, data, edits, findings)


def _edited(
    text: str, data: Any, edits: Sequence[Edit], findings: Sequence[Diagnostic]
) -> str | EditRefused:
    """
    Make edits of a text that reads as ``data``.

    All at once and read back once; where that is not right, one half after the other, so that the
    one that needs another way is found soon in a long list.
    """
    wanted = copied(data)
    steps: list[Edit] = []
    for edit in edits:
        for step in finer(wanted, edit):
            if not made(wanted, step):
                return EditRefused(edit=edit, reason="the file has no such entry")
            steps.append(step)
    quick = _at_once(text, steps)
    if quick is not None and _reads_as(quick, wanted, findings):
        return quick
    if len(edits) == 1:
        return _alone(text, data, edits[0], findings)
    right = _right(quick, wanted, edits) if quick is not None else []
    if right and len(right) < len(edits):
        # what is wrong needs another way: it is made last, when the rest is as it should be
        wrong = [edit for edit in edits if edit not in right]
        first = _edited(text, data, right, findings)
        return first if isinstance(first, EditRefused) else _apart(first, wrong, findings)
    half = len(edits) // 2
    first = _edited(text, data, edits[:half], findings)
    if isinstance(first, EditRefused):
        return first
    return _edited(first, _read(first)[0], edits[half:], findings)


def _right(text: str, wanted: Any, edits: Sequence[Edit]) -> list[Edit]:
    """
    Return the edits whose part of a file reads as it should, if the other parts are apart from it.

    A part is what stands two steps below the top: a monitor, a use.
    """
    data = _read(text)[0]
    if not isinstance(data, dict) or any(len(edit.where) < 3 for edit in edits):
        return []
    fits = {
        where: same(value_at(data, where), value_at(wanted, where))
        for where in {edit.where[:2] for edit in edits}
    }
    return [edit for edit in edits if fits[edit.where[:2]]]


def _apart(text: str, edits: Sequence[Edit], findings: Sequence[Diagnostic]) -> str | EditRefused:
    """Make edits one by one."""
    for edit in edits:
        result = _edited(text, _read(text)[0], [edit], findings)
        if isinstance(result, EditRefused):
            return result
        text = result
    return text


def _alone(text: str, data: Any, edit: Edit, findings: Sequence[Diagnostic]) -> str | EditRefused:
    """Make one edit by the first way that reads back right."""
    result = _steps(text, finer(data, edit), findings) or _steps(text, [edit], findings)
    return EditRefused(edit=edit, reason=_reason(text, edit)) if result is None else result


def _steps(text: str, steps: Sequence[Edit], findings: Sequence[Diagnostic]) -> str | None:
    for step in steps:
        root = positions(text)
        wanted = copied(_read(text)[0])
        if root is None or not made(wanted, step):
            return None
        results = (spliced(text, way.splices) for way in _ways(text, root, step) if _kept(way))
        accepted = next((new for new in results if _reads_as(new, wanted, findings)), None)
        if accepted is None:
            return None
        text = accepted
    return text


def _reason(text: str, edit: Edit) -> str:
    root = positions(text)
    holder = root
    for part in edit.where:
        entry = child(holder, part) if holder is not None else None
        if entry is None:
            break
        holder = entry.value
        if holder.kind == "alias":
            return "the value stands behind an alias, and others would change with it"
    return "the value cannot be changed here without changing something else"


def _at_once(text: str, steps: Sequence[Edit]) -> str | None:
    """Make edits in as few passes as can be, unread; None where one of them has no way."""
    root = positions(text)
    for number, together in enumerate(_passes(root, steps)):
        root = positions(text) if number else root
        if root is None:
            return None
        pending: list[Splice] = []
        for step in together:
            way = next(_ways(text, root, step), None)
            if way is None or not _kept(way):
                return None
            pending += way.splices
        text = spliced(text, pending)
    return text


def _passes(root: YamlNode | None, steps: Sequence[Edit]) -> list[list[Edit]]:
    """Return edits in passes: none of a pass touches what another of it touches."""
    passes: list[list[Edit]] = []
    last: dict[DataPath, int] = {}
    within: dict[DataPath, int] = {}
    for step in steps:
        scope = _scope(root, step) if root is not None else ()
        above = [scope[:depth] for depth in range(len(scope) + 1)]
        number = max(within.get(scope, 0), *(last.get(path, 0) for path in above))
        if number == len(passes):
            passes.append([])
        passes[number].append(step)
        last[scope] = number + 1
        within.update((path, max(number + 1, within.get(path, 0))) for path in above)
    return passes


def _scope(root: YamlNode, step: Edit) -> DataPath:
    """Return the path below which an edit may change positions."""
    where = step.where
    if isinstance(step, Delete):
        return where[:-2]
    if isinstance(step, Set) and entry_at(root, where) is not None:
        return where
    where = where[:-1]
    while where and entry_at(root, where) is None:
        where = where[:-1]
    return where


def _ways(text: str, root: YamlNode, step: Edit) -> Iterator[_Way]:
    """Yield the ways to make an edit, the one that changes least first."""
    if isinstance(step, Set):
        yield from _ways_to_set(text, root, step)
    elif isinstance(step, InsertItem):
        yield from _ways_to_add(text, root, step)
    elif place := entry_at(root, step.where):
        holder, entry = place
        if isinstance(step, Delete):
            yield from _ways_to_delete(text, root, step, holder, entry)
        elif splice := splices.rename(entry, step.name, flow=holder.flow):
            yield from _ways_of(text, entry.start, entry.end, [[splice]])


def _ways_to_set(text: str, root: YamlNode, step: Set) -> Iterator[_Way]:
    place = entry_at(root, step.where)
    if place is not None:
        holder, entry = place
        end = splices.own_end(text, entry)
        ways = _ways_of(text, entry.start, end, splices.replace(text, holder, entry, step))
        yield from (way for way in ways if holder.flow or _fits(text, entry, end, step, way))
    elif step.where:
        yield from _ways_to_add(text, root, step)


def _fits(text: str, entry: Entry, end: int, step: Set, way: _Way) -> bool:
    """
    Return whether a single value reads as it should where its lines are read alone.

    Who reads a whole long file back to find that out waits a second. What cannot be read alone
    fits, until the file is read.
    """
    start = line_start(text, entry.start)
    alone = entry.value.kind == "scalar" and not isinstance(step.value, dict | list)
    if not alone or entry.key is None or text[start : entry.start].strip():
        return True
    moved = [Splice(at - start, stop - start, new) for at, stop, new in way.splices]
    data = _read(spliced(text[start:end], moved))[0]
    return isinstance(data, dict) and same(data.get(entry.name), step.value)


def _ways_to_add(text: str, root: YamlNode, step: Set | InsertItem) -> Iterator[_Way]:
    """Yield the ways to add an entry to the collection at the path above it, made if need be."""
    above, name = step.where[:-1], step.where[-1]
    place = entry_at(root, above)
    holder = place[1].value if place is not None else root if not above else None
    if holder is not None and holder.entries and holder.kind in ("mapping", "list"):
        if isinstance(name, str) and holder.kind == "mapping" and isinstance(step, Set):
            added = splices.insert(text, holder, name, step)
        elif isinstance(name, int) and holder.kind == "list":
            added = splices.insert_item(text, holder, name, step.value)
        else:
            return
        if all(text[splice.start : splice.end] in splice.text for splice in added):
            yield _Way(added, added[0].start, added[-1].end)
        return
    value = {name: step.value} if isinstance(name, str) else [step.value]
    if above and (holder is None or holder.kind != "alias"):
        order, block = (step.order, step.block) if isinstance(step, Set) else ((), False)
        yield from _ways_to_set(text, root, Set(above, value, order=order, block=block))


def _ways_to_delete(
    text: str, root: YamlNode, step: Delete, holder: YamlNode, entry: Entry
) -> Iterator[_Way]:
    if len(holder.entries) == 1:
        above = entry_at(root, step.where[:-1])
        if above is not None:
            end = splices.own_end(text, above[1])
            splice = splices.empty(text, above[1])
            yield from _ways_of(text, above[1].start, end, [[splice]])
        return
    deleted = splices.delete(text, holder, holder.entries.index(entry))
    if deleted is not None:
        start = holder.start if holder.flow else splices.own_start(text, entry)
        end = holder.end if holder.flow else splices.own_end(text, entry)
        yield _Way(deleted, *_with_blank_lines(text, start, end))


def _ways_of(
    text: str, start: int, end: int, choices: Iterator[list[Splice]] | list[list[Splice]]
) -> Iterator[_Way]:
    first, last = line_start(text, start), line_end(text, end)
    for choice in choices:
        yield _Way(choice, first, last)


def _with_blank_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch of lines with the blank lines above and below it."""
    first = line_start(text, start)
    while first and not text[line_start(text, first - 1) : first].strip():
        first = line_start(text, first - 1)
    last = next_line(text, end)
    while last < len(text) and not text[last : line_end(text, last)].strip():
        last = next_line(text, last)
    while last < len(text) and text[last] == " ":
        last += 1
    return max(first - 2, 0), last


def _kept(way: _Way) -> bool:
    """Return whether a way changes the named lines only."""
    return all(way.first <= splice.start and splice.end <= way.last for splice in way.splices)


def spliced(text: str, changes: Sequence[Splice]) -> str:
    """Return a text with stretches of it replaced; what is put at one place stays in order."""
    parts: list[str] = []
    at = 0
    for splice in sorted(changes, key=lambda change: (change.start, change.end)):
        parts += [text[at : splice.start], splice.text]
        at = max(at, splice.end)
    return "".join([*parts, text[at:]])


def _read(text: str) -> tuple[Any, list[Diagnostic]]:
    document, findings = read("", text.encode("utf-8", "surrogatepass"))
    return document.data, findings


def _reads_as(text: str, wanted: Any, findings: Sequence[Diagnostic]) -> bool:
    """Return whether a text has exactly this data, and no finding that it had not before."""
    data, now = _read(text)
    before = {(finding.rule, finding.message) for finding in findings}
    return same(data, wanted) and all((new.rule, new.message) in before for new in now)
