"""Plays recordings to the emulator and says where it answers otherwise than Datadog did.

Each recording is played in order to an empty emulator. What an exchange needs and its recording
never showed is made up from the exchange itself (`seeded`), and such an exchange is counted apart:
agreeing with it proves little. The same goes for state that changed unseen: `modified` tells of an
update that was not recorded, `overall_state` of Datadog's own evaluation, which nothing here does.
An exchange whose request was not recorded is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from monitor_sync.emulator.core import Emulator
from tests.contract.recordings import Exchange, Recording

Basis = Literal["shown", "seeded", "left out"]

_KEYS = {"DD-API-KEY": "any", "DD-APPLICATION-KEY": "any"}

# Ids, timestamps, creator and organisation. The keys of `creator` differ by account.
_LEFT_ASIDE = frozenset(
    {"id", "org_id", "created", "created_at", "modified", "overall_state_modified", "creator",
     "monitor_id"}
)  # fmt: skip

# Keys that every answer has only since a day. `draft_status` came to some accounts in May 2025, but
# others were still answered without it, even when they sent it, on 2025-10-22.
_SINCE = {
    "restriction_policy": "2024-06-20",
    "draft_status": "2025-10-23",
    "assets": "2025-11-20",
}
# From here on a read without `with_assets` has no `assets`; before, it had an empty list.
_NO_EMPTY_ASSETS = "2026-03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What playing one exchange showed."""

    exchange: Exchange
    basis: Basis
    why: str = ""
    status: int = 0
    differences: tuple[str, ...] = ()

    @property
    def same_status(self) -> bool:
        return self.status == self.exchange.status

    @property
    def agrees(self) -> bool:
        return self.same_status and not self.differences


def play(recording: Recording) -> list[Outcome]:
    """Return the outcome of every exchange of a recording, in order."""
    player = _Player(recording.day)
    return [player.play(exchange) for exchange in recording.exchanges]


