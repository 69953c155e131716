"""Backtests as a picture that needs nothing else: SVG, readable on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.counting import count
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.render.backtest import figures, words
from monitor_sync.render.text import shorten, wrapped
from monitor_sync.render.xmltext import xml

_WIDTH: Final = 960
_LEFT, _RIGHT = 84, 20
_CHART: Final = 96
_LINE: Final = 140
"""Characters of what is said above a chart, in one line."""

_COLUMNS: Final = _WIDTH - _LEFT - _RIGHT
_STYLE: Final = """
.back{fill:#ffffff}.name{fill:#1f2328;font-weight:600}.said{fill:#59636e}.line{stroke:#0969da;fill:none}
.level{stroke:#cf222e;stroke-dasharray:5 4;fill:none}.axis{stroke:#d1d9e0}.doubt{fill:#9a6700}
.levelled{fill:#cf222e;stroke:#ffffff;stroke-width:4px;paint-order:stroke}
.ok{fill:#eff2f5}.alert{fill:#cf222e}.warning{fill:#bf8700}.no_data{fill:#8250df}
@media(prefers-color-scheme:dark){.back{fill:#0d1117}.name{fill:#f0f6fc}.said{fill:#9198a1}
.line{stroke:#4493f8}.level{stroke:#f85149}.axis{stroke:#3d444d}.doubt{fill:#d29922}
.levelled{fill:#f85149;stroke:#0d1117}.ok{fill:#212830}
.alert{fill:#f85149}.warning{fill:#d29922}.no_data{fill:#ab7df8}}
text{font:12px ui-sans-serif,system-ui,sans-serif}.name{font-size:14px}
"""


def svg(backtests: Backtests) -> str:
    """Return a picture with a panel for each monitor: doubts, values, threshold, alerts of both."""
    zone = ZoneInfo(backtests.time_zone)
    shown = figures.worst_first(backtests)
    panels, top = [], 16
    for backtested in shown:
        panel, height = _panel(backtested, backtests, zone)
        panels += [f'<g transform="translate(0 {top})">', *panel, "</g>"]
        top += height
    whole = top + 16
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {whole}" role="img"'
            f' aria-label="Backtest of {count(len(shown), "monitor")}">',
            f"<style>{_STYLE}</style>",
            f'<rect class="back" width="{_WIDTH}" height="{whole}"/>',
            *panels,
            *_legend(backtests, zone, top),
            "</svg>\n",
        ]
    )


def _legend(backtests: Backtests, zone: ZoneInfo, top: float) -> Iterator[str]:
    yield _text("said", 16, top, figures.stretch(backtests, zone))
    for place, (state, name) in enumerate(figures.NAMES.items()):
        x = _WIDTH - 330 + 80 * place
        yield f'<rect class="{state}" x="{x}" y="{top - 10}" width="11" height="11"/>'
        yield _text("said", x + 16, top, name)


def _lines(backtested: Backtested, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return what is said above a chart, and how: what may make the numbers wrong comes first."""
    lines = [
        ("doubt", line)
        for doubt in words.doubts(backtested.compared)
        for line in wrapped(f"doubtful: {doubt}", _LINE, 0)
    ]
    for label, made in figures.versions(backtested.compared):
        lines.append(("said", f"{label}: {figures.sentence(figures.figures(made, zone))}"))
    return lines


def _panel(backtested: Backtested, backtests: Backtests, zone: ZoneInfo) -> tuple[list[str], int]:
    """Return the parts of a panel, and how high it is."""
    rows, lines = figures.versions(backtested.compared), _lines(backtested, zone)
    start = 32 + 16 * len(lines)
    chart = list(_chart(backtested)) if backtested.compared.new.values else []
    bars = start + (_CHART + 8 if chart else 0)
    end = bars + 14 * len(rows)
    parts = [_text("name", 16, 14, shorten(backtested.monitor.key, 110))]
    parts += [_text(kind, 16, 32 + 16 * n, said) for n, (kind, said) in enumerate(lines)]
    parts.append(f'<g transform="translate({_LEFT} {start})">')
    parts += [*_days(backtests, zone, end - start), *chart, "</g>"]
    for row, (label, made) in enumerate(rows):
        top = bars + 14 * row
        parts += [_text("said", 16, top + 10, label), *_bars(made, top)]
    return parts, end + 36


def _text(kind: str, x: float, y: float, words: str, anchor: str = "start") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{xml(words, quote=False)}</text>'


def _chart(backtested: Backtested) -> Iterator[str]:
    made = backtested.compared.new
    values = figures.series(made, _COLUMNS, lowest=figures.looks_low(backtested))
    levels = [made.critical] if made.critical is not None else []
    known = [value for value in values if value is not None] + levels
    low, high = min(known, default=0.0), max(known, default=1.0)
    high = high if high > low else low + 1

    def y(value: float) -> float:
        return _CHART - (value - low) / (high - low) * _CHART

    path, drawing = [], False
    for x, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if drawing else 'M'}{x} {y(value):.1f}")
        drawing = value is not None
    yield f'<path class="line" d="{" ".join(path) or "M0 0"}"/>'
    yield _text("said", -8, 10, figures.level(high), "end")
    yield _text("said", -8, _CHART, figures.level(low), "end")
    for level in levels:
        yield f'<path class="level" d="M0 {y(level):.1f}H{_COLUMNS}"/>'
        yield _text(
            "levelled", _COLUMNS, y(level) - 4, f"critical {figures.level(level, 6)}", "end"
        )


def _days(backtests: Backtests, zone: ZoneInfo, bottom: float) -> Iterator[str]:
    whole = backtests.span.end - backtests.span.start
    for at, name in figures.midnights(backtests.span, zone):
        x = (at - backtests.span.start) / whole * _COLUMNS
        yield f'<path class="axis" d="M{x:.1f} 0V{bottom}"/>'
        if backtests.days <= 10 or name.startswith("Mon"):
            yield _text("said", x + 3, bottom + 10, name)


def _bars(made: Replay, top: float) -> Iterator[str]:
    yield f'<rect class="ok" x="{_LEFT}" y="{top:g}" width="{_COLUMNS}" height="11"/>'
    whole = made.span.end - made.span.start
    for episode in made.stretches:
        start = max(episode.start or made.span.start, made.span.start) - made.span.start
        end = min(episode.end or made.span.end, made.span.end) - made.span.start
        x, width = start / whole * _COLUMNS, max((end - start) / whole * _COLUMNS, 1.5)
        place = f'x="{_LEFT + x:.1f}" y="{top:g}" width="{width:.1f}" height="11"'
        yield f'<rect class="{episode.state}" {place}/>'
