"""``routing``: handles go out of messages, and the team's routing notifies the same people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Level, Rewrites, usual_order
from monitor_sync.adopt.migrate.lifting import agreed, recipients, without_handles
from monitor_sync.audience.audience import of_body
from monitor_sync.audience.change import compare
from monitor_sync.language.handles import handles
from monitor_sync.language.message_layout import routing_lines
from monitor_sync.model import STATES, Monitor, NotifyRule, Team
from monitor_sync.project.edits import Delete, Edit, Set
from monitor_sync.project.layers import merge, place
from monitor_sync.project.message import Recipients, reachable, rule_for

_MESSAGE: Final = ("message",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lift:
    """One level whose message loses its handles: the shorter text, and whom to notify."""

    level: Level
    text: str
    wanted: Mapping[str, tuple[str, ...]]
    monitors: Sequence[Monitor]


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    lifts = []
    for level in estate.levels:
        message = level.values.get("message")
        if isinstance(message, str) and handles(message):
            lift = _lift(estate, level, message)
            if isinstance(lift, str):
                rewrites.keep(level, _MESSAGE, lift)
            else:
                lifts.append(lift)
    teams = dict(estate.loaded.project.teams)
    for name, rules in _rules(estate, lifts).items():
        written = [_written(rule, teams[name]) for rule in rules]
        teams[name] = replace(teams[name], notify=tuple(rules))
        rewrites.edits["teams.yaml"].append(Set(("teams", name, "notify"), written, block=True))
    silent = _silent_levels(estate, lifts)
    for lift in lifts:
        rewrites.edits[lift.level.file] += _edits(estate, lift, teams, silent)
    for level in silent:
        rewrites.edits[level.file].append(
            Delete((*level.where, "notify")) if len(level.values) > 1 else Delete(level.where)
        )
    return rewrites


def _lift(estate: Estate, level: Level, message: str) -> _Lift | str:
    """Return how a level's handles are lifted, or why they stay."""
    text = without_handles(message)
    if text is None:
        return "a handle is part of a sentence, or made of variables"
    monitors = estate.monitors(level)
    if not monitors:
        return "no monitor is made of it"
    for monitor in monitors:
        made = estate.loaded.provenance[monitor.key]
        setting = place(made.layers, _MESSAGE)
        if setting is None or setting[0].where != level.where:
            return "one of its monitors has another message"
        if "also_notify" in merge(made.layers):
            return "`also_notify` stands beside it"
    wanted = agreed([recipients(of_body(monitor.body)) for monitor in monitors])
    if wanted is None:
        return "its monitors notify different people"
    for monitor in monitors:
        shorter = f"{text}\n\n{routing_lines(_reached(monitor, wanted))}"
        if compare(monitor.body, {**monitor.body, "message": shorter}):
            return "no routing by state notifies exactly these people"
    return _Lift(level=level, text=text, wanted=wanted, monitors=monitors)


def _reached(monitor: Monitor, wanted: Recipients) -> dict[str, tuple[str, ...]]:
    states = reachable(monitor.type, monitor.body["options"])
    return {state: tuple(wanted.get(state, ())) for state in states}


# the team's rules


def _rules(estate: Estate, lifts: Sequence[_Lift]) -> dict[str, list[NotifyRule]]:
    """Return the rules of teams that have none, by what most of their lifted monitors do."""
    by_team: dict[str, list[tuple[Monitor, Recipients]]] = defaultdict(list)
    for lift in lifts:
        for monitor in lift.monitors:
            by_team[monitor.team].append((monitor, lift.wanted))
    project = estate.loaded.project
    rules = {}
    for name, lifted in by_team.items():
        keys = {monitor.key for monitor, _ in lifted}
        others = (
            monitor
            for monitor in project.monitors.values()
            if monitor.team == name and monitor.key not in keys
        )
        free = name in project.teams and not project.teams[name].notify
        if free and all(_is_silent(estate, monitor.key) for monitor in others):
            rules[name] = _of_team(lifted)
    return rules


