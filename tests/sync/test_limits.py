"""A plan that does too much is refused, with the arithmetic and the option that lets it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.model import Limit, Limited, Limits
from monitor_sync.sync.limits import breaches
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import answer, body, live, project
from tests.sync.estates import breach_messages, declared, limits, percent, plan


@pytest.mark.parametrize("what", ["delete", "replace", "update", "routed"])
@pytest.mark.parametrize(
    ("live", "count", "passes"),
    [(10, 3, True), (10, 4, False), (9, 9, True), (30, 9, True), (30, 10, False)],
)
def test_up_to_thirty_percent_of_ten_or_more_pass_unless_the_project_says_otherwise(
    what: str, live: int, count: int, passes: bool
) -> None:
    assert (breaches(plan(motor={"live": live, what: count}), Limits()) == ()) is passes


@pytest.mark.parametrize("what", ["create", "adopt", "retagged", "new footer", "no footer"])
def test_what_is_new_and_what_is_only_tags_and_footers_is_not_limited(what: str) -> None:
    assert breaches(plan(motor={"live": 30, what: 30}), Limits()) == ()


def test_an_adoption_that_rewrites_counts_as_an_update_even_where_nothing_is_ours() -> None:
    taken_over = plan(motor={"live": 0, "rewrite": 55})

    assert breach_messages(taken_over, Limits()) == [
        "55 of 55 monitors of motor would be changed: 100 %, the limit is 30 %",
        "55 of 55 monitors of motor would lose their last pager: 100 %, the limit is 10 %",
    ]
    assert breach_messages(taken_over, Limits(), reviewed=True) == [
        "55 of 55 monitors of motor would lose their last pager: 100 %, the limit is 10 %",
    ]
    enough: Any = dict.fromkeys(("changes", "unpaged"), Limit(count=55))
    assert breaches(taken_over, Limits(), overrides=enough) == ()


@pytest.mark.parametrize(
    ("counts", "refused"),
    [
        ({"live": 0, "rewrite": 9}, []),  # a share of fewer than ten is not judged
        ({"live": 20, "rewrite": 2}, []),
        ({"live": 7, "rewrite": 3}, ["3 of 10 monitors of motor would lose their last pager"]),
        ({"live": 0, "adopt": 90, "rewrite": 10}, []),
        (
            {"live": 10, "update": 2, "rewrite": 3},
            [
                "5 of 13 monitors of motor would be changed",
                "3 of 13 monitors of motor would lose their last pager",
            ],
        ),
        (  # ours are not fewer for what is taken over beside them
            {"live": 10, "update": 4, "adopt": 90, "rewrite": 1},
            ["4 of 10 monitors of motor would be changed"],
        ),
    ],
)
def test_what_is_taken_over_is_ours_for_the_share_and_hides_nothing_that_is_done_to_ours(
    counts: dict[str, int], refused: list[str]
) -> None:
    exceeded = breach_messages(plan(motor=counts), Limits())

    assert [message.partition(":")[0] for message in exceeded] == refused


@pytest.mark.parametrize(
    ("count", "passes"), [(1, True), (2, False)]
)  # fmt: skip
def test_one_monitor_in_ten_may_lose_its_last_pager(count: int, passes: bool) -> None:
    exceeded = breaches(plan(motor={"live": 10, "unpaged": count}), Limits())

    assert (exceeded == ()) is passes


@pytest.mark.parametrize(
    ("what", "limit", "sentence"),
    [
        ("delete", limits(deletes=percent(30)),
         "would be deleted or replaced: 40 %, the limit is 30 %"),
        ("delete", limits(deletes=Limit(count=5)),
         "would be deleted or replaced: the limit is 5"),
        ("delete", limits(deletes=Limit(count=5, share=Decimal(30))),
         "would be deleted or replaced: 40 %, the limits are 5 and 30 %"),
        ("delete", limits(deletes=Limit(count=5, share=Decimal(50))),
         "would be deleted or replaced: the limit is 5"),
        ("delete", limits(deletes=percent(39.99)),
         "would be deleted or replaced: 40 %, the limit is 39.99 %"),
        ("update", limits(changes=percent(0)),
         "would be changed: 40 %, the limit is 0 %"),
        ("retagged", limits(labels=percent(10)),
         "would get other tags or another footer: 40 %, the limit is 10 %"),
        ("unpaged", limits(unpaged=percent(10)),
         "would lose their last pager: 40 %, the limit is 10 %"),
    ],
)  # fmt: skip
def test_the_arithmetic_is_told_in_one_line(what: str, limit: Limits, sentence: str) -> None:
    exceeded = breach_messages(plan(motor={"live": 30, what: 12}), limit)

    assert exceeded == [f"12 of 30 monitors of motor {sentence}"]


def test_a_share_just_over_its_limit_is_shown_with_the_digits_that_say_so() -> None:
    exceeded = breach_messages(
        plan(motor={"live": 333, "delete": 100}), limits(deletes=percent(30))
    )

    assert exceeded == [
        "100 of 333 monitors of motor would be deleted or replaced: 30.03 %, the limit is 30 %"
    ]


def test_a_count_is_judged_however_few_monitors_there_are() -> None:
    assert breach_messages(
        plan(motor={"live": 1, "delete": 1}), limits(deletes=Limit(count=0))
    ) == ["1 of 1 monitor of motor would be deleted or replaced: the limit is 0"]


def test_a_project_of_one_unit_is_told_once_unless_the_unit_has_another_limit() -> None:
    much = plan(motor={"live": 10, "delete": 4})
    own = limits({"motor": {"deletes": Limit(count=1)}}, deletes=percent(30))

    assert len(breach_messages(much, Limits())) == 1
    assert breach_messages(much, own) == [
        "4 of 10 monitors of motor would be deleted or replaced: the limit is 1",
        "4 of 10 monitors in all would be deleted or replaced: 40 %, the limit is 30 %",
    ]


def test_one_unit_can_exceed_what_all_together_do_not() -> None:
    both = plan(motor={"live": 10, "delete": 4}, life={"live": 90})

    assert breach_messages(both, Limits()) == [
        "4 of 10 monitors of motor would be deleted or replaced: 40 %, the limit is 30 %"
    ]


def test_all_together_can_exceed_what_no_unit_does() -> None:
    small = {f"unit{number}": {"live": 5, "delete": 2} for number in range(4)}

    assert breach_messages(plan(**small), Limits()) == [
        "8 of 20 monitors in all would be deleted or replaced: 40 %, the limit is 30 %"
    ]


def test_units_are_told_before_all_and_one_option_lifts_them_all() -> None:
    exceeded = breaches(
        plan(motor={"live": 10, "delete": 5}, life={"live": 10, "delete": 4}), Limits()
    )

    assert [breach.message.partition(" would")[0] for breach in exceeded] == [
        "4 of 10 monitors of life",
        "5 of 10 monitors of motor",
        "9 of 20 monitors in all",
    ]
    assert [breach.hint for breach in exceeded] == ["", "", "if that is meant: `--max-deletes 9`"]


def test_each_kind_has_a_hint_of_its_own() -> None:
    both = plan(motor={"live": 10, "delete": 4, "unpaged": 4})

    assert [breach.hint for breach in breaches(both, Limits())] == [
        "if that is meant: `--max-deletes 4`",
        "if that is meant: `--max-changes 4`, or `--expect "
        + both.fingerprint
        + "` after a review",
        "if that is meant: `--max-unpaged 4`",
    ]


OWN: Mapping[str, Mapping[Limited, Limit]] = {
    "*": {"deletes": percent(50)},
    "motor": {"deletes": percent(80)},
}


@pytest.mark.parametrize(
    ("units", "whose"),
    [
        ({"motor": {"live": 10, "delete": 8}, "life": {"live": 90}}, []),
        ({"motor": {"live": 10, "delete": 9}, "life": {"live": 90}}, ["of motor"]),
        ({"motor": {"live": 90}, "life": {"live": 10, "delete": 5}}, []),
        ({"motor": {"live": 90}, "life": {"live": 10, "delete": 6}}, ["of life"]),
        ({"motor": {"live": 20, "delete": 10}, "life": {"live": 10}}, ["in all"]),
        ({"motor": {"live": 10, "update": 4}, "life": {"live": 90}}, ["of motor"]),
    ],
)  # fmt: skip
def test_a_units_own_limit_goes_before_that_of_each_unit_which_goes_before_the_standing_one(
    units: dict[str, dict[str, int]], whose: list[str]
) -> None:
    exceeded = breach_messages(plan(**units), Limits(units=OWN))

    assert [breach.partition(" would")[0].partition("monitors ")[2] for breach in exceeded] == whose


def test_a_replace_counts_once_and_as_a_delete() -> None:
    mixed = plan(motor={"live": 10, "delete": 2, "replace": 2})

    assert breach_messages(mixed, Limits()) == [
        "4 of 10 monitors of motor would be deleted or replaced: 40 %, the limit is 30 %"
    ]


@pytest.mark.parametrize(
    ("what", "waived"),
    [("update", True), ("retagged", True), ("delete", False), ("replace", False)],
)
def test_a_review_waives_changes_and_labels_and_never_deletes(what: str, waived: bool) -> None:
    nothing = limits(deletes=percent(0), changes=percent(0), labels=percent(0))
    much = plan(motor={"live": 10, what: 10})

    assert breach_messages(much, nothing)
    assert (breach_messages(much, nothing, reviewed=True) == []) is waived


def test_a_review_never_waives_the_loss_of_pagers() -> None:
    exceeded = breach_messages(plan(motor={"live": 10, "unpaged": 4}), Limits(), reviewed=True)

    assert exceeded == [
        "4 of 10 monitors of motor would lose their last pager: 40 %, the limit is 10 %"
    ]


def test_an_override_stands_for_the_limit_in_all_and_of_every_unit() -> None:
    much = plan(motor={"live": 10, "delete": 8}, life={"live": 10, "delete": 1})
    own = limits({"motor": {"deletes": Limit(count=1)}}, deletes=Limit(count=2))

    assert breaches(much, own, overrides={"deletes": Limit(count=9)}) == ()
    assert breaches(much, own, overrides={"deletes": percent(80)}) == ()
    assert breach_messages(much, limits(), overrides={"deletes": Limit(count=8)}) == [
        "9 of 20 monitors in all would be deleted or replaced: the limit is 8"
    ]


def test_an_override_is_held_after_a_review_too() -> None:
    much = plan(motor={"live": 10, "update": 8})
    (exceeded,) = breaches(much, Limits(), reviewed=True, overrides={"changes": Limit(count=7)})

    assert exceeded.hint == "if that is meant: `--max-changes 8`"


COUNTS = st.fixed_dictionaries(
    {
        "live": st.just(12),
        **dict.fromkeys(("delete", "replace", "update", "unpaged"), st.integers(0, 3)),
    }
)


@given(motor=COUNTS, life=COUNTS)
def test_the_options_of_the_hints_let_the_plan_pass_and_one_less_does_not(
    motor: dict[str, int], life: dict[str, int]
) -> None:
    much = plan(motor=motor, life=life)
    hints = [
        breach.hint.split("`")[1].split() for breach in breaches(much, Limits()) if breach.hint
    ]
    counts = {option.removeprefix("--max-"): int(number) for option, number in hints}

    enough: Any = {what: Limit(count=count) for what, count in counts.items()}
    assert breaches(much, Limits(), overrides=enough) == ()
    for what, count in counts.items():
        less: Any = {**enough, what: Limit(count=count - 1)}
        assert (
            len([breach for breach in breaches(much, Limits(), overrides=less) if breach.hint]) == 1
        )


def test_a_monitor_counts_for_the_unit_that_it_leaves() -> None:
    moved = plan(motor={"live": 10, "moved": 10}, elsewhere={"live": 40})

    assert breach_messages(moved, limits(labels=percent(30))) == [
        "10 of 10 monitors of motor would get other tags or another footer:"
        " 100 %, the limit is 30 %"
    ]


def test_monitors_whose_unit_nobody_knows_are_judged_together() -> None:
    lost = [body(f"motor/flow/m{n}", tags=[
        "monitor_sync_project:acme", f"monitor_sync_key:motor/flow/m{n}"]) for n in range(10)
    ]  # fmt: skip
    kept = [answer(declared(f"life/flow/m{index}"), id=100 + index) for index in range(90)]
    there = [answer(live_body, id=number + 1) for number, live_body in enumerate(lost)]
    wanted = [declared(f"life/flow/m{index}") for index in range(90)]

    exceeded = breach_messages(make_plan(project(*wanted), live(*there, *kept), site="x"), Limits())

    assert exceeded == [
        "10 of 10 monitors without a business unit would be deleted or replaced:"
        " 100 %, the limit is 30 %"
    ]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("0", Limit(count=0)),
        ("12", Limit(count=12)),
        ("30%", percent(30)),
        ("30 %", percent(30)),
        ("12.5%", percent(12.5)),
        ("100%", percent(100)),
    ],
)
def test_an_option_is_a_count_or_a_share(text: str, limit: Limit) -> None:
    assert Limit.read(text) == limit


@pytest.mark.parametrize("text", ["", "-1", "5.5", "30%%", "many", "%", "1e3", "٣", "nan%"])
def test_an_option_that_is_neither_is_told_what_to_type(text: str) -> None:
    with pytest.raises(ValueError, match="is not a count such as 5, or a share such as 30%"):
        Limit.read(text)


def test_more_than_all_is_no_share() -> None:
    with pytest.raises(ValueError, match="`101%` is more than all monitors"):
        Limit.read("101%")
