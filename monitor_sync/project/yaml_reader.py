"""
Plain data from libyaml's events: twice as fast as PyYAML's own constructor, and stricter.

Scalars follow YAML 1.2's core schema: ``on`` is no boolean and ``1e3`` is a number. What YAML 1.1
and 1.2 read differently is a problem to report, not a choice to make silently.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import yaml
from msgspec import Struct
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from monitor_sync.diagnostics import Severity
from monitor_sync.project.interpolation import plain

DataPath = tuple[str | int, ...]
"""The way from the top of a document to a value: ``("monitors", "errors", "query")``."""

_SHORT_INT: Final = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")
"""What an int is written as: to write it anew gives the same text."""
_INT: Final = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+\Z")
_LONGEST_NUMBER: Final = 300
"""Characters. Longer ones are texts: JSON's readers take none so large, and Python raises."""
_WORDS_OF_1_1: Final = frozenset(
    form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())
)
_PLAIN: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAX_WEIGHT: Final = 1_000_000
"""Values that the aliases of one file may unfold to: in a few lines they would be more than any
memory holds, and each is looked at by whoever walks the file."""

_DEEPEST: Final = 100
"""Mappings and lists inside each other. Whoever walks a value may use a call for each level."""

_PARAGRAPHS: Final = ("message", "escalation_message")
"""Keys of texts in which a blank line ends a paragraph."""

MERGE: Final = "<<"
_NO_KEY: Final = object()
_MERGING: Final = object()


class YamlProblem(Struct, frozen=True):
    """What is wrong with the text of one event."""

    rule: str
    message: str
    event: Event
    hint: str = ""
    severity: Severity = Severity.ERROR


class GiveUp(Exception):
    """What follows in this file cannot be trusted; the reason has been reported."""


class _Frame:
    """A mapping or list that is still open."""

    __slots__ = ("anchor", "key", "merges", "path", "value", "weight")

    def __init__(self, value: Any, anchor: str | None, path: DataPath | None) -> None:
        self.value = value
        self.anchor = anchor
        self.path = path
        self.key: Any = _NO_KEY
        self.weight = 1
        self.merges: list[Any] = []


