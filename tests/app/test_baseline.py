"""What a project lives with is kept in a file; only what is new is shown and fails."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner, Result

from monitor_sync.app import baseline
from monitor_sync.cli import main
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.errors import UsageError
from tests.project.builders import write

OLD = "monitors:\n  old: {name: old, query: 'avg(last_5m):avg:a{*} > 1', message: ''}\n"
NEW = "  new: {name: new, query: 'avg(last_5m):agv:a{*} > 1', message: m}\n"


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command), prog_name="monitor-sync")


def rules(result: Result) -> list[tuple[str, str]]:
    return [(finding["key"], finding["rule"]) for finding in json.loads(result.stdout)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "monitors", {"motor/flow.yaml": OLD})
    assert run("validate --baseline known.json --write-baseline").exit_code == 0
    return tmp_path


def test_only_what_the_file_does_not_hold_is_shown(project: Path) -> None:
    assert len(json.loads((project / "known.json").read_text())) > 1
    nothing = run("validate --baseline known.json --show note --fail-on note --format json")
    assert (rules(nothing), nothing.exit_code) == ([], 0)

    write(project / "monitors", {"motor/flow.yaml": "# moved\n\n" + OLD + NEW})

    result = run("validate --baseline known.json --format json")
    assert {key for key, _ in rules(result)} == {"motor/flow/new"}
    assert result.exit_code == 3
    everything = run("validate --format json")
    assert {key for key, _ in rules(everything)} == {"motor/flow/new", "motor/flow/old"}


def test_a_finding_in_a_template_that_is_not_shown_is_known_too(project: Path) -> None:
    template = OLD.replace("old", "t")
    use = "use: [{template: one}]\n"
    write(project / "monitors", {"templates/one.yaml": template, "motor/of-one.yaml": use})
    assert run("validate --baseline known.json --write-baseline").exit_code == 0
    assert '"templates/one.yaml"' in (project / "known.json").read_text()

    result = run("validate --baseline known.json --show error --fail-on error")

    assert "mended" not in result.stderr


def test_a_second_finding_of_the_same_words_is_new(project: Path) -> None:
    kept = json.loads((project / "known.json").read_text())
    (project / "known.json").write_text(json.dumps(kept[1:]))

    assert len(rules(run("validate --baseline known.json --show note --format json"))) == 1


def test_of_two_findings_of_the_same_words_a_file_that_holds_one_hides_one() -> None:
    root = PurePosixPath("monitors")
    finding = Diagnostic(
        rule="tags/twice",
        severity=Severity.WARNING,
        message="twice",
        span=Span("monitors/a.yaml", 3),
    )

    new, known, gone = baseline.split(
        [finding, finding], Counter([baseline.known(finding, root)]), root
    )

    assert (new, known, gone) == ([finding], 1, 0)


def test_what_is_mended_is_said(project: Path) -> None:
    (project / "monitors/motor/flow.yaml").write_text(OLD.replace("message: ''", "message: m"))

    assert "that are mended" in run("validate --baseline known.json").stderr


def test_an_error_of_reading_is_in_no_baseline(project: Path) -> None:
    write(project / "monitors", {"motor/flow.yaml": OLD.replace("name: old", "nmae: old")})

    run("validate --baseline known.json --write-baseline")

    result = run("validate --baseline known.json --format json")
    assert ("motor/flow/old", "schema/unknown-key") in rules(result)
    assert result.exit_code == 3


@pytest.mark.parametrize(
    "text", ["", "{}x", '{"a": 1}', "[1]", '[{"rule": 1}]', "null", "[" * 5_000]
)
def test_a_file_that_is_no_baseline_is_a_wrong_command_line(project: Path, text: str) -> None:
    (project / "known.json").write_text(text)

    result = run("validate --baseline known.json")

    assert result.exit_code == 2
    assert "cannot read known.json: it is no baseline" in result.stderr


def test_the_errors_of_reading_that_it_leaves_out_are_counted(project: Path) -> None:
    wrong = OLD.replace("message: ''", "message: '', priority: 9")
    (project / "monitors/motor/flow.yaml").write_text(wrong)

    said = run("validate --baseline known.json --write-baseline").stderr

    assert "and leaves out 1 error of reading: mend these" in said


@pytest.mark.parametrize("command", ["--write-baseline", "--write-baseline --baseline x motor"])
def test_what_is_written_is_everything_and_to_a_file_that_is_named(
    project: Path, command: str
) -> None:
    assert run(f"validate {command}").exit_code == 2
    assert not (project / "x").exists()


def test_nobody_waits_for_a_pipe_or_reads_a_device_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for place in ("pipe", "link"):
        with pytest.raises(UsageError, match="it is no regular file"):
            baseline.read(tmp_path / place)


def test_what_is_added_to_is_a_baseline_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"ours": 1}')

    with pytest.raises(UsageError, match="it is no baseline"):
        baseline.before(tmp_path / "notes.json")
    assert baseline.before(tmp_path / "new.json") is None
