"""``routing``: handles go out of messages, and the team's routing notifies the same people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Level, Rewrites, usual_order
from monitor_sync.adopt.migrate.lifting import IN_SOME_CASES, handle_names, lifted, recipients
from monitor_sync.audience.audience import of_body
from monitor_sync.audience.change import compare
from monitor_sync.counting import count
from monitor_sync.language.handles import handles
from monitor_sync.language.message_layout import routing_lines
from monitor_sync.model import STATES, UNOWNED, Monitor, NotifyRule, Team
from monitor_sync.project.edits import Delete, Edit, Set
from monitor_sync.project.layers import merge, place
from monitor_sync.project.message import Recipients, reachable, rule_for

_MESSAGE: Final = ("message",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lift:
    """
    One level whose message loses handles.

    ``text`` is the shorter message. ``texts`` are the same by monitor, with holes filled, and
    ``wanted`` whom routing has to notify of each monitor. ``stayed`` are handles that stay.
    """

    level: Level
    text: str
    texts: Mapping[str, str]
    wanted: Mapping[str, Mapping[str, tuple[str, ...]]]
    monitors: Sequence[Monitor]
    stayed: Sequence[tuple[str, str]]


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    possible: list[_Lift] = []
    for level in estate.levels:
        message = level.values.get("message")
        if isinstance(message, str) and handles(message):
            lift = _lift(estate, level, message)
            if isinstance(lift, str):
                _keep(rewrites, level, lift)
            else:
                possible.append(lift)
    rules, teams, lifts = _agreeing(estate, possible, rewrites)
    for name, own in rules.items():
        written = [_written(rule, teams[name]) for rule in own]
        rewrites.edits["teams.yaml"].append(Set(("teams", name, "notify"), written, block=True))
    silent = _silent_levels(estate, lifts)
    for lift in lifts:
        rewrites.edits[lift.level.file] += _edits(estate, lift, teams, silent)
        by_reason: dict[str, list[str]] = defaultdict(list)
        for handle, reason in lift.stayed:
            by_reason[reason].append(handle)
        for reason, names in by_reason.items():
            rewrites.keep(lift.level, _MESSAGE, reason, names)
    for level in silent:
        rewrites.edits[level.file].append(
            Delete((*level.where, "notify")) if len(level.values) > 1 else Delete(level.where)
        )
    rewrites.notes += _shares(lifts, teams, rules)
    return rewrites


def _keep(rewrites: Rewrites, level: Level, reason: str) -> None:
    """Note that all handles of a message stay."""
    rewrites.keep(level, _MESSAGE, reason, handle_names(str(level.values["message"])))


def _agreeing(
    estate: Estate, lifts: Sequence[_Lift], rewrites: Rewrites
) -> tuple[dict[str, list[NotifyRule]], dict[str, Team], Sequence[_Lift]]:
    """
    Return the new rules, the teams with them, and the lifts that these and `notify` can say.

    A template whose monitors notify different people is lifted only where the rules of their
    teams say so; without it, other rules may be the usual ones.
    """
    while True:
        rules = _rules(estate, lifts)
        teams = {
            name: replace(team, notify=tuple(rules[name])) if name in rules else team
            for name, team in estate.loaded.project.teams.items()
        }
        agreeing = [lift for lift in lifts if _own_recipients(lift, teams) is not None]
        if len(agreeing) == len(lifts):
            return rules, teams, lifts
        for lift in lifts:
            if lift not in agreeing:
                _keep(rewrites, lift.level, "its monitors notify different people")
        lifts = agreeing


def _shares(
    lifts: Sequence[_Lift], teams: Mapping[str, Team], rules: Mapping[str, Sequence[NotifyRule]]
) -> Iterator[str]:
    """Yield how many monitors moved, and how many of them follow the rules of their teams."""
    moved: Counter[str] = Counter()
    following: Counter[str] = Counter()
    for lift in lifts:
        follows = not _own_recipients(lift, teams)
        for monitor in lift.monitors:
            moved[monitor.team] += 1
            following[monitor.team] += follows
    if moved:
        total, alike = moved.total(), following.total()
        yield (
            f"{count(total, 'monitor')} moved: {alike} notified as the team says,"
            f" {total - alike} by `notify` of their own"
        )
    for team in sorted(rules, key=lambda name: -moved[name]):
        yield f"{team}: its new rules fit {following[team]} of {count(moved[team], 'monitor')}"


def _lift(estate: Estate, level: Level, message: str) -> _Lift | str:
    """Return how a level's handles are lifted, or why they stay."""
    monitors = estate.monitors(level)
    if not monitors:
        return "no monitor is made of it"
    for monitor in monitors:
        if monitor.team == UNOWNED:
            return "nobody owns it yet"
        made = estate.loaded.provenance[monitor.key]
        setting = place(made.layers, _MESSAGE)
        if setting is None or setting[0].where != level.where:
            return "one of its monitors has another message"
        if "also_notify" in merge(made.layers):
            return "`also_notify` stands beside it"
        if any(
            isinstance(layer.values.get("notify"), dict) and not level.is_layer(layer)
            for layer in made.layers
        ):
            return "`notify` of another level stands beside it"
    why = ""
    for plain in (False, True):
        for without_escalation in (True, False):
            lift = _attempt(
                level, message, monitors, plain=plain, without_escalation=without_escalation
            )
            if isinstance(lift, _Lift):
                return lift
            why = why or lift
    return why


