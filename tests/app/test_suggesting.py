"""``import --suggest``: what declared monitors have in common is shown, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import suggest
from monitor_sync.app.failures import WrongFiles
from monitor_sync.render import suggesting

SERVICES = ("quotes", "pricing", "documents")


def monitor(service: str, more: str = "") -> str:
    return f"""\
  {service}-fails:
    name: "{service}: requests fail"
    query: "sum(last_5m):sum:app.errors{{service:{service}}}.as_count() > ${{critical}}"
    thresholds: {{critical: 5}}
    priority: 3
    message: Look at the newest deployment of {service}.
{more}"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "project.yaml": "project: acme\n",
        "teams.yaml": "teams:\n  motor: {name: Motor}\n",
        "motor/business-unit.yaml": "name: Motor\nteam: motor\n",
        "motor/app.yaml": "monitors:\n" + "".join(map(monitor, SERVICES)),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_monitors_of_one_file_are_shown_as_one_with_items_that_keep_their_ids(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    suggested = suggest(root)
    assert suggested.texts == {
        "motor/app.yaml": """\
monitors:
  fails:
    for_each:
      service:
        quotes: {moved_from: quotes-fails}
        pricing: {moved_from: pricing-fails}
        documents: {moved_from: documents-fails}
    name: "${service}: requests fail"
    query: sum(last_5m):sum:app.errors{service:${service}}.as_count() > ${critical}
    thresholds: {critical: 5}
    priority: 3
    message: Look at the newest deployment of ${service}.
"""
    }
    assert suggested.replaced == {"motor/app.yaml": [f"{service}-fails" for service in SERVICES]}
    assert suggested.lines == 18
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before


def test_a_monitor_whose_identity_is_changing_is_left_alone(root: Path) -> None:
    file = root / "motor/app.yaml"
    entries = [monitor(name, f"    adopt: {number}\n") for number, name in enumerate(SERVICES, 9)]
    file.write_text("monitors:\n" + "".join(entries))
    assert suggest(root).texts == {}


def test_where_nothing_is_shared_that_is_said(root: Path) -> None:
    (root / "motor/app.yaml").write_text("monitors:\n" + monitor("quotes"))
    assert suggesting.text(suggest(root)) == (
        "1 monitor: no template would save lines."
        " Those written out one by one have too little in common.\n"
    )


def test_wrong_files_are_refused(root: Path) -> None:
    (root / "motor/app.yaml").write_text("monitors: {a: {name: 1, query: []}}\n")
    with pytest.raises(WrongFiles):
        suggest(root)
