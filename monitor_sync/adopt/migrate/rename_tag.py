"""``rename-tag``: a tag, or the key of tags, gets another name in queries, texts and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Kept, Rewrites
from monitor_sync.adopt.migrate.texts import QUERIES, entries, texts
from monitor_sync.model import GIVEN_TAGS
from monitor_sync.project.edits import Edit, RenameKey, Set
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.project.yaml_reader import DataPath

_OURS: Final = GIVEN_TAGS | {"env"}
"""Tags that this tool writes itself: they keep their names on monitors."""

_MESSAGES: Final = frozenset({"message", "escalation_message", "name"})
_BRACES: Final = re.compile(r"\{[^{}]*(?:\$\{[^{}]*\}[^{}]*)*\}|\"[^\"]*\"")
"""What a query has in braces or in quotes: filters, groups and searches, holes included."""


def _rewrite(estate: Estate, names: Sequence[str]) -> Rewrites:
    old, new = names
    rewrites = Rewrites()
    in_filter, in_message = _filters(old, new), _messages(old, new)
    for file in estate.files:
        edits = rewrites.edits[estate.below(file)]
        for where, text in texts(file.written):
            renamed = text
            if where[-1] in QUERIES:
                renamed = in_filter(text)
            elif where[-1] in _MESSAGES and file.file.kind != "tests":
                renamed = in_message(text)
            elif "notify_by" in where or "group_by" in where:
                renamed = new if text == old else text
            elif _is_tag(where):
                renamed = _tag(text, old, new)
            if renamed != text:
                edits.append(Set(where, renamed))
        for where, tags in _tag_mappings(file):
            edits += _in_mapping(where, tags, old, new)
            rewrites.kept += _kept(estate, file, where, tags, old)
    return rewrites


def _filters(old: str, new: str) -> Callable[[str], str]:
    """Return what renames a tag inside the braces and the searches of a query."""
    name = re.escape(old)
    if ":" in old:
        tag = re.compile(rf"(?<![\w.\-/@]){name}(?![\w.\-/*:])")
    else:
        followed = r"(?=\s*:|\s+(?:NOT\s+)?IN\b|\s*[,}])"
        tag = re.compile(rf"(?<![\w.\-/@:{{$]){name}{followed}|(?<=(?<!\$)\{{){name}{followed}")

    def renamed(text: str) -> str:
        return _BRACES.sub(lambda part: tag.sub(lambda _: new, part[0]), text)

    return renamed


def _messages(old: str, new: str) -> Callable[[str], str]:
    """Return what renames a tag's key in variables and conditions of a message."""
    if ":" in old:
        return lambda text: text
    name = re.escape(old)
    used = re.compile(rf"(?<=\{{\{{){name}(?=\.name\s*\}}\}})|(?<=\"){name}(?=\.name\")")
    return lambda text: used.sub(lambda _: new, text)


def _tag(text: str, old: str, new: str) -> str:
    key, colon, value = text.partition(":")
    if ":" in old:
        return new if text == old else text
    return f"{new}:{value}" if colon and key == old and key not in _OURS else text


def _is_tag(where: DataPath) -> bool:
    return where[-2:-1] == ("tags",) and isinstance(where[-1], int)


def _tag_mappings(file: ParsedFile) -> Iterator[tuple[DataPath, dict[str, Any]]]:
    """Yield the mappings of tags: those of monitors, and of series and groups of unit tests."""
    names = ("tags", "group") if file.file.kind == "tests" else ("tags",)

    def below(value: Any, where: DataPath) -> Iterator[tuple[DataPath, dict[str, Any]]]:
        for part, inner in entries(value):
            if part in names and isinstance(inner, dict):
                yield (*where, part), inner
            else:
                yield from below(inner, (*where, part))

    yield from below(file.written, ())


def _in_mapping(where: DataPath, tags: dict[str, Any], old: str, new: str) -> Iterator[Edit]:
    key, _, value = old.partition(":")
    new_key, _, new_value = new.partition(":")
    if key not in tags or (value and str(tags[key]) != value):
        return
    if value and value != new_value:
        yield Set((*where, key), new_value)
    if key != new_key and new_key not in tags and (where[0] == "tests" or key not in _OURS):
        yield RenameKey((*where, key), new_key)


def _kept(
    estate: Estate, file: ParsedFile, where: DataPath, tags: dict[str, Any], old: str
) -> Iterator[Kept]:
    if old in tags and old in _OURS and file.file.kind != "tests":
        yield Kept(
            file=estate.below(file),
            line=file.document.key_span((*where, old)).line,
            what=f"tags.{old}",
            reason="this tool writes tags of this name itself",
        )


CODEMOD = Codemod(
    name="rename-tag",
    summary="a tag KEY:VALUE, or every tag of a KEY, becomes NEW in queries, texts and tags",
    behaviour="monitors read and group by the new tag",
    rewrite=_rewrite,
    parameters=("OLD", "NEW"),
    fields=frozenset({"query", "options", "message", "name", "tags"}),
)
