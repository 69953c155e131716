"""
One YAML file read into plain data, with the place of every value.

Reading is on the hot path, so it happens in one pass over libyaml's events, twice as fast as
PyYAML's own constructor, and keeps only the lines that a whole project needs. Exact columns are
found by composing the text once more, and only where there is something to say about it.

Scalars follow YAML 1.2's core schema: ``on`` is no boolean and ``1e3`` is a number. What YAML 1.1
and 1.2 read differently is a problem to report, not a choice to make silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import yaml
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

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.project import traps

DataPath = tuple[str | int, ...]
"""The way from the top of a document to a value: ``("monitors", "errors", "query")``."""

_INT: Final = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+\Z")
_WORDS_OF_1_1: Final = frozenset(
    form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())
)
_PLAIN: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAX_WEIGHT: Final = 1_000_000
"""Values one file may unfold to: aliases of aliases grow without bound in a few lines."""

_MERGE: Final = "<<"
_NO_KEY: Final = object()
_MERGING: Final = object()


class Document:
    """
    One YAML file: its data as plain dicts and lists, and where each value stands.

    ``path`` is how messages name the file. ``data`` is None for a file that could not be read.
    ``lines`` has the line of the keys that every run needs: the first two levels, and four
    levels under ``use``.
    """

    def __init__(self, path: str, text: str, data: Any, lines: dict[DataPath, int]) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.lines = lines

    def excerpt(self, line: int) -> str:
        """The text of one line, counted from 1."""
        return self._rows[line - 1] if 0 < line <= len(self._rows) else ""

    def span(self, where: DataPath) -> Span:
        """The place of the value at ``where``, or of the nearest thing that contains it."""
        found = self._find(where)
        return self._of_node(found[1])

    def key_span(self, where: DataPath) -> Span:
        """The place of the key that leads to ``where``, or of the value where it has none."""
        key, value = self._find(where)
        return self._of_node(value if key is None else key)

    def span_of(self, where: DataPath, needle: str) -> Span:
        """The place of ``needle`` inside the text at ``where``; of the whole value if not there."""
        node = self._find(where)[1]
        first, last = node.start_mark.line, node.end_mark.line
        for number in range(first, min(last, len(self._rows) - 1) + 1):
            start = node.start_mark.column if number == first else 0
            column = self._rows[number].find(needle, start)
            if column >= 0:
                return Span(self.path, number + 1, column + 1, column + 1 + len(needle))
        return self._of_node(node)

    def diagnostic(
        self,
        rule: str,
        message: str,
        span: Span,
        *,
        hint: str = "",
        key: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """A diagnostic about this file, with the text of its line."""
        return Diagnostic(
            rule=rule,
            severity=severity,
            message=message,
            span=span,
            hint=hint,
            key=key,
            excerpt=self.excerpt(span.line),
        )

    @cached_property
    def _rows(self) -> list[str]:
        # not splitlines(): form feeds and the like are no line breaks in YAML
        return re.split(r"\r\n|\r|\n", self.text)

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.CSafeLoader)

    def _find(self, where: DataPath) -> tuple[yaml.Node | None, yaml.Node]:
        key: yaml.Node | None = None
        node = self._root
        if node is None:
            mark = yaml.Mark(None, 0, 0, 0, None, 0)
            return None, yaml.ScalarNode("", "", mark, mark)
        for part in where:
            step = _child(node, part)
            if step is None:
                break
            key, node = step
        return key, node

    def _of_node(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        row = self.excerpt(start.line + 1)
        stop = end.column if end.line == start.line else len(row.rstrip())
        return Span(self.path, start.line + 1, start.column + 1, max(stop, start.column + 1) + 1)


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    """The key and value one step down, merge keys included."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key, value
        for key, value in node.value:
            if key.value == _MERGE:
                weaker = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for each in weaker:
                    found = _child(each, part)
                    if found is not None:
                        return found
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


