"""Which monitors a command line means: keys, globs over keys, ``team:NAME``, ``tag:KEY:VALUE``."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

_GLOB = frozenset("*?[")


class Selector(Struct, frozen=True):
    """
    One selector as typed.

    ``motor`` selects the unit, ``motor/platform`` the file, ``motor/flow/errors`` the monitor and
    its items ``motor/flow/errors.airline``; ``*`` and ``?`` match within one part of the key.
    """

    text: str
    tag: str = ""
    pattern: re.Pattern[str] | None = None

    def matches(self, key: str, tags: Sequence[str]) -> bool:
        """Return whether a monitor with this key and these tags is meant."""
        if self.pattern is None:
            return self.tag in tags
        return self.pattern.match(key) is not None

    @property
    def unmatched(self) -> str:
        """What is wrong with a selector that matches nothing."""
        return f"{self.text!r} selects no monitor"


def parse(text: str) -> Selector:
    """Read one selector. Every text is one: what matches nothing is the caller's to report."""
    if text.startswith("team:"):
        return Selector(text, tag=text)
    if text.startswith("tag:"):
        return Selector(text, tag=text.removeprefix("tag:"))
    parts = [_part(part) for part in text.strip("/").split("/")]
    tail = r"(?:[/.].*)?\Z" if len(parts) >= 3 else r"(?:/.*)?\Z"
    return Selector(text, pattern=re.compile("/".join(parts) + tail))


def _part(part: str) -> str:
    """Return a part of a key as a regular expression; a star stays within the part."""
    if not _GLOB.intersection(part):
        return re.escape(part)
    translated = fnmatch.translate(part)
    inner = translated.removeprefix("(?s:").removesuffix(")\\Z")
    return inner.replace(".*", "[^/]*")


def selected(selectors: Iterable[Selector], key: str, tags: Sequence[str]) -> bool:
    """Return whether any selector means this monitor; no selector at all means every monitor."""
    chosen = tuple(selectors)
    return not chosen or any(selector.matches(key, tags) for selector in chosen)


def first_unmatched(
    selectors: Iterable[Selector], known: Collection[tuple[str, Sequence[str]]]
) -> Selector | None:
    """Return the first selector that matches none of these keys with their tags."""
    for selector in selectors:
        if not any(selector.matches(key, tags) for key, tags in known):
            return selector
    return None


def with_stems(key: str) -> Iterator[str]:
    """Yield a key, then the keys that it is an item of: each of them means its items too."""
    yield key
    while "." in key.rpartition("/")[2]:
        key = key.rpartition(".")[0]
        yield key
