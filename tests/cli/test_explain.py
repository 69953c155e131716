"""Manual pages: every rule has one, and the name of each finding leads to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor_sync.cli import rulebook
from monitor_sync.render import manual
from monitor_sync.render.manual import PARTS, Page
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns
from tests.cli.run import environment, run
from tests.cli.test_terminal import on_terminal

PAGES = rulebook.pages()


def test_the_list_has_every_rule_and_counts_them(tmp_path: Path) -> None:
    done = run("explain", cwd=tmp_path)

    assert [page.name for page in PAGES if f"  {page.name} " not in done.stdout] == []
    assert done.stdout.splitlines()[-1].startswith(f"{len(PAGES)} rules in ")


def test_json_has_every_part_of_every_page(tmp_path: Path) -> None:
    entries = json.loads(run("explain", "--format", "json", cwd=tmp_path).stdout)

    assert [each["rule"] for each in entries] == [page.name for page in PAGES]
    assert {name for each in entries for name in each} == {
        "rule", "severity", "summary", "why", "example", "use_instead", "source",
    }  # fmt: skip
    assert [each["rule"] for each in entries if not all(each.values())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_fits_the_terminal_and_has_all_parts(page: Page) -> None:
    text = manual.text(page, Style(width=80))

    assert [part for part in PARTS if f"\n  {part} " not in text] == []
    words = [word for line in text.splitlines() if columns(line) > 80 for word in line.split()]
    assert not words or max(map(columns, words)) > 60, text


def test_code_is_coloured_on_a_terminal(tmp_path: Path) -> None:
    shown, code = on_terminal("explain", "tags/reserved", cwd=tmp_path)
    assert code == 0
    assert "\x1b[36m`tags: {business_unit: travel}`\x1b[0m" in shown


def test_a_mistyped_rule_is_exit_2_with_what_was_meant(tmp_path: Path) -> None:
    done = run("explain", "tags/resrved", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean tags/reserved?" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no bash there")
def test_bash_completes_commands_options_and_rules(tmp_path: Path) -> None:
    for words, expected in (
        (["expl"], ["explain"]),
        (["validate", "--fail-on", "w"], ["warning"]),
        (["explain", "tags/res"], ["tags/reserved"]),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "monitor_sync"],
            cwd=tmp_path,
            env=environment(
                {
                    "_MONITOR_SYNC_COMPLETE": "bash_complete",
                    "COMP_WORDS": " ".join(["monitor-sync", *words]),
                    "COMP_CWORD": str(len(words)),
                    "PATH": os.environ["PATH"],
                }
            ),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert [line.split(",", 1)[1] for line in done.stdout.split()] == expected
