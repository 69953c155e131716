"""Keys that read well: what people call a monitor, less what its place says already."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from monitor_sync.adopt.placing import by_key, slug
from monitor_sync.model import LiveResource

_VARIABLES: Final = re.compile(r"\{\{.*?\}\}")
_BRACKETS: Final = re.compile(r"[\[(<【]([^\[\]()<>【】]*)[\])>】]")
_PARTS: Final = re.compile(r"\s+[/|>–—-]+\s+|:\s+")
_JOINING: Final = re.compile(r"-(?:for|of|on|in|at)\Z")
"""What is left at the end of a title whose last word is gone."""
_PRIORITY: Final = re.compile(r"p[1-5]|sev-?[0-5]|critical|warning|warn")
ENVIRONMENTS: Final = frozenset({"prod", "production", "prd", "live"})
_LONGEST: Final = 50


class Title(NamedTuple):
    """A live monitor that wants a name in the file ``unit/file``."""

    unit: str
    file: str
    live: LiveResource


def names(titles: Iterable[Title], taken: Collection[str]) -> dict[int, str]:
    """
    Return the last part of the key of each monitor, by id.

    ``taken`` are the keys that exist. The name depends on the monitor's title and on which others
    stand in its file. Where two have the same title, the oldest has it without a number.
    """
    files: dict[tuple[str, str], list[Title]] = {}
    for title in titles:
        files.setdefault((title.unit, title.file), []).append(title)
    called = unit_names(title for members in files.values() for title in members)
    taken_by_file: dict[str, set[str]] = defaultdict(set)
    for key in taken:
        file_of_key, _, part = key.rpartition("/")
        taken_by_file[file_of_key].add(part)
    chosen: dict[int, str] = {}
    for (unit, file), members in files.items():
        used = taken_by_file[f"{unit}/{file}"]
        # what a key names stands with its items as `key.item` too
        used |= {part.partition(".")[0] for part in used}
        chosen |= _in_one_file(members, used, slug(called.get(unit, "")))
    return chosen


def unit_names(titles: Iterable[Title]) -> dict[str, str]:
    """Return what people call a unit: what most titles of its monitors begin with in brackets."""
    begun: dict[str, Counter[str]] = {}
    for title in titles:
        bracket = _BRACKETS.match(title.live.name)
        begun.setdefault(title.unit, Counter())[bracket[1].strip() if bracket else ""] += 1
    usual = {unit: counter.most_common(1)[0] for unit, counter in begun.items()}
    return {
        unit: name
        for unit, (name, number) in usual.items()
        if _is_a_name(name) and number * 2 > begun[unit].total()
    }


def _is_a_name(text: str) -> bool:
    """Return whether a bracket may name a unit: words, and no priority or environment."""
    word = slug(text)
    return (
        bool(re.fullmatch(r"[A-Za-z][\w &-]{1,40}", text))
        and not _PRIORITY.fullmatch(word)
        and word not in ENVIRONMENTS
    )


def _in_one_file(members: list[Title], used: set[str], unit_name: str) -> dict[int, str]:
    """
    Return names that are free: the short form, the whole title where that is taken, a number.

    ``unit_name`` is what the unit is called, as part of a key; empty where nobody says it.
    """
    members = sorted(members, key=lambda title: (title.live.created, int(title.live.id)))
    short = {int(title.live.id): _short(title, unit_name) for title in members}
    several = {name for name, count in Counter(short.values()).items() if count > 1}
    names_by_id: dict[int, str] = {}
    for title in members:
        number = int(title.live.id)
        name = short[number]
        if name in several or name in used:
            whole = _slug(_VARIABLES.sub(" ", title.live.name))
            name = whole if whole and whole not in used else name
        names_by_id[number] = numbered(name or f"monitor-{number}", used)
        used.add(names_by_id[number])
    return names_by_id


def numbered(name: str, used: Collection[str]) -> str:
    """Return a name, with the first number behind it that makes it free where it is used."""
    if name not in used:
        return name
    number = 2
    while f"{name}-{number}" in used:
        number += 1
    return f"{name}-{number}"


def _short(title: Title, unit_name: str) -> str:
    """Return the title without what unit, file and tags say: ``[Motor] RDS CPU high``."""
    known = _said_by_place(title) | ({unit_name} - {""})
    text = _VARIABLES.sub(" ", title.live.name)
    heads = known | {title.file.partition("-")[0]}
    text = _BRACKETS.sub(
        lambda part: " " if _is_known(part[1], heads) else f" | {part[1]} | ", text
    )
    parts = [part for part in _PARTS.split(text) if slug(part)]
    while len(parts) > 1 and (_is_known(parts[0], heads) or _repeats(parts[1], parts[0])):
        parts.pop(0)
    return _slug(_without_ends(slug(" ".join(parts), 200), known)) or _slug(title.live.name)


def _without_ends(whole: str, known: Collection[str]) -> str:
    """Return a title without the known words that it begins and ends with."""
    words = sorted(filter(None, known), key=len, reverse=True)
    while True:
        shorter = whole
        for word in words:
            shorter = shorter.removeprefix(f"{word}-").removesuffix(f"-{word}").strip("-._")
        shorter = _JOINING.sub("", shorter)
        if shorter == whole:
            return whole
        whole = shorter


def _slug(text: str) -> str:
    """Return a text as the name of a monitor; a dot would look like the item of a `for_each`."""
    return slug(text.replace(".", "-"), _LONGEST)


def _repeats(part: str, before: str) -> bool:
    """Say whether a part of a title begins with all that the part before it says."""
    return f"{slug(part)}-".startswith(f"{slug(before)}-")


def _is_known(text: str, known: Collection[str]) -> bool:
    word = slug(text)
    return word in known or bool(_PRIORITY.fullmatch(word))


def _said_by_place(title: Title) -> set[str]:
    tags = by_key(title.live.body)
    values = {slug(value) for key in ("team", "service", "env") for value in tags.get(key, ())}
    return {title.unit, title.file, *values} | (
        ENVIRONMENTS if values & ENVIRONMENTS else set[str]()
    )
