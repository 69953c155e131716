"""``spent``: lines that have done their work go: ``adopt``, ``moved_from``, ``released``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Level, Rewrites
from monitor_sync.project.edits import Delete, Edit, without
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.selectors import with_stems


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in estate.spent:
        keys[entry.word].update(entry.keys)
    for level in estate.levels:
        rewrites.edits[level.file] += _of_level(level, keys)
    for file in estate.files:
        rewrites.edits[estate.below(file)] += _of_file(estate, file, keys)
    return rewrites


def _of_level(level: Level, keys: Mapping[str, set[str]]) -> Iterator[Edit]:
    """Yield the edits that remove the words of a level that are spent for all its monitors."""
    for word in ("adopt", "moved_from"):
        if word in level.values and level.keys and all(key in keys[word] for key in level.keys):
            yield Delete((*level.where, word))


def _of_file(estate: Estate, file: ParsedFile, keys: Mapping[str, set[str]]) -> Iterator[Edit]:
    """Yield what takes spent words off the top of a file of monitors or of a unit."""
    data: dict[str, Any] = file.written if isinstance(file.written, dict) else {}
    unit, name = file.file.unit, file.file.name
    start = f"{unit}/{name}/" if file.file.kind == "monitors" else f"{unit}/"
    if file.file.kind not in ("monitors", "business-unit"):
        return
    if "moved_from" in data:
        own = [key for key in estate.loaded.project.monitors if key.startswith(start)]
        if own and keys["moved_from"].issuperset(own):
            yield Delete(("moved_from",))
    for word in ("adopt", "released"):
        parts = data.get(word) if file.file.kind == "monitors" else None
        if not isinstance(parts, dict) or not parts:
            continue
        done = [part for part in parts if not keys[word].isdisjoint(with_stems(start + part))]
        yield from without((word,), done, len(parts))


CODEMOD = Codemod(
    name="spent",
    summary="`adopt`, `moved_from` and `released` are removed where a plan says they are applied",
    behaviour=(
        "nothing changes; if the same files are applied to another organisation too, apply them"
        " there first"
    ),
    rewrite=_rewrite,
    online=True,
)