def _attempt(
    level: Level,
    message: str,
    monitors: Sequence[Monitor],
    *,
    plain: bool,
    without_escalation: bool,
) -> _Lift | str:
    """
    Return one way to lift a level's handles, or why it does not hold.

    ``without_escalation``: whom the escalation message notifies, it goes on to notify by itself.
    """
    shorter = lifted(message, plain=plain)
    if not shorter.went:
        return next(iter(shorter.stayed.values()))[1]
    texts, wanted = {}, {}
    for monitor in monitors:
        whole, end = monitor.body["message"], monitor.text_end
        own = lifted(whole[:end], plain=plain)
        if own.number != shorter.number or own.stayed.keys() != shorter.stayed.keys():
            return "a handle comes with a value of one of its monitors"
        options = monitor.body["options"]
        if without_escalation:
            options = {**options, "escalation_message": ""}
        alone = _published(monitor, own.gone + whole[end:], options)
        wanted[monitor.key] = _reached(monitor, recipients(of_body(alone)))
        texts[monitor.key] = own.text
        routed = f"{own.text}\n\n{routing_lines(wanted[monitor.key])}"
        if compare(_published(monitor, whole), _published(monitor, routed)):
            return IN_SOME_CASES
    return _Lift(
        level=level,
        text=shorter.text,
        texts=texts,
        wanted=wanted,
        monitors=monitors,
        stayed=tuple(shorter.stayed.values()),
    )


