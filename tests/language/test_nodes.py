"""Values made quickly behave as frozen dataclasses do."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from monitor_sync.language.nodes import Frozen


class Place(Frozen):
    start: int = field(compare=False)


class Word(Place):
    text: str
    kind: str = "plain"
    note: str = field(compare=False, default="")


class Other(Place):
    text: str
    kind: str = "plain"
    note: str = field(compare=False, default="")


class Named(Frozen, kw_only=True):
    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Model:
    start: int = field(compare=False)
    text: str
    kind: str = "plain"
    note: str = field(compare=False, default="")


MADE = [
    ((1, "a"), {}),
    ((2, "a"), {"note": "elsewhere"}),
    ((1, "b"), {}),
    ((1,), {"text": "a", "kind": "odd"}),
]


@pytest.mark.parametrize(("given", "named"), MADE)
@pytest.mark.parametrize(("others", "other_names"), MADE)
def test_values_are_equal_where_dataclasses_are(
    given: tuple[object, ...],
    named: dict[str, str],
    others: tuple[object, ...],
    other_names: dict[str, str],
) -> None:
    one, two = Word(*given, **named), Word(*others, **other_names)  # type: ignore[arg-type]  # of any kind
    model = Model(*given, **named) == Model(*others, **other_names)  # type: ignore[arg-type]  # as above

    assert (one == two) is model
    assert (len({one, two}) == 1) is model


def test_values_of_two_classes_are_never_equal() -> None:
    assert Word(1, "a") != Other(1, "a")
    assert Place(1) == Place(2)
    assert Place(1) != Word(1, "a")


def test_a_value_shows_its_fields_and_is_taken_apart_by_a_pattern() -> None:
    word = Word(1, "a")

    assert repr(word) == "Word(start=1, text='a', kind='plain', note='')"
    match word:
        case Word(start, text):
            assert (start, text) == (1, "a")


def test_a_value_needs_all_fields_without_a_default_and_has_no_others() -> None:
    with pytest.raises(TypeError, match="text"):
        Word(1)  # type: ignore[call-arg]  # that is what is tested
    with pytest.raises(AttributeError):
        Word(1, "a").elsewhere = 2  # type: ignore[attr-defined]  # as above


def test_fields_by_name_alone_are_given_by_name_alone() -> None:
    assert Named(text="a") == Named(kind="plain", text="a")
    with pytest.raises(TypeError, match="positional"):
        Named("a")  # type: ignore[call-arg]  # that is what is tested
    with pytest.raises(TypeError, match="text"):
        Named(kind="odd")  # type: ignore[call-arg]  # as above
