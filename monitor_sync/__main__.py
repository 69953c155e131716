"""``monitor-sync``, which is ``python -m monitor_sync`` too."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_OBJECTS = 100_000
"""How many are made before Python looks for garbage: after its 700, it does so at each start some
thirty times among modules and files, and finds nothing."""

_SLOTS: Final = 40_000
"""
The room that the outermost call asks for, in values.

Python keeps the frames of calls in pieces of 16 KB, and gives a piece back when the first frame in
it ends: a loop whose calls cross the end of a piece takes and gives back memory at each turn. The
piece for this frame is 512 KB, of which the system gives what is used, and has room for all others.
"""


def main() -> None:
    """Run the program. Ctrl-C while it is still being loaded ends it as it does later on."""
    gc.set_threshold(_OBJECTS)
    try:
        from monitor_sync.cli import main as program
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        sys.exit(130)
    run(program)


def run(program: Callable[..., object]) -> None:
    """Call the program in a frame that brings room for the frames of all calls below it."""
    program(prog_name="monitor-sync")


run.__code__ = run.__code__.replace(co_stacksize=_SLOTS)


if __name__ == "__main__":
    main()
