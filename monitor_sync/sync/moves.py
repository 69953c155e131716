"""
Monitors that a plan deletes under one key and makes anew under another: renamed, it seems. Pure.

A folder, a file or a monitor that got another name without ``moved_from`` loses each id and its
history. What is recognised here changes nothing: the plan proposes the line that keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final, Literal

from msgspec import Struct

from monitor_sync.model import Id
from monitor_sync.sync.change import Change

Level = Literal["unit", "file", "monitor", "item"]
"""Where ``moved_from`` is to stand."""

_UNIT_FILE: Final = "business-unit.yaml"


class Rename(Struct, frozen=True, kw_only=True):
    """One resource under its old and its new key."""

    old: str
    new: str
    id: Id


class Move(Struct, frozen=True, kw_only=True):
    """
    Resources that one line keeps: ``moved_from`` is its value, ``path`` the file to write it in.

    On a monitor or an item it is the one of the only rename.
    """

    level: Level
    path: str
    moved_from: str
    renames: tuple[Rename, ...]


def moves(changes: Iterable[Change], declared: Collection[str]) -> tuple[Move, ...]:
    """
    Return the lines that would keep what these changes delete and make anew, by new key.

    ``declared`` are the keys of all monitors: ``moved_from`` of a unit or a file is proposed only
    where it fits each of its monitors.
    """
    changes = tuple(changes)
    if not any(change.action == "delete" for change in changes):
        return ()
    pairs = _pairs(
        [change for change in changes if change.action == "delete"],
        [change for change in changes if change.action == "create"],
    )
    return tuple(_folded(sorted(pairs, key=lambda pair: pair[1].key), declared))


_Pair = tuple[Change, Change]
_Traits = Callable[[Change], Iterable[Hashable]]


def _pairs(going: Sequence[Change], coming: Sequence[Change]) -> list[_Pair]:
    """Return deletes and creates that are alike, each once, and only where no other is so too."""
    pairs: list[_Pair] = []
    for traits in _TRAITS:
        old, new = _by(going, traits), _by(coming, traits)
        for trait, candidates in new.items():
            if len(candidates) == len(old.get(trait, ())) == 1:
                pairs.append((old[trait][0], candidates[0]))
        paired = {change.address for pair in pairs for change in pair}
        pairs = _each_once(pairs)
        going = [change for change in going if change.address not in paired]
        coming = [change for change in coming if change.address not in paired]
    return pairs


def _by(changes: Iterable[Change], traits: _Traits) -> Mapping[Hashable, list[Change]]:
    groups: dict[Hashable, list[Change]] = {}
    for change in changes:
        for trait in traits(change):
            groups.setdefault(trait, []).append(change)
    return groups


def _each_once(pairs: Iterable[_Pair]) -> list[_Pair]:
    taken: set[object] = set()
    kept = []
    for old, new in pairs:
        if old.address not in taken and new.address not in taken:
            taken |= {old.address, new.address}
            kept.append((old, new))
    return kept


def _looks(change: Change) -> tuple[Hashable, ...]:
    body = change.live.body if change.action == "delete" and change.live else change.body
    return (change.kind.name, *change.kind.looks(body or {}))


def _tail(change: Change) -> str:
    return change.key.rpartition("/")[2]


_TRAITS: Final[tuple[_Traits, ...]] = (
    lambda change: [(_looks(change), _tail(change))],
    lambda change: [_looks(change)],
    lambda change: [(look, _tail(change)) for look in _looks(change)[1:]],
    lambda change: _looks(change)[1:],
)
"""What two changes of one resource have in common, the surest first."""


# folding


def _folded(pairs: Sequence[_Pair], declared: Collection[str]) -> Iterator[Move]:
    """Yield one move for each unit, file or monitor that was renamed as a whole."""
    former = {new.key: old.key for old, new in pairs}
    paths = {new.key: new.path for _, new in pairs}
    renames = {new.key: Rename(old=old.key, new=new.key, id=old.id or 0) for old, new in pairs}
    left = dict(renames)
    for level, depth in (("unit", 1), ("file", 2)):
        for head, keys in _grouped(left, depth).items():
            old = _common_former(keys, former, depth)
            if old and all(key in keys for key in declared if key.startswith(head + "/")):
                path = PurePosixPath(paths[keys[0]])
                yield Move(
                    level="unit" if level == "unit" else "file",
                    path=(path.parent / _UNIT_FILE if level == "unit" else path).as_posix(),
                    moved_from=_shortest(old, head),
                    renames=tuple(renames[key] for key in keys),
                )
                for key in keys:
                    del left[key]
    for key, rename in left.items():
        yield _single(rename, paths[key])


def _grouped(keys: Iterable[str], depth: int) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key in keys:
        groups.setdefault("/".join(key.split("/")[:depth]), []).append(key)
    return groups


def _common_former(keys: Sequence[str], former: Mapping[str, str], depth: int) -> str:
    """Return the one former name of a unit or a file whose keys end as before; empty for none."""
    heads = {"/".join(former[key].split("/")[:depth]) for key in keys}
    same_ends = all(former[key].split("/")[depth:] == key.split("/")[depth:] for key in keys)
    return heads.pop() if len(heads) == 1 and same_ends else ""


def _shortest(old: str, new: str) -> str:
    """Return a former name as it may be written in the new place: without the same unit."""
    head, _, tail = old.rpartition("/")
    return tail if head == new.rpartition("/")[0] else old


def _single(rename: Rename, path: str) -> Move:
    item = "." in rename.new.rpartition("/")[2]
    return Move(
        level="item" if item else "monitor",
        path=path,
        moved_from=rename.old if item else _shortest(rename.old, rename.new),
        renames=(rename,),
    )
