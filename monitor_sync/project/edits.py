"""Edits of data: what each means for the values of a file, whatever its text looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from monitor_sync.project.yaml_reader import DataPath
from monitor_sync.project.yaml_text import same


@dataclass(frozen=True, slots=True)
class Set:
    """
    Give the value at a path another value; it is made where it is not, with what is above it.

    ``order`` is the usual order of the keys beside it: a new one goes behind its neighbours there,
    or to the end. A list is made longer by one with the index behind its last. ``block`` writes
    a new mapping or list in lines of its own, however short it is.
    """

    where: DataPath
    value: Any
    order: Sequence[str] = field(default=(), kw_only=True)
    block: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class InsertItem:
    """Put a new item into a list, in front of the one at the path's index."""

    where: DataPath
    value: Any


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an entry out, with its own comments; the last one leaves ``{}`` or ``[]``."""

    where: DataPath


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give the entry at a path another key, in the same place."""

    where: DataPath
    name: str


Edit = Set | InsertItem | Delete | RenameKey


def without(where: DataPath, gone: Sequence[str | int], total: int) -> list[Edit]:
    """
    Return what takes entries out of a collection, or all of it where none is left.

    ``total`` is how many entries it has. Those of a list are named from the last to the first.
    """
    if gone and len(gone) == total:
        return [Delete(where)]
    return [Delete((*where, entry)) for entry in gone]


def copied(value: Any) -> Any:
    """Return a copy of plain data in which nothing is shared, not even what aliases share."""
    if isinstance(value, dict):
        return {name: copied(inner) for name, inner in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def finer(data: Any, edit: Edit) -> list[Edit]:
    """Return an edit as changes of single values, where it gives a mapping or a list another."""
    if not isinstance(edit, Set):
        return [edit]
    return list(_finer(value_at(data, edit.where), edit))


def _finer(old: Any, edit: Set) -> Iterator[Edit]:
    if isinstance(old, dict) and isinstance(edit.value, dict) and old and edit.value:
        yield from _finer_mapping(old, edit)
    elif isinstance(old, list) and isinstance(edit.value, list) and old and edit.value:
        yield from _finer_list(old, edit)
    else:
        yield edit


def _finer_mapping(old: dict[str, Any], edit: Set) -> Iterator[Edit]:
    for name, value in edit.value.items():
        if name not in old or not same(old[name], value):
            yield from _finer(old.get(name), replace(edit, where=(*edit.where, name), value=value))
    yield from (Delete((*edit.where, name)) for name in old if name not in edit.value)


def _finer_list(old: list[Any], edit: Set) -> Iterator[Edit]:
    new = edit.value
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if not same(old[i], new[i])), shorter)
    most = shorter - head
    tail = next((i for i in range(most) if not same(old[-1 - i], new[-1 - i])), most)
    middle_old, middle_new = len(old) - tail - head, len(new) - tail - head
    for index in range(head, head + min(middle_old, middle_new)):
        if not same(old[index], new[index]):
            yield from _finer(
                old[index], replace(edit, where=(*edit.where, index), value=new[index])
            )
    for index in range(head + middle_old, head + middle_new):
        yield InsertItem((*edit.where, index), new[index])
    for index in reversed(range(head + middle_new, head + middle_old)):
        yield Delete((*edit.where, index))


def made(data: Any, edit: Edit) -> bool:
    """Make an edit in data, in place. Return False where the path leads nowhere."""
    if not edit.where:
        return False
    above, last = edit.where[:-1], edit.where[-1]
    holder = _made_holder(data, above, last) if isinstance(edit, Set) else value_at(data, above)
    if isinstance(holder, dict) and isinstance(last, str):
        return _made_in_mapping(holder, last, edit)
    if isinstance(holder, list) and isinstance(last, int):
        return _made_in_list(holder, last, edit)
    return False


def _made_in_mapping(holder: dict[str, Any], name: str, edit: Edit) -> bool:
    if isinstance(edit, Set):
        holder[name] = copied(edit.value)
        return True
    if name not in holder or isinstance(edit, InsertItem):
        return False
    if isinstance(edit, Delete):
        del holder[name]
        return True
    if edit.name in holder:
        return False
    entries = list(holder.items())
    holder.clear()
    holder.update((edit.name if key == name else key, value) for key, value in entries)
    return True


def _made_in_list(holder: list[Any], index: int, edit: Edit) -> bool:
    if isinstance(edit, InsertItem) or (isinstance(edit, Set) and index == len(holder)):
        holder.insert(index, copied(edit.value))
        return 0 <= index < len(holder)
    if not 0 <= index < len(holder) or isinstance(edit, RenameKey):
        return False
    if isinstance(edit, Set):
        holder[index] = copied(edit.value)
    else:
        del holder[index]
    return True


def value_at(data: Any, where: DataPath) -> Any:
    """Return the value at a path, None where it leads nowhere."""
    for part in where:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _made_holder(data: Any, where: DataPath, last: str | int) -> Any:
    """Return the collection at a path, made where nothing is; ``last`` is the step into it."""
    for part, into in pairwise((*where, last)):
        if isinstance(data, dict) and isinstance(part, str):
            if data.get(part) is None:
                data[part] = {} if isinstance(into, str) else []
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