class Builder:
    """Plain data from libyaml's events."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Any = None
        self.lines: dict[DataPath, int] = {}
        self.problems: list[YamlProblem] = []
        self.numbers: dict[DataPath, str] = {}
        """The text of numbers that are not in their shortest form, such as ``1.10``."""
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._anchored_numbers: dict[str, str] = {}
        self._unfolded = 0
        self._documents = 0
        self._rare: dict[type[Event], Callable[[Any], None]] = {
            MappingStartEvent: self._mapping,
            SequenceStartEvent: self._sequence,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }

    def run(self) -> None:
        """Read all events. Raises yaml.YAMLError where the text is not YAML."""
        loader = yaml.CSafeLoader(self.text)
        rare = self._rare
        try:
            get_event = loader.get_event
            while True:
                event: Any = get_event()
                kind = type(event)
                if kind is ScalarEvent:
                    self._scalar(event)
                elif kind is StreamEndEvent:
                    return
                else:
                    handle = rare.get(kind)
                    if handle is not None:
                        handle(event)
        finally:
            loader.dispose()

    def _scalar(self, event: ScalarEvent) -> None:
        text = event.value
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is _NO_KEY and type(frame.value) is dict:
            self._key(frame, text, event)
            return
        if event.implicit[0]:
            value = self._plain(text, event)
        else:
            if event.tag is not None:
                self._tagged(event)
            value = text
            if event.style == ">" and frame is not None and frame.key in _PARAGRAPHS:
                self._folded(text, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        if frame is None:
            self.root = value
        else:
            self._add(frame, value, 1)

    def _folded(self, text: str, event: ScalarEvent) -> None:
        """Note the blank lines that folding turned into single line breaks."""
        lines = text.split("\n")
        lost = sum(
            bool(before and after) and not before[0].isspace() and not after[0].isspace()
            for before, after in pairwise(lines)
        )
        if lost:
            lost_lines = "a blank line is" if lost == 1 else f"{lost} blank lines are"
            self.problems.append(
                YamlProblem(
                    "message/lost-blank-line",
                    f"{lost_lines} one line break in the message: `>` folds them",
                    event,
                    "leave two lines blank between paragraphs, or write `|-` in place of `>-`",
                    Severity.NOTE,
                )
            )

    def _plain(self, text: str, event: ScalarEvent) -> Any:
        """Return a scalar without quotes, by YAML 1.2's core schema."""
        if text in _PLAIN:
            return _PLAIN[text]
        first = text[0]
        if first in "0123456789+-.":
            return self._number(text, event)
        if first in "yYnNoO" and text in _WORDS_OF_1_1:
            meant = "true" if text.lower() in {"yes", "on"} else "false"
            self._problem(
                "file/yaml-1.1-word",
                f"`{text}` is a boolean in YAML 1.1 and a text in YAML 1.2",
                event,
                hint=f'write `{meant}`, or `"{text}"` if the word itself is meant',
            )
        return sys.intern(text)

    def _number(self, text: str, event: ScalarEvent) -> Any:
        if _SHORT_INT.match(text):  # most numbers of an estate
            return int(text)
        if len(text) > _LONGEST_NUMBER:
            return text
        if _LEADING_ZERO.match(text):
            self._problem(
                "file/leading-zero",
                f"`{text}` is an octal number in YAML 1.1 and decimal in 1.2",
                event,
                hint=f"write `{int(text)}`, or quote it if it is a text",
            )
            return text
        value = _number(text)
        if type(value) is not str and plain(value) != text:
            self._note_number(text)
            if event.anchor is not None:
                self._anchored_numbers[event.anchor] = text
        return value

    def _note_number(self, text: str) -> None:
        """Keep the text of the number that is being read; not of one that `<<` brings."""
        if all(frame.key is not _MERGING for frame in self._stack):
            path = tuple(
                len(frame.value) if type(frame.value) is list else str(frame.key)
                for frame in self._stack
            )
            self.numbers[path] = text

    def _key(self, frame: _Frame, text: str, event: Any) -> None:
        value = frame.value
        if text == MERGE and event.implicit[0]:
            frame.key = _MERGING
            return
        if text in value:
            self._problem(
                "file/duplicate-key",
                f"`{text}` is given twice in this mapping",
                event,
                hint="keep one of the two",
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = (text, 1)
        frame.key = sys.intern(text)  # the same few keys stand in every monitor
        if frame.path is not None:
            self.lines.setdefault((*frame.path, text), event.start_mark.line + 1)

    def _add(self, frame: _Frame, value: Any, weight: int) -> None:
        """Put a finished value into the container that is open."""
        frame.weight += weight
        if type(frame.value) is list:
            frame.value.append(value)
            return
        if frame.key is _MERGING:
            frame.merges.extend(value if isinstance(value, list) else [value])
        else:
            frame.value[frame.key] = value
        frame.key = _NO_KEY

    def _child_path(self) -> DataPath | None:
        """Return the path of a container about to open, or None where lines are not kept."""
        if not self._stack:
            return ()
        frame = self._stack[-1]
        if frame.path is None:
            return None
        part = len(frame.value) if type(frame.value) is list else frame.key
        path = (*frame.path, part)
        deep = 3 if path[0] == "use" else 1
        return path if len(path) <= deep else None

    def _open(self, value: Any, event: Any) -> None:
        if event.tag is not None:
            self._tagged(event)
        if self._stack:
            frame = self._stack[-1]
            if frame.key is _NO_KEY and type(frame.value) is dict:
                self._problem(
                    "file/not-yaml",
                    "a mapping or list stands where a key is expected",
                    event,
                    hint="text that starts with `{` or `[` must be quoted",
                )
                raise GiveUp
        if len(self._stack) >= _DEEPEST:
            self._problem(
                "file/too-large",
                f"values stand inside each other {_DEEPEST} times and more",
                event,
                hint="no field of a monitor is that deep: take the inner ones out",
            )
            raise GiveUp
        self._stack.append(_Frame(value, event.anchor, self._child_path()))

    def _mapping(self, event: MappingStartEvent) -> None:
        self._open({}, event)

    def _sequence(self, event: SequenceStartEvent) -> None:
        self._open([], event)

    def _end(self, event: Event) -> None:
        frame = self._stack.pop()
        value = frame.value
        if frame.merges:
            self._merge(frame, event)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (value, frame.weight)
        if self._stack:
            self._add(self._stack[-1], value, frame.weight)
        else:
            self.root = value

    def _merge(self, frame: _Frame, event: Event) -> None:
        """Add the entries that `<<` merges in; an entry written beside it wins."""
        for weaker in frame.merges:
            if type(weaker) is not dict:
                self._problem("file/not-yaml", "`<<` takes a mapping or a list of them", event)
                continue
            for key, value in weaker.items():
                frame.value.setdefault(key, value)

    def _alias(self, event: AliasEvent) -> None:
        name = event.anchor
        if any(frame.anchor == name for frame in self._stack):
            self._problem(
                "file/anchor-contains-itself",
                f"`*{name}` stands inside the value it names",
                event,
                hint="write the inner value out",
            )
            raise GiveUp
        if name not in self._anchors:
            self._problem("file/not-yaml", f"no `&{name}` stands before this `*{name}`", event)
            raise GiveUp
        value, weight = self._anchors[name]
        if not self._stack:
            return
        if name in self._anchored_numbers:
            self._note_number(self._anchored_numbers[name])
        frame = self._stack[-1]
        if frame.key is _NO_KEY and type(frame.value) is dict:
            self._problem("file/not-yaml", "an alias cannot be a key", event)
            raise GiveUp
        self._unfolded += weight
        if self._unfolded > _MAX_WEIGHT:
            self._problem(
                "file/too-large",
                f"aliases unfold to over {_MAX_WEIGHT:,} values",
                event,
                hint="write less with `*`",
            )
            raise GiveUp
        self._add(frame, value, weight)

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._problem(
                "file/not-yaml",
                "a second document starts here",
                event,
                hint="one file holds one document: remove the `---`",
            )
            raise GiveUp

    def _tagged(self, event: Any) -> None:
        """Refuse ``!tags``, but for YAML's own ``!!str`` on a scalar."""
        if event.tag in {"!", "tag:yaml.org,2002:str"} and type(event) is ScalarEvent:
            return
        name = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._problem(
            "file/not-yaml",
            f"`{name}` is a YAML tag, and tags have no meaning here",
            event,
            hint="remove it, or quote the text if it should start with `!`",
        )

    def _problem(self, rule: str, message: str, event: Event, *, hint: str = "") -> None:
        self.problems.append(YamlProblem(rule, message, event, hint))


def _number(text: str) -> Any:
    """Return the number that a scalar without quotes is by YAML 1.2's core schema, else itself."""
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        return text if math.isinf(number) else number
    if text.startswith(("0x", "0o")):
        try:
            return int(text, 0)
        except ValueError:
            return text
    return text
