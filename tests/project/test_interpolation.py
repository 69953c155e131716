"""What stands in `${…}` is filled in from what the files know."""

from __future__ import annotations

from pathlib import Path

from tests.project.builders import monitor, one, read


def test_the_units_name_fills_texts_parameters_and_defaults(tmp_path: Path) -> None:
    template = """
item: service
parameters: {owner: {type: string, default: "the ${unit_name} unit"}}
monitors:
  errors:
    {name: "[${unit_name}] ${service}", query: "avg(last_5m):avg:e{*} > 1", message: "${owner}"}
"""
    files = {
        "templates/api.yaml": template,
        "motor/flow.yaml": "use:\n  - {template: api, for_each: [quotes]}\n",
        "life/flow.yaml": "use:\n  - {template: api, team: claims, for_each: [quotes]}\n",
    }

    monitors = read(tmp_path, files).project.monitors

    assert monitors["motor/flow/quotes.errors"].name == "[Motor] quotes"
    assert monitors["motor/flow/quotes.errors"].text == "the Motor unit"
    # a unit without business-unit.yaml is called as its folder
    assert monitors["life/flow/quotes.errors"].name == "[life] quotes"


def test_an_item_of_that_name_wins_over_the_units_name(tmp_path: Path) -> None:
    files = one("for_each: {unit_name: [airline]}\ntags: ['for:${unit_name}']")

    assert "for:airline" in monitor(tmp_path, files, "motor/flow/errors.airline").tags
