"""Ctrl-C, and what a build server ends a job with: one interrupts, and none breaks into its end."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # typing takes 10 ms to import, in which Ctrl-C is not ours to tell of yet
if TYPE_CHECKING:
    from types import FrameType


class Interruption:
    """
    What signals of this process do: the first raises KeyboardInterrupt.

    A second would break into what the first left to tidy and to say, or into a lock that
    ``threading`` holds while it waits, and is ignored. The third ends the process at once, whatever
    it waits for, unless it is ``needed`` to say what was done.
    """

    def __init__(self) -> None:
        self.needed = False
        self._armed = True
        self._ignored = 0

    def expect(self) -> None:
        """Take Ctrl-C from here on, unless whoever began this process has it ignored."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self.take)
            sys.unraisablehook = self.take_again

    def arm(self) -> None:
        """Let the next signal raise KeyboardInterrupt again: the one before it was told."""
        self._armed, self._ignored = True, 0

    def disarm(self) -> None:
        """Let none raise any more: all is done and said."""
        self._armed = False

    def take(self, _: int, __: FrameType | None) -> None:
        """Handle a signal."""
        if self._armed:
            self._armed = False
            raise KeyboardInterrupt
        self._ignored += 1
        if self._ignored > 1 and not self.needed:
            os._exit(130)

    def take_again(self, lost: sys.UnraisableHookArgs) -> None:
        """Let one come again that Python could not raise where it came, as in a finalizer."""
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(lost)
            return
        import threading

        self.arm()
        soon = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
        soon.daemon = True
        soon.start()


INTERRUPTION = Interruption()
"""The one of this process."""
