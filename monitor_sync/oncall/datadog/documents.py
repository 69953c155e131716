"""Documents of JSON:API: an object refers to others by type and id, which stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from monitor_sync.http.reading import Fields, objects, part, text


class Reference(NamedTuple):
    """The type and the id by which an object is named."""

    type: str
    id: str


def attribute(fields: Fields, name: str) -> Any:
    """Return an attribute of an object; None where it has none."""
    return part(fields, "attributes").get(name)


def reference(fields: Fields) -> Reference:
    """Return the reference to an object."""
    return Reference(text(fields.get("type")), text(fields.get("id")))


def related(fields: Fields, name: str) -> tuple[Reference, ...]:
    """Return the references that an object has under a name, be it a list or a single one."""
    data = part(fields, "relationships", name).get("data")
    held = (data,) if isinstance(data, Mapping) else objects(data)
    return tuple(map(reference, held))


def included(document: Fields) -> dict[Reference, Fields]:
    """Return the objects that an answer includes beside the one that was asked for."""
    return {reference(fields): fields for fields in objects(document.get("included"))}
