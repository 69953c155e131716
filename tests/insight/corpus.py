"""The recorded cases, where they lie beside the repository; not part of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "evaluation_cases.jsonl"
OWN = Path(__file__).with_name("cases.jsonl")

Line = dict[str, Any]


def lines(file: Path) -> list[Line]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line.strip()]


CASES = {line["id"]: line for line in lines(FILE)}
needs_corpus = pytest.mark.skipif(not CASES, reason="the recorded cases are not beside this clone")


def family(prefix: str) -> list[Line]:
    return [line for name, line in CASES.items() if name.rpartition("-")[0] == prefix]
