"""What a suggestion says, written as files and read by the real loader: the proof that it is so."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.templates.find import Finder
from monitor_sync.adopt.templates.suggestion import Suggestion
from monitor_sync.model import Monitor
from monitor_sync.project.load import load
from monitor_sync.resources.monitor.canonical import canonical

_SILENT = {"notify": False, "footer": False}


def placed(
    name: str,
    query: str,
    *,
    id_: int,
    file: str = "services",
    unit: str = "motor",
    team: str = "pricing",
    key: str = "",
    tags: Sequence[str] = (),
    **fields: Any,
) -> PlacedMonitor:
    """Return a monitor as an import places it; ``key`` is the last part of its key."""
    thresholds = fields.get("thresholds", {"critical": 5})
    declared = {
        "name": name,
        "query": query,
        "thresholds": thresholds,
        "message": "Look.",
        **fields,
    }
    if tags:
        declared["tags"] = list(tags)
    options = {**declared.get("options", {}), "thresholds": thresholds}
    own = ("thresholds", "options", "service")
    service = fields.get("service", "")
    given = [f"business_unit:{unit}", f"team:{team}", f"on_call:{team}"]
    live = {
        "type": "query alert",
        **{field: value for field, value in declared.items() if field not in own},
        "options": options,
        "tags": [*given, *tags, *([f"service:{service}"] if service else [])],
    }
    return PlacedMonitor(
        unit=unit,
        file=file,
        name=key or f"m-{id_}",
        team=team,
        id=id_,
        declared=declared,
        live=live,
    )


def suggested(monitors: Sequence[PlacedMonitor], **taken: Sequence[str]) -> Suggestion:
    """Return what monitors of units that are called by their folder's name have in common."""
    return Finder().find(monitors, {"motor": "Motor", "travel": "Travel"}, **taken)


def write(suggestion: Suggestion, root: Path) -> None:
    """Write what a suggestion says as files below ``root``."""
    files: dict[tuple[str, str], dict[str, Any]] = defaultdict(
        lambda: {"adopt": {}, "defaults": _SILENT, "use": [], "monitors": {}}
    )
    teams = set()
    for use in suggestion.uses:
        file = files[use.unit, use.file]
        file["use"].append(use.written("", {}, {}))
        file["adopt"] |= {part: member.id for part, member in use.members.items()}
        teams.add(use.team)
    for repeated in suggestion.repeated:
        file = files[repeated.unit, repeated.file]
        file["monitors"][repeated.name] = {"team": repeated.team, **repeated.written({}, {})}
        file["adopt"] |= {part: member.id for part, member in repeated.members.items()}
        teams.add(repeated.team)
    for left in suggestion.left:
        file = files[left.unit, left.file]
        file["monitors"][left.name] = {"team": left.team, **left.declared}
        file["adopt"][left.name] = left.id
        teams.add(left.team)
    _write(root / "project.yaml", {"project": "acme"})
    _write(root / "teams.yaml", {"teams": {team: {"name": team} for team in sorted(teams)}})
    for template in suggestion.templates:
        _write(root / template.file, template.written())
    for (unit, name), contents in files.items():
        _write(root / unit / "business-unit.yaml", {"name": unit.title()})
        _write(root / unit / f"{name}.yaml", contents)


def _write(path: Path, contents: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contents), "utf-8")


def expanded(suggestion: Suggestion, root: Path) -> dict[int, Monitor]:
    """Return the monitors that a suggestion makes, by the id that each adopts."""
    write(suggestion, root)
    loaded = load(root)
    errors = [str(problem) for problem in loaded.diagnostics if problem.severity.name == "ERROR"]
    assert errors == []
    return {monitor.adopt: monitor for monitor in loaded.project.monitors.values() if monitor.adopt}


def proven(monitors: Sequence[PlacedMonitor], root: Path) -> Suggestion:
    """Return what is found, once its files make the live monitors under their ids, and no more."""
    suggestion = suggested(monitors)
    made = expanded(suggestion, root)
    assert sorted(made) == sorted(monitor.id for monitor in monitors)
    for monitor in monitors:
        new = made[monitor.id]
        assert new.key == suggestion.keys.get(monitor.key, monitor.key)
        assert _compared(new.body) == _compared(monitor.live)
    return suggestion


def _compared(body: Mapping[str, Any]) -> dict[str, Any]:
    form = canonical(body, declared=body)
    tags = [tag for tag in body["tags"] if not tag.startswith("monitor_sync_")]
    return {**form, "tags": sorted(tags)}