def _of_team(lifted: Sequence[tuple[Monitor, Recipients]]) -> list[NotifyRule]:
    by_priority: dict[int | None, list[Recipients]] = defaultdict(list)
    for monitor, wanted in lifted:
        by_priority[monitor.priority].append(_reached(monitor, wanted))
    usual = {priority: _most_common(several) for priority, several in by_priority.items()}
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    rest = usual.pop(None, None)
    for priority, said in sorted(usual.items(), key=lambda entry: entry[0] or 0):
        groups[tuple(said.items())].append(priority or 0)
    if rest is None and len(groups) == 1:
        rest = dict(next(iter(groups)))
    rules = [
        NotifyRule(priorities=frozenset(priorities), recipients=dict(said))
        for said, priorities in groups.items()
        if dict(said) != rest
    ]
    return [*rules, NotifyRule(recipients=rest)] if rest else rules


def _most_common(several: Sequence[Recipients]) -> dict[str, tuple[str, ...]]:
    usual = {}
    for state in STATES:
        counted = Counter(entry[state] for entry in several if state in entry)
        if counted and counted.most_common(1)[0][0]:
            usual[state] = counted.most_common(1)[0][0]
    return usual


def _written(rule: NotifyRule, team: Team) -> dict[str, Any]:
    """Return a rule as teams.yaml has it, with the team's names of its handles."""
    said = {state: _named(team, handles) for state, handles in rule.recipients.items()}
    return {"priorities": sorted(rule.priorities), **said} if rule.priorities else said


def _named(team: Team | None, handles: Sequence[str]) -> list[str]:
    names = {handle: name for name, handle in team.handles.items()} if team is not None else {}
    return [names.get(handle, handle) for handle in handles]


# the monitors


def _is_silent(estate: Estate, key: str) -> bool:
    return merge(estate.loaded.provenance[key].layers).get("notify") is False


def _silent_levels(estate: Estate, lifts: Sequence[_Lift]) -> list[Level]:
    """Return the levels above monitors whose ``notify: false`` all their monitors outgrow."""
    lifted = {monitor.key for lift in lifts for monitor in lift.monitors}
    own = {(lift.level.file, lift.level.where) for lift in lifts}
    return [
        level
        for level in estate.levels
        if level.values.get("notify") is False
        and (level.file, level.where) not in own
        and level.keys
        and lifted.issuperset(level.keys)
    ]


def _edits(
    estate: Estate, lift: _Lift, teams: Mapping[str, Team], silent: Sequence[Level]
) -> Iterator[Edit]:
    level, order = lift.level, usual_order()
    ending = "\n" if str(level.values["message"]).endswith("\n") else ""
    yield Set((*level.where, "message"), lift.text + ending)
    owners = {monitor.team for monitor in lift.monitors}
    team = teams[owners.pop()] if len(owners) == 1 else None
    own = level.values.get("notify")
    differing = {
        state: _named(team, lift.wanted.get(state, ()))
        for state in STATES
        if any(_differs(monitor, state, lift, teams) for monitor in lift.monitors)
    }
    if differing:
        yield Set((*level.where, "notify"), differing, order=order)
    elif "notify" in level.values and (own is False or isinstance(own, dict)):
        yield Delete((*level.where, "notify"))
    elif any(_silenced(estate, monitor.key, silent) for monitor in lift.monitors):
        yield Set((*level.where, "notify"), None, order=order)


def _differs(monitor: Monitor, state: str, lift: _Lift, teams: Mapping[str, Team]) -> bool:
    """Return whether the team's rule notifies others, of a state that a monitor can reach."""
    rule = rule_for(teams[monitor.team], monitor.priority)
    standing = rule.recipients if rule is not None else {}
    reached = _reached(monitor, standing)
    if state not in reached:
        return False
    message = f"{lift.text}\n\n{routing_lines(reached)}"
    if not compare(monitor.body, {**monitor.body, "message": message}):
        return False
    return set(lift.wanted.get(state, ())) != set(reached[state])


def _silenced(estate: Estate, key: str, silent: Sequence[Level]) -> bool:
    """Return whether a level above that stays silences a monitor."""
    setting = place(estate.loaded.provenance[key].layers, ("notify",))
    if setting is None or setting[0].values["notify"] is not False:
        return False
    return not any(level.is_layer(setting[0]) for level in silent)


CODEMOD = Codemod(
    name="routing",
    summary="handles go out of messages into the team's routing, or the monitor's `notify`",
    behaviour=(
        "the same people are notified at every state and for every group; a team without rules"
        " gets those that most of its monitors follow"
    ),
    rewrite=_rewrite,
    fields=frozenset({"message"}),
)
