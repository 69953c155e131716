"""The top-level fields of a monitor that a writer may set. A new one of Datadog's is a row here.

Everything else that is sent (`id`, `created`, `multi`, `classification`, `state`,
`matching_downtimes` …) is left out of the answer or replaced by the server's own value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor_sync.emulator import shapes
from monitor_sync.emulator.answers import Json
from monitor_sync.emulator.shapes import Shape


@dataclass(frozen=True, slots=True)
class Field:
    """The shape that a sent value must have, and what is stored where none was ever sent."""

    shape: Shape
    unsent: Json = None


FIELDS: Final[dict[str, Field]] = {
    "type": Field(shapes.text),
    "name": Field(shapes.text),
    "message": Field(shapes.text),
    "tags": Field(shapes.texts),
    "query": Field(shapes.text),
    "options": Field(shapes.record),
    "priority": Field(shapes.either(shapes.whole, shapes.text)),
    "restricted_roles": Field(shapes.texts),
    "draft_status": Field(shapes.text, unsent="published"),
    "assets": Field(shapes.records),
}
"""In the order of Datadog's answers. `normalise.definition` says what is made of some of them."""
