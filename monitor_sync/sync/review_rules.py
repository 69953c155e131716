"""The rules by which a project's changes are reviewed, as values for a plan file. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from msgspec import Struct, field

from monitor_sync.audience.pagers import is_pager, pager_globs
from monitor_sync.audience.teams import handles_of
from monitor_sync.model import Limit, Limited, Limits, Project

JUDGED_FROM: Final = 10
"""Shares of fewer live monitors are not judged: of two, one is a half."""

IN_ALL: Final = ""
"""What the limits of all business units together are called here."""


class ReviewRules(Struct, frozen=True, kw_only=True):
    """
    All of a project by which its changes are reviewed, as plain values that a plan file can hold.

    ``limits`` are by business unit: empty for all together, ``*`` for a unit without its own.
    ``pagers`` are globs. ``demands`` are the policy's lists, of which one entry less is weaker.
    ``handles`` are the pagers that each team has. ``ignored`` maps a rule to keys, and these to
    the last day, empty for ever. ``released`` are keys of monitors that are not deleted.
    """

    project: str = ""
    site: str = ""
    limits: Mapping[str, Mapping[Limited, Limit]] = field(default_factory=dict)
    pagers: tuple[str, ...] = ()
    paging_approval: bool = False
    severity: Mapping[str, str] = field(default_factory=dict)
    demands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    approvers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reverting: tuple[str, ...] = ()
    ignored: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    released: tuple[str, ...] = ()
    max_fires_per_week: float | None = None
    backtest_days: int = 0

    def as_limits(self) -> Limits:
        """Return the limits with what a pager is, as a project has them."""
        whats: tuple[Limited, ...] = get_args(Limited)
        standing = self.limits.get(IN_ALL, {})
        return Limits(
            standing={what: standing.get(what, Limit()) for what in whats},
            units={unit: own for unit, own in self.limits.items() if unit != IN_ALL},
            pagers=self.pagers,
            notions=(self.pagers,) if self.pagers else (),
        )


def rules_of(project: Project) -> ReviewRules:
    """Return the rules by which changes of a project are reviewed."""
    policy, limits = project.policy, project.limits
    globs = pager_globs(limits.pagers, limits.pager_handles)
    ignored: dict[str, dict[str, str]] = {}
    for key, monitor in project.monitors.items():
        for suppression in monitor.ignored:
            ignored.setdefault(suppression.rule, {})[key] = suppression.until
    pagers = {
        name: tuple(sorted({handle for handle in handles_of(team) if is_pager(handle, globs)}))
        for name, team in project.teams.items()
    }
    return ReviewRules(
        project=project.name,
        site=project.site,
        limits={IN_ALL: limits.standing, **limits.units},
        pagers=globs,
        paging_approval=policy.paging_approval,
        max_fires_per_week=policy.backtest.get("max_fires_per_week"),
        backtest_days=policy.backtest_days,
        severity=dict(policy.severity),
        demands={
            "name_pattern": (policy.name_pattern,) if policy.name_pattern else (),
            "paging_priorities": tuple(map(str, sorted(policy.paging_priorities))),
            "forbidden_handles": policy.forbidden_handles,
        },
        required_tags=dict(policy.required_tags),
        approvers={name: team.approvers for name, team in project.teams.items() if team.approvers},
        handles={name: owned for name, owned in pagers.items() if owned},
        reverting=tuple(sorted(project.reverting)),
        ignored=ignored,
        released=tuple(sorted(project.released)),
    )


def pager_notions(limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Return what a pager is, as globs: mostly once, twice where a change and its base differ."""
    return limits.notions or (pager_globs(limits.pagers, limits.pager_handles),)


def stricter(left: Limit, other: Limit) -> Limit:
    """Return a limit that refuses what either of two refuses."""
    counts = [limit.count for limit in (left, other) if limit.count is not None]
    shares = [limit.share for limit in (left, other) if limit.share is not None]
    return Limit(count=min(counts, default=None), share=min(shares, default=None))


def written(limit: Limit) -> str:
    """Return a limit as it is written: ``5``, ``30%``, ``5 and 30%``, or ``no limit``."""
    return " and ".join(_parts(limit)) or "no limit"


def _parts(limit: Limit) -> list[str]:
    parts = [] if limit.count is None else [str(limit.count)]
    return parts if limit.share is None else [*parts, f"{limit.share.normalize():f}%"]


def as_json(rules: ReviewRules) -> dict[str, Any]:
    """Return the rules as a plan file holds them."""
    return {
        "project": rules.project,
        "site": rules.site,
        "limits": {
            unit: {what: _parts(limit) for what, limit in own.items()}
            for unit, own in rules.limits.items()
        },
        "pagers": list(rules.pagers),
        "paging_approval": rules.paging_approval,
        "severity": dict(rules.severity),
        "demands": {name: list(values) for name, values in rules.demands.items()},
        "required_tags": {tag: list(values) for tag, values in rules.required_tags.items()},
        "approvers": {team: list(logins) for team, logins in rules.approvers.items()},
        "handles": {team: list(handles) for team, handles in rules.handles.items()},
        "reverting": list(rules.reverting),
        "ignored": {rule: dict(keys) for rule, keys in rules.ignored.items()},
        "released": list(rules.released),
        "max_fires_per_week": rules.max_fires_per_week,
        "backtest_days": rules.backtest_days,
    }


def from_json(raw: Mapping[str, Any]) -> ReviewRules:
    """Return the rules that a plan file holds. Raises KeyError, TypeError, ValueError."""
    return ReviewRules(
        project=raw["project"],
        site=raw["site"],
        limits={
            unit: {what: _limit(parts) for what, parts in own.items()}
            for unit, own in raw["limits"].items()
        },
        pagers=tuple(raw["pagers"]),
        paging_approval=bool(raw["paging_approval"]),
        severity=dict(raw["severity"]),
        demands=_lists(raw["demands"]),
        required_tags=_lists(raw["required_tags"]),
        approvers=_lists(raw["approvers"]),
        handles=_lists(raw["handles"]),
        reverting=tuple(raw["reverting"]),
        ignored={rule: dict(keys) for rule, keys in raw["ignored"].items()},
        released=tuple(raw["released"]),
        max_fires_per_week=raw.get("max_fires_per_week"),
        backtest_days=raw.get("backtest_days", 0),
    )


def _limit(parts: list[str]) -> Limit:
    limit = Limit()
    for part in parts:
        limit = stricter(limit, Limit.read(part))
    return limit


def _lists(raw: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in raw.items()}
