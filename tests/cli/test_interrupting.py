"""One signal interrupts, one more stops at once, and no later one ends what is said of it."""

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


def test_a_second_signal_interrupts_only_once_the_first_was_told_and_a_third_never(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with terminated_as_interrupted():
        interruptible()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        conversation(aloud=False, asks=False).interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
    assert "Interrupt again to stop at once." in capsys.readouterr().err


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
