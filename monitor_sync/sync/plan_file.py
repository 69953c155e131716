"""A plan in a file: sealed when it is written, checked when it is read, applied as reviewed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from monitor_sync import __version__
from monitor_sync.errors import Refused
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Address, Deletion, LiveId, LiveResource
from monitor_sync.resources.difference import FieldChange
from monitor_sync.resources.kind import Kind
from monitor_sync.resources.kinds import KINDS
from monitor_sync.sync import review_rules
from monitor_sync.sync.change import ORDER, Change, LeftAlone, Refusal
from monitor_sync.sync.drift import ORIGINS, Apart, Base, Origin
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.moves import Move, Rename
from monitor_sync.sync.plan import Plan
from monitor_sync.sync.review_rules import ReviewRules

if TYPE_CHECKING:
    from monitor_sync.audience.change import AudienceChange

FORMAT: Final = 2
"""Version of the file's format, which is that of the JSON plan."""

_LISTS: Final = frozenset({"pagers", "referred_by", "blocked_by", "unchecked", "moved_from"})
_TEXTS: Final = _LISTS | {
    *("kind", "action", "key", "name", "business_unit", "team", "file", "field", "reason"),
    *("project", "site", "fingerprint", "message", "hint", "revision", "commit", "since"),
    *("what", "editor", "by", "level", "path", "tool", "modified"),
}
_ANYTHING: Final = frozenset({"body", "old", "new", "base", "live"})
"""Names of values, whose types the kinds of resources judge."""

_UNSEALED: Final = "0" * 64
_OURS: Final = re.compile(rf"\s*(?:{PROJECT_TAG}|{KEY_TAG})(?::|\s*\Z)", re.IGNORECASE)
"""A tag of ours, or one that Datadog would make one: it takes capitals and blanks away."""

_SEAL: Final = re.compile(r'"digest": "sha256:([0-9a-f]{64})"\s*\}\s*\Z')


def of_plan(plan: Plan, *, commit: str = "") -> dict[str, Any]:
    """
    Return what a plan file holds beyond the JSON plan, the seal last.

    ``commit`` is the revision of the files, empty where nobody knows.
    """
    return {
        "tool": __version__,
        "commit": commit or None,
        "made": plan.made or None,
        "unchanged": plan.unchanged,
        "pagers": list(next((change.pagers for change in plan.changes), ())),
        "units": dict(plan.units),
        "moved_from": list(plan.moved_from),
        "rules": review_rules.as_json(plan.rules),
        "ours": [live._asdict() for live in sorted(plan.ours, key=_by_number)],
        "digest": f"sha256:{_UNSEALED}",
    }


def of_change(change: Change) -> dict[str, Any]:
    """Return what a plan file adds to a change of the JSON plan: what was live, what is sent."""
    return {
        "body": change.body,
        "references": [target._asdict() for target in change.references],
        "live": _live_record(change.live),
        "successor": _live_record(change.successor),
    }


