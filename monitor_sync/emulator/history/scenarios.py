"""What happens to several monitors at once, or to one in a way that needs a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from monitor_sync.emulator.history import rhythm
from monitor_sync.emulator.history.episodes import Span, around, problem
from monitor_sync.emulator.history.records import (
    DAY,
    HOUR,
    MINUTE,
    MaintenanceWindow,
    PastEpisode,
    PastMonitor,
)

OUTAGE = "outage"
BAD_DEPLOY = "bad deploy"
FLAPPING = "flapping"
MUTED = "muted"
CLOCK_CHANGE = "clock change"
MAINTENANCE = "maintenance"
OPEN = "open at the end"
WAITING = "waiting at the end"
FORGOTTEN = "waiting again at the end"

_ALERTS_OF_OUTAGE = 40
_OPEN_FOR = (2 * HOUR, 9 * HOUR, 3 * DAY, 40 * DAY)  # acknowledged, not resolved
_FORGOTTEN_FOR = (5 * HOUR,)  # acknowledged, until that timed out
_WAITING_FOR = (90, 7 * MINUTE, 50 * MINUTE)  # not even acknowledged


class Scene:
    """
    Monitors that wake somebody, in an order that the seed gives, and what befell them so far.

    `silent` is the team that never acknowledges anything, empty where there is but one team.
    """

    def __init__(self, monitors: Sequence[PastMonitor], rng: Random, start: int, end: int) -> None:
        self.paging = [m for m in monitors if {"alert", "recovery"} <= m.pages.keys()]
        self.rng = rng
        self.start = start
        self.end = end
        self.episodes: list[PastEpisode] = []
        self.taken: dict[int, list[Span]] = defaultdict(list)
        self.windows: list[MaintenanceWindow] = []
        rng.shuffle(self.paging)
        teams = sorted({monitor.pages["alert"] for monitor in self.paging})
        self.silent = rng.choice(teams) if len(teams) > 1 else ""

    def part(self, share: float) -> int:
        """Return the instant at a share of the span before its end."""
        return int(self.end - (self.end - self.start) * share)

    def strike(
        self, start: int, end: int | None, edge: str, among: Sequence[PastMonitor] = ()
    ) -> PastEpisode | None:
        """Add an episode of the next monitor that has room for it; None where there is none."""
        if start < self.start or (end or start) >= self.end:
            return None
        for monitor in among or self.paging:
            episode = problem(monitor, self.rng, start, end, edge)
            first, last = around(episode)
            if all(last <= begun or first >= over for begun, over in self.taken[monitor.id]):
                self._add(episode)
                if monitor in self.paging:  # the next one is another's turn
                    self.paging.remove(monitor)
                    self.paging.append(monitor)
                return episode
        return None

    def _add(self, episode: PastEpisode) -> None:
        self.episodes.append(episode)
        self.taken[episode.monitor.id].append(around(episode))

    def repeat(self, monitor: PastMonitor, episodes: Sequence[PastEpisode]) -> None:
        """Add episodes of one monitor that follow each other closely."""
        self.episodes += episodes
        spans = [around(episode) for episode in episodes]
        self.taken[monitor.id] += spans


def play(scene: Scene) -> None:
    """Let everything happen that has a name, as far as there are monitors and time for it."""
    for scenario in _SCENARIOS:
        scenario(scene)


def _open_at_the_end(scene: Scene) -> None:
    for edge, ages in ((OPEN, _OPEN_FOR), (FORGOTTEN, _FORGOTTEN_FOR)):
        for age in ages:
            awake = [m for m in scene.paging if m.pages["alert"] != scene.silent]
            scene.strike(scene.end - age, None, edge, awake)
    for age in _WAITING_FOR:
        scene.strike(scene.end - age, None, WAITING)


def _outage(scene: Scene) -> None:
    """One problem, forty alerts within six minutes."""
    begun = rhythm.office_hours(scene.part(0.2)) + 3 * HOUR
    over = begun + 73 * MINUTE
    delays = sorted(scene.rng.randrange(6 * MINUTE) for _ in range(_ALERTS_OF_OUTAGE - 1))
    for delay in (0, *delays):
        scene.strike(begun + delay, over + delay + scene.rng.randrange(5) * MINUTE, OUTAGE)


def _bad_deploy(scene: Scene) -> None:
    """Most monitors of one service alert after a deployment, until it is rolled back."""
    deployed = rhythm.office_hours(scene.part(0.35))
    services = Counter(monitor.service for monitor in scene.paging if monitor.service)
    if not services:
        return
    service = services.most_common(1)[0][0]
    monitors = [monitor for monitor in scene.paging if monitor.service == service]
    for monitor in monitors[:12]:
        start = deployed + scene.rng.randint(2, 11) * MINUTE
        end = deployed + 47 * MINUTE + scene.rng.randint(1, 6) * MINUTE
        scene.strike(start, end, BAD_DEPLOY, [monitor])


def _flapping(scene: Scene) -> None:
    """One monitor that comes and goes, on three evenings a week."""
    if not scene.paging:
        return
    monitor = scene.paging[0]
    episodes = []
    for day in range(scene.part(0.3), scene.part(0.06), DAY):
        if scene.rng.random() > 3 / 7:
            continue
        moment = rhythm.office_hours(day + DAY) + 5 * HOUR
        for _ in range(scene.rng.randint(8, 16)):
            end = moment + scene.rng.randint(1, 3) * MINUTE
            episodes.append(problem(monitor, scene.rng, moment, end, FLAPPING))
            moment = end + scene.rng.randint(2, 6) * MINUTE
    scene.repeat(monitor, _apart(episodes))


def _apart(episodes: Sequence[PastEpisode]) -> list[PastEpisode]:
    """Return the episodes that begin after the one before has ended."""
    kept: list[PastEpisode] = []
    for episode in sorted(episodes, key=lambda episode: episode.start):
        if not kept or episode.start > (kept[-1].end or 0):
            kept.append(episode)
    return kept


def _muted(scene: Scene) -> None:
    """A monitor that goes on alerting while a downtime silences it."""
    for day in range(scene.part(0.5), scene.part(0.4), DAY):
        start = day + scene.rng.randrange(DAY)
        episode = scene.strike(start, start + 20 * MINUTE, MUTED, scene.paging[1:2])
        if episode is not None:
            scene.episodes[-1] = replace(episode, muted=True)


def _clock_changes(scene: Scene) -> None:
    """Pages in the hour that a zone's clock skips or shows twice, and across it."""
    for change in rhythm.clock_changes(scene.start, scene.end):
        for start, end in ((-30, 20), (-10, 75), (25, 40)):
            scene.strike(change + start * MINUTE, change + end * MINUTE, CLOCK_CHANGE)


def _maintenance(scene: Scene) -> None:
    """Two services in maintenance for some hours, whose monitors alert meanwhile."""
    for share in (0.15, 0.55):
        if not scene.paging:
            return
        team = scene.paging[0].pages["alert"]
        begun = rhythm.office_hours(scene.part(share)) + 8 * HOUR
        window = MaintenanceWindow(team=team, start=begun, end=begun + 4 * HOUR)
        scene.windows.append(window)
        monitors = [m for m in scene.paging if m.pages["alert"] == team]
        for monitor in monitors[:4]:
            start = begun + scene.rng.randint(10, 150) * MINUTE
            scene.strike(start, start + scene.rng.randint(5, 40) * MINUTE, MAINTENANCE, [monitor])


_SCENARIOS: tuple[Callable[[Scene], None], ...] = (
    _open_at_the_end,
    _outage,
    _bad_deploy,
    _flapping,
    _muted,
    _clock_changes,
    _maintenance,
)
