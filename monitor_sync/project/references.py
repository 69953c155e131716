"""What monitors say of each other: members of composites, former keys, one key twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import Monitor
from monitor_sync.project.document import Document

Locate = Callable[[str, str, str], tuple[Document, Span]]
"""Key, field and text to point at, to the place where the files say it."""


def check(monitors: Mapping[str, Monitor], named: Set[str], locate: Locate) -> Iterator[Diagnostic]:
    """
    Report members that no file declares, circles, and former keys that are still in use.

    ``named`` are all keys of the files, also of monitors that are broken and told so elsewhere.
    """
    yield from _dangling(monitors, named, locate)
    yield from _circles(monitors, locate)
    yield from _former_keys(monitors, locate)
    yield from _adopted_twice(monitors, locate)


def _dangling(
    monitors: Mapping[str, Monitor], named: Set[str], locate: Locate
) -> Iterator[Diagnostic]:
    for monitor in monitors.values():
        for member in monitor.references:
            if member in named:
                continue
            document, span = locate(monitor.key, "query", "${id:" + member + "}")
            yield document.diagnostic(
                "references/unknown-key",
                f"no monitor has the key `{member}`",
                span,
                hint=_suggestion(member, monitors),
                key=monitor.key,
            )


def _suggestion(member: str, monitors: Mapping[str, Monitor]) -> str:
    items = [key for key in monitors if key.startswith(member + ".")]
    if items:
        return f"it has items: write one of them, such as `{items[0]}`"
    return did_you_mean(member, monitors, "list the keys: `monitor-sync list`", cutoff=0.7)


def _circles(monitors: Mapping[str, Monitor], locate: Locate) -> Iterator[Diagnostic]:
    """Yield each circle once, told from its first key in the alphabet."""
    state: dict[str, int] = {}
    for start in sorted(key for key, monitor in monitors.items() if monitor.references):
        circle = _walk(start, monitors, state)
        if circle:
            document, span = locate(circle[0], "query", "${id:" + circle[1] + "}")
            yield document.diagnostic(
                "references/circle",
                "monitors refer to each other in a circle: " + " → ".join(circle),
                span,
                hint="take one of them out",
                key=circle[0],
            )


def _walk(start: str, monitors: Mapping[str, Monitor], state: dict[str, int]) -> list[str]:
    """Follow references depth first; the circle found, with its first key at both ends."""
    path: list[str] = []
    stack: list[tuple[str, int]] = [(start, 0)]
    while stack:
        key, index = stack.pop()
        if index == 0:
            if state.get(key) == 2:
                continue
            state[key] = 1
            path.append(key)
        members = [member for member in monitors[key].references if member in monitors]
        if index < len(members):
            stack.append((key, index + 1))
            member = members[index]
            if state.get(member) == 1:
                circle = path[path.index(member) :]
                for visited in path:
                    state[visited] = 2
                return [*circle, member]
            if state.get(member) != 2:
                stack.append((member, 0))
        else:
            state[key] = 2
            path.pop()
    return []


def _former_keys(monitors: Mapping[str, Monitor], locate: Locate) -> Iterator[Diagnostic]:
    claimed: dict[str, str] = {}
    for monitor in monitors.values():
        for former in monitor.moved_from:
            other = claimed.setdefault(former, monitor.key)
            if former in monitors:
                message = f"`moved_from: {former}` names a monitor that is still declared"
                hint = "remove the old one, or this line"
            elif other != monitor.key:
                message = f"`{former}` has moved to two monitors, here and to `{other}`"
                hint = "keep it on one of them"
            else:
                continue
            document, span = locate(monitor.key, "moved_from", former)
            yield document.diagnostic(
                "references/moved-from", message, span, hint=hint, key=monitor.key
            )


def _adopted_twice(monitors: Mapping[str, Monitor], locate: Locate) -> Iterator[Diagnostic]:
    claimed: dict[int, str] = {}
    for monitor in monitors.values():
        if monitor.adopt is None:
            continue
        other = claimed.setdefault(monitor.adopt, monitor.key)
        if other != monitor.key:
            document, span = locate(monitor.key, "adopt", str(monitor.adopt))
            there = locate(other, "adopt", str(monitor.adopt))[1]
            yield document.diagnostic(
                "references/adopted-twice",
                f"monitor {monitor.adopt} is adopted here and by `{other}`, at"
                f" {there.path}:{there.line}",
                span,
                hint="keep it on one of them",
                key=monitor.key,
            )
