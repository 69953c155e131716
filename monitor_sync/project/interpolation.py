"""
``${…}``: the holes that authors leave and we fill. ``{{…}}`` is Datadog's and never touched.

Text is taken apart once and filled many times, so a template used for a thousand services costs a
join of strings a service. ``${id:KEY}`` is kept for apply, which alone knows ids; what stands in
its key is filled. ``$${`` is a literal ``${``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

Scope = Mapping[str, Any]
"""What each name stands for."""

TOKEN: Final = re.compile(
    r"\$\$\{|\$\{(?P<id>id:(?:[^${}]|\$\{[^{}]*\})*)\}|\$\{(?P<name>[^{}]*)\}"
)
_REFERENCE: Final = re.compile(r"\$\{id:([^{}]*)\}")


class Hole(Struct, frozen=True):
    """A name to fill in. ``reference`` holds the parts of a key that stays for apply to resolve."""

    name: str
    reference: tuple[str | Hole, ...] | None = None


class CompiledText(Struct, frozen=True):
    """A scalar with holes: literal text and holes in turn."""

    parts: tuple[str | Hole, ...]
    holes: tuple[tuple[int, Hole], ...]
    """The holes among ``parts``, each with its place there."""
    names: frozenset[str]
    whole: bool
    """True if it is one hole and nothing else: such a scalar takes the type of the value."""

    def fill(self, scope: Scope) -> Any:
        """Return the value; the scope must hold every name in ``names``, so check these before."""
        if self.whole and self.holes[0][1].reference is None:
            return scope[self.holes[0][1].name]
        pieces: list[Any] = [*self.parts]
        for place, hole in self.holes:
            value = scope[hole.name] if hole.reference is None else _filled(hole, scope)
            pieces[place] = value if type(value) is str else plain(value)
        return "".join(pieces)


def _filled(hole: Hole, scope: Scope) -> str:
    if hole.reference is None:
        return plain(scope[hole.name])
    inner = "".join(
        part if isinstance(part, str) else _filled(part, scope) for part in hole.reference
    )
    return "${id:" + inner + "}"


def plain(value: Any) -> str:
    """Return a value as text: the shortest decimal that reads back equal, true or false."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e16:
            return str(int(value))
        return format(Decimal(repr(value)), "f")
    if isinstance(value, list):
        return ",".join(plain(item) for item in value)
    return "" if value is None else str(value)


@functools.lru_cache(maxsize=65_536)
def parse(text: str) -> str | CompiledText:
    """Take one text apart; plain text comes back as it is, with ``$${`` undone."""
    if "${" not in text:
        return text
    parts: list[str | Hole] = []
    names: set[str] = set()
    literal, at = "", 0
    for token in TOKEN.finditer(text):
        literal += text[at : token.start()]
        at = token.end()
        if token[0] == "$${":
            literal += "${"
            continue
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(_hole(token, names))
    literal += text[at:]
    if literal:
        parts.append(literal)
    if not any(isinstance(part, Hole) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    holes = tuple((place, part) for place, part in enumerate(parts) if isinstance(part, Hole))
    return CompiledText(tuple(parts), holes, frozenset(names), whole=len(parts) == 1)


def _hole(token: re.Match[str], names: set[str]) -> Hole:
    if token["id"] is None:
        names.add(token["name"])
        return Hole(token["name"])
    key = parse(token["id"].removeprefix("id:"))
    if isinstance(key, str):
        return Hole("id", (key,))
    names.update(key.names)
    return Hole("id", key.parts)


class CompiledTree(Struct, frozen=True):
    """A mapping or list with holes somewhere inside."""

    children: Any
    names: frozenset[str]
    typed: bool
    """True if a scalar inside is one whole hole, so that its type is known only when filled."""

    def fill(self, scope: Scope) -> Any:
        """Return the mapping or list with every hole filled."""
        if type(self.children) is dict:
            return {
                key: child.fill(scope) if type(child) in FILLED else child
                for key, child in self.children.items()
            }
        return [child.fill(scope) if type(child) in FILLED else child for child in self.children]


FILLED: Final = frozenset({CompiledText, CompiledTree})
"""What has holes: everything else is its own value."""


def compile_tree(value: Any) -> Any:
    """
    Take every text inside a value apart.

    What has no holes comes back as it is, shared by all who use it: treat it as frozen.
    """
    if type(value) is str:
        return parse(value) if "${" in value else value
    if not _has_holes(value):
        return value
    if type(value) is dict:
        children: Any = {key: compile_tree(child) for key, child in value.items()}
        inner = [child for child in children.values() if type(child) in FILLED]
        same = all(children[key] is value[key] for key in value)
    elif type(value) is list:
        children = [compile_tree(child) for child in value]
        inner = [child for child in children if type(child) in FILLED]
        same = all(new is old for new, old in zip(children, value, strict=True))
    else:
        return value
    if not inner:
        return value if same else children
    names = frozenset().union(*(child.names for child in inner))
    return CompiledTree(children, names, typed=any(_typed(child) for child in inner))


def _has_holes(value: Any) -> bool:
    """Return whether a text somewhere inside a value may have a hole."""
    if type(value) is str:
        return "${" in value
    if type(value) is dict:
        return any(map(_has_holes, value.values()))
    return type(value) is list and any(map(_has_holes, value))


def _typed(child: CompiledText | CompiledTree) -> bool:
    return child.whole if isinstance(child, CompiledText) else child.typed


def names_in(compiled: Any) -> frozenset[str]:
    """Return the names of all holes in a compiled value."""
    return compiled.names if type(compiled) in FILLED else frozenset()


def is_typed(compiled: Any) -> bool:
    """Return whether filling the compiled value can give another type than text somewhere."""
    return type(compiled) in FILLED and _typed(compiled)


def fill(compiled: Any, scope: Scope) -> Any:
    """Return a compiled value with its holes filled."""
    return compiled.fill(scope) if type(compiled) in FILLED else compiled


def references(text: str) -> tuple[str, ...]:
    """Return the keys named by ``${id:KEY}``, each once, in order."""
    return tuple(dict.fromkeys(_REFERENCE.findall(text))) if "${id:" in text else ()