def sealed(text: str) -> str:
    """Return the file with its digest: SHA-256 over every byte, the digest's own as zeros."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    at = text.rindex(_UNSEALED)
    return text[:at] + digest + text[at + len(_UNSEALED) :]


def _by_number(live: LiveId) -> tuple[str, int, str]:
    return live.kind, live.id if isinstance(live.id, int) else 0, str(live.id)


def digest_of(text: str) -> str:
    """Return the digest that a plan file says it has; empty if it says none."""
    seal = _SEAL.search(text)
    return seal[1] if seal else ""


def rules_in(text: str) -> ReviewRules:
    """Return the rules by which a plan file was judged; those of no project where unknown."""
    try:
        return review_rules.from_json(json.loads(text)["rules"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return ReviewRules()  # made by an earlier version, or cut short: nothing is compared


def read(text: str, name: str, *, kinds: Sequence[Kind] = KINDS) -> Plan:
    """
    Return the plan of a file called ``name``.

    Raises Refused where it was edited, was cut short, is no plan or is of another version. The
    seal is against accidents: whoever can write the file can also seal it.
    """
    again = "`monitor-sync plan --out FILE` makes a new one"
    seal = _SEAL.search(text)
    if seal is None:
        raise Refused(f"{name} is no whole plan file: its digest is missing", hint=again)
    unsealed = text[: seal.start(1)] + _UNSEALED + text[seal.end(1) :]
    if hashlib.sha256(unsealed.encode()).hexdigest() != seal[1]:
        raise Refused(f"{name} was changed after the plan was made: its digest differs", hint=again)
    raw = _object(text, name)
    if raw.get("version") != FORMAT:
        raise Refused(
            f"{name} is a plan file of version {raw.get('version')}, made by monitor-sync"
            f" {raw.get('tool')}; this one reads version {FORMAT}",
            hint=again,
        )
    if raw.get("tool") != __version__:
        raise Refused(
            f"{name} was made by monitor-sync {raw.get('tool')}, and this is {__version__}",
            hint=again,
        )
    try:
        _check_types(raw)
        plan = _plan(raw, {kind.name: kind for kind in kinds})
        _check_identities(plan)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refused(f"{name} is not a whole plan file: {error}", hint=again) from error
    return plan


def _object(text: str, name: str) -> Mapping[str, Any]:
    """Return the JSON object that a plan file is. Raises Refused where it is none."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, Mapping):
        raise Refused(
            f"{name} is no plan file: it holds no JSON object",
            hint="`monitor-sync plan --out FILE` makes one",
        )
    return raw


def _check_types(value: Any) -> None:
    """Raise TypeError where a list or an object stands in place of a text; bodies may hold any."""
    if isinstance(value, list):
        for item in value:
            _check_types(item)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            parts = (
                part
                if name in _LISTS and isinstance(part, list)
                else ["" if part is None and name != "field" else part]
            )
            if name in _TEXTS and not all(isinstance(text, str) for text in parts):
                raise TypeError(f"`{name}` is no text")
            if name not in _ANYTHING:
                _check_types(part)


def _check_identities(plan: Plan) -> None:
    """
    Raise ValueError where a change would give a resource another identity than its own.

    A body of another project or key would be somebody else's from then on, one without our tags
    nobody's, and two changes of one key would make it twice.
    """
    addresses, ids = set(), set()
    for change in plan.changes:
        if change.address in addresses or (change.id is not None and change.id in ids):
            raise ValueError(f"{change.key} or its id stands there twice")
        addresses.add(change.address)
        ids.add(change.id)
        if change.body is None or not change.kind.tags_of(plan.project):
            continue
        carried = [tag for tag in change.kind.tags(change.body) if _OURS.match(str(tag))]
        own = [f"{PROJECT_TAG}:{plan.project}", f"{KEY_TAG}:{change.key}"]
        if sorted(carried) != ([] if change.action == "release" else sorted(own)):
            raise ValueError(f"the tags of {change.key} name another project or key")


