"""
Live values written into the files: for each field that differs, the edit that makes it as it lives.

A value goes to the place that sets it, where that is one monitor's alone; else to the monitor
itself, or to the changes of its item, so that no other monitor changes. Holes stay where the text
around them is what differs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from monitor_sync.adopt.own_level import OwnLevel, own_level
from monitor_sync.adopt.unfilled import unfilled
from monitor_sync.language.message_layout import routed, take_apart
from monitor_sync.model import GIVEN_TAGS, KEY_TAG, PROJECT_TAG, Body, Monitor
from monitor_sync.project.edits import Delete, Edit, Set, value_at
from monitor_sync.project.expand import Provenance
from monitor_sync.project.interpolation import plain
from monitor_sync.project.layers import Field, Layer, place
from monitor_sync.project.loaded import Loaded
from monitor_sync.project.yaml_reader import DataPath
from monitor_sync.resources.difference import FieldChange

_PART: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_TEXTS: Final = frozenset({"name", "query", "message"})
_OURS: Final = GIVEN_TAGS | {PROJECT_TAG, KEY_TAG}
"""Tags that no level declares as tags: this tool writes them."""


@dataclass(slots=True)
class Taken:
    """The edits by the shown path of their file, which fields they take, and which not, and why."""

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


class LiveValues:
    """Takes live values of monitors into the files of one project."""

    def __init__(self, loaded: Loaded, order: Sequence[str]) -> None:
        self._loaded = loaded
        self._order = order
        self._users: Counter[tuple[str, DataPath]] = Counter(
            (layer.document.path, layer.where)
            for made in loaded.provenance.values()
            for layer in made.layers
        )
        self._opened: set[tuple[str, DataPath]] = set()
        """Lists of items that were made mappings already."""

    def take(self, key: str, changes: Sequence[FieldChange], live: Body) -> Taken:
        """Return the edits that make one monitor as it lives; ``old`` of a change is live."""
        monitor = _Monitor(self._loaded, key, live, self._order, self._users, self._opened)
        # thresholds first: texts may have holes that they fill
        for change in sorted(changes, key=lambda change: change.field in _TEXTS):
            monitor.take(change)
        return monitor.taken


class _Monitor:
    """One monitor whose live values are taken."""

    def __init__(
        self,
        loaded: Loaded,
        key: str,
        live: Body,
        order: Sequence[str],
        users: Mapping[tuple[str, DataPath], int],
        opened: set[tuple[str, DataPath]],
    ) -> None:
        self._opened = opened
        self.taken = Taken()
        self._declared: Monitor = loaded.project.monitors[key]
        self._made: Provenance = loaded.provenance[key]
        self._live = live
        self._order = order
        self._users = users
        self._scope = dict(self._made.scope)
        self._own: OwnLevel | None = own_level(key, loaded.provenance)

    def take(self, change: FieldChange) -> None:
        """Take one live value, or note why it is left."""
        reason = self._take(change)
        if reason:
            self.taken.left[change.field] = reason
        else:
            self.taken.fields.append(change.field)

    def _take(self, change: FieldChange) -> str:
        """Make the edits for one field; return why it cannot be taken, or an empty text."""
        if change.field == "tags":
            return self._tags(change)
        if change.field == "message":
            return self._message(str(change.old or ""))
        if change.field in _TEXTS and isinstance(change.old, str):
            return self._text((change.field,), str(self._live.get(change.field, change.old)))
        return self._value(_parts(change.field), change.old)

    # where to

    def _alone(self, layer: Layer) -> bool:
        """
        Return whether a level is this monitor's and no other's.

        A template is everybody's, even while one monitor is made of it.
        """
        if layer.label.startswith("template ") and self._own is not None:
            return False
        return self._users[layer.document.path, layer.where] == 1

    def _edit(self, path: str, step: Edit) -> str:
        self.taken.edits.setdefault(path, []).append(step)
        return ""

    def _set(self, document_path: str, where: DataPath, value: Any) -> str:
        return self._edit(document_path, Set(where, value, order=self._order))

    def _on_own(self, where: Field, value: Any) -> str:
        """Set a field on the monitor itself, or in the changes of its item."""
        if self._own is None:
            return "its value stands where other monitors share it, and it has no place of its own"
        opened = self._own.opened()
        if opened is not None and (self._own.path, opened.where) not in self._opened:
            self._opened.add((self._own.path, opened.where))
            self._edit(self._own.path, opened)
        return self._edit(self._own.path, self._own.edit(where, value, self._order))

    # fields

    def _value(self, where: Field, value: Any) -> str:
        layers = self._made.layers
        setting = place(layers, where) or place(layers, ("raw_options", *where[1:]))
        if where[:2] == ("options", "thresholds") and len(where) == 3:
            self._scope[str(where[2])] = plain(value)
        if setting is not None and self._alone(setting[0]):
            layer, path = setting
            weaker = layers[: layers.index(layer)]
            if value is None and place(weaker, where) is None:
                return self._edit(layer.document.path, Delete(path))
            return self._set(layer.document.path, path, value)
        if len(where) > 2 and where[1] != "thresholds":
            top = where[:2]
            return self._on_own(top, self._live["options"].get(str(top[1])))
        own = where[1:] if where[:2] == ("options", "thresholds") else where
        return self._on_own(own, value)

    def _text(self, where: Field, live: str) -> str:
        setting = place(self._made.layers, where)
        if setting is None:
            return self._on_own(where, live.replace("${", "$${"))
        layer, path = setting
        written = value_at(layer.values, path[len(layer.where) :])
        if where == ("message",):  # what ends it is not sent
            live += str(written)[len(str(written).rstrip("\n")) :]
        text = unfilled(str(written), live, self._scope, one_line=where == ("query",))
        if text is None:
            text = live.replace("${", "$${")
        if text == written:
            return ""
        if self._alone(layer):
            return self._set(layer.document.path, path, text)
        return self._on_own(where, text)

    def _message(self, live: str) -> str:
        whole = str(self._declared.body["message"])
        rest = whole[self._declared.text_end :]
        if rest and live.endswith(rest):
            return self._text(("message",), live.removesuffix(rest))
        if not rest:
            return self._text(("message",), live)
        there, here = take_apart(live), take_apart(whole)
        if there.footer != here.footer:
            return "its footer was changed, which this tool writes"
        if there.text != here.text:
            self._text(("message",), there.text)
        return self._routing(there.routing)

    def _routing(self, live: str) -> str:
        """Say under ``notify`` whom the live message names, for each state where it differs."""
        there = routed(live)
        for state, handles in self._declared.recipients.items():
            if there.get(state, ()) != tuple(handles):
                reason = self._value(("notify", state), list(there.get(state, ())))
                if reason:
                    return reason
        return ""

    # tags

    def _tags(self, change: FieldChange) -> str:
        there, here = list(change.old or ()), list(change.new or ())
        added = [tag for tag in there if tag not in here]
        removed = [tag for tag in here if tag not in there]
        for tag in (*added, *removed):
            if tag.partition(":")[0] in _OURS:
                return f"`{tag}` is a tag that this tool writes"
        reason = self._add_tags(added)
        keys = [tag.partition(":")[0] for tag in added]
        for tag in removed:
            reason = reason or ("" if tag.partition(":")[0] in keys else self._remove_tag(tag))
        return reason

    def _add_tags(self, added: Sequence[str]) -> str:
        """Add tags to the monitor's own, as these are written; else a mapping where that can be."""
        for layer, tags in self._levels_with_tags():
            if isinstance(tags, list):
                for place_of, tag in enumerate(added, len(tags)):
                    self._set(layer.document.path, (*layer.where, "tags", place_of), tag)
                return ""
            if not all(":" in tag for tag in added):
                return "a tag without a value does not fit into a mapping of tags"
            for key, _, value in (tag.partition(":") for tag in added):
                self._set(layer.document.path, (*layer.where, "tags", key), value)
            return ""
        pairs = [tag.partition(":") for tag in added]
        if all(colon for _, colon, _ in pairs) and len({key for key, _, _ in pairs}) == len(pairs):
            reasons = [self._on_own(("tags", key), value) for key, _, value in pairs]
        else:
            reasons = [self._on_own(("tags",), list(added))] if added else []
        return next(iter(reasons), "")

    def _remove_tag(self, tag: str) -> str:
        key, _, value = tag.partition(":")
        for layer, tags in self._levels_with_tags():
            if isinstance(tags, list) and tag in tags:
                where = (*layer.where, "tags", tags.index(tag))
                return self._edit(layer.document.path, Delete(where))
            if isinstance(tags, dict) and plain(tags.get(key)) == value:
                return self._edit(layer.document.path, Delete((*layer.where, "tags", key)))
        return self._on_own(("tags", key), None)

    def _levels_with_tags(self) -> Iterator[tuple[Layer, Any]]:
        for layer in reversed(self._made.layers):
            if self._alone(layer) and "tags" in layer.values:
                yield layer, layer.values["tags"]


def _parts(name: str) -> Field:
    """Return the way to a field: ``options.variables[0].name`` in four steps."""
    return tuple(int(index) if index else word for index, word in _PART.findall(name))
