"""What reading the files yields has manual pages as rules have."""

from __future__ import annotations

import re
from pathlib import Path

import monitor_sync
from monitor_sync.diagnostics import Severity
from monitor_sync.project.load import load
from monitor_sync.project.rca import read_register
from monitor_sync.render.manual import PARTS, page_of
from monitor_sync.rules.file_rules import PAGES
from monitor_sync.rules.registry import FAMILIES, every

PACKAGE = Path(monitor_sync.__file__).parent
NAME = re.compile(rf'"((?:{"|".join(FAMILIES)})/[a-z0-9.-]+)"')


def named(*paths: Path) -> set[str]:
    """The names of rules in some modules."""
    return {name for path in paths for name in NAME.findall(path.read_text(encoding="utf-8"))}


def test_every_name_that_reading_yields_has_a_page_and_every_page_a_name() -> None:
    yielded = named(*(PACKAGE / "project").glob("*.py"), PACKAGE / "rules" / "suppression.py")
    ours = {rule.name for rule in every()}

    assert yielded - ours == {page.name for page in PAGES}


def test_every_page_has_all_its_parts() -> None:
    pages = [page_of(page.name, page.severity, page.page) for page in PAGES]

    assert [page.name for page in pages if [*page.parts] != [*PARTS]] == []
    assert [page.name for page in pages if not page.summary.endswith(".")] == []


def test_what_reading_only_warns_or_notes_is_that_on_its_page(tmp_path: Path) -> None:
    files = {
        "project.yaml": "project: acme\ntags: {env: production}\n"
        "limits: {units: {travel: {deletes: 50%}}}\npolicy: {paging_approval: true}\n"
        "runbooks: {folder: runbooks, address: 'https://git.example/'}\n",
        "teams.yaml": "teams: {motor: {name: Motor, sop: none, handles: {chat: '@slack-motor'}}}\n",
        "runbooks/page.md": "# Page\n",
        "motor/flow.yaml": "team: motor\nmonitors:\n  m:\n    name: m\n"
        "    message: >-\n      One.\n\n      Two.\n"
        "    query: avg(last_5m):avg:a{*} > 1\n    priority: 0\n    overall_state: OK\n"
        "    tags: {team: life, version: 1.10}\n    options: {renotify_interval: '0'}\n"
        "    raw_options: {x: 1}\n    runbook: none\n"
        "  n: {name: n, query: 'avg(last_5m):avg:a{*} > 1', runbook: page}\n"
        "  o: {name: o, query: 'avg(last_5m):avg:a{*} > 1', runbook: page#none}\n",
        "motor/lost.tests.yaml": "tests: []\n",
        "motor/rca/a.md": "---\nincident: 1\nteam: gone\ncause: c\n---\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)

    loaded = load(tmp_path)
    said = (*loaded.diagnostics, *read_register(tmp_path, loaded.project)[1])
    severities = {diagnostic.rule: diagnostic.severity for diagnostic in said}

    warnings = {page.name: page.severity for page in PAGES if page.severity < Severity.ERROR}
    assert severities == warnings
