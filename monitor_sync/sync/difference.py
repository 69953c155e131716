"""Which fields differ between two canonical forms, under Datadog's own dotted names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """
    One field that is to change.

    ``field`` is dotted as in Datadog (``query``, ``options.thresholds.critical``). ``old`` is the
    live value, ``new`` the wanted one; None means absent.
    """

    field: str
    old: Any
    new: Any
