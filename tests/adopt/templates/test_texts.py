"""Texts are compared by pieces: words, signs, and what must not be cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.adopt.templates.texts import GAP, SLOT, OwnValues, fits, fold, pieces_of

_WORDS = st.lists(st.sampled_from(["a", "bb", "-", " ", "\n", "${x}", "{{v}}"]), max_size=12)


def pattern_text(first: str, second: str) -> str:
    folded = fold(pieces_of(first), pieces_of(second))
    return "?" if folded is None else "".join("…" if piece == GAP else piece for piece in folded)


def test_holes_and_variables_and_escapes_are_never_cut() -> None:
    assert pieces_of("a-${b:c} {{value}}%2Fd$${") == (
        *("a", "-", "${b:c}", " ", "{{value}}", "%2F", "d", "$${"),
    )


def test_an_own_value_is_one_slot_and_the_longest_is_taken() -> None:
    text = OwnValues(["quote", "quote-api"]).read("quote-api of quote, not quotes")
    assert text.pieces == (SLOT, " ", "of", " ", SLOT, ",", " ", "not", " ", "quotes")
    assert text.text == "quote-api of quote, not quotes"


def test_numbers_and_single_letters_are_no_own_values() -> None:
    assert OwnValues(["1", "a", "500"]).read("1 a 500").pieces == ("1", " ", "a", " ", "500")


def test_what_differs_in_a_line_is_a_gap() -> None:
    first, second = "requests to motor pricing fail now", "requests to travel quotes fail now"
    assert pattern_text(first, second) == "requests to … fail now"


def test_words_that_are_alike_by_chance_do_not_part_a_gap() -> None:
    first = "People who ask for the price of a car see an error page at the checkout"
    second = "Garages of the workshop chain see an error page at the checkout"
    assert pattern_text(first, second) == "… see an error page at the checkout"


def test_a_line_that_has_little_in_common_is_one_gap() -> None:
    assert pattern_text("The same.\nOne of two\nEnd", "The same.\nNone at all\nEnd") == (
        "The same.\n…\nEnd"
    )


def test_a_line_that_only_one_has_leaves_nothing_in_common() -> None:
    assert fold(pieces_of("a\nb"), pieces_of("a\nb\nc")) is None


def test_texts_that_are_very_long_are_not_compared() -> None:
    assert fold(pieces_of("a " * 5_000), pieces_of("b " * 5_000)) is None


@given(_WORDS, _WORDS)
@settings(max_examples=60)
def test_both_texts_fit_what_they_have_in_common(first: list[str], second: list[str]) -> None:
    texts = [OwnValues(["bb"]).read("".join(words)) for words in (first, second)]
    pattern = fold(texts[0].pieces, texts[1].pieces)
    if pattern is None:
        return
    for text in texts:
        places = fits(pattern, text.pieces)
        assert places is not None
        inside = iter("".join(text.raw[place]) for place in places)
        filled = [next(inside) if piece in (SLOT, GAP) else piece for piece in pattern]
        assert "".join(filled) == text.text


def test_a_gap_right_beside_an_own_value_takes_it_in() -> None:
    first = OwnValues(["denied"]).read("The certificate is denied. Please look at it and act.")
    second = OwnValues(["unused"]).read(
        "The certificate is broken (unused). Please look at it and act."
    )
    folded = fold(first.pieces, second.pieces)
    assert folded is not None
    assert "".join(folded) == f"The certificate is {GAP}. Please look at it and act."
