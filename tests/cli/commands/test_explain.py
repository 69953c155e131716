"""Manual pages: every rule has one, and the name of each finding leads to it."""

from __future__ import annotations

import ast
import functools
import json
import re
from pathlib import Path

import pytest

import monitor_sync
from monitor_sync.cli import rulebook
from monitor_sync.render import manual
from monitor_sync.render.manual import PARTS, Page
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns
from monitor_sync.rules.registry import FAMILIES
from tests.cli.run import run
from tests.cli.test_terminal import on_terminal

PAGES = rulebook.pages()
PACKAGE = Path(monitor_sync.__file__).parent


def test_the_list_has_every_rule_and_counts_them(tmp_path: Path) -> None:
    done = run("explain", cwd=tmp_path)

    assert [page.name for page in PAGES if f"  {page.name} " not in done.stdout] == []
    assert done.stdout.splitlines()[-1].startswith(f"{len(PAGES)} rules in ")


def test_json_has_every_part_of_every_page(tmp_path: Path) -> None:
    entries = json.loads(run("explain", "--format", "json", cwd=tmp_path).stdout)

    assert [entry["rule"] for entry in entries] == [page.name for page in PAGES]
    assert {name for entry in entries for name in entry} == {
        "rule", "severity", "summary", "why", "example", "use_instead", "source",
    }  # fmt: skip
    assert [entry["rule"] for entry in entries if not all(entry.values())] == []


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


@functools.cache
def named() -> dict[str, str]:
    """
    Every name of a rule in the code, with its module. ``*`` stands for what is put in at run time.

    Read from the syntax tree, so that no comment and no docstring counts.
    """
    name = re.compile(rf"(?:{'|'.join(FAMILIES)}|\*)/[a-z0-9.-]+")
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if {"emulator", "datadog"} & {*path.relative_to(PACKAGE).parts}:
            continue  # their texts are Datadog's, and paths such as `…/validate`
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = ""
            if isinstance(node, ast.Constant):
                text = str(node.value)
            elif isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "*"
                    for part in node.values
                )
            if name.fullmatch(text) and not text.endswith(".yaml"):
                names[text] = str(path.relative_to(PACKAGE))
    return names


def test_every_name_that_a_finding_can_have_leads_to_a_page() -> None:
    names, pages = named(), {page.name for page in PAGES}
    made = {name for name in names if name.startswith("*")}

    assert {name: path for name, path in names.items() if name not in pages | made} == {}
    assert made == {"*/refused-by-datadog"}


def test_every_family_that_a_refusal_can_belong_to_has_a_page() -> None:
    tree = ast.parse((PACKAGE / "sync" / "remote_validation_cases.py").read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert said & {*FAMILIES} == {
        page.family for page in PAGES if page.name.endswith("/refused-by-datadog")
    }


def test_every_page_is_of_a_finding_that_there_is() -> None:
    names = named()

    assert [
        page.name
        for page in PAGES
        if page.name not in names and f"*/{page.name.split('/')[1]}" not in names
    ] == []
