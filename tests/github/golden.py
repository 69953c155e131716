"""Comments as they should be, kept as Markdown files that anybody can look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


@dataclass(slots=True)
class Golden:
    """
    Compares a text with ``golden/NAME.md``, or writes it there with ``--update-golden``.

    Commits, fingerprints and ids differ from run to run: each becomes the same digit all over, in
    the order in which they come. Times become one time.
    """

    update: bool
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def compare(self, name: str, text: str) -> None:
        """The text must be what the file says."""
        path = FOLDER / f"{name}.md"
        plain = self._plain(text)
        if self.update:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(plain, encoding="utf-8")
        assert path.exists(), f"{path} is missing: --update-golden writes it"
        assert plain == path.read_text(encoding="utf-8")

    def _plain(self, text: str) -> str:
        text = re.sub(r"(?<=#)\d{5,}|(?<=/monitors/)\d{5,}", self._number, text)
        text = re.sub(r"\b20\d\d-\d\d-\d\d[ T]\d\d:\d\d", "2026-11-20 10:00", text)
        for length in (40, 32, 12, 8):
            text = re.sub(rf"(?<![0-9a-f])[0-9a-f]{{{length}}}(?![0-9a-f])", self._same, text)
        return text

    def _same(self, match: re.Match[str]) -> str:
        """The digit for a commit, whether it is written whole or short."""
        start = match[0][:8]
        digit = self.names.setdefault(start, "abcdef0123456789"[len(self.names) % 16])
        return digit * len(match[0])

    def _number(self, match: re.Match[str]) -> str:
        """The number that a monitor has here."""
        return str(self.numbers.setdefault(match[0], 1_234_001 + len(self.numbers)))
