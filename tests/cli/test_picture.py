"""The picture in the README is made by a script, from a real run."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

from tests.cli.run import environment

ROOT = Path(__file__).parents[2]


def test_the_script_draws_a_plan_that_fetches_nothing(tmp_path: Path) -> None:
    target = tmp_path / "plan.svg"
    subprocess.run(
        [sys.executable, ROOT / ".github" / "picture", target],
        check=True,
        cwd=tmp_path,
        env=environment(),
        timeout=300,
    )
    drawn = target.read_text(encoding="utf-8")
    text = " ".join(" ".join(re.findall(r"<text[^>]*>([^<]*)", unescape(drawn))).split())
    assert "1 to create, 7 to change, 1 to delete" in text
    assert "changed alike" in text
    assert "clone" in text
    assert "url(http" not in drawn
