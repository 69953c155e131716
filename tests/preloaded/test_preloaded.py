"""The processes that tests interrupt."""

from __future__ import annotations

import os
import signal

from tests.preloaded import Command


class _Late(Command):
    """A command whose end nobody has noticed yet."""

    def poll(self, timeout: float = 0.0) -> int | None:
        super().poll(timeout)
        return None


def test_a_signal_that_comes_just_after_the_end_reaches_nobody() -> None:
    command = _Late(["--version"], env=dict(os.environ))
    while Command.poll(command, 60.0) is None:
        pass

    command.send_signal(signal.SIGINT)

    assert Command.poll(command) == 0
