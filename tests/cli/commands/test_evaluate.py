"""``evaluate`` on the command line: what its help says works, and a wrong line is found."""

from __future__ import annotations

import json

from click.testing import CliRunner

from monitor_sync.cli import main


def test_the_line_in_the_help_is_answered() -> None:
    help_ = CliRunner().invoke(main, ["evaluate", "--help"]).stdout
    line = help_[help_.index('{"id"') : help_.index("\n\nOptions")].replace("\n", "")

    answer = CliRunner().invoke(main, ["evaluate"], input=line)

    assert json.loads(answer.stdout)["state"] == "ALERT"


def test_a_wrong_line_is_named_by_its_number() -> None:
    lines = '{"id": 7, "query": "avg(", "at": "2026-11-02T10:05:00Z"}\n\nnonsense\n'

    answer = CliRunner().invoke(main, ["evaluate"], input=lines)
    explained = CliRunner().invoke(main, ["evaluate", "--explain"], input=lines)

    assert [json.loads(line)["line"] for line in answer.stdout.splitlines()] == [1, 3]
    assert explained.stdout.startswith("error: line 1: ")
    assert "\nerror: line 3: the line is no JSON" in explained.stdout
    assert answer.exit_code == explained.exit_code == 3
