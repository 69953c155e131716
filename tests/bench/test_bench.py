"""The bench runs, and what it builds is what it says. Nothing here depends on the clock."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from monitor_sync.project.load import load
from tests.bench.__main__ import ROOT
from tests.bench.estate import SHAPES, Shape, build

pytestmark = pytest.mark.early


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.yaml")}


@pytest.fixture(scope="module")
def printed() -> str:
    """What a small bench prints."""
    command = [sys.executable, "-m", "tests.bench", "30", "--rounds", "1"]
    command += ["--peer", f"another tool={sys.executable} -c pass"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "PYTHONPYCACHEPREFIX": ""},  # what the tests have compiled already
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def requests(printed: str, name: str) -> int:
    (line,) = re.findall(rf"^{re.escape(name)}  .*$", printed, re.MULTILINE)
    return int(line.split()[-1])


def test_a_plan_is_one_listing_and_the_tag_policies_where_it_would_write(printed: str) -> None:
    assert requests(printed, "plan, no change") == 1
    assert requests(printed, "plan, 1 % changed") == 2


def test_validate_asks_datadog_nothing(printed: str) -> None:
    assert requests(printed, "validate") == 0


def test_the_last_line_of_the_bench_tells_the_ratios_to_the_floor(printed: str) -> None:
    ratio = r"\d+\.\d\d"
    assert re.fullmatch(
        rf"30 monitors, templates: read and expand {ratio}; validate {ratio};"
        rf" plan, no change {ratio}; plan, files cached {ratio};"
        rf" plan, 1 % changed {ratio}; another tool {ratio} times the floor of {ratio} s;"
        rf" validate {ratio} times reading and expanding",
        printed.splitlines()[-1],
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("monitors", [30, 250, 1000])
def test_an_estate_holds_as_many_monitors_as_asked_for(
    tmp_path: Path, monitors: int, shape: Shape
) -> None:
    estate = build(tmp_path, monitors, shape=shape)
    loaded = load(tmp_path)

    assert [diagnostic.message for diagnostic in loaded.diagnostics] == []
    assert len(loaded.project.monitors) == estate.monitors == monitors
    assert len(loaded.project.business_units) == 12


def test_three_monitors_come_from_templates_for_each_written_by_hand(tmp_path: Path) -> None:
    estate = build(tmp_path, 1000)
    files = [yaml.load(text, Loader=yaml.CSafeLoader) for text in contents(tmp_path).values()]
    by_hand = sum(
        "for_each" not in monitor
        for file in files
        if "item" not in file
        for monitor in file.get("monitors", {}).values()
    )

    assert by_hand == estate.hand_written == 250


def test_the_same_number_gives_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path / "one", 300)
    build(tmp_path / "other", 300)

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_the_changed_estate_differs_in_one_monitor_of_a_hundred(tmp_path: Path) -> None:
    same, changed = tmp_path / "same/monitors", tmp_path / "changed/monitors"
    build(same, 1000)
    estate = build(changed, 1000, changed=True)
    before, after = load(same).project, load(changed).project
    different = {
        key for key, monitor in before.monitors.items() if monitor.body != after.monitors[key].body
    }

    assert len(different) == estate.changed == 10
    assert all(
        before.monitors[key].query != after.monitors[key].query
        and before.monitors[key].body["options"]["thresholds"]["critical"]
        != after.monitors[key].body["options"]["thresholds"]["critical"]
        for key in different
    )


def test_an_explicit_estate_has_no_holes_but_those_that_name_members(tmp_path: Path) -> None:
    build(tmp_path, 200, shape="explicit")
    monitors = b"".join(text for path, text in contents(tmp_path).items() if "flow-" in path)

    assert re.findall(rb"\$\{(?!id:)", monitors) == []


def test_every_monitor_of_the_estate_with_findings_has_one(tmp_path: Path) -> None:
    build(tmp_path, 60, shape="findings")
    command = [sys.executable, "-m", "monitor_sync", "--root", str(tmp_path), "validate"]
    done = subprocess.run(
        [*command, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    warned = {finding["key"] for finding in json.loads(done.stdout)}

    assert len(warned) >= 59  # one is a composite