def read(path: str, content: bytes) -> tuple[Document, list[Diagnostic]]:
    """
    Read one file's bytes.

    Problems never raise: they come back as diagnostics, all that can be told in one pass. A file
    that is not YAML gives a document whose data is None.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        span = Span(path, line, column, column + 1)
        wrong = f"byte 0x{content[error.start]:02x} is not UTF-8"
        document = Document(path, content.decode("utf-8", "replace"), None, {})
        hint = "save the file as UTF-8"
        return document, [document.diagnostic("file/not-utf-8", wrong, span, hint=hint)]
    document = Document(path, text, None, {})
    builder = _Builder(document)
    try:
        builder.run()
    except yaml.MarkedYAMLError as error:
        builder.problems.append(traps.syntax_problem(document.excerpt, path, error))
    except yaml.reader.ReaderError as error:
        builder.problems.append(_unprintable(document, error))
    except _GiveUp:
        pass
    else:
        document.data = builder.root
        if document.data is None and not builder.problems:
            hint = "write what it should declare, or delete the file"
            problem = document.diagnostic(
                "file/empty", "the file declares nothing", Span(path, 1), hint=hint
            )
            builder.problems.append(problem)
    return document, builder.problems


def _unprintable(document: Document, error: yaml.reader.ReaderError) -> Diagnostic:
    before = document.text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    span = Span(document.path, line, column, column + 1)
    code = error.character if isinstance(error.character, int) else ord(error.character)
    return document.diagnostic(
        "file/not-yaml",
        f"character U+{code:04X} is not allowed in YAML",
        span,
        hint="remove it",
    )


class _GiveUp(Exception):
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
        self.merges: list[dict[str, Any]] = []


class _Builder:
    """Plain data from libyaml's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []
        self.root: Any = None
        self._lines = document.lines
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
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
        loader = yaml.CSafeLoader(self.document.text)
        rare = self._rare
        try:
            get_event = loader.get_event
            while True:
                event = get_event()
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
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        if frame is None:
            self.root = value
        else:
            self._add(frame, value, 1)

    def _plain(self, text: str, event: ScalarEvent) -> Any:
        """A scalar without quotes, by YAML 1.2's core schema."""
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
        return text

    def _number(self, text: str, event: ScalarEvent) -> Any:
        if _LEADING_ZERO.match(text):
            self._problem(
                "file/leading-zero",
                f"`{text}` is an octal number in YAML 1.1 and decimal in 1.2",
                event,
                hint=f"write `{int(text)}`, or quote it if it is a text",
            )
            return text
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
        if text.startswith("0x") or text.startswith("0o"):
            try:
                return int(text, 0)
            except ValueError:
                return text
        return text

    def _key(self, frame: _Frame, text: str, event: ScalarEvent) -> None:
        value = frame.value
        if text == _MERGE and event.implicit[0]:
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
        frame.key = text
        if frame.path is not None:
            self._lines.setdefault((*frame.path, text), event.start_mark.line + 1)

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
        """The path of a container about to open, or None where lines are not kept."""
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
                raise _GiveUp
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
        """Fill in what `<<` brings; what is written beside it is stronger."""
        for weaker in frame.merges:
            if not isinstance(weaker, dict):
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
            raise _GiveUp
        if name not in self._anchors:
            self._problem("file/not-yaml", f"no `&{name}` stands before this `*{name}`", event)
            raise _GiveUp
        value, weight = self._anchors[name]
        if not self._stack:
            return
        frame = self._stack[-1]
        if frame.key is _NO_KEY and type(frame.value) is dict:
            self._problem("file/not-yaml", "an alias cannot be a key", event)
            raise _GiveUp
        if frame.weight + weight > _MAX_WEIGHT:
            self._problem(
                "file/too-large",
                f"aliases unfold to over {_MAX_WEIGHT:,} values",
                event,
                hint="write less with `*`",
            )
            raise _GiveUp
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
            raise _GiveUp

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
        start, end = event.start_mark, event.end_mark
        row = self.document.excerpt(start.line + 1)
        stop = end.column if end.line == start.line else len(row.rstrip())
        span = Span(
            self.document.path,
            start.line + 1,
            start.column + 1,
            max(stop, start.column + 1) + 1,
        )
        self.problems.append(self.document.diagnostic(rule, message, span, hint=hint))
