"""The whole history, put together: deterministic in monitors, teams, seed and span."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from monitor_sync.emulator.history import edges, episodes, response, scenarios
from monitor_sync.emulator.history.monitors import past_monitors
from monitor_sync.emulator.history.records import (
    MaintenanceWindow,
    PastEpisode,
    PastIncident,
    PastTeam,
    Transition,
    chance,
)


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One alert event: a transition, its episode, and its number within that episode."""

    transition: Transition
    episode: int
    place: int

    @property
    def at(self) -> int:
        """When it happened, in UNIX seconds."""
        return self.transition.at


@dataclass(frozen=True, kw_only=True)
class PastHistory:
    """
    What happened from `start` to `end`, in UNIX seconds.

    `episodes` ascend by start, `events` by time, `incidents` by creation: those of all tools, each
    numbered within its tool.
    """

    seed: int
    start: int
    end: int
    teams: Mapping[str, PastTeam]
    episodes: tuple[PastEpisode, ...]
    events: tuple[PastEvent, ...]
    incidents: tuple[PastIncident, ...]
    windows: tuple[MaintenanceWindow, ...]

    def incidents_of(self, tool: str) -> Iterator[PastIncident]:
        """Yield the incidents of an on-call tool, by ascending number."""
        return (item for item in self.incidents if self.teams[item.team].tool == tool)


def made(
    bodies: Iterable[Mapping[str, Any]],
    teams: Iterable[PastTeam],
    *,
    seed: int,
    start: int,
    end: int,
) -> PastHistory:
    """Return the history of monitors, as an account holds them, in a span of UNIX seconds."""
    by_name = {team.name: team for team in teams}
    monitors = past_monitors(bodies, by_name.values())
    scene = scenarios.Scene(monitors, chance(seed, "scenarios"), start, end)
    scenarios.play(scene)
    ordinary = itertools.chain.from_iterable(
        episodes.ordinary(
            monitor,
            chance(seed, monitor.key or monitor.id),
            (start, end),
            scene.taken[monitor.id],
        )
        for monitor in monitors
    )
    all_episodes = sorted((*scene.episodes, *ordinary), key=lambda e: (e.start, e.monitor.id))
    return PastHistory(
        seed=seed,
        start=start,
        end=end,
        teams=by_name,
        episodes=tuple(all_episodes),
        events=events_of(all_episodes, end),
        incidents=_incidents(all_episodes, scene, by_name, seed),
        windows=tuple(scene.windows),
    )


def events_of(all_episodes: Iterable[PastEpisode], end: int) -> tuple[PastEvent, ...]:
    """Return the events of episodes up to an instant, by time."""
    events = [
        PastEvent(transition, number, place)
        for number, episode in enumerate(all_episodes)
        for place, transition in enumerate(episode.transitions(end))
    ]
    events.sort(key=lambda event: (event.transition.at, event.episode, event.place))
    return tuple(events)


def _incidents(
    all_episodes: Iterable[PastEpisode],
    scene: scenarios.Scene,
    teams: Mapping[str, PastTeam],
    seed: int,
) -> tuple[PastIncident, ...]:
    rng = chance(seed, "response")
    span = (scene.start, scene.end)
    manners = response.manners(teams, scene.silent, rng)
    own = [
        incident
        for episode in all_episodes
        for team in (episode.monitor.pages.get(episode.state),)
        if team is not None
        and (incident := response.incident(episode, manners[team], rng, span[1])) is not None
    ]
    of_zenduty = {name for name, team in teams.items() if team.tool == "zenduty"}
    elsewhere = edges.silent(edges.from_elsewhere(teams, rng, span), scene.silent)
    incidents = edges.sprinkled(own, rng, span[1], of_zenduty) + elsewhere
    incidents = edges.in_maintenance(incidents, scene.windows, of_zenduty)
    by_tool: dict[str, list[PastIncident]] = {}
    for item in sorted(incidents, key=lambda item: (item.created, item.team, item.problem)):
        by_tool.setdefault(teams[item.team].tool, []).append(
            item if item.team in of_zenduty else edges.in_whole_seconds(item)
        )
    numbered = itertools.chain.from_iterable(map(_numbered, by_tool.values()))
    return tuple(sorted(numbered, key=lambda item: (item.created, item.number)))


def _numbered(incidents: Iterable[PastIncident]) -> list[PastIncident]:
    """Return the incidents of a tool numbered from 1, those of the outage merged."""
    numbered = [replace(item, number=number) for number, item in enumerate(incidents, 1)]
    return response.merged(numbered)
