"""Colours for a terminal, or none. Plain ANSI codes: no library is worth its start-up time here."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

SCREEN: Final = 80
"""Columns of a screen where no terminal says how many there are."""

_CODES = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


class Style(Struct, frozen=True):
    """
    How to print: in colour or not, and how many columns there are.

    ``width`` is 0 where nothing is to be cut: output into a file or a pipe is for programs.
    """

    colour: bool = False
    width: int = 0

    @property
    def screen(self) -> int:
        """Columns at which prose is broken also in a file or a pipe."""
        return self.width or SCREEN

    def __call__(
        self, text: str, colour: str = "", *, bold: bool = False, dim: bool = False
    ) -> str:
        """Return ``text`` coloured (``red``, ``green``, …), bold or dim; or as it is."""
        if not self.colour or not text:
            return text
        codes = [str(_CODES[colour])] if colour else []
        codes += ["1"] * bold + ["2"] * dim
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text


PLAIN = Style()
