"""
A project of N monitors such as a company has, in one of three shapes.

``templates``: three monitors from templates for each written by hand. ``explicit``: all written
out without holes, as an imported estate is. ``findings``: the same, with a warning about each.

The same N gives the same bytes every time. A hand-written monitor is some 1.6 KB of YAML, ten to
a file, most of it message; the rest come from two templates through ``use`` and from ``for_each``
on a monitor. One hand-written monitor in fifty is a composite of two others of its file.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tests.bench import texts

UNITS = (
    "motor", "travel", "gadget", "health", "life", "claims",
    "payments", "partners", "agents", "identity", "finance", "platform",
)  # fmt: skip
PARTNERS = ("tokoraya", "jalanyuk", "pasarkita", "ojekita", "kargoid", "bankmaju", "tiketin", "web")

MONITORS_IN_A_FILE = 10
ITEMS_IN_A_FILE = 25
SERVICE_MONITORS = 6
QUEUE_MONITORS = 3
Shape = Literal["templates", "explicit", "findings"]
SHAPES: Final[tuple[Shape, ...]] = ("templates", "explicit", "findings")

HAND_WRITTEN: Final[dict[Shape, int]] = {"templates": 4, "explicit": 1, "findings": 1}
"""One monitor in so many is written by hand."""
COMPOSITE_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What was built. ``changed`` monitors have another threshold than without ``changed=True``."""

    monitors: int
    hand_written: int
    changed: int
    files: int
    size: int
    """Bytes of YAML."""


@dataclass(slots=True)
class _Writer:
    """Writes the files and counts them."""

    root: Path
    files: int = 0
    size: int = 0

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.size += target.write_bytes(text.encode())
        self.files += 1


def build(
    root: Path, monitors: int, *, shape: Shape = "templates", changed: bool = False
) -> Estate:
    """
    Write a project of exactly ``monitors`` monitors under ``root``.

    With ``changed``, one monitor in a hundred has another critical threshold, which changes its
    query and ``options.thresholds.critical``.
    """
    out = _Writer(root)
    out.write("project.yaml", texts.PROJECT)
    out.write("teams.yaml", "teams:\n" + "".join(texts.team(unit) for unit in UNITS))
    out.write("templates/service.yaml", texts.SERVICE_TEMPLATE)
    out.write("templates/queue.yaml", texts.QUEUE_TEMPLATE)
    hand_written = monitors // HAND_WRITTEN[shape]
    every = 100 // HAND_WRITTEN[shape]  # of those by hand: one in a hundred of all
    for place, unit in enumerate(UNITS):
        first, end = _share(hand_written, place)
        start, stop = _share(monitors, place)
        out.write(f"{unit}/business-unit.yaml", texts.business_unit(unit))
        _hand_written(out, unit, range(first, end), shape, every if changed else 0)
        _from_templates(out, unit, (stop - start) - (end - first))
    different = len(range(0, hand_written, every)) if changed else 0
    return Estate(
        monitors=monitors,
        hand_written=hand_written,
        changed=different,
        files=out.files,
        size=out.size,
    )


def _share(total: int, place: int) -> tuple[int, int]:
    """The part of 0..total that falls to one unit: first and one after the last."""
    return total * place // len(UNITS), total * (place + 1) // len(UNITS)


def _hand_written(
    out: _Writer, unit: str, numbers: range, shape: Shape, changed_every: int
) -> None:
    """The files of one unit's hand-written monitors, numbered through the whole estate."""
    for page, chunk in enumerate(_chunks(numbers, MONITORS_IN_A_FILE)):
        file = f"flow-{page:04}"
        parts = [texts.file_head(unit)]
        for place, number in enumerate(chunk):
            if number % COMPOSITE_EVERY == COMPOSITE_EVERY - 1 and place >= 2:
                members = [f"{unit}/{file}/check-{chunk[offset]:05}" for offset in (0, 1)]
                parts.append(texts.composite(number, unit, members))
                continue
            text = texts.monitor(
                number,
                unit,
                random.Random(number),  # by its place: the same monitor in every run
                differs=changed_every > 0 and number % changed_every == 0,
                explicit=shape != "templates",
                warned=shape == "findings",
            )
            parts.append(text)
        out.write(f"{unit}/{file}.yaml", "\n".join(parts))


def _from_templates(out: _Writer, unit: str, count: int) -> None:
    """``count`` monitors from the two templates and from ``for_each``."""
    services = count * 6 // 10 // SERVICE_MONITORS
    queues = (count - services * SERVICE_MONITORS) * 6 // 10 // QUEUE_MONITORS
    rest = count - services * SERVICE_MONITORS - queues * QUEUE_MONITORS
    for page, chunk in enumerate(_chunks(range(services), ITEMS_IN_A_FILE)):
        out.write(f"{unit}/services-{page:04}.yaml", texts.services_file(unit, chunk))
    for page, chunk in enumerate(_chunks(range(queues), ITEMS_IN_A_FILE)):
        out.write(f"{unit}/queues-{page:04}.yaml", texts.queues_file(unit, chunk))
    blocks = list(_chunks(range(rest), len(PARTNERS)))
    for page, group in enumerate(_chunks(range(len(blocks)), 5)):
        monitors = [
            texts.by_partner(unit, member, PARTNERS[: len(blocks[member])]) for member in group
        ]
        out.write(f"{unit}/partners-{page:04}.yaml", texts.file_head(unit) + "".join(monitors))


def _chunks(numbers: range, size: int) -> Iterator[range]:
    """``numbers`` in slices of at most ``size``."""
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
