"""What still pages by Opsgenie: text for a screen, Markdown, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from monitor_sync import jsontext
from monitor_sync.app.on_call_migration import ENDS, OLD, STATES, SUCCESSORS, State, called_now
from monitor_sync.oncall.tool import title_of
from monitor_sync.render.markdown import code, prose, table, whole
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, listed, plain, wrapped

if TYPE_CHECKING:
    from monitor_sync.app.on_call_migration import OldHandle, OldTeam, ToolMigration
    from monitor_sync.model import Monitor
    from monitor_sync.oncall.path import PagingPath

_COMMAND_ENDS: Final = "--dry-run`"

TITLES: Final[Mapping[State, str]] = {
    "no_counterpart": "No handle of another tool",
    "broken": "The new page reaches nobody yet",
    "different": "The two call different people now",
    "not_checked": "Not checked whether both reach the same person",
    "ready": "Ready: both reach the same person now",
}
_COLOURS: Final[Mapping[State, str]] = {
    "no_counterpart": "red",
    "broken": "red",
    "different": "yellow",
    "not_checked": "yellow",
    "ready": "green",
}


def text(migration: ToolMigration, style: Style = PLAIN, *, full: bool = False) -> str:
    """
    Return what is left, the most work first, then what remains besides monitors.

    ``full`` names every monitor with its file and line.
    """
    width = style.screen
    lines = [style(deadline(migration), bold=True), "", *wrapped(_summary(migration), width, 2)]
    for state, handles in _by_state(migration.handles):
        lines += ["", style(TITLES[state], _COLOURS[state], bold=True)]
        for handle in handles:
            arrow = f" -> {plain(handle.counterpart)}" if handle.counterpart else ""
            lines.append(f"  {plain(handle.old.team)}: {plain(handle.old.handle)}{arrow}")
            lines += [_placed(monitor) for monitor in handle.monitors] if full else []
            for sentence in _said(handle)[full:]:
                lines += _sentence(sentence, width)
    besides = [*_besides(migration)]
    if besides:
        lines += ["", style("Left besides monitors", bold=True)]
        for sentence in besides:
            lines += wrapped(f"  {plain(sentence)}", width, 4)
    for what in migration.unread:
        lines += ["", *wrapped(f"Not checked: {plain(what)}.", width, 2)]
    if migration.left:
        lines += ["", *wrapped(f"What can follow: {successors()}.", width, 2)]
    return "\n".join(lines) + "\n"


def _sentence(sentence: str, width: int) -> list[str]:
    """Return a sentence in lines; a command stays in one, so that it can be copied."""
    line = f"    {plain(sentence)}"
    return [line] if sentence.endswith(_COMMAND_ENDS) else wrapped(line, width, 6)


def _placed(monitor: Monitor) -> str:
    return f"    {plain(monitor.key)}  {plain(monitor.path)}:{monitor.line}"


def markdown(migration: ToolMigration, *, names: bool = True) -> str:
    """Return the same as Markdown; without ``names``, no person is in it."""
    pieces = [f"**{deadline(migration)}**", _summary(migration)]
    for state, handles in _by_state(migration.handles):
        rows = [
            (
                code(handle.old.team),
                code(handle.old.handle),
                code(handle.counterpart),
                str(len(handle.monitors)),
                prose("; ".join(_said(handle, names=names)[1:])),
            )
            for handle in handles
        ]
        head = ("team", "now", "then", "monitors", "")
        pieces += [f"**{TITLES[state]}**", "\n".join(table(head, rows))]
    besides = [f"- {prose(sentence)}" for sentence in _besides(migration)]
    pieces += ["**Left besides monitors**\n" + "\n".join(besides)] if besides else []
    pieces += [f"Not checked: {prose(what)}." for what in migration.unread]
    pieces += [f"What can follow: {successors()}."] if migration.left else []
    return whole(pieces)


def deadline(migration: ToolMigration) -> str:
    """Return the sentence about the end of the old tool."""
    name, days = title_of(OLD), migration.days_left
    if days < 0:
        return f"{name} ended on {ENDS}, {count(-days, 'day')} ago."
    left = "today is the last day" if days == 0 else f"{count(days, 'day')} left"
    return f"{name} ends on {ENDS}: {left}."


def successors() -> str:
    """Return the tools that can follow, the nearest first."""
    first, *others = SUCCESSORS
    return f"{first} (the same model, moved mechanically), {', '.join(others)}"


def _summary(migration: ToolMigration) -> str:
    if not migration.left:
        looked_at = count(migration.selected, "monitor")
        return f"Nothing leads to {title_of(OLD)} any more ({looked_at} looked at)."
    parts = [f"{migration.monitors} of {count(migration.selected, 'monitor')}"]
    teams = {handle.old.team for handle in migration.handles}
    teams |= {team.name for team in migration.teams}
    parts += [count(len(teams), "team")] if teams else []
    parts += [count(len(migration.rules), "notification rule")] if migration.rules else []
    *most, last = parts
    who = f"{', '.join(most)} and {last}" if most else last
    ready = sum(len(handle.monitors) for handle in migration.handles if handle.state == "ready")
    are = "is" if ready == 1 else "are"
    return f"Still on {title_of(OLD)}: {who}. {count(ready, 'monitor')} {are} ready to be moved."


def _by_state(handles: Sequence[OldHandle]) -> Iterator[tuple[State, list[OldHandle]]]:
    for state in STATES:
        held = [handle for handle in handles if handle.state == state]
        if held:
            yield state, held


def _said(handle: OldHandle, *, names: bool = True) -> list[str]:
    """Return how many monitors are meant, whom the two call now, and what to do next."""
    monitors = listed([monitor.key for monitor in handle.monitors])
    sentences = [f"{count(len(handle.monitors), 'monitor')}: {monitors}"]
    if handle.rules:
        also = "also " if handle.by_message else ""
        sentences.append(f"{also}by Datadog's notification rule {listed(handle.rules)}")
    if handle.new is not None and 0 < handle.both < len(handle.monitors):
        sentences.append(f"{handle.both} of them notify both")
    if names:
        sentences += _people(handle)
    return [*sentences, f"next: {next_step(handle)}"]


def _people(handle: OldHandle) -> Iterator[str]:
    now = _called(handle.old)
    if handle.new is None:
        yield f"on call now: {now}"
    elif handle.state == "ready":
        yield f"on call now in both: {now}"
    else:
        yield f"on call now: {now}; in {title_of(handle.new.tool)}: {_called(handle.new)}"


def _called(path: PagingPath) -> str:
    """Return who is called first now, or why nobody knows."""
    if path.on_call:
        return listed([person.name for person in path.on_call])
    reasons = (step.what for step in path.steps if step.status != "ok" and step.what)
    return f"not known ({next(reasons, 'no step says why')})"


def next_step(handle: OldHandle) -> str:
    """Return what brings a handle nearer to the switch."""
    new = handle.new
    if new is None:
        return (
            "choose a tool, make the team there, and write its handle into `handles` of the team in"
            " teams.yaml"
        )
    broken = next((step for step in new.steps if step.status == "broken"), None)
    if broken is not None:
        return f"{broken.step}: {broken.what}; {broken.fix}"
    if handle.state == "different":
        where = title_of(new.tool)
        return f"give the schedules of {where} the same people, or see that it is meant"
    if handle.state == "not_checked":
        unknown = [path for path in (handle.old, new) if not called_now(path)]
        steps = (step for path in unknown for step in path.steps if step.fix)
        step = next(steps, None)
        return step.fix if step is not None else "ask who is on call in both, and compare"
    ready = []
    if handle.by_message:
        command = f"monitor-sync migrate handle {handle.old.handle} {handle.counterpart} --dry-run"
        ready.append(f"`{command}`")
    if handle.rules:
        ready.append(f"let the rule in Datadog notify {handle.counterpart} in place of it")
    return ", then ".join(ready)


def _besides(migration: ToolMigration) -> Iterator[str]:
    """Yield what still names the old tool besides monitors."""
    for team in migration.teams:
        yield from _of_team(team)
    for rule in migration.rules:
        yield f"Datadog: the notification rule {rule.name} notifies {listed(rule.handles)}"
    if migration.services:
        services = count(len(migration.services), "service")
        yield (
            f"Datadog's Opsgenie integration: {services} that nothing here uses"
            f" ({listed(migration.services)})"
        )


def _of_team(team: OldTeam) -> Iterator[str]:
    if team.is_its_tool:
        yield f"teams.yaml: {team.name} has `on_call.tool: {OLD}`"
    if team.unused:
        what = "which no monitor uses" if len(team.unused) == 1 else "which no monitors use"
        yield f"teams.yaml: {team.name} names {listed(team.unused)}, {what}"


# JSON


def as_json(migration: ToolMigration) -> str:
    """Return all of it for programs; people by name, and null where nobody knows."""
    return jsontext.document(
        {
            "tool": OLD,
            "ends": ENDS.isoformat(),
            "days_left": migration.days_left,
            "handles": [_handle(handle) for handle in migration.handles],
            "teams": [
                {"team": t.name, "is_its_tool": t.is_its_tool, "unused_handles": list(t.unused)}
                for t in migration.teams
            ],
            "notification_rules": [
                {"name": rule.name, "handles": list(rule.handles)} for rule in migration.rules
            ],
            "unused_services": list(migration.services),
            "not_checked": list(migration.unread),
            "successors": list(SUCCESSORS),
            "summary": _counts(migration),
        }
    )


def _counts(migration: ToolMigration) -> dict[str, int]:
    states = {state: len(handles) for state, handles in _by_state(migration.handles)}
    return {
        "monitors": migration.monitors,
        "selected": migration.selected,
        **{state: states.get(state, 0) for state in STATES},
    }


def _handle(handle: OldHandle) -> dict[str, Any]:
    known = handle.state in ("ready", "different")
    return {
        "team": handle.old.team,
        "handle": handle.old.handle,
        "counterpart": handle.counterpart,
        "state": handle.state,
        "same_person": handle.state == "ready" if known else None,
        "on_call": _names(handle.old),
        "on_call_of_counterpart": _names(handle.new) if handle.new is not None else [],
        "monitors": [
            {"key": monitor.key, "file": monitor.path, "line": monitor.line}
            for monitor in handle.monitors
        ],
        "monitors_with_both": handle.both,
        "notification_rules": list(handle.rules),
        "next": next_step(handle),
    }


def _names(path: PagingPath) -> list[str]:
    return [person.name for person in path.on_call]
