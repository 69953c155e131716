"""The first two signals interrupt, and no later one ends the report of what was done."""

from __future__ import annotations

import signal
import threading

import pytest

from monitor_sync.cli import conversation as conversations
from monitor_sync.cli.conversation import conversation, interruptible, terminated_as_interrupted
from monitor_sync.errors import AppliedInPart


def interrupted_apply(*, sent: bool) -> None:
    """An apply that a build server ends between two of its steps."""
    with terminated_as_interrupted():
        if sent:
            conversation(aloud=False, asks=False).sending()
        signal.raise_signal(signal.SIGTERM)


class Disturbed(threading.Event):
    """Ctrl-C comes when somebody looks at it for the first time."""

    looked = False

    def is_set(self) -> bool:
        if not self.looked:
            self.looked = True
            signal.raise_signal(signal.SIGINT)
        return super().is_set()


def test_a_third_signal_in_a_row_raises_no_more() -> None:
    with terminated_as_interrupted():
        interruptible()
        for number in (signal.SIGTERM, signal.SIGINT):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)


def test_a_signal_between_two_steps_is_told_by_what_was_sent() -> None:
    with pytest.raises(AppliedInPart, match="stopped at once, with writes under way"):
        interrupted_apply(sent=True)


def test_a_signal_before_anything_is_sent_is_an_interruption_also_after_an_apply_that_wrote() -> (
    None
):
    with terminated_as_interrupted():
        conversation(aloud=False, asks=False).sending()
    with pytest.raises(KeyboardInterrupt):
        interrupted_apply(sent=False)


def test_a_second_signal_while_the_first_is_told_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = Disturbed()
    monkeypatch.setattr(conversations, "_sent", event)
    with pytest.raises(AppliedInPart):
        interrupted_apply(sent=True)
    assert event.looked
