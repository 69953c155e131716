"""Where each value of a monitor comes from."""

from __future__ import annotations

from pathlib import Path

from tests.project.builders import PROJECT, read
from tests.project.test_expand import used


def test_explain_names_the_level_file_and_line_of_each_value(tmp_path: Path) -> None:
    files = used("  - {template: api, for_each: {x: {errors: {thresholds: {critical: 9}}}}}")
    files["project.yaml"] = PROJECT + "defaults: {options: {timeout_h: 1}}\n"

    origins = {
        explanation.field: (
            explanation.layer,
            explanation.span and f"{Path(explanation.span.path).name}:{explanation.span.line}",
        )
        for explanation in read(tmp_path, files).explain("motor/apis/x.errors")
    }

    assert origins["name"] == ("template api", "api.yaml:8")
    assert origins["options.thresholds.critical"] == ("item x", "apis.yaml:2")
    assert origins["options.timeout_h"] == ("project", "project.yaml:4")
    assert origins["tags.env:production"] == ("project", "project.yaml:2")
    assert origins["tags.layer:api"] == ("template api", "api.yaml:13")
    assert origins["tags.team:motor-quotes"] == ("business unit", "business-unit.yaml:2")
    assert origins["tags.on_call:motor-quotes"] == ("monitor-sync", None)
    assert origins["type"] == ("monitor-sync", None)
