"""The demo keeps its promises: no key, every claim checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run

pytestmark = pytest.mark.early

ROOT = Path(__file__).parents[3]


def test_the_demo_tells_the_whole_story_without_keys(tmp_path: Path) -> None:
    done = run("demo", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stdout
    assert "options.thresholds.critical" in done.stdout
    assert "clone #" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("every claim checked.")


def test_the_demo_runs_on_other_monitors_too(project: Path) -> None:
    path = project / "monitors" / "motor" / "flow.yaml"
    path.write_text(path.read_text().replace("<", ">"))
    done = run("demo", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "1 created" in done.stdout


def test_a_demo_without_a_threshold_to_raise_says_so(project: Path) -> None:
    done = run("demo", cwd=project)
    assert done.returncode == 2
    assert "the demo needs a monitor with a critical threshold" in done.stderr