def _published(
    monitor: Monitor, message: str, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a body with another message; a draft, which notifies nobody, as if published."""
    changed = {"message": message, "draft_status": "published"}
    return {**monitor.body, **changed, "options": options or monitor.body["options"]}


def _reached(monitor: Monitor, wanted: Recipients) -> dict[str, tuple[str, ...]]:
    states = reachable(monitor.type, monitor.body["options"])
    return {state: tuple(wanted.get(state, ())) for state in states}


# the team's rules


def _rules(estate: Estate, lifts: Sequence[_Lift]) -> dict[str, list[NotifyRule]]:
    """Return the rules of teams that have none, by what most of their lifted monitors do."""
    by_team: dict[str, list[tuple[Monitor, Recipients]]] = defaultdict(list)
    for lift in lifts:
        for monitor in lift.monitors:
            by_team[monitor.team].append((monitor, lift.wanted[monitor.key]))
    project = estate.loaded.project
    rules = {}
    for name, moved in by_team.items():
        keys = {monitor.key for monitor, _ in moved}
        others = (
            monitor
            for monitor in project.monitors.values()
            if monitor.team == name and monitor.key not in keys
        )
        free = name in project.teams and not project.teams[name].notify
        if free and all(_is_silent(estate, monitor.key) for monitor in others):
            rules[name] = _of_team(moved)
    return rules


def _of_team(moved: Sequence[tuple[Monitor, Recipients]]) -> list[NotifyRule]:
    """
    Return rules by priority; priorities of which no state contradicts another share one.

    If some monitors have no priority, the last rule is theirs, and every other priority's.
    """
    by_priority: dict[int | None, list[Recipients]] = defaultdict(list)
    for monitor, wanted in moved:
        by_priority[monitor.priority].append(wanted)
    usual = {priority: _most_common(several) for priority, several in by_priority.items()}
    rest = usual.pop(None, None)
    groups: list[tuple[list[int], dict[str, tuple[str, ...]]]] = []
    for priority, said in sorted(usual.items(), key=lambda entry: entry[0] or 0):
        if rest is not None and _compatible(rest, said):
            rest = {**rest, **said}
            continue
        fitting = next((group for group in groups if _compatible(group[1], said)), None)
        if fitting is None:
            groups.append(([priority or 0], dict(said)))
        else:
            fitting[0].append(priority or 0)
            fitting[1].update(said)
    if rest is None and len(groups) == 1:
        rest = groups.pop()[1]
    rules = [
        NotifyRule(priorities=frozenset(priorities), recipients=_of_somebody(said))
        for priorities, said in groups
    ]
    others = _of_somebody(rest or {})
    return [*rules, NotifyRule(recipients=others)] if others else rules


def _compatible(first: Recipients, second: Recipients) -> bool:
    """Return whether two rules notify the same of each state that both know."""
    return all(set(first[state]) == set(second[state]) for state in first.keys() & second.keys())


def _of_somebody(said: Recipients) -> dict[str, tuple[str, ...]]:
    return {state: tuple(said[state]) for state in STATES if said.get(state)}


def _most_common(several: Sequence[Recipients]) -> dict[str, tuple[str, ...]]:
    """Return whom most monitors notify of each state that any of them can reach."""
    usual = {}
    for state in STATES:
        counted = Counter(tuple(entry[state]) for entry in several if state in entry)
        if counted:
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
    moved = {monitor.key for lift in lifts for monitor in lift.monitors}
    own = {(lift.level.file, lift.level.where) for lift in lifts}
    return [
        level
        for level in estate.levels
        if level.values.get("notify") is False
        and (level.file, level.where) not in own
        and level.keys
        and moved.issuperset(level.keys)
    ]


def _edits(
    estate: Estate, lift: _Lift, teams: Mapping[str, Team], silent: Sequence[Level]
) -> Iterator[Edit]:
    level, order = lift.level, usual_order()
    ending = "\n" if str(level.values["message"]).endswith("\n") else ""
    yield Set((*level.where, "message"), lift.text + ending)
    owners = {monitor.team for monitor in lift.monitors}
    team = teams[owners.pop()] if len(owners) == 1 else None
    own = _own_recipients(lift, teams)
    if own:
        said = {state: _named(team, handles) for state, handles in own.items()}
        yield Set((*level.where, "notify"), said, order=order)
    elif any(_silenced(estate, monitor.key, [*silent, level]) for monitor in lift.monitors):
        yield Set((*level.where, "notify"), None, order=order)
    elif "notify" in level.values:
        yield Delete((*level.where, "notify"))


def _own_recipients(lift: _Lift, teams: Mapping[str, Team]) -> dict[str, tuple[str, ...]] | None:
    """
    Return whom `notify` has to name, by state, where the rules of the teams say others.

    None where the monitors of a level would need different ones.
    """
    own = {}
    for state in STATES:
        if any(_differs(monitor, state, lift, teams) for monitor in lift.monitors):
            wanted = [said[state] for said in lift.wanted.values() if state in said]
            if len({frozenset(handles) for handles in wanted}) > 1:
                return None
            own[state] = wanted[0]
    return own


def _differs(monitor: Monitor, state: str, lift: _Lift, teams: Mapping[str, Team]) -> bool:
    """Return whether the team's rule notifies others, of a state that a monitor can reach."""
    rule = rule_for(teams[monitor.team], monitor.priority)
    standing = rule.recipients if rule is not None else {}
    reached = _reached(monitor, standing)
    if state not in reached:
        return False
    message = f"{lift.texts[monitor.key]}\n\n{routing_lines(reached)}"
    before = _published(monitor, monitor.body["message"])
    if not compare(before, _published(monitor, message)):
        return False
    return set(lift.wanted[monitor.key][state]) != set(reached[state])


def _silenced(estate: Estate, key: str, without: Sequence[Level]) -> bool:
    """Return whether a monitor is silenced by a level that is none of these."""
    layers = estate.loaded.provenance[key].layers
    staying = [layer for layer in layers if not any(level.is_layer(layer) for level in without)]
    setting = place(staying, ("notify",))
    return setting is not None and setting[0].values["notify"] is False


CODEMOD = Codemod(
    name="routing",
    summary="handles move from messages to the rules of the team, or to `notify` of the monitor",
    behaviour=(
        "the same people are notified at every state and for every group; a team without rules"
        " gets the rules that most of its monitors follow"
    ),
    rewrite=_rewrite,
    fields=frozenset({"message"}),
)
