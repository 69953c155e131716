"""Who asks: one user by default, or the one whom the request names."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from monitor_sync.emulator.answers import Request

HEADER = "x-emulator-user"
_FAMILY = uuid.UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of the organisation."""

    name: str
    email: str
    id: int
    uuid: str

    @property
    def creator(self) -> Mapping[str, str | int]:
        """The person as monitors name their creator."""
        return {"name": self.name, "handle": self.email, "email": self.email, "id": self.id}


USER = Person(
    name="Emulated User",
    email="user@emulator.example",
    id=2000000,
    uuid="00000000-0000-4000-8000-000000000001",
)


def person_of(request: Request) -> Person:
    """Return whose request it is.

    That of the e-mail address in the header `X-Emulator-User`, or of an application key that is an
    e-mail address (so that `DD_APP_KEY=ani@acme.example` makes Ani of anybody); else the one user.
    """
    headers = request.headers
    email = headers.get(HEADER) or headers.get("dd-application-key", "")
    if "@" not in email:
        return USER
    name = email.partition("@")[0]
    return Person(
        name=name.replace(".", " ").title(),
        email=email,
        id=USER.id + 1 + zlib.crc32(email.encode()) % 1_000_000,
        uuid=str(uuid.uuid5(_FAMILY, email)),
    )
