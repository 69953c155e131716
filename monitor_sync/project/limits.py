"""How much one run may do: ``limits`` in project.yaml as Limits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final, get_args

from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import Limit, Limited, Limits, Policy, Team
from monitor_sync.project.document import Document
from monitor_sync.project.yaml_reader import DataPath

KEY: Final = "limits"
_EVERY: Final = "each_unit"
_UNITS: Final = "units"
_PAGER: Final = "pager"


def usual_limits(policy: Policy, teams: Mapping[str, Team]) -> Limits:
    """Return the limits of a project that sets none; even these say which handles are pagers."""
    handles = (team.handles.get(_PAGER) for team in teams.values())
    return Limits(pagers=policy.pagers, pager_handles=frozenset(filter(None, handles)))


def read_limits(
    raw: Any, document: Document, standing: Limits, units: Collection[str]
) -> tuple[Limits, list[Diagnostic]]:
    """
    Return the limits, and what is wrong with them that no schema can say.

    ``raw`` has the schema's shape; what it does not name is as in ``standing``. ``units`` are the
    folders of business units. A limit that cannot be read is as if it were not written.
    """
    written: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    diagnostics: list[Diagnostic] = []
    of_units = {"*": _limits(written.get(_EVERY), (KEY, _EVERY), document, diagnostics)}
    for unit, own in (written.get(_UNITS) or {}).items():
        of_units[unit] = _limits(own, (KEY, _UNITS, unit), document, diagnostics)
        if unit not in units:
            diagnostics.append(_unknown_unit(unit, document, units))
    limits = replace(
        standing,
        standing={**standing.standing, **_limits(written, (KEY,), document, diagnostics)},
        units={unit: own for unit, own in of_units.items() if own},
    )
    return limits, diagnostics


def _limits(
    written: Any, where: DataPath, document: Document, diagnostics: list[Diagnostic]
) -> dict[Limited, Limit]:
    """Return the limits that one mapping names; what is wrong is added to ``diagnostics``."""
    limits: dict[Limited, Limit] = {}
    for what in get_args(Limited):
        if not isinstance(written, Mapping) or what not in written:
            continue
        try:
            limits[what] = _limit(written[what])
        except ValueError as error:
            hint = str(error.args[1]) if len(error.args) > 1 else ""
            span = document.span((*where, what))
            diagnostics.append(
                document.diagnostic("schema/wrong-type", str(error.args[0]), span, hint=hint)
            )
    return limits


def _limit(written: Any) -> Limit:
    """Return one limit. Raises ValueError with what is wrong and what to write instead."""
    if written is None:
        return Limit()
    if isinstance(written, list):
        limit, *others = (_limit(part) for part in written)
        for other in others:
            if (limit.count is None) == (other.count is None):
                kind = "shares" if limit.count is None else "counts"
                raise ValueError(f"{_plain(written)} are two {kind}", "write the smaller one alone")
            limit = Limit(
                count=other.count if limit.count is None else limit.count,
                share=other.share if limit.share is None else limit.share,
            )
        return limit
    if isinstance(written, float) and not written.is_integer():
        share = (Decimal(str(written)) * 100).normalize()
        hint = f"for a share of the monitors write `{share:f}%`" if written < 1 else ""
        raise ValueError(f"`{written}` is not a whole number of monitors", hint)
    try:
        return Limit.read(str(int(written) if isinstance(written, float) else written))
    except ValueError as error:
        raise ValueError(str(error), "for no limit write `null`") from error


def _plain(written: list[Any]) -> str:
    return "`[" + ", ".join(map(str, written)) + "]`"


def _unknown_unit(unit: str, document: Document, units: Collection[str]) -> Diagnostic:
    """
    Return a warning for limits of a unit that has no folder. It is no error, because one change may
    remove a unit together with the permission to do so.
    """
    return document.diagnostic(
        "schema/unknown-unit",
        f"no business unit is called `{unit}`",
        document.key_span((KEY, _UNITS, unit)),
        hint=did_you_mean(unit, units, "remove it once the unit is gone"),
        severity=Severity.WARNING,
    )
