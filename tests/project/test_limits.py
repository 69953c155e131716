"""How much one run may do is read from project.yaml, and mistakes are told with what to write."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from textwrap import indent

import pytest

from monitor_sync.diagnostics import Severity
from monitor_sync.model import Limit, Limits
from monitor_sync.project.load import Loaded
from tests.project.builders import PROJECT, one, read, underlined

PAGER = "@webhook-zenduty-motor"
"""What the team of these tests calls its pager."""


def written(root: Path, limits: str, more: str = "") -> Loaded:
    """A project whose limits say this, from line 5 on."""
    text = f"{PROJECT}limits:\n{indent(limits, '  ')}\n{more}"
    return read(root, {**one(""), "project.yaml": text})


def share(percent: str) -> Limit:
    return Limit(share=Decimal(percent))


@pytest.mark.parametrize("text", ["", "limits:\n", "limits: {}\n", "limits: {units: null}\n"])
def test_a_project_that_says_nothing_has_the_usual_limits(tmp_path: Path, text: str) -> None:
    loaded = read(tmp_path, {**one(""), "project.yaml": PROJECT + text})

    assert loaded.diagnostics == ()
    assert loaded.project.limits == Limits(pager_handles=frozenset({PAGER}))
    assert loaded.project.limits.standing == {
        "deletes": share("30"), "changes": share("30"), "labels": Limit(), "unpaged": share("10"),
        "lookalikes": Limit(count=0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5", Limit(count=5)),
        ("0", Limit(count=0)),
        ('"5"', Limit(count=5)),
        ("5.0", Limit(count=5)),
        ("30%", share("30")),
        ("12.5 %", share("12.5")),
        ("[50, 30%]", Limit(count=50, share=Decimal(30))),
        ("[30%, 50]", Limit(count=50, share=Decimal(30))),
        ("[50]", Limit(count=50)),
        ("null", Limit()),
        ("", Limit()),
    ],
)
def test_a_limit_is_a_count_a_share_both_or_none(tmp_path: Path, text: str, limit: Limit) -> None:
    loaded = written(tmp_path, f"deletes: {text}")

    assert loaded.diagnostics == ()
    assert loaded.project.limits.standing == {**Limits().standing, "deletes": limit}


def test_units_have_limits_of_their_own_and_those_of_each_unit(tmp_path: Path) -> None:
    loaded = written(
        tmp_path,
        "changes: 200\n"
        "each_unit: {deletes: 50%, unpaged: 3}\n"
        "units: {motor: {deletes: null, changes: 300}}",
    )

    limits = loaded.project.limits
    assert loaded.diagnostics == ()
    assert limits.of_unit("motor", "deletes") == Limit()
    assert limits.of_unit("motor", "changes") == Limit(count=300)
    assert limits.of_unit("motor", "unpaged") == Limit(count=3)
    assert limits.of_unit("life", "deletes") == share("50")
    assert limits.of_unit("life", "changes") == Limit(count=200)
    assert limits.standing["deletes"] == share("30")


def test_pagers_are_those_of_the_policy_and_what_teams_call_so(tmp_path: Path) -> None:
    loaded = written(tmp_path, "deletes: 5", 'policy: {pagers: ["@webhook-*"]}\n')

    assert loaded.project.limits.pagers == ("@webhook-*",)
    assert loaded.project.limits.pager_handles == {PAGER}


EXPECTED = "is not a count such as 5, a share such as 30%, a list of both, or null for no limit"
WRONG = [
    ("deletes: many", f"5:12 [schema/wrong-type] <many> `many` {EXPECTED}", ""),
    ("deletes: -1", f"5:12 [schema/wrong-type] <-1> `-1` {EXPECTED}", ""),
    ("deletes: true", f"5:12 [schema/wrong-type] <true> `true` {EXPECTED}", ""),
    ("deletes: []", f"5:12 [schema/wrong-type] <[]> an empty list {EXPECTED}", ""),
    ("deletes: [1, 2%, 3%]", f"5:12 [schema/wrong-type] <[1, 2%, 3%]> a list {EXPECTED}", ""),
    (
        "deletes: [5, x]",
        "5:16 [schema/wrong-type] <x> `x` is not a count such as 5, or a share such as 30%", "",
    ),
    (
        "deletes: 0.3", "5:12 [schema/wrong-type] <0.3> `0.3` is not a whole number of monitors",
        "for a share of the monitors write `30%`",
    ),
    ("deletes: 2.5", "5:12 [schema/wrong-type] <2.5> `2.5` is not a whole number of monitors", ""),
    ('deletes: "2.5"', '5:12 [schema/wrong-type] <"2.5"> `2.5` is not a count such as 5', "null"),
    (
        "deletes: 150%", "5:12 [schema/wrong-type] <150%> `150%` is more than all monitors",
        "for no limit write `null`",
    ),
    (
        "deletes: [5, 10]", "5:12 [schema/wrong-type] <[5, 10]> `[5, 10]` are two counts",
        "write the smaller one alone",
    ),
    ("deletes: [5%, 10%]", "<[5%, 10%]> `[5%, 10%]` are two shares", "smaller"),
    ("units: {motor: {changes: 150%}}", "5:28 [schema/wrong-type] <150%>", "`null`"),
    ("each_unit: {changes: 150%}", "5:24 [schema/wrong-type] <150%>", "`null`"),
    ("delete: 5", "5:3 [schema/unknown-key] <delete> unknown key `delete`", "`deletes`"),
    ("units: {motor: {delete: 5}}", "5:19 [schema/unknown-key] <delete>", "`deletes`"),
    ("units: {motor: 5}", "5:18 [schema/wrong-type] <5> `5` is not a mapping from deletes", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "hint"), WRONG, ids=[case[0] for case in WRONG])
def test_a_mistake_is_told_with_its_place_and_what_to_write(
    tmp_path: Path, text: str, expected: str, hint: str
) -> None:
    loaded = written(tmp_path, text)

    (diagnostic,) = loaded.diagnostics
    assert expected in underlined(diagnostic)
    assert hint in diagnostic.hint
    assert loaded.failed


def test_limits_of_a_unit_that_is_not_there_are_only_a_warning_as_it_may_be_going_away(
    tmp_path: Path,
) -> None:
    loaded = written(tmp_path, "units: {motr: {deletes: 50%}}")

    (diagnostic,) = loaded.diagnostics
    assert underlined(diagnostic) == (
        "project.yaml:5:11 [schema/unknown-unit] <motr> no business unit is called `motr`"
    )
    assert diagnostic.hint == "did you mean `motor`?"
    assert diagnostic.severity is Severity.WARNING
    assert loaded.project.limits.of_unit("motr", "deletes") == share("50")
