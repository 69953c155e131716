"""Names that a person would give: to holes, to monitors, to templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import count
from typing import Any, Final

from monitor_sync.adopt.naming import ENVIRONMENTS

_RESERVED: Final = {
    "env": "environment", "team": "group", "unit": "part", "unit_name": "part", "key": "name",
    "critical": "level", "warning": "level", "ok": "state", "unknown": "state",
}  # fmt: skip
"""Names of holes that mean something already, and what is said instead."""
_LONGEST_NAME: Final = 48
_ENDING: Final = re.compile(rf"(?:-(?:for|of|on|in|at|{'|'.join(sorted(ENVIRONMENTS))}))+\Z")
"""What the name of a monitor in a template can do without at its end."""


def hole_name(
    keys: Sequence[str], contexts: Sequence[tuple[str, str]], values: Sequence[str], family: str
) -> str:
    """
    Return a name for a hole.

    ``keys`` are the tags whose values it has, ``contexts`` the fields that it stands in with the
    text before it, ``family`` is where the data comes from.
    """
    for key in ("service", *keys):
        if key in keys and (name := _identifier(_of_tag(key))):
            kind = _identifier(family.rpartition(".")[2])
            return kind if name == "name" and kind else name
    for field, before in contexts:
        if name := _by_context(field, before):
            return name
    return _by_field(contexts[0][0] if contexts else "", values)


def _of_tag(key: str) -> str:
    """Return what the values of a tag are: ``queuename`` has queues, ``kube_deployment`` too."""
    stem = key.rpartition(".")[2].removeprefix("kube_")
    stem = re.sub(r"(?<=[a-z]{3})_?(name|identifier)$", "", stem)
    return {"dbinstance": "database", "dbcluster": "database"}.get(stem, stem)


def _by_context(field: str, before: str) -> str:
    """Return the label, the key or the kind of handle that stands right before a hole."""
    line = before.rsplit("\n", 1)[-1]
    if match := re.search(r"@([a-z]+)(?:-[a-z]+)*-$", line):
        return _identifier(_of_tag(match[1]))
    if field == "message" and (
        match := re.search(r"(?:^|[,;] ?)([A-Za-z][A-Za-z ]{1,18}):\s*$", line)
    ):
        return _identifier(_of_tag(match[1]))
    if match := re.search(r"([a-z][a-z_]{2,})[:=]$", line):
        return _identifier(_of_tag(match[1]))
    return ""


def _by_field(field: str, values: Sequence[str]) -> str:
    handles = [value for value in values if value.strip()]
    if handles and all(value.strip().startswith(("@", "{{#is_")) for value in handles):
        return "handles"
    if field == "query":
        return "metric" if any(re.search("[a-z]", value) for value in values) else "number"
    if field == "name":
        return "subject"
    sentences = sum(" " in value for value in values) * 2 > len(values)
    return "wording" if sentences else "subject"


def _identifier(text: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    name = _RESERVED.get(name, name)
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else ""


def monitor_name(placed: Sequence[str], items: Sequence[str], pattern: Any) -> str:
    """
    Return the last part of a key for a monitor of a template.

    ``placed`` are the names that its members were placed under, ``items`` their items: the usual
    name without the item, else the words of the ``pattern`` of their names in Datadog.
    """
    bare = [_without(name, item) for name, item in zip(placed, items, strict=True)]
    usual, number = Counter(bare).most_common(1)[0]
    if usual and number * 2 > len(bare):
        return _ENDING.sub("", usual) or usual
    parts = getattr(pattern, "parts", (pattern,))
    literal = " ".join(part if isinstance(part, str) else "" for part in parts)
    literal = re.sub(r"\[[^\]]*\]|\{\{.*?\}\}|\$\{.*?\}", " ", literal)
    short = ""
    for word in re.findall(r"[a-z0-9]+", literal.lower().replace("'", "")):
        if short and len(short) + len(word) > _LONGEST_NAME:
            break
        short = f"{short}-{word}".strip("-")
    return _ENDING.sub("", short or usual) or short or usual or "monitor"


def _without(name: str, item: str) -> str:
    """Return a name without the words of an item and without the number of a namesake."""
    words = re.findall(r"[a-z0-9]+", item)
    bare = name
    for start in range(len(words)):  # the name may lack what the unit says: motor-primary
        ending = re.escape("-".join(words[start:]))
        bare, number = re.subn(rf"(^|-){ending}(?=-|$)" if start == 0 else rf"^{ending}-", "", name)
        if number:
            break
    return re.sub(r"(?<=[a-z])-[0-9]$", "", bare).strip("-._")


_PLURAL: Final = {"log": "logs", "service check": "checks", "event-v2": "events"}


def template_name(family: str, item: str, monitors: Sequence[str], taken: Collection[str]) -> str:
    """Return a name for a template of these monitors: where its data is from, and its item."""
    words = [*re.split(r"[^a-z0-9]+", _PLURAL.get(family, family)), *item.split("_")]
    kind = "-".join(dict.fromkeys(word for word in words if word))
    several = [kind, f"{words[0]}-{monitors[0]}" if words[0] else ""]
    for name in (*several * (len(monitors) > 1), monitors[0]):
        if name and name not in taken:
            return name
    return unused(monitors[0], taken, "-")


def unused(name: str, taken: Collection[str], separator: str = "_") -> str:
    """Return a name that is not taken: with the next number behind it."""
    if name not in taken:
        return name
    stem = re.sub(r"[-_][0-9]+$", "", name)
    numbered = (f"{stem}{separator}{number}" for number in count(2))
    return next(new_name for new_name in numbered if new_name not in taken)
