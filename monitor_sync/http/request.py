"""One request as a value: what is sent, what it is about, and whether it may be sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

Operation = Literal["list", "read", "create", "update", "delete", "check", "validate", "look up"]
"""What a request does to its kind of resource, or asks about it."""


class ApiRequest(Struct, frozen=True, kw_only=True):
    """
    One request to a service.

    ``path`` is a template such as ``/api/v1/schedules/{id}``, which ``path_params`` fill. ``kind``
    is the kind of resource, ``subject`` names the object in messages (``schedule 7``); code decides
    by ``kind`` and ``operation`` only. ``repeatable`` is False where sending the request twice
    could do twice what it does: no create may ever be repeated. ``scope`` is the permission that
    the service wants for it. ``timeout`` (seconds) and ``tries`` make a request less patient than
    others; 0 means as patient as all.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    kind: str
    operation: Operation
    subject: str
    repeatable: bool
    scope: str = ""
    path_params: Mapping[str, str | int] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    timeout: float = 0.0
    tries: int = 0

    def __post_init__(self) -> None:
        if self.operation == "create" and self.repeatable:
            raise ValueError(f"a create is never repeatable: {self.route}")

    @property
    def route(self) -> str:
        """The method and the path template: services count requests by these."""
        return f"{self.method} {self.path}"

    @property
    def words(self) -> str:
        """What the request does, for messages: ``update schedule 7``."""
        return f"{self.operation} {self.subject}"

    @property
    def words_for_any(self) -> str:
        """The same for a message about many objects of this kind: ``update the schedule``."""
        single = self.operation in ("read", "update", "delete", "validate")
        return f"{self.operation} the {self.kind}" if single else self.words