@dataclass(slots=True)
class _Player:
    day: str
    emulator: Emulator = field(default_factory=Emulator)
    ours: dict[int, int] = field(default_factory=dict)  # recorded id to the emulator's
    modified: dict[int, Any] = field(default_factory=dict)  # recorded id to when last seen written
    states: dict[int, str] = field(default_factory=dict)  # recorded id to overall_state last seen
    made_up: set[int] = field(default_factory=set)  # recorded ids held only so that they exist
    gone: set[int] = field(default_factory=set)  # recorded ids seen deleted, or never there

    def play(self, exchange: Exchange) -> Outcome:
        if exchange.method in {"POST", "PUT"} and not isinstance(exchange.request, dict):
            self._learn(exchange)
            return Outcome(exchange=exchange, basis="left out", why="its request was not recorded")
        self._prepare_members(exchange)
        basis, why = self._prepare(exchange)
        if basis == "left out":
            self._learn(exchange)
            return Outcome(exchange=exchange, basis=basis, why=why)
        status, answer = self._send(exchange)
        self._follow(exchange, status, answer)
        differences = self._compare(exchange, answer) if status == exchange.status else ()
        return Outcome(
            exchange=exchange, basis=basis, why=why, status=status, differences=differences
        )

    # What an exchange stands on

    def _prepare(self, exchange: Exchange) -> tuple[Basis, str]:
        """Make sure that what the exchange is about is there, or is not."""
        if exchange.method == "POST" and exchange.endpoint.endswith("/monitor"):
            return self._prepare_create(exchange)
        identifier = _path_id(exchange)
        if identifier is not None:
            return self._prepare_one(exchange, identifier)
        if exchange.endpoint == "GET /api/v1/monitor":
            return self._prepare_list(exchange)
        if exchange.endpoint == "GET /api/v1/monitor/can_delete":
            wanted = [
                int(part) for part in dict(parse_qsl(exchange.query))["monitor_ids"].split(",")
            ]
            unseen = [identifier for identifier in wanted if identifier not in self.ours]
            for identifier in unseen:
                self._stand_in(identifier)
            return ("seeded", "its monitor was never shown") if unseen else ("shown", "")
        return "shown", ""

    def _prepare_members(self, exchange: Exchange) -> None:
        """Seed the members of a composite: that they exist is all that matters here."""
        body = exchange.request
        if isinstance(body, dict) and body.get("type") == "composite":
            for member in re.findall(r"\d+", str(body.get("query", ""))):
                if int(member) not in self.ours:
                    self._stand_in(int(member))

    def _prepare_create(self, exchange: Exchange) -> tuple[Basis, str]:
        body = exchange.request
        twin = re.search(r"monitor_id:(\d+)", json.dumps(exchange.answer))
        if exchange.status == 400 and twin and int(twin[1]) not in self.ours:
            self._seed(int(twin[1]), self._translated(body))
            return "seeded", "the monitor it duplicates was never shown"
        return "shown", ""

    def _prepare_one(self, exchange: Exchange, identifier: int) -> tuple[Basis, str]:
        if exchange.status == 404:
            if identifier in self.ours:
                return "left out", "the delete before it was not recorded"
            return ("shown", "") if identifier in self.gone else ("seeded", "absence never shown")
        if identifier not in self.ours or identifier in self.made_up:
            self._seed_from(exchange, identifier)
            return "seeded", "its monitor was never shown"
        answer = exchange.answer
        if exchange.method == "GET" and answer.get("modified") != self.modified[identifier]:
            self._seed_from(exchange, identifier)
            return "seeded", "an update before it was not recorded"
        return self._prepare_states([answer])

    def _prepare_states(self, answers: list[Any]) -> tuple[Basis, str]:
        """Take over what Datadog's evaluation made of monitors since they were last seen.

        Nothing is evaluated here, so the new state is one that the recording never showed.
        """
        basis: tuple[Basis, str] = ("shown", "")
        for answer in answers:
            state = answer.get("overall_state") if isinstance(answer, dict) else None
            if state is None or self.states.get(answer["id"], state) == state:
                continue
            path = f"/api/v1/monitor/{self.ours[answer['id']]}"
            _, _, content = self.emulator.handle("GET", path, "with_assets=true", _KEYS, b"")
            self._seed(answer["id"], {**json.loads(content), "overall_state": state})
            basis = ("seeded", "Datadog evaluated it in between")
        return basis

    def _prepare_list(self, exchange: Exchange) -> tuple[Basis, str]:
        basis: tuple[Basis, str] = ("shown", "")
        for monitor in exchange.answer:
            seen = self.modified.get(monitor["id"])
            if monitor["id"] not in self.ours or seen != monitor["modified"]:
                self._seed(monitor["id"], self._translated(monitor))
                self.modified[monitor["id"]] = monitor["modified"]
                basis = ("seeded", "a monitor in it was never shown so")
        evaluated = self._prepare_states(exchange.answer)
        return basis if basis[0] == "seeded" else evaluated

    def _seed_from(self, exchange: Exchange, identifier: int) -> None:
        answer = exchange.answer
        if isinstance(answer, dict) and "query" in answer:
            self._seed(identifier, self._translated(answer))
            self.modified[identifier] = answer.get("modified")
        elif isinstance(exchange.request, dict) and "query" in exchange.request:
            self._seed(identifier, self._translated(exchange.request))
        else:
            self._stand_in(identifier)

    def _stand_in(self, identifier: int) -> None:
        """Seed some monitor with this id, where only its being there matters."""
        name = f"stand-in {identifier}"
        self._seed(
            identifier, {"type": "query alert", "name": name, "query": "avg(last_5m):a{*} > 1"}
        )
        self.made_up.add(identifier)

    def _seed(self, identifier: int, monitor: dict[str, Any]) -> None:
        """Hold a monitor as recorded; an older version of it makes way."""
        if identifier in self.ours:
            path = f"/api/v1/monitor/{self.ours[identifier]}"
            self.emulator.handle("DELETE", path, "force=true", _KEYS, b"")
        self.emulator.seed([{**monitor, "id": identifier}])
        self.ours[identifier] = identifier
        self.modified.setdefault(identifier, None)
        self.made_up.discard(identifier)
        self.gone.discard(identifier)

    # Sending, and what is known afterwards

    def _send(self, exchange: Exchange) -> tuple[int, Any]:
        identifier = _path_id(exchange)
        path = exchange.path
        if identifier is not None:
            path = path.replace(str(identifier), str(self.ours.get(identifier, identifier)))
        query = exchange.query
        if "monitor_ids" in query:
            query = re.sub(r"\d+", lambda digits: str(self.ours[int(digits[0])]), query)
        body = b""
        if exchange.request is not None:
            body = json.dumps(self._translated(exchange.request)).encode()
        status, _, content = self.emulator.handle(exchange.method, path, query, _KEYS, body)
        return status, json.loads(content) if content else None

    def _translated(self, body: Any) -> Any:
        """Return a body with the ids a composite names written as the emulator's."""
        if not isinstance(body, dict) or body.get("type") != "composite":
            return body
        query = re.sub(
            r"\d+",
            lambda digits: str(self.ours.get(int(digits[0]), digits[0])),
            str(body.get("query", "")),
        )
        return {**body, "query": query}

    def _follow(self, exchange: Exchange, status: int, answer: Any) -> None:
        """Remember which monitor is which after the emulator answered."""
        recorded = exchange.answer
        if status == 200 and isinstance(recorded, dict) and "modified" in recorded:
            if exchange.method == "POST" and exchange.endpoint.endswith("/monitor"):
                self.ours[recorded["id"]] = answer["id"]
            self.modified[recorded["id"]] = recorded["modified"]
        self._note(exchange)

    def _learn(self, exchange: Exchange) -> None:
        """Take over what an exchange that is not played shows."""
        recorded = exchange.answer
        if isinstance(recorded, dict) and "query" in recorded and "modified" in recorded:
            self._seed(recorded["id"], self._translated(recorded))
            self.modified[recorded["id"]] = recorded["modified"]
        identifier = _path_id(exchange)
        if exchange.status == 404 and identifier in self.ours:
            path = f"/api/v1/monitor/{self.ours.pop(identifier)}"
            self.emulator.handle("DELETE", path, "force=true", _KEYS, b"")
            self.gone.add(identifier)
        self._note(exchange)

    def _note(self, exchange: Exchange) -> None:
        """Remember states and deletes."""
        recorded = exchange.answer if isinstance(exchange.answer, list) else [exchange.answer]
        for monitor in recorded:
            if isinstance(monitor, dict) and "overall_state" in monitor:
                self.states[monitor["id"]] = monitor["overall_state"]
        identifier = _path_id(exchange)
        if exchange.method == "DELETE" and exchange.status == 200 and identifier is not None:
            self.ours.pop(identifier, None)
            self.gone.add(identifier)

    # Comparing

    def _compare(self, exchange: Exchange, answer: Any) -> tuple[str, ...]:
        theirs = self._comparable(exchange.answer)
        ours = self._comparable(answer)
        if isinstance(theirs, list) and isinstance(ours, list) and theirs and "name" in theirs[0]:
            theirs, ours = sorted(theirs, key=_by_name), sorted(ours, key=_by_name)
        if exchange.status >= 400:
            theirs, ours = (re.sub(r"\d+", "<n>", json.dumps(side)) for side in (theirs, ours))
        return tuple(_differences(theirs, ours, ""))

    def _comparable(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self._comparable(item) for item in body]
        if not isinstance(body, dict):
            return body
        if "deleted_monitor_id" in body:
            return {"deleted_monitor_id": "<n>"}
        if "data" in body and "ok" in (body["data"] or {}):
            return {**body, "data": {"ok": ["<n>" for _ in body["data"]["ok"]]}}
        kept = {name: value for name, value in body.items() if name not in _LEFT_ASIDE}
        for name, since in _SINCE.items():
            if self.day < since:
                kept.pop(name, None)
        if self.day[:7] < _NO_EMPTY_ASSETS and kept.get("assets") == []:
            del kept["assets"]
        if kept.get("type") == "composite":
            kept["query"] = re.sub(r"\d+", "<n>", kept["query"])
        if isinstance(kept.get("assets"), list):
            kept["assets"] = [self._comparable(asset) for asset in kept["assets"]]
        return kept


def _by_name(monitor: dict[str, Any]) -> str:
    return json.dumps([monitor.get("name"), monitor.get("query")])


def _path_id(exchange: Exchange) -> int | None:
    match = re.search(r"/monitor/(\d+)", exchange.path)
    return int(match[1]) if match else None


def _differences(theirs: Any, ours: Any, at: str) -> list[str]:
    """Return the paths at which two bodies differ; int and float differ, as in the text."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [
            difference
            for name in sorted({*theirs, *ours})
            for difference in (
                [f"{at}{name}"]
                if (name in theirs) != (name in ours)
                else _differences(theirs[name], ours[name], f"{at}{name}.")
            )
        ]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [
            difference
            for index, (first, second) in enumerate(zip(theirs, ours, strict=True))
            for difference in _differences(first, second, f"{at}{index}.")
        ]
    same = type(theirs) is type(ours) and theirs == ours
    return [] if same else [at.rstrip(".") or "(body)"]
