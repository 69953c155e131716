"""The cells of the fault matrix, and a small deterministic choice of them that has every pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations, product
from typing import Any, Final

from tests.faults.estate import Project, Spec, changed
from tests.faults.recording_emulator import CREATE, DELETE, UPDATE

BEFORE: Final[Project] = {
    "motor/flow/keep": Spec(),
    "motor/flow/changed": Spec(),
    "motor/flow/going": Spec(),
    "motor/flow/going-pair": Spec(
        kind="composite", members=("motor/flow/keep", "motor/flow/going")
    ),
    "motor/flow/retyped": Spec(),
    "motor/flow/pair": Spec(kind="composite", members=("motor/flow/keep", "motor/flow/retyped")),
    "payments/core/keep": Spec(),
    "payments/core/changed": Spec(),
    "payments/core/old-name": Spec(),
    "payments/core/going": Spec(),
    "payments/core/retyped": Spec(kind="log"),
}

_CREATES: Final[dict[str, Spec | None]] = {
    "motor__flow__new_a": Spec(),
    "motor__flow__new_b": Spec(kind="log"),
    "motor__flow__new_pair": Spec(
        kind="composite", members=("motor/flow/new-a", "motor/flow/keep")
    ),
    "payments__core__new": Spec(),
}
_UPDATES: Final[dict[str, Spec | None]] = {
    "motor__flow__changed": Spec(threshold=7),
    "payments__core__changed": Spec(threshold=7, title="Errors, renamed"),
    "payments__core__old_name": None,
    "payments__core__new_name": Spec(moved_from="payments/core/old-name"),
}
_DELETES: Final[dict[str, Spec | None]] = {
    "motor__flow__going": None,
    "motor__flow__going_pair": None,
    "payments__core__going": None,
}
_REPLACES: Final[dict[str, Spec | None]] = {
    "motor__flow__retyped": Spec(kind="log"),
    "payments__core__retyped": Spec(),
}
AFTER: Final[Mapping[str, Project]] = {
    "create": changed(BEFORE, **_CREATES),
    "update": changed(BEFORE, **_UPDATES),
    "delete": changed(BEFORE, **_DELETES),
    "replace": changed(BEFORE, **_REPLACES),
    "all of them": changed(BEFORE, **_CREATES, **_UPDATES, **_DELETES, **_REPLACES),
}

_ROUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "create": (CREATE,),
    "update": (UPDATE,),
    "delete": (DELETE,),
    "replace": (CREATE, DELETE),
    "all of them": (CREATE, UPDATE, DELETE),
}
_ON_WRITES: Final[Mapping[str, str]] = {
    "429 with headers": "throttled",
    "429 without headers": "throttled-bare",
    "429 as HTML": "throttled-page",
    "500 before the write": "error-before",
    "500 after the write": "error-after",
    "502 as HTML": "bad-gateway",
    "503 as HTML": "maintenance",
    "512": "edge-timeout",
    "dropped before the write": "dropped-before",
    "dropped after the write": "dropped-after",
    "stalled before the write": "stalled-before",
    "stalled after the write": "stalled-after",
    "403": "forbidden",
}
LAG: Final = 0.2
"""Seconds that a listing is behind: less than a create without an answer is looked for."""

_ON_LISTINGS: Final[Mapping[str, dict[str, Any]]] = {
    "listing behind": {"kind": "lagging", "seconds": LAG},
    "listing cut short": {"kind": "truncated", "count": 4},
    "listing with duplicates": {"kind": "repeated", "count": 100},
}
FAULTS: Final = ("none", *_ON_WRITES, *_ON_LISTINGS, "can_delete 409")

ENDS: Final = ("finish", "Ctrl-C", "Ctrl-C twice", "kill -9")

PASSING: Final = frozenset(FAULTS) - {"403", "can_delete 409", "listing cut short"}
"""Those after which one run ends well if they strike once, except creates surely not made."""

UNSURE: Final = frozenset(
    {
        "500 before the write",
        "502 as HTML",
        "503 as HTML",
        "512",
        "dropped before the write",
        "stalled before the write",
    }
)
"""Those after which nobody knows of a create, and it was not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One cell: what is done, what goes wrong and for how long, how the run ends and is taken up.

    ``at`` is the write at which it is interrupted or killed. ``way`` is whether a plan file is
    applied; ``again`` whether the second run resumes or plans anew.
    """

    action: str
    fault: str
    end: str
    lasting: str
    at: int
    way: str
    again: str
    workers: int

    def __str__(self) -> str:
        ends = self.end if self.end == "finish" else f"{self.end} at write {self.at}"
        return (
            f"{self.action}, {self.fault} {self.lasting}, {ends}, {self.way}, then {self.again},"
            f" {self.workers} workers"
        )

    @property
    def faults(self) -> list[dict[str, Any]]:
        """As the emulator takes them."""
        times = 1 if self.lasting == "once" else None
        if self.fault in _ON_WRITES:
            kind = _ON_WRITES[self.fault]
            seconds = {"seconds": 1} if kind == "throttled" else {}
            return [
                {"kind": kind, "route": route, "times": times, **seconds}
                for route in _ROUTES[self.action]
            ]
        if self.fault in _ON_LISTINGS:
            return [{**_ON_LISTINGS[self.fault], "times": times}]
        if self.fault == "can_delete 409":
            routes = ("GET /api/v1/monitor/can_delete", DELETE)
            return [{"kind": "referenced", "route": refused, "times": times} for refused in routes]
        return []

    @property
    def stalls(self) -> bool:
        """Whether a request gets no answer until it times out."""
        return self.fault.startswith("stalled")

    @property
    def deadline(self) -> str:
        """Long enough for what passes, and short where it never does."""
        return "20s" if self.lasting == "once" else "1s"

    @property
    def must_succeed(self) -> bool:
        """Whether a run that is left alone is to end well all the same."""
        if self.end != "finish" or self.fault not in PASSING:
            return False
        if self.fault == "none":
            return True
        creates = self.action in ("create", "replace", "all of them")
        return self.lasting == "once" and not (creates and self.fault in UNSURE)


_DIMENSIONS: Final[Mapping[str, Sequence[Any]]] = {
    "action": tuple(AFTER),
    "fault": FAULTS,
    "end": ENDS,
    "lasting": ("once", "always"),
    "at": (1, 2),
    "way": ("planned now", "a plan file"),
    "again": ("resume", "anew"),
    "workers": (1, 8),
}
WHOLE: Final = ("action", "fault", "end", "lasting")
"""The dimensions of which the whole matrix has every combination."""


def pairwise() -> list[Cell]:
    """Few cells in which every two values of two dimensions meet; always the same ones."""
    names = list(_DIMENSIONS)
    open_pairs = {
        pair
        for first, second in combinations(range(len(names)), 2)
        for pair in product(
            ((first, value) for value in _DIMENSIONS[names[first]]),
            ((second, value) for value in _DIMENSIONS[names[second]]),
        )
    }
    cells = []
    while open_pairs:
        cells.append(_greedy(names, open_pairs))
        chosen = [(at, getattr(cells[-1], name)) for at, name in enumerate(names)]
        open_pairs -= set(combinations(chosen, 2))
    return cells


def _greedy(names: list[str], open_pairs: set[Any]) -> Cell:
    """The cell that begins with one open pair and closes as many others as each choice allows."""
    chosen: dict[int, Any] = dict(min(open_pairs, key=repr))
    for at, name in enumerate(names):
        if at not in chosen:
            chosen[at] = max(
                _DIMENSIONS[name],
                key=lambda value: _closed(open_pairs, chosen, (at, value)),
            )
    return Cell(**{name: chosen[at] for at, name in enumerate(names)})


def _closed(open_pairs: set[Any], chosen: dict[int, Any], new: tuple[int, Any]) -> int:
    """How many open pairs a choice would close with those before it."""
    return sum(
        tuple(sorted((new, earlier), key=lambda pair: pair[0])) in open_pairs
        for earlier in chosen.items()
    )


def whole() -> list[Cell]:
    """Every action with every fault, each way of ending and of lasting; the rest takes turns."""
    others = [name for name in _DIMENSIONS if name not in WHOLE]
    turns = list(product(*(_DIMENSIONS[name] for name in others)))
    return [
        Cell(**dict(zip(WHOLE, values, strict=True)), **dict(zip(others, turn, strict=True)))
        for number, values in enumerate(product(*(_DIMENSIONS[name] for name in WHOLE)))
        for turn in (turns[(number * 5) % len(turns)],)
    ]


assert {field.name for field in fields(Cell)} == set(_DIMENSIONS)
