"""
One YAML file read into plain data, with the place of every value.

Reading is on the hot path, so it happens in one pass over libyaml's events (``events``) and keeps
only the lines that a whole project needs. Exact columns are found by composing the text once
more, and only where there is something to say about it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import yaml

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.project import yaml_errors
from monitor_sync.project.yaml_reader import MERGE, Builder, DataPath, GiveUp, YamlProblem

_COMPOSED: Final = 8
"""Files whose nodes are kept: a file of monitors, the templates that it uses, project.yaml."""
_ANCHOR: Final = re.compile(r"&[0-9A-Za-z_-]")
"""As libyaml reads it; it may stand in a text too."""
_ALIGNED: Final = 8
"""Texts of one file whose alignment is kept: what is found in one monitor comes together."""


class Origins(NamedTuple):
    """For each character of a filled text, where what it was made from starts and ends."""

    starts: Sequence[int]
    ends: Sequence[int]


class Alignment(NamedTuple):
    """
    A rendered text beside the scalar that it was made from, as ``source_map.find`` needs it.

    ``back`` maps a character of the rendered text to the filled text, ``origins`` one of the
    filled text to its stretch of the scalar, ``places`` one of the scalar to the file's text.
    """

    rendered: str
    scope: Mapping[str, Any]
    back: Sequence[int]
    origins: Origins
    places: Sequence[int]


class _Places(yaml.CBaseLoader):
    """Composes nodes for their marks alone: no type is looked for, which takes half the time."""

    def resolve(self, *_: Any) -> str:
        """Give every node the same tag."""
        return ""

    def descend_resolver(self, *_: Any) -> None:
        """Enter a mapping or a list."""

    def ascend_resolver(self) -> None:
        """Leave it."""


class _Composed:
    """
    What one file's text is composed into, to find exact columns in it.

    It takes thirty times the memory of the text, so it is kept of the last few files alone.
    """

    def __init__(self, text: str) -> None:
        self.root: yaml.Node | None = yaml.compose(text, Loader=_Places)
        self.entries: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}
        """A mapping's entries by key, the first of equal ones, by the id of the mapping's node."""
        self.aligned: dict[DataPath, Alignment] = {}
        """The last alignment of each text: one may have thousands of findings."""


@functools.lru_cache(maxsize=_COMPOSED)
def composed(document: Document) -> _Composed:
    """Return a file's nodes, composed again where other files were looked at in between."""
    return _Composed(document.text)


