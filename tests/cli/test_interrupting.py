"""The first two signals interrupt, and no later one ends the report of what was done."""

from __future__ import annotations

import signal

import pytest

from monitor_sync.cli.conversation import interruptible, terminated_as_interrupted


def test_a_third_signal_in_a_row_raises_no_more() -> None:
    with terminated_as_interrupted():
        interruptible()
        for number in (signal.SIGTERM, signal.SIGINT):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