def _plan(raw: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Plan:
    return Plan(
        project=raw["project"],
        site=raw["site"],
        changes=tuple(
            _change(change, raw["project"], kinds[change["kind"]], tuple(raw["pagers"]))
            for change in raw["changes"]
        ),
        left_alone=tuple(
            LeftAlone(
                kind=entry["kind"],
                id=entry["id"],
                key=entry["key"] or "",
                name=entry["name"],
                reason=entry["reason"],
            )
            for entry in raw["left_alone"]
        ),
        refused=tuple(_refusal(refusal) for refusal in raw["refused"]),
        unchanged=raw["unchanged"],
        ours=frozenset(LiveId(**live) for live in raw["ours"]),
        units=raw["units"],
        moved_from=tuple(raw["moved_from"]),
        org_id=raw["org_id"] or 0,
        unchecked=tuple(raw["unchecked"]),
        known_fingerprint=raw["fingerprint"],
        made=raw["made"] or 0,
        base=_base(raw),
        rules=review_rules.from_json(raw["rules"]),
        moves=tuple(_move(move) for move in raw.get("moves", ())),
        loosened=tuple(
            Loosening(**{**entry, "more": tuple(entry.get("more", ()))})
            for entry in raw.get("loosened", ())
        ),
    )


def _move(raw: Mapping[str, Any]) -> Move:
    return Move(**{**raw, "renames": tuple(Rename(**rename) for rename in raw["renames"])})


def _base(raw: Mapping[str, Any]) -> Base | None:
    """Return what a plan with ``--base`` leaves out: for those who show the file."""
    if raw.get("base") is None:
        return None
    apart = (_apart(entry, origin) for origin in ORIGINS for entry in raw[origin])
    return Base(revision=raw["base"]["revision"], commit=raw["base"]["commit"], apart=tuple(apart))


def _apart(raw: Mapping[str, Any], origin: Origin) -> Apart:
    return Apart(
        origin=origin,
        kind=raw["kind"],
        action=raw["action"],
        key=raw["key"],
        id=raw["id"],
        name=raw["name"],
        team=raw["team"],
        business_unit=raw["business_unit"],
        fields=tuple(FieldChange(**field) for field in raw["fields"]),
        since=raw["since"] or "",
        editor=raw["editor"] or "",
        deleted=_deleted(raw),
        untagged=tuple(raw.get("untagged", ())),
    )


def _change(raw: Mapping[str, Any], project: str, kind: Kind, pagers: tuple[str, ...]) -> Change:
    address = Address(kind.name, raw["key"])
    if raw["action"] not in ORDER or not isinstance(address.key, str):
        raise ValueError(f"what to do with {address.key}")
    if raw["live"] is not None and raw["id"] != raw["live"]["id"]:
        raise KeyError(f"one id for {address.key}")
    return Change(
        kind=kind,
        action=raw["action"],
        key=address.key,
        name=raw["name"],
        id=raw["id"],
        team=raw["team"],
        business_unit=raw["business_unit"],
        path=raw["file"] or "",
        line=raw["line"] or 0,
        fields=tuple(FieldChange(**field) for field in raw["fields"]),
        body=raw["body"],
        references=tuple(Address(**target) for target in raw["references"]),
        live=_live(raw["live"], address, project),
        successor=_live(raw["successor"], address, project),
        reason=raw.get("reason", ""),
        deleted=_deleted(raw),
        referred_by=tuple(raw["referred_by"]),
        blocked_by=tuple(raw["blocked_by"]),
        lookalikes=tuple(raw["lookalikes"]),
        foreign=tuple(raw.get("foreign", ())),
        reverts=tuple(raw.get("reverts", ())),
        overwrites=tuple(
            FieldChange(field=overwrite["field"], old=overwrite["base"], new=overwrite["live"])
            for overwrite in raw.get("overwrites", ())
        ),
        pagers=pagers,
        recorded_audience=_audience(raw),
    )


def _deleted(raw: Mapping[str, Any]) -> Deletion | None:
    deleted = raw.get("deleted")
    if deleted is None:
        return None
    return Deletion(
        id=deleted["id"] or 0,
        name=deleted["name"],
        by=deleted["by"] or "",
        at=deleted["at"] or 0,
    )


def _audience(raw: Mapping[str, Any]) -> AudienceChange | None:
    """Return who comes and goes; None where the bodies of the file say more than that."""
    if raw["action"] == "create" or "message" in (raw["live"] or {"body": {}})["body"]:
        return None
    from monitor_sync.audience.change import recorded  # a plan of nothing needs nothing of it

    return recorded(tuple(raw["notify"]["gained"]), tuple(raw["notify"]["lost"]))


def _refusal(raw: Mapping[str, Any]) -> Refusal:
    return Refusal(
        kind=raw["kind"],
        key=raw["key"],
        message=raw["message"],
        hint=raw["hint"],
        ids=tuple(raw["ids"]),
        path=raw["file"] or "",
        line=raw["line"] or 0,
    )


def _live_record(live: LiveResource | None) -> dict[str, Any] | None:
    if live is None:
        return None
    body = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in live.body.items()
    }
    return {"id": live.id, "created": live.created, "modified": live.modified, "body": body}


def _live(raw: Mapping[str, Any] | None, address: Address, project: str) -> LiveResource | None:
    if raw is None:
        return None
    return LiveResource(
        kind=address.kind,
        id=raw["id"],
        body=raw["body"],
        key=address.key,
        project=project,
        created=raw["created"],
        modified=raw["modified"],
    )
