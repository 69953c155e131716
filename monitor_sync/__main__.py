"""``monitor-sync``, which is ``python -m monitor_sync`` too."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # as in interruption.py
if TYPE_CHECKING:
    from collections.abc import Callable

_OBJECTS = 100_000
"""How many are made before Python looks for garbage: after its 700, it does so at each start some
thirty times among modules and files, and finds nothing."""

_SLOTS = 40_000
"""
The room that the outermost call asks for, in values.

Python keeps the frames of calls in pieces of 16 KB, and gives a piece back when the first frame in
it ends: a loop whose calls cross the end of a piece takes and gives back memory at each turn. The
piece for this frame is 512 KB, of which the system gives what is used, and has room for all others.
"""


def main() -> None:
    """Run the program. Ctrl-C ends it without a traceback, from its loading to its last step."""
    gc.set_threshold(_OBJECTS)
    try:
        from monitor_sync.interruption import INTERRUPTION

        INTERRUPTION.expect()
        from monitor_sync.cli import main as program

        try:
            run(program)
        finally:
            INTERRUPTION.disarm()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        sys.exit(130)


def run(program: Callable[..., object]) -> None:
    """Call the program in a frame that brings room for the frames of all calls below it."""
    program(prog_name="monitor-sync")


run.__code__ = run.__code__.replace(co_stacksize=_SLOTS)


if __name__ == "__main__":
    main()
