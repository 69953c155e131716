"""What a pull request may have forged is checked, and named where it is not what we write."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import job_files
from monitor_sync.app.pages import About
from monitor_sync.errors import UsageError
from monitor_sync.render import comment

FINDING = {
    "rule": "r", "severity": "error", "message": "m", "file": "f", "line": 1, "column": 1,
    "end_column": 2, "hint": None, "key": None,
}  # fmt: skip


def findings(folder: Path, **changed: Any) -> Path:
    file = folder / "findings.json"
    file.write_text(json.dumps([{**FINDING, **changed}]))
    return file


def test_what_validate_writes_is_read(tmp_path: Path) -> None:
    (finding,) = job_files.findings(findings(tmp_path, key="a/b/c"))

    assert (finding.rule, finding.severity.label, str(finding.span)) == ("r", "error", "f:1:1")
    assert (finding.key, finding.hint) == ("a/b/c", "")


@pytest.mark.parametrize(
    "changed",
    [
        {"line": "1\n::add-mask::x"}, {"line": -1}, {"line": 10**30}, {"message": 7},
        {"file": ["f"]}, {"key": [[]]}, {"severity": "worst"}, {"file": "\ud800"}, {"rule": None},
        {"file": "f" * 5000},
    ],
)  # fmt: skip
def test_a_forged_finding_is_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="holds no findings"):
        job_files.findings(findings(tmp_path, **changed))


def test_a_file_that_is_not_utf_8_holds_no_findings(tmp_path: Path) -> None:
    file = findings(tmp_path, message="\u00e9")
    file.write_bytes(file.read_bytes().replace(b"\\u00e9", b"\xe9"))
    with pytest.raises(UsageError, match="holds no findings"):
        job_files.findings(file)


def test_words_of_any_length_do_not_flood_the_page(tmp_path: Path) -> None:
    long = "x" * 70_000
    named = job_files.findings(findings(tmp_path, rule=long, message=long, key=long))

    assert len(comment.without_plan("none", About(findings=named))) < 2_000


def test_nobody_waits_for_a_pipe_or_reads_a_device_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(UsageError, match="it is no regular file"):
            job_files.text(place)
