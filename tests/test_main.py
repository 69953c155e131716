"""How the program is started."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time

import pytest

from monitor_sync.__main__ import Interruption, run

_TURNS = 100
_DEEPEST = 200
"""Calls within each other: some of them cross the end of a piece of 16 KB, wherever it begins."""


def _leaf(first: int, second: int, third: int) -> int:
    return first + second + third


def _loop_below(depth: int) -> None:
    """Call a function again and again below so many others."""
    if depth:
        _loop_below(depth - 1)
        return
    for turn in range(_TURNS):
        _leaf(turn, turn, turn)


def _most_pages(**_: object) -> int:
    """Return how many pages of memory the worst of the loops was given by the system."""
    pages = []
    for depth in range(_DEEPEST):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        _loop_below(depth)
        pages.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return max(pages)


def test_calls_take_no_memory_anew_at_each_turn_of_a_loop() -> None:
    if _most_pages() < _TURNS:
        pytest.skip("this Python keeps the memory of frames by itself")
    pages: list[int] = []
    run(lambda **_: pages.append(_most_pages()))
    assert pages[0] < _TURNS


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


def test_what_python_cannot_raise_otherwise_is_told_as_ever(
    interruption: Interruption, capsys: pytest.CaptureFixture[str]
) -> None:
    class Faulty:
        def __del__(self) -> None:
            raise ValueError("not an interruption")

    Faulty()
    assert "ValueError: not an interruption" in capsys.readouterr().err
    assert interruption.received == 0


def test_an_interruption_that_is_ignored_from_the_start_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Interruption().expect()
    signal.raise_signal(signal.SIGINT)
