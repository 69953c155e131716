"""Backtests as JSON: the contract of DESIGN, section 9."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from monitor_sync import jsontext
from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.incidents import AlertEpisode, stamp
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.render.backtest import words


def json(backtests: Backtests) -> str:
    """Return one document: the span, the monitors that were replayed, and the others."""
    return jsontext.document(
        {
            "from": stamp(backtests.span.start),
            "to": stamp(backtests.span.end),
            "monitors": [_monitor(backtested) for backtested in backtests.monitors],
            "skipped": [
                {"key": monitor.key, "reason": words.skipped(monitor), "kind": monitor.reason}
                for monitor in backtests.skipped
            ],
            "lacking": backtests.lacking,
            "too_loud": [backtested.monitor.key for backtested in backtests.too_loud()],
            "max_fires_per_week": backtests.most_per_week,
        }
    )


def _monitor(backtested: Backtested) -> dict[str, Any]:
    compared = backtested.compared
    doubts = words.doubts(compared)
    return {
        "key": backtested.monitor.key,
        "old": _replay(compared.old),
        "new": _replay(compared.new),
        "fidelity": asdict(compared.fidelity) if compared.fidelity is not None else None,
        "points": backtested.points,
        "calls": backtested.calls,
        "suggestions": [
            {
                "option": suggestion.option,
                "value": suggestion.written,
                "fires": suggestion.fires,
                "before": suggestion.before,
                "lasting": suggestion.lasting,
                "later": round(suggestion.later),
                "minutes": round(suggestion.minutes),
            }
            for suggestion in backtested.suggestions
        ],
        "assumptions": [*doubts, *words.unchecked(compared), *words.basis(compared)],
        "doubts": doubts,
    }


def _replay(made: Replay | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "fires": len(made.fires),
        "groups": len({group for _, group in made.fires}),
        "minutes": round(made.minutes),
        "episodes": [_episode(episode) for episode in made.episodes],
    }


def _episode(episode: AlertEpisode) -> dict[str, Any]:
    return {
        "group": episode.group,
        "start": None if episode.start is None else stamp(episode.start),
        "end": None if episode.end is None else stamp(episode.end),
        "state": episode.state,
    }
