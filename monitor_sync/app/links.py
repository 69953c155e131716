"""``validate --check-links``: do the addresses of runbooks and SOPs lead to a page?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from monitor_sync.app import files
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.app.remote_checks import Answers
from monitor_sync.counting import count
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.http import addresses, link
from monitor_sync.http.link import LinkAnswer
from monitor_sync.project import runbooks
from monitor_sync.store.link_cache import LinkCache

if TYPE_CHECKING:
    from pathlib import Path

    from monitor_sync.app.target import Target
    from monitor_sync.project.loaded import Loaded

MOST: Final = 1000
"""Addresses that one run asks for."""

PATIENCE: Final = 120.0
"""Seconds after which a run asks for no further address."""

_WORKERS: Final = 8
_RULE: Final = "references/dead-link"

_Asked = Callable[[str], LinkAnswer]


def check(
    root: Path,
    loaded: Loaded,
    target: Target,
    *,
    keys: Collection[str] | None = None,
    progress: Progress = silent,
    ask: _Asked = link.ask,
) -> Answers:
    """
    Ask for each address once; return those that lead nowhere as findings at their lines.

    ``keys`` narrows it to some monitors. Pages beside the files are looked for without a network,
    and not here. What led somewhere within a day is not asked for again.
    """
    used = _used(root, loaded, keys)
    if addresses.proxy(target.environ, "https://link.example"):
        reason = "HTTPS_PROXY is set, behind which nobody knows whom a request reaches"
        sentences = [f"Not checked: {count(len(used), 'link')} ({reason})."] if used else []
        return Answers(diagnostics=[], said=sentences)
    cache = LinkCache(target.state, time.time())
    known = [address for address in used if address in cache]
    unknown = [address for address in used if address not in cache]
    answers = dict(zip(unknown, _answers(unknown, ask, progress), strict=True))
    cache.keep(address for address, answer in answers.items() if answer.standing == "there")
    dead = [address for address, answer in answers.items() if answer.standing == "gone"]
    diagnostics = [
        diagnostic for address in dead for diagnostic in _findings(loaded, address, used[address])
    ]
    diagnostics = [*files.shown(loaded.project, diagnostics)]
    return Answers(diagnostics=diagnostics, said=[*_said(answers, len(known))])


def _used(
    root: Path, loaded: Loaded, keys: Collection[str] | None
) -> dict[str, list[tuple[str, str]]]:
    """Map each address, without what is behind ``#``, to the monitors and teams that name it."""
    data = loaded.shared.data if loaded.shared is not None else None
    folder = runbooks.folder_of(root, data.get("runbooks")) if isinstance(data, Mapping) else None
    used: dict[str, list[tuple[str, str]]] = {}
    for key, monitor in loaded.project.monitors.items():
        if keys is not None and key not in keys:
            continue
        name = folder.named(monitor.runbook).partition("#")[0] if folder else ""
        beside = bool(name) and folder is not None and folder.page(name).text is not None
        if "://" in monitor.runbook and not beside:
            used.setdefault(monitor.runbook.partition("#")[0], []).append(("monitor", key))
    for name, team in loaded.project.teams.items() if keys is None else ():
        if "://" in team.sop:
            used.setdefault(team.sop.partition("#")[0], []).append(("team", name))
    return used


def _answers(addresses: Sequence[str], ask: _Asked, progress: Progress) -> list[LinkAnswer]:
    """Return an answer for each address; those beyond the limits are not asked for."""
    ends = time.monotonic() + PATIENCE
    late = LinkAnswer("unknown", f"not asked for: a run asks for {MOST} in {PATIENCE:.0f} s")

    silent_hosts: dict[str, LinkAnswer] = {}

    def in_time(address: str) -> LinkAnswer:
        host = address.split("/")[2]
        if host in silent_hosts:
            return silent_hosts[host]
        answer = ask(address) if time.monotonic() < ends else late
        if answer.of_host:
            silent_hosts[host] = answer
        return answer

    within = addresses[:MOST]
    if not within:
        return []
    answers = []
    with (
        progress(f"asking for {count(len(within), 'link')}", len(within)) as step,
        ThreadPoolExecutor(_WORKERS, thread_name_prefix="monitor-sync-links") as pool,
    ):
        for answer in pool.map(in_time, within):
            answers.append(answer)
            step(answer.standing != "unknown")
    return [*answers, *([late] * (len(addresses) - len(within)))]


def _findings(
    loaded: Loaded, address: str, users: Sequence[tuple[str, str]]
) -> Iterator[Diagnostic]:
    message = f"there is no page at {address}"
    hint = "mend the address, or write the page"
    for kind, name in users:
        if kind == "monitor":
            document, span = loaded.place(name, ("runbook",))
            yield document.diagnostic(
                _RULE, message, span, hint=hint, key=name, severity=Severity.WARNING
            )
        elif loaded.teams is not None:
            span = loaded.teams.span(("teams", name, "sop"))
            yield loaded.teams.diagnostic(
                _RULE, message, span, hint=hint, severity=Severity.WARNING
            )


def _said(answers: Mapping[str, LinkAnswer], known: int) -> Iterator[str]:
    """Yield how many links were checked, and by reason how many were not."""
    standings = Counter(answer.standing for answer in answers.values())
    checked = standings["there"] + standings["gone"] + known
    if checked:
        dead = standings["gone"]
        verdict = f"{dead} {'leads' if dead == 1 else 'lead'} nowhere" if dead else "all lead there"
        yield f"{count(checked, 'link')} checked: {verdict}."
    reasons = Counter(answer.reason for answer in answers.values() if answer.reason)
    if reasons:
        parts = (f"{count(number, 'link')} ({reason})" for reason, number in reasons.most_common())
        yield f"Not checked: {', '.join(parts)}."
    if not answers and not known:
        yield "No link was asked for: no runbook and no SOP is an address."