class Document:
    """
    One YAML file: its data as plain dicts and lists, and where each value stands.

    ``path`` is how messages name the file. ``data`` is None for a file that could not be read.
    ``lines`` has the line of the keys that every run needs: the first two levels, and four
    levels under ``use``. ``numbers`` has the text of the numbers that are not written in their
    shortest form, such as ``1.10``.
    """

    def __init__(self, path: str, text: str, data: Any, lines: dict[DataPath, int]) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.lines = lines
        self.numbers: Mapping[DataPath, str] = {}

    def excerpt(self, line: int) -> str:
        """Return the text of one line, counted from 1."""
        return self._rows[line - 1] if 0 < line <= len(self._rows) else ""

    def span(self, where: DataPath) -> Span:
        """Return the place of the value at ``where``, or of the nearest thing that contains it."""
        entry = self._find(where)
        return self._of_node(entry[1])

    def key_span(self, where: DataPath) -> Span:
        """Return the place of the key that leads to ``where``, or of the value if it has none."""
        key, value = self._find(where)
        return self._of_node(value if key is None else key)

    def span_of(self, where: DataPath, needle: str) -> Span:
        """
        Return the place of ``needle`` inside the text at ``where``; of the whole value if not
        there.
        """
        node = self._find(where)[1]
        start_mark: Any = node.start_mark
        end_mark: Any = node.end_mark
        first, last = start_mark.line, end_mark.line
        for number in range(first, min(last, len(self._rows) - 1) + 1):
            start = start_mark.column if number == first else 0
            column = self._rows[number].find(needle, start)
            if column >= 0:
                return Span(self.path, number + 1, column + 1, column + 1 + len(needle))
        return self._of_node(node)

    def node(self, where: DataPath) -> yaml.Node:
        """Return the value at ``where`` as YAML wrote it, or the nearest thing that contains it."""
        return self._find(where)[1]

    def alignment(self, where: DataPath) -> Alignment | None:
        """Return the alignment of the text at ``where`` that was kept last."""
        return composed(self).aligned.get(where)

    def keep(self, where: DataPath, alignment: Alignment) -> None:
        """Keep an alignment for the next finding in the same text."""
        aligned = composed(self).aligned
        if len(aligned) >= _ALIGNED:
            aligned.clear()
        aligned[where] = alignment

    def stretch(self, start: int, end: int) -> Span:
        """Return the span between two indexes; over several lines, to the end of the first."""
        line = self.text.count("\n", 0, start)
        first = self.text.rfind("\n", 0, start) + 1
        stop = self.text.find("\n", start, end)
        width = (end if stop < 0 else len(self.text[:stop].rstrip())) - start
        column = start - first + 1
        return Span(self.path, line + 1, column, column + max(width, 1))

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
        """Return a diagnostic about this file, with the text of its line."""
        return Diagnostic(
            rule=rule,
            severity=severity,
            message=message,
            span=span,
            hint=hint,
            key=key,
            excerpt=self.excerpt(span.line),
        )

    def problem(self, problem: YamlProblem) -> Diagnostic:
        """Return a diagnostic for what the reader found."""
        span = self._of_marks(problem.event.start_mark, problem.event.end_mark)
        return self.diagnostic(
            problem.rule, problem.message, span, hint=problem.hint, severity=problem.severity
        )

    @cached_property
    def may_have_holes(self) -> bool:
        """Whether ``${`` stands anywhere in the file."""
        return "${" in self.text

    @cached_property
    def has_anchors(self) -> bool:
        """Whether a value may have an anchor, by which it stands at several places."""
        return _ANCHOR.search(self.text) is not None

    @cached_property
    def _rows(self) -> list[str]:
        # not splitlines(): form feeds and the like are no line breaks in YAML
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def _find(self, where: DataPath) -> tuple[yaml.Node | None, yaml.Node]:
        key: yaml.Node | None = None
        node = composed(self).root
        if node is None:
            mark = yaml.Mark(self.path, 0, 0, 0, None, 0)
            return None, yaml.ScalarNode("", "", mark, mark)
        for part in where:
            step = self._child(node, part)
            if step is None:
                break
            key, node = step
        return key, node

    def _child(self, node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
        """Return the key and value one step down, merge keys included."""
        if isinstance(node, yaml.MappingNode):
            entry = self._entries(node).get(str(part))
            if entry is not None:
                return entry
            for key, value in node.value:
                if key.value == MERGE:
                    weaker = value.value if isinstance(value, yaml.SequenceNode) else [value]
                    for merged in weaker:
                        child = self._child(merged, part)
                        if child is not None:
                            return child
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            return None, node.value[part]
        return None

    def _entries(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return a mapping's entries by key, the first of equal ones, made once for each node."""
        known = composed(self).entries
        entries = known.get(id(node))
        if entries is None:
            entries = known[id(node)] = {}
            for key, value in node.value:
                if isinstance(key.value, str):
                    entries.setdefault(key.value, (key, value))
        return entries

    def _of_node(self, node: yaml.Node) -> Span:
        return self._of_marks(node.start_mark, node.end_mark)

    def _of_marks(self, start: Any, end: Any) -> Span:
        """Return the span from one mark to another, or to the end of the first line."""
        row = self.excerpt(start.line + 1)
        stop = end.column if end.line == start.line else len(row.rstrip())
        return Span(self.path, start.line + 1, start.column + 1, max(stop, start.column + 1) + 1)


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
    builder = Builder(text)
    document = Document(path, text, None, builder.lines)
    diagnostics: list[Diagnostic] = []
    try:
        builder.run()
        document.data, document.numbers = builder.root, builder.numbers
    except yaml.MarkedYAMLError as error:
        diagnostics.append(yaml_errors.syntax_problem(document.excerpt, path, error))
    except yaml.reader.ReaderError as error:
        diagnostics.append(_unprintable(document, error))
    except GiveUp:
        pass
    diagnostics.extend(document.problem(problem) for problem in builder.problems)
    if document.data is None and not diagnostics:
        hint = "write what it should declare, or delete the file"
        span = Span(path, 1)
        diagnostics.append(
            document.diagnostic("file/empty", "the file declares nothing", span, hint=hint)
        )
    return document, diagnostics


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
