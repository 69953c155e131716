"""Which template variables exist for a monitor, and what is wrong with those that do not."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from enum import Enum

from msgspec import Struct

from monitor_sync.language.eval_expression import names
from monitor_sync.language.message import parse
from monitor_sync.language.message_tags import path_of
from monitor_sync.language.message_tree import (
    Argument,
    Block,
    Condition,
    Element,
    Helper,
    Message,
    Raw,
    TemplateVariable,
    dotted,
    walk,
)
from monitor_sync.language.suggest import nearest
from monitor_sync.language.transitions import MATCHES
from monitor_sync.language.variable_tables import (
    ALWAYS_KEYS,
    BY_THRESHOLD,
    BY_TYPE,
    DEVICE,
    DEVICE_KEYS,
    ENRICHED,
    HOST_FIELDS,
    LETTERS,
    NO_NUMBER,
    NUMERIC,
    SOURCES,
    TEXTS,
    TIMES,
    UNLISTED,
)


class Existence(Enum):
    """What becomes of a variable."""

    EXISTS = "exists"
    BLANK = "blank"
    """Datadog knows such a variable, but it is always empty for this monitor."""
    UNKNOWN = "unknown"
    """No monitor has it."""


class VariableUse(Struct, frozen=True, kw_only=True):
    """
    A variable in a message.

    ``place`` is where: ``text``, ``condition``, ``eval``, ``local_time`` or ``urlencode``.
    ``start`` and ``end`` count characters from 0; in a text they enclose the braces, elsewhere
    the name alone.
    """

    path: tuple[str, ...]
    start: int
    end: int
    place: str = "text"

    @property
    def name(self) -> str:
        """Return the variable as people write it: ``host.name``, ``[kube.app].name``."""
        return dotted(self.path)


class VariableVerdict(Struct, frozen=True, kw_only=True):
    """What becomes of a variable, why, and what to write instead (empty: nothing is known)."""

    existence: Existence
    reason: str = ""
    instead: str = ""


class Surroundings(Struct, frozen=True, kw_only=True):
    """
    What of a monitor decides which variables exist.

    ``group_keys`` are the keys of the group by, the ``@`` of facets included; None where they are
    not known; ``*`` among them stands for every key. ``filter_keys`` are keys that the filter
    names. ``thresholds`` are the names of those that are set. ``members`` counts a composite's
    members, None where that is not known.
    """

    type: str
    group_keys: tuple[str, ...] | None = ()
    filter_keys: tuple[str, ...] = ()
    thresholds: frozenset[str] = frozenset({"critical"})
    members: int | None = None


def variables(message: Message | str) -> tuple[VariableUse, ...]:
    """Return every variable of a message, in order, in conditions and helpers too."""
    tree = parse(message) if isinstance(message, str) else message
    return tuple(use for element in walk(tree.elements) for use in _uses(element))


def _uses(element: Element) -> Iterator[VariableUse]:
    match element:
        case TemplateVariable():
            yield VariableUse(path=element.path, start=element.start, end=element.end)
        case Block(condition=condition) | Raw(condition=Condition() as condition):
            if condition.name in MATCHES and condition.arguments:
                yield from _named(condition.arguments[0], "condition")
        case Helper(name="eval", expression=expression) if expression is not None:
            for name in names(expression):
                yield VariableUse(path=name.path, start=name.start, end=name.end, place="eval")
        case Helper(name="local_time" | "urlencode" as place, arguments=(first, *_)):
            yield from _named(first, place)
        case _:
            return


def _named(argument: Argument, place: str) -> Iterator[VariableUse]:
    path = path_of(argument.value.strip())
    if path is not None:
        inside = int(argument.quoted)
        start, end = argument.start + inside, argument.end - inside
        yield VariableUse(path=path, start=start, end=end, place=place)


def existence(use: VariableUse, surroundings: Surroundings) -> VariableVerdict:
    """
    Return whether a variable exists for a monitor.

    From Datadog's page on variables, and from what its own published monitors show: keys that only
    the filter names are let through, since it fixes their value.
    """
    verdict = _existence(use.path, surroundings)
    if use.place == "eval" and verdict.existence is Existence.EXISTS and use.name in TEXTS:
        instead = f"{use.name}_epoch" if use.name.endswith("_at") else ""
        return _blank(f"`{use.name}` is no number, so eval cannot compute with it", instead)
    return verdict


_EXISTS = VariableVerdict(existence=Existence.EXISTS)


def _blank(reason: str, instead: str = "") -> VariableVerdict:
    return VariableVerdict(existence=Existence.BLANK, reason=reason, instead=instead)


def _unknown(reason: str, instead: str = "") -> VariableVerdict:
    return VariableVerdict(existence=Existence.UNKNOWN, reason=reason, instead=instead)


@functools.lru_cache(maxsize=4096)
def _existence(path: tuple[str, ...], around: Surroundings) -> VariableVerdict:
    """Return what ``existence`` does of a path alone: a text may say the same a thousand times."""
    if len(path) == 1:
        return _word(path[0], around)
    if around.type == "composite" and path[0] in tuple(LETTERS):
        return _member(path[0], around)
    first, last = path[0], path[-1]
    key = ".".join(path[:-1])
    if last.lower() == "name" and _grouped(key, around):
        return _called(path, key, around)
    if _grouped(".".join(path), around) and last == "name":
        # `by {host.name}`: the exact form is [host.name].name, the short one is in use too
        return _EXISTS
    if first == "host" and _grouped("host", around):
        return _EXISTS  # host.ip, host.role.name, and any tag of the host
    if _enriched(path, around):
        return _EXISTS
    if first in SOURCES and not (last == "name" and len(path) == 2):
        return _event(path, around)
    if last == "name":
        return _key(key, around)
    if around.type in UNLISTED or around.group_keys is None:
        return _EXISTS
    if first == "host":
        return _blank(
            "variables of the host exist where the query groups by host",
            _suggested_key(last, around),
        )
    return _no_such(dotted(path), around, instead=_grouped_instead(path, around))


def _called(path: tuple[str, ...], key: str, around: Surroundings) -> VariableVerdict:
    """Return what becomes of the value of a key that the query groups by."""
    if path[-1] != "name":
        return _unknown(f"`.{path[-1]}` is written `.name`", f"{_bracketed(key)}.name")
    if len(path) > 2 and key in (around.group_keys or ()):
        # Datadog, monitors/notify/variables: "Tag key with period", "Group by facet"
        return _blank(f"the dots of the key `{key}` need brackets", f"[{key}].name")
    return _EXISTS


# words without a dot


def _word(word: str, around: Surroundings) -> VariableVerdict:
    if word in TIMES or word in BY_TYPE.get(around.type, ()):
        return _EXISTS
    if word in NUMERIC:
        if around.type not in NO_NUMBER:
            return _EXISTS
        instead = "a.value" if around.type == "composite" and word == "value" else ""
        return _blank(f"a {around.type} monitor compares no number of its own", instead)
    if word in BY_THRESHOLD:
        needed = BY_THRESHOLD[word]
        if needed in around.thresholds:
            return _EXISTS
        return _blank(f"the threshold `{needed}` is not set", "threshold")
    types = [type_ for type_, words in BY_TYPE.items() if word in words]
    if types:
        return _blank(f"`{word}` exists in {types[0]}s only")
    if word in SOURCES and around.type in SOURCES[word].types:
        return _unknown(
            f"`{word}` alone names nothing",
            f"{word}.{nearest('message', SOURCES[word].fields) or 'link'}",
        )
    return _bare_key(word, around)


def _bare_key(word: str, around: Surroundings) -> VariableVerdict:
    if _grouped(word, around) and not _slip(word, around):
        return _unknown(
            f"`{word}` is a tag: what it is called ends with .name", f"{_bracketed(word)}.name"
        )
    return _no_such(word, around)


def _slip(word: str, around: Surroundings) -> bool:
    """Return whether a word is nearly a variable, where any word could be the key of a group."""
    if around.group_keys is not None and "*" not in around.group_keys:
        return False
    plain = (variable for variable in known_variables(around) if "." not in variable)
    return bool(nearest(word, plain, 0.7))


def _no_such(name: str, around: Surroundings, instead: str = "") -> VariableVerdict:
    near = instead or nearest(name, known_variables(around), 0.7)
    key, dot, field = name.partition(".")
    if near and not instead and dot and near.startswith(f"{key}."):
        near = near if nearest(field, (near.removeprefix(f"{key}."),)) else ""
    if not near and around.group_keys and not _enriched_fields(key):
        # without `.name`, which makes any two of them alike
        names = [known for known in known_variables(around) if known.endswith(".name")]
        key = nearest(name, (known.removesuffix(".name") for known in names), 0.7)
        near = f"{key}.name" if key else ""
    return _unknown(f"there is no variable `{name}`", near)


# tags and facets of the group


def _enriched(path: tuple[str, ...], around: Surroundings) -> bool:
    """Return whether a variable is what Datadog knows of a group: ``service.team``."""
    if len(path) < 2:
        return False
    first, field = path[0], path[1]
    if first == DEVICE:
        return any(_grouped(key, around) for key in DEVICE_KEYS)
    return field in _enriched_fields(first) and _grouped(first, around)


def _enriched_fields(key: str) -> Collection[str]:
    """Return what Datadog knows of a group besides its name, by its key."""
    if key.startswith("kube_"):
        return ENRICHED.get(key, ENRICHED["kube_deployment"])
    return ENRICHED.get(key, ())


def _grouped(key: str, around: Surroundings) -> bool:
    """Return whether the value of a key is known when the monitor notifies."""
    if around.group_keys is None:
        return True
    keys = (*around.group_keys, *around.filter_keys, *ALWAYS_KEYS.get(around.type, ()))
    return "*" in around.group_keys or any(_bare(key) == _bare(other) for other in keys)


def _bare(key: str) -> str:
    return key.removeprefix("@")


def _bracketed(key: str) -> str:
    return f"[{key}]" if "." in key else key


def _key(key: str, around: Surroundings) -> VariableVerdict:
    keys = around.group_keys or ()
    if keys:
        reason = f"the query does not group by `{key}` (it groups by {', '.join(keys)})"
    else:
        reason = "the query groups by nothing"
    return _blank(reason, _suggested_key(key, around))


def _suggested_key(key: str, around: Surroundings) -> str:
    near = nearest(key, (*(around.group_keys or ()), *around.filter_keys), 0.75)
    return f"{_bracketed(near)}.name" if near else ""


def _grouped_instead(path: tuple[str, ...], around: Surroundings) -> str:
    """
    Return ``KEY.name`` for ``KEY.value``, or for a key whose dots lack brackets.

    Datadog knows more of a service or of a pod than its name: there a near field is meant, or none.
    """
    if _enriched(lower := tuple(part.lower() for part in path), around):
        return dotted(lower)
    fields = _enriched_fields(path[0])
    if len(path) == 2 and fields and path[1] != "value" and _grouped(path[0], around):
        near = nearest(path[1], (*fields, "name"))
        return f"{path[0]}.{near}" if near else ""
    for key in (".".join(path), ".".join(path[:-1])):
        if _grouped(key, around):
            return f"{_bracketed(key)}.name"
    return ""


# events and members


def _event(path: tuple[str, ...], around: Surroundings) -> VariableVerdict:
    first, field = path[0], path[1]
    source = SOURCES[first]
    if around.type not in source.types:
        if around.type in UNLISTED or around.group_keys is None:
            return _EXISTS
        return VariableVerdict(
            existence=Existence.BLANK,
            reason=f"`{first}.…` exists in {' and '.join(f'{type_}s' for type_ in source.types)}"
            f" only, and this is a {around.type}",
            instead=_own_source(path, around),
        )
    if field in source.open_fields or (len(path) == 2 and field in source.fields):
        return _EXISTS
    near = nearest(field, (*source.fields, *source.open_fields), 0.7)
    rest = dotted((first, near, *path[2:])) if near else dotted((first, "attributes", *path[1:]))
    return _unknown(f"`{first}` has no field `{field}`", rest)


def _own_source(path: tuple[str, ...], around: Surroundings) -> str:
    for name, source in SOURCES.items():
        own = around.type in source.types
        if own and (path[1] in source.open_fields or path[1] in source.fields):
            return dotted((name, *path[1:]))
    return ""


def _member(letter: str, around: Surroundings) -> VariableVerdict:
    if around.members is None or LETTERS.index(letter) < around.members:
        return _EXISTS
    last = LETTERS[min(around.members, len(LETTERS)) - 1] if around.members else ""
    return _unknown(
        f"the composite has {around.members} members, so there is no `{letter}`",
        f"{last}.value" if last else "",
    )


def known_variables(surroundings: Surroundings) -> tuple[str, ...]:
    """Return the variables of a monitor that can be listed, for completion and for suggestions."""
    around = surroundings
    names: list[str] = []
    if around.type not in NO_NUMBER:
        names += NUMERIC
    names += [name for name, needed in BY_THRESHOLD.items() if needed in around.thresholds]
    names += BY_TYPE.get(around.type, ())
    names += TIMES
    keys: Sequence[str] = (
        *(around.group_keys or ()),
        *around.filter_keys,
        *ALWAYS_KEYS.get(around.type, ()),
    )
    names += [f"{_bracketed(key)}.name" for key in dict.fromkeys(keys) if key != "*"]
    if "host" in keys:
        names += [f"host.{field}" for field in HOST_FIELDS]
    for name, source in SOURCES.items():
        if around.type in source.types:
            names += [f"{name}.{field}" for field in source.fields]
    if around.type == "composite":
        for letter in LETTERS[: around.members or 0]:
            names += [f"{letter}.value", f"{letter}.status"]
    return tuple(names)
