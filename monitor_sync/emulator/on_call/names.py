"""People who are nobody: a fixed list, so that the same files always give the same people."""

from __future__ import annotations

import uuid
from typing import TypeAlias

User: TypeAlias = dict[str, str]

_FIRST = (
    "Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hana", "Indra", "Joko", "Kartika",
    "Lestari", "Made", "Nadia", "Oka", "Putri", "Rama", "Sari", "Tono", "Wulan",
)  # fmt: skip
_LAST = (
    "Santoso", "Wijaya", "Pratama", "Kusuma", "Halim", "Nugroho", "Siregar", "Hartono", "Saputra",
    "Lim", "Tanaka", "Okafor", "Novak", "Silva", "Meyer", "Dubois", "Rossi", "Kaur",
)  # fmt: skip

_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-0000000000bb")


def stable_id(*parts: str) -> str:
    """Return an id that follows from names, in the form in which tools give ids."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def full_name(user: User) -> str:
    """Return a user's name as people say it."""
    return f"{user['first_name']} {user['last_name']}"


def user(number: int) -> User:
    """Return the user of this number; numbers up to 360 are different people."""
    first = _FIRST[number % len(_FIRST)]
    last = _LAST[(number // len(_FIRST) + number) % len(_LAST)]
    return {
        "username": stable_id("user", str(number))[:21],
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@acme.example".lower(),
    }
