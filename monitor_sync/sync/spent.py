"""Lines that have done their work: ``adopt``, ``moved_from``, ``released``, once applied. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from monitor_sync.selectors import with_stems
from monitor_sync.sync.identity import Match

Word = Literal["adopt", "moved_from", "released"]


class Spent(Struct, frozen=True, kw_only=True):
    """
    One word of one file whose entries are all without effect where the plan was made.

    ``keys`` are the monitors that it is about. Where the same files go to several organisations,
    it may still have its work to do in another one.
    """

    path: str
    word: Word
    keys: tuple[str, ...]


def spent(match: Match) -> Iterator[Spent]:
    """Yield what is spent of one kind, by file, each word of a file once."""
    done: dict[tuple[str, Word], list[str]] = {}
    for key, declared in match.declared.items():
        current = match.ours.get(key)
        if current is None or current.key != key or key in match.adopted or key in match.refused:
            continue
        if declared.adopt == current.id:
            done.setdefault((declared.path, "adopt"), []).append(key)
        if declared.moved_from and match.carried.isdisjoint(declared.moved_from):
            done.setdefault((declared.path, "moved_from"), []).append(key)
    if match.leaving:
        carried = {stem for key in match.carried for stem in with_stems(key)}
        for key, entry in match.leaving.items():
            if entry.path and carried.isdisjoint((key, *entry.moved_from)):
                done.setdefault((entry.path, "released"), []).append(key)
    for (path, word), keys in sorted(done.items()):
        yield Spent(path=path, word=word, keys=tuple(keys))
