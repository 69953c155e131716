"""The first Ctrl-C interrupts, and no later one breaks into the end that it brings."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from monitor_sync.interruption import Interruption


@pytest.fixture
def interruption(monkeypatch: pytest.MonkeyPatch) -> Interruption:
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interruption = Interruption()
    interruption.expect()
    return interruption


@pytest.mark.usefixtures("interruption")
def test_the_second_interruption_breaks_into_nothing_and_the_third_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    assert not codes
    signal.raise_signal(signal.SIGINT)
    assert codes == [130]


def test_the_next_one_interrupts_once_the_first_was_told_and_none_ends_what_has_to_be_said(
    interruption: Interruption,
) -> None:
    interruption.needed = True
    for _ in range(2):
        interruption.arm()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)


def test_none_interrupts_what_has_ended(interruption: Interruption) -> None:
    interruption.disarm()
    signal.raise_signal(signal.SIGINT)


class Forgotten:
    """An object in whose finalizer Ctrl-C comes."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("interruption")
def test_an_interruption_that_python_cannot_raise_where_it_comes_comes_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def forget_and_wait() -> None:
        Forgotten()
        time.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        forget_and_wait()
    assert not capsys.readouterr().err


@pytest.mark.usefixtures("interruption")
def test_what_python_cannot_raise_otherwise_is_told_as_ever(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Faulty:
        def __del__(self) -> None:
            raise ValueError("not an interruption")

    Faulty()
    assert "ValueError: not an interruption" in capsys.readouterr().err


def test_an_interruption_that_is_ignored_from_the_start_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Interruption().expect()
    signal.raise_signal(signal.SIGINT)
