"""A secret that a server sends back is seen by nobody, and nothing else is changed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.http.redaction import REDACTED, Redaction

KEY = "0123456789abcdef0123456789abcdef"


def cleaned(value: object, *secrets: str, escaped: bool = False) -> object:
    content = json.dumps(value).encode()
    if escaped:
        content = content.replace(b"0", b"\\u0030")
    return Redaction(secrets).json(json.loads(content), content)


@pytest.mark.parametrize("escaped", [False, True])
def test_a_key_is_removed_wherever_it_stands(escaped: bool) -> None:
    value = {"errors": [f"bad key {KEY}!"], KEY: {"a": [KEY.upper(), 5, None]}}
    assert cleaned(value, KEY, escaped=escaped) == {
        "errors": [f"bad key {REDACTED}!"],
        REDACTED: {"a": [REDACTED, 5, None]},
    }


def test_of_two_secrets_one_of_which_begins_the_other_nothing_is_left() -> None:
    assert cleaned(f"x {KEY}tail1", KEY, KEY + "tail1") == f"x {REDACTED}"


@pytest.mark.parametrize("secret", ["", "test", "emulator", "1234567"])
def test_a_text_that_is_hardly_a_secret_changes_no_answer(secret: str) -> None:
    value = {"message": "a test of the emulator 1234567", "": 1}
    assert cleaned(value, secret) == value


def test_a_key_in_a_header_is_removed() -> None:
    assert Redaction([KEY]).headers({"X-Name": f"for {KEY}"}) == {"X-Name": f"for {REDACTED}"}


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner, max_size=4)))
def test_an_answer_without_a_secret_is_the_very_same(value: object) -> None:
    assert cleaned(value, KEY) == value
