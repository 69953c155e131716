"""The JSON types of what is sent, checked before anything is computed from it.

No recording shows how Datadog words such a refusal; this follows its recorded
"The value provided for parameter 'query' is invalid".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor_sync.emulator.answers import ErrorAnswer, Json, Request, refused

Shape = Callable[[Json], bool]


def text(value: Json) -> bool:
    """Return True for a string."""
    return isinstance(value, str)


def number(value: Json) -> bool:
    """Return True for a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def digits(value: Json) -> bool:
    """Return True for a number written as a string, as some clients do."""
    return isinstance(value, str) and bool(re.fullmatch(r"[-+]?\d+(?:\.\d+)?", value))


def whole(value: Json) -> bool:
    """Return True for a number without a fraction, in its notation too."""
    return isinstance(value, int) and not isinstance(value, bool)


def moment(value: Json) -> bool:
    """Return True for a Unix time; as a string too, as the command line `dog` sends (recorded)."""
    return whole(value) or (isinstance(value, str) and value.isascii() and value.isdigit())


def flag(value: Json) -> bool:
    """Return True for true and false."""
    return isinstance(value, bool)


def record(value: Json) -> bool:
    """Return True for an object, whatever it holds."""
    return isinstance(value, dict)


def texts(value: Json) -> bool:
    """Return True for an array of strings."""
    return isinstance(value, list) and all(map(text, value))


def wholes(value: Json) -> bool:
    """Return True for an array of whole numbers."""
    return isinstance(value, list) and all(map(whole, value))


def records(value: Json) -> bool:
    """Return True for an array of objects."""
    return isinstance(value, list) and all(map(record, value))


def either(*shapes: Shape) -> Shape:
    """Return the shape of what has one of several shapes."""
    return lambda value: any(shape(value) for shape in shapes)


def values(shape: Shape) -> Shape:
    """Return the shape of an object whose values are null or have a shape."""
    return lambda value: (
        isinstance(value, dict) and all(item is None or shape(item) for item in value.values())
    )


def check(sent: Json, shapes: Mapping[str, Shape]) -> None:
    """Refuse (400) the first field that is neither absent, null, nor of its shape."""
    for name, shape in shapes.items():
        value = sent.get(name)
        if value is not None and not shape(value):
            raise invalid(name)


def invalid(parameter: str) -> ErrorAnswer:
    """Return the refusal of a parameter's value."""
    return refused(f"The value provided for parameter '{parameter}' is invalid")


def attributes_of(request: Request) -> dict[str, Json] | None:
    """Return ``data.attributes`` of a request in the form of JSON:API; None where it has none."""
    data = request.json().get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    return attributes if isinstance(attributes, dict) else None


def checked_attributes(request: Request, shapes: Mapping[str, Shape]) -> dict[str, Json]:
    """Return the same, checked. Raises ErrorAnswer where there is none or one has another shape."""
    attributes = attributes_of(request)
    if attributes is None:
        raise invalid("data")
    check(attributes, shapes)
    return attributes
