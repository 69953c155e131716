"""Tags say where a monitor goes; which tags, the estate's own statistics suggest."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.placing import (
    Place,
    Placing,
    TagRole,
    TagShare,
    alike,
    place,
    place_all,
    read_placing,
    slug,
    statistics,
    suggest,
)

PLACING = Placing(
    unit=TagRole(tags=("business_unit",), names={"mtr": "motor"}),
    team=TagRole(tags=("team",)),
    file=TagRole(tags=("service",)),
)


def body(*tags: str) -> dict[str, object]:
    return {"tags": list(tags)}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("business_unit:mtr", "team:Quotes", "service:api.v2"), ("motor", "quotes", "api.v2", "")),
        (("business_unit:travel", "team:t"), ("travel", "t", "general", "")),
        (("team:t",), ("unplaced", "t", "general", "no tag `business_unit`")),
        (("business_unit:a", "business_unit:b", "team:t"),
         ("unplaced", "t", "general", "several tags `business_unit`")),
        (("business_unit:健康", "team:保险"),
         ("unplaced", "unowned", "general",
          "tag `business_unit` without a letter a-z or digit; tag `team` without a letter a-z or"
          " digit")),
        (("business_unit:Travel", "business_unit:travel", "team:t"),
         ("travel", "t", "general", "")),
        (("business_unit:templates", "team:t", "service:business-unit"),
         ("templates-unit", "t", "business-unit-file", "")),
        ((), ("unplaced", "unowned", "general", "no tag `business_unit`; no tag `team`")),
    ],
)  # fmt: skip
def test_the_tags_of_a_monitor_say_its_unit_team_and_file(
    tags: tuple[str, ...], expected: tuple[str, str, str, str]
) -> None:
    assert place(body(*tags), PLACING) == Place(*expected)


def test_a_monitor_without_tags_goes_where_the_others_of_its_service_are() -> None:
    bodies = {
        1: body("business_unit:mtr", "team:quotes", "service:api"),
        2: body("service:api"),
        3: body("team:core", "service:api"),
        4: body("business_unit:a", "business_unit:b", "team:quotes", "service:api"),
        5: body(),
    }

    places = place_all(bodies, PLACING)

    assert places[2] == Place("motor", "unowned", "api", "no tag `team`", inferred=True)
    assert places[3] == Place("motor", "core", "api", inferred=True)
    assert (places[4].unit, places[4].why_not) == ("unplaced", "several tags `business_unit`")
    assert (places[5].unit, places[5].file, places[5].inferred) == ("unplaced", "general", False)


def test_where_the_others_of_a_service_differ_nothing_is_inferred() -> None:
    bodies = {
        1: body("business_unit:motor", "team:a", "service:api"),
        2: body("business_unit:travel", "team:b", "service:api"),
        3: body("service:api"),
    }

    assert place_all(bodies, PLACING)[3].unit == "unplaced"


def test_the_commonest_of_the_usual_tags_are_suggested() -> None:
    bodies = [body("bu:motor", "squad:a", "app:x", "pillar:y") for _ in range(9)] + [body("team:z")]

    placing = suggest(statistics(bodies), len(bodies))

    roles = (placing.unit.tags, placing.team.tags, placing.file.tags)
    assert roles == (("bu",), ("squad", "team"), ("app",))


def test_where_the_team_stands_for_the_unit_every_tag_of_a_team_does() -> None:
    shares = [TagShare("team", 60, 6), TagShare("squad", 10, 4)]

    placing = suggest(shares, 100)

    assert placing.unit.tags == placing.team.tags == ("team", "squad")


def test_a_few_team_tags_name_teams_and_not_units() -> None:
    bodies = [body("team:a"), *(body() for _ in range(20))]

    placing = suggest(statistics(bodies), len(bodies))

    assert (placing.unit.tags, placing.team.tags) == ((), ("team",))


def test_a_unit_that_is_another_one_under_a_longer_name_is_found() -> None:
    assert alike(["data", "data-team", "team", "motor-squad", "x_team", "x"]) == {
        "data-team": "data", "x_team": "x",
    }  # fmt: skip


def test_import_in_the_project_file_renames_values() -> None:
    written = {
        "unit": {"tag": "bu", "names": {"mtr": "motor"}},
        "team": ["team", "owner"],
        "file": None,
    }

    assert read_placing(written) == Placing(
        unit=TagRole(tags=("bu",), names={"mtr": "motor"}), team=TagRole(tags=("team", "owner"))
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Motor Insurance & Co.", "motor-insurance-co"),
        ("Zürich – Büro", "zurich-buro"),
        ("監視", ""),
        ("a" * 80, "a" * 60),
        ("word " * 30, "word-" * 11 + "word"),
    ],
)
def test_a_text_becomes_a_part_of_a_key(text: str, part: str) -> None:
    assert slug(text) == part
