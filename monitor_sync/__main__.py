"""``monitor-sync``, which is ``python -m monitor_sync`` too."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # typing takes 10 ms to import, in which Ctrl-C is not ours to tell of yet
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

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
    interruption = Interruption()
    try:
        interruption.expect()
        from monitor_sync.cli import main as program

        run(program)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        sys.exit(130)
    finally:
        interruption.received += 1  # all is done and said: none breaks into the end of the process


class Interruption:
    """
    Ctrl-C, which raises KeyboardInterrupt once.

    The second would break into what the first left to tidy and to say, and is ignored; the third
    ends the process at once, whatever it waits for. Apply has rules of its own while it writes.
    """

    def __init__(self) -> None:
        self.received = 0

    def expect(self) -> None:
        """Take Ctrl-C from here on, unless whoever began this process has it ignored."""
        import signal

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self.take)
            sys.unraisablehook = self.take_again

    def take(self, _: int, __: FrameType | None) -> None:
        """Raise KeyboardInterrupt at the first, and end the process at the third."""
        self.received += 1
        if self.received == 1:
            raise KeyboardInterrupt
        if self.received > 2:
            import os

            os._exit(130)

    def take_again(self, lost: sys.UnraisableHookArgs) -> None:
        """Let one come again that Python could not raise where it came, as in a finalizer."""
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(lost)
            return
        import os
        import signal
        import threading

        self.received = 0
        soon = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
        soon.daemon = True
        soon.start()


def run(program: Callable[..., object]) -> None:
    """Call the program in a frame that brings room for the frames of all calls below it."""
    program(prog_name="monitor-sync")


run.__code__ = run.__code__.replace(co_stacksize=_SLOTS)


if __name__ == "__main__":
    main()
