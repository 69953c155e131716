"""
Frozen values that are quick to make: the tree of a query has dozens, an estate thousands of trees.

A class with this base is what ``@dataclass(frozen=True, slots=True)`` makes, its fields declared in
the same way, for a quarter of the time: that one compiles six functions for each class whenever
the tool starts, and sets every field of every value through ``object.__setattr__``. The price is
that the type checker alone holds that nobody changes a value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import MISSING, Field, field
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _Declared(type):
    """Makes of the annotations of a class its slots and its ``__init__``."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], *, kw_only: bool = False
    ) -> _Declared:
        """Make a class; ``body`` has annotations in the order of the fields."""
        inherited: dict[str, Field[Any]] = getattr(bases[0], "_fields", {}) if bases else {}
        own = {
            each: _field(body.pop(each, MISSING))
            for each in body.get("__annotations__", ())
            if not each.startswith("_")
        }
        fields = {**inherited, **own}
        compared = [each for each, one in fields.items() if one.compare]
        defaults = {each: one.default for each, one in fields.items() if one.default is not MISSING}
        body.setdefault("__slots__", tuple(own))
        body["_fields"] = fields
        body["_compared"] = staticmethod(attrgetter(*compared) if compared else _nothing)
        body["__match_args__"] = tuple(fields)
        code = _setting(tuple(fields), kw_only=kw_only)
        body["__init__"] = made = FunctionType(code, {}, None, tuple(defaults.values()))
        if kw_only:
            made.__defaults__, made.__kwdefaults__ = None, defaults
        return super().__new__(cls, name, bases, body)


def _field(written: Any) -> Field[Any]:
    if isinstance(written, Field):
        return written
    made: Field[Any] = field() if written is MISSING else field(default=written)
    return made


def _nothing(value: object) -> tuple[()]:
    """What is compared of values without anything to compare: a type alone."""
    del value
    return ()


@functools.cache
def _setting(names: tuple[str, ...], *, kw_only: bool) -> CodeType:
    """The code of an ``__init__`` with these arguments; many classes have the same."""
    lines = "".join(f"\n self.{name} = {name}" for name in names) or " pass"
    found: dict[str, Any] = {}
    given = ", ".join(("self", "*", *names) if kw_only and names else ("self", *names))
    exec(f"def __init__({given}):{lines}", found)  # noqa: S102 - our own names
    code: CodeType = found["__init__"].__code__
    return code


class Frozen(metaclass=_Declared):
    """A value. Its fields are those of the class it is made from, then what its own annotates."""

    __slots__ = ()
    _fields: ClassVar[dict[str, Field[Any]]]
    _compared: ClassVar[Callable[[Any], object]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frozen) or other.__class__ is not self.__class__:
            return NotImplemented
        return type(self)._compared(self) == type(self)._compared(other)

    def __hash__(self) -> int:
        return hash((type(self), type(self)._compared(self)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{self.__class__.__qualname__}({shown})"
