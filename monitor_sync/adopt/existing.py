"""What the files say already: where a monitor could go, and what it would inherit there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor_sync.adopt.placing import Placing, read_placing
from monitor_sync.project.layers import Layer, Values, merge
from monitor_sync.project.load import shared_layers
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.parsed import ParsedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingFiles:
    """
    The files of a project, as far as an import must know them.

    ``placing`` is ``import`` in project.yaml, None where it is not there. ``of_units`` are the
    merged values of project and unit by unit, those of a unit without a file of its own under an
    empty name; ``of_files`` are those of project, unit and file by ``unit/file``. ``slos`` are the
    names of SLOs by id, ``on_call`` the value of the tag by team. ``unit_names`` are what business
    units are called, ``templates`` the names of the templates.
    """

    placing: Placing | None = None
    units: frozenset[str] = frozenset()
    of_units: Mapping[str, Values] = field(default_factory=dict)
    of_files: Mapping[str, Values] = field(default_factory=dict)
    slos: Mapping[str, str] = field(default_factory=dict)
    on_call: Mapping[str, str] = field(default_factory=dict)
    unit_names: Mapping[str, str] = field(default_factory=dict)
    templates: frozenset[str] = frozenset()

    def inherited(self, unit: str, file: str) -> Values:
        """Return what a monitor in this place gets from the levels above it, merged."""
        usual = self.of_units.get(unit, self.of_units.get("", {}))
        return self.of_files.get(f"{unit}/{file}", usual)


def existing_files(parsed_files: Iterable[ParsedFile]) -> ExistingFiles:
    """Return what the files of a project say, which were read without an error."""
    by_kind: dict[str, list[ParsedFile]] = {}
    for parsed in parsed_files:
        by_kind.setdefault(parsed.file.kind, []).append(parsed)
    normaliser = Normaliser()
    project = next(iter(by_kind.get("project", ())), None)
    top = shared_layers(normaliser, "project", project)
    of_units: dict[str, list[Layer]] = {"": top}
    for unit in by_kind.get("business-unit", ()):
        of_units[unit.file.unit] = [*top, *shared_layers(normaliser, "business unit", unit)]
    of_files = {
        f"{parsed.file.unit}/{parsed.file.name}": merge(
            [*of_units.get(parsed.file.unit, top), *shared_layers(normaliser, "file", parsed)]
        )
        for parsed in by_kind.get("monitors", ())
    }
    written = project.value("import") if project else None
    return ExistingFiles(
        placing=read_placing(written) if written is not None else None,
        units=frozenset(parsed.file.unit for several in by_kind.values() for parsed in several),
        of_units={unit: merge(layers) for unit, layers in of_units.items()},
        of_files=of_files,
        slos={str(id_): name for name, id_ in _mapping(project, "slos").items()},
        on_call=_on_call(by_kind.get("teams", ())),
        unit_names={
            unit.file.unit: str(unit.value("name") or unit.file.unit)
            for unit in by_kind.get("business-unit", ())
        },
        templates=frozenset(parsed.file.name for parsed in by_kind.get("template", ())),
    )


def _on_call(parsed_files: Iterable[ParsedFile]) -> dict[str, str]:
    return {
        str(team): str(((its or {}).get("on_call") or {}).get("name") or team)
        for parsed in parsed_files
        for team, its in _mapping(parsed, "teams").items()
    }


def _mapping(parsed: ParsedFile | None, name: str) -> Mapping[str, Any]:
    value = parsed.value(name) if parsed else None
    return value if isinstance(value, dict) else {}
