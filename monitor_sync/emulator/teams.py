"""Teams, as far as handles name them: made, listed in pages, read, deleted (all recorded)."""

from __future__ import annotations

import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused

_PAGE, _LONGEST_PAGE = 10, 100
_OF_PAGE = ("avatar", "banner", "visible_modules", "hidden_modules")
_SHAPES: dict[str, shapes.Shape] = {
    "name": shapes.text,
    "handle": shapes.text,
    "description": shapes.text,
    "avatar": shapes.text,
    "banner": shapes.whole,
    "visible_modules": shapes.texts,
    "hidden_modules": shapes.texts,
}


def create(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/team: 201; a name or handle that is taken is 409."""
    attributes = shapes.checked_attributes(request, _SHAPES)
    name, handle = attributes.get("name"), attributes.get("handle")
    if not name or not handle:
        raise refused(f"'{'handle' if name else 'name'}' is a required property")
    if any(name == team["name"] or handle == team["handle"] for team in _attributes(account)):
        raise refused("Team name and handle must be unique", status=409)
    team = _team(account, name, handle, attributes)
    account.teams.put(str(team["id"]), team)
    return answer({"data": team}, 201)


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/team, by `page[number]` and `page[size]`, narrowed by `filter[keyword]`."""
    number = request.number("page[number]", 0)
    size = min(request.number("page[size]", _PAGE) or _PAGE, _LONGEST_PAGE)
    keyword = request.query.get("filter[keyword]", "").lower()
    matching = [_listed(team) for team in account.teams if _means(team, keyword)]
    matching.sort(key=lambda team: str(team["attributes"]["name"]))
    last = max((len(matching) - 1) // size, 0)
    pagination = {
        "number": number,
        "first_number": 0,
        "prev_number": max(number - 1, 0),
        "next_number": number + 1,
        "last_number": last,
        "size": size,
        "type": "number_size",
        "total": len(matching),
    }
    page = matching[number * size : (number + 1) * size]
    return answer({"data": page, "meta": {"pagination": pagination}})


def read(account: Account, _: Request, identifier: str) -> Answer:
    """GET /api/v2/team/{id}."""
    return answer({"data": _listed(_held_team(account, identifier))})


def delete(account: Account, _: Request, identifier: str) -> Answer:
    """DELETE /api/v2/team/{id}: 204."""
    _held_team(account, identifier)
    account.teams.remove(identifier)
    return Answer(status=204, body=b"")


def _team(account: Account, name: str, handle: str, sent: Json) -> dict[str, Any]:
    identifier, now = str(uuid.uuid4()), account.timestamp()
    path = f"/api/v2/team/{identifier}"
    return {
        "type": "team",
        "id": identifier,
        "attributes": {
            "name": name,
            "handle": handle,
            "summary": sent.get("description"),
            "description": sent.get("description"),
            "avatar": sent.get("avatar"),
            "banner": sent.get("banner"),
            "visible_modules": sent.get("visible_modules") or [],
            "hidden_modules": sent.get("hidden_modules") or [],
            "created_at": now,
            "modified_at": now,
            "user_count": 0,
            "link_count": 0,
        },
        "relationships": {
            "team_links": {"links": {"related": f"{path}/links"}},
            "user_team_permissions": {"links": {"related": f"{path}/permission-settings"}},
        },
    }


def _listed(team: dict[str, Any]) -> dict[str, Any]:
    """Return a team as reads answer it: without the attributes of its page that nobody set."""
    attributes = {
        name: value for name, value in team["attributes"].items() if value or name not in _OF_PAGE
    }
    return {**team, "attributes": attributes}


def _means(team: dict[str, Any], keyword: str) -> bool:
    attributes = team["attributes"]
    return keyword in attributes["name"].lower() or keyword in attributes["handle"].lower()


def _attributes(account: Account) -> list[dict[str, Any]]:
    return [team["attributes"] for team in account.teams]


def _held_team(account: Account, identifier: str) -> dict[str, Any]:
    try:
        uuid.UUID(identifier)
    except ValueError:
        raise refused(f"{identifier} is not a valid UUID not found", status=404) from None
    return account.teams.named(identifier, f"Team for ID {identifier} not found")
