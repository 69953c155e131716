"""JSON that is taken, and JSON that is a failure: size, depth, numbers, characters."""

from __future__ import annotations

import json
import socket
from functools import partial
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.http.bounded import DEEPEST, TimedReader, UnreadableAnswer, decode
from tests.growth import times_as_long

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_json_of_ordinary_values_is_what_it_says(value: object) -> None:
    assert decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) == decode(
        json.dumps(json.loads(json.dumps(value, ensure_ascii=False))).encode()
    )


_MARK = b"\xef\xbb\xbf"
"""A byte order mark, which the faster of the two decoders refuses."""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.booleans(),
)
def test_both_decoders_make_the_same_values(value: object, ascii_only: bool) -> None:
    def told(content: bytes) -> str:
        try:
            return repr(decode(content))
        except UnreadableAnswer as error:
            return str(error)

    content = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace")
    assert told(content) == told(_MARK + content)


@pytest.mark.parametrize(
    "number", [10**18 - 1, 10**18, 2**63, -(10**18) + 1, -(10**18), 1e16, 0.1, -0.0, 5e-324]
)
def test_both_decoders_read_a_number_alike(number: float) -> None:
    content = json.dumps({"id": number}).encode()
    assert repr(decode(content)) == repr(decode(_MARK + content))


@pytest.mark.parametrize("levels", [DEEPEST + 1, 500, 5_000, 200_000, 1_000_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_json_that_is_nested_too_deep_is_refused(levels: int, opens: str, closes: str) -> None:
    content = opens * levels + "1" + closes * levels
    with pytest.raises(UnreadableAnswer, match="nested deeper than 100 levels"):
        decode(content.encode())


def test_json_as_deep_as_allowed_is_taken() -> None:
    value = decode(b"[" * DEEPEST + b"]" * DEEPEST)
    assert json.dumps(value).count("[") == DEEPEST


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "[1e999]", "[-1e999]"])
def test_numbers_that_json_cannot_send_back_are_refused(text: str) -> None:
    with pytest.raises(UnreadableAnswer, match="not finite"):
        decode(text.encode())


@pytest.mark.parametrize("digits", [19, 100, 300])
def test_whole_numbers_beyond_64_bits_are_no_ids(digits: int) -> None:
    value = decode(b'{"id": ' + b"9" * digits + b"}")
    assert isinstance(value["id"], float)


def test_a_whole_number_of_a_million_digits_costs_nothing() -> None:
    def refused(digits: int) -> None:
        with pytest.raises(UnreadableAnswer):
            decode(b"9" * digits)

    short, long = partial(refused, 125_000), partial(refused, 1_000_000)
    assert times_as_long(short, long, allowed=24) <= 24


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": "\\ud800"}', {"a": "\ufffd"}),
        (b'{"\\uDFFF": ["x\\ud83dy"]}', {"\ufffd": ["x\ufffdy"]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\u0000"', "\0"),
    ],
)
def test_odd_json_that_is_taken(content: bytes, value: object) -> None:
    assert decode(content) == value
    json.dumps(decode(content), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe[\x001\x00]\x00",
        b"\xff",
        b'"\xff"',
        b"{'a': 1}",
        b"[1,]",
        b"<html>",
        b"[1]x",
        b"[1",
    ],
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableAnswer, match="it is no JSON"):
        decode(content)


def test_a_page_of_1000_big_monitors_is_decoded_in_little_more_than_json_takes() -> None:
    monitor = {"name": "n", "options": {"thresholds": {"critical": 5.5}}, "message": "x" * 40_000}
    page = [{**monitor, "id": number, "tags": ["a:b"] * 20} for number in range(1000)]
    content = json.dumps(page).encode()
    assert decode(content) == page

    plain, ours = partial(json.loads, content), partial(decode, content)
    assert times_as_long(plain, ours, allowed=6) <= 6


class Socket(socket.socket):
    """A socket that remembers how long it was told to wait."""

    waits: ClassVar[list[float | None]] = []

    def settimeout(self, value: float | None) -> None:
        self.waits.append(value)


def test_each_piece_waits_no_longer_than_the_whole_answer_may_still_take() -> None:
    here, there = socket.socketpair()
    with Socket(fileno=here.detach()) as ours, there:
        socket.socket.settimeout(ours, 5.0)
        reader = TimedReader(socket.SocketIO(ours, "r"), ours)
        for _ in range(3):
            there.sendall(b"x")
            assert reader.readinto(bytearray(1)) == 1

    first, second, third = ours.waits
    assert 5.0 >= (first or 0) >= (second or 0) >= (third or 0) > 0
