"""One monitor: what Datadog would be sent, and which line of which file each value comes from."""

from __future__ import annotations

import json as stdlib_json
from collections.abc import Sequence
from typing import Any, Final, Protocol

from monitor_sync import jsontext
from monitor_sync.diagnostics import Span
from monitor_sync.model import Monitor
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import columns, count, plain, shorten, table

_VALUE: Final = 48
"""Columns that a value takes at most in a table."""

_SHORTEST: Final = 12
"""Columns that a value takes at least, before other columns have to go."""


class ShownSource(Protocol):
    """Where one value comes from: what `project.explain` says."""

    @property
    def field(self) -> str:
        """Dotted, as in ``options.thresholds.critical``."""

    @property
    def value(self) -> Any:
        """The value itself."""

    @property
    def layer(self) -> str:
        """Which level set it, in words."""

    @property
    def span(self) -> Span | None:
        """The line that says so; None where no file does."""


def text(monitor: Monitor, style: Style = PLAIN) -> str:
    """Return who owns the monitor and where it stands as comments, then its body as YAML."""
    owner = f"team {monitor.team}, business unit {monitor.business_unit}"
    if monitor.service:
        owner += f", service {monitor.service}"
    head = [monitor.key, f"{monitor.path}:{monitor.line}", owner]
    if monitor.runbook:
        head.append(f"runbook {monitor.runbook}")
    if monitor.adopt:
        head.append(f"takes over the live monitor {monitor.adopt}")
    comments = [style(f"# {plain(line)}", dim=True) for line in head]
    from monitor_sync.render import yamltext  # of all commands only this one writes YAML

    return "\n".join([*comments, plain(yamltext.document(monitor.body))])


def json(monitor: Monitor) -> str:
    """Return the body as Datadog would be sent it, ``${id:…}`` unresolved."""
    return jsontext.document(jsontext.tidy(monitor.body))


def explained(key: str, sources: Sequence[ShownSource], style: Style = PLAIN) -> str:
    """Return a table with a line for every value: what it is, which level set it, and where."""
    rows = [("field", "value", "set by", "where"), *map(_row, sources)]
    head, *lines = _fitted(rows, style.width) if style.width else table(rows)
    from_files = sum(source.span is not None for source in sources)
    last = f"{count(len(sources), 'value')} of {key}, {from_files} of them from files."
    return "\n".join([style(head, dim=True), *lines, "", last]) + "\n"


def _row(source: ShownSource) -> tuple[str, ...]:
    field, value = source.field, source.value
    if field.startswith("tags."):  # tags.team:x with the value team:x would say it twice
        name, colon, rest = str(value).partition(":")
        field, value = (f"tags.{name}", rest) if colon else ("tags", value)
    where = f"{source.span.path}:{source.span.line}" if source.span else "-"
    shown = shorten(plain(_abbreviated(value)), _VALUE)
    return (plain(field), shown, plain(source.layer), plain(where))


def _fitted(rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """
    Return the lines for a terminal: values cut, one column for level and place if need be.

    Where hardly anything is left for values, those that do not fit stand below their lines.
    """

    def room(rows: Sequence[tuple[str, ...]]) -> int:
        widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
        return width - sum(widths) + widths[1] - 2 * (len(widths) - 1)

    if room(rows) < _SHORTEST:
        rows = [(field, value, by if where == "-" else where) for field, value, by, where in rows]
    value = min(_VALUE, room(rows))
    if value > 2 * _SHORTEST:
        return table([(row[0], shorten(row[1], value), *row[2:]) for row in rows])
    beside = [(row[0], row[1] if columns(row[1]) <= value else "", *row[2:]) for row in rows]
    lines: list[str] = []
    for row, shown, line in zip(rows, beside, table(beside), strict=True):
        lines += [line] if shown[1] or not row[1] else [line, shorten(f"    {row[1]}", width)]
    return lines


def explained_json(sources: Sequence[ShownSource]) -> str:
    """Return the same as an array of ``{"field","value","layer","file","line"}``."""
    return jsontext.array(_entry(source) for source in sources) + "\n"


def _entry(source: ShownSource) -> dict[str, object]:
    span = source.span
    return {
        "field": source.field,
        "value": jsontext.tidy(source.value),
        "layer": source.layer,
        "file": span.path if span else None,
        "line": span.line if span else None,
    }


def _abbreviated(value: Any) -> str:
    """Return the value in one line, as one would type it."""
    if isinstance(value, str):
        first, *rest = value.strip().split("\n")
        return first + (" …" if rest else "")
    return stdlib_json.dumps(jsontext.tidy(value), ensure_ascii=False)
