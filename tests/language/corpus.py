"""The recorded and collected monitors that the message tests read, where they are present."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    """The objects of one file of the corpus; skips the test where the corpus is not there."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"the corpus is not beside this checkout: {name}")
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


@cache
def texts() -> tuple[str, ...]:
    """Every name, message and escalation message of the collected monitors."""
    texts_: list[str] = []
    for row in rows("monitors.jsonl"):
        monitor = row["monitor"]
        options = monitor.get("options")
        escalation = options.get("escalation_message") if isinstance(options, dict) else None
        written = (monitor.get("name"), monitor.get("message"), escalation)
        texts_ += [text for text in written if isinstance(text, str)]
    return tuple(texts_)
