"""Runbooks and SOPs that are pages beside the files are looked for, with the heading named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor_sync.app.files import check
from monitor_sync.project.load import Loaded, load

FOLDER = "{folder: runbooks, address: https://git.example/runbooks/}"
FORM = "# Orders\n## What it means for customers\n## What to look at\n## How to mitigate\n"
WHOLE = FORM + "## Whom to call\n"
FLOW = """\
team: shop
monitors:
  m:
    name: m
    query: avg(last_5m):avg:a{*} > 1
    message: m
    runbook: RUNBOOK
"""


def loaded(
    root: Path, runbook: str, page: str | None = WHOLE, *, runbooks: str = FOLDER, sop: str = ""
) -> Loaded:
    texts = {
        "project.yaml": f"project: acme\nrunbooks: {runbooks}\n",
        "teams.yaml": f"teams: {{shop: {{handles: {{chat: '@slack-shop'}}, {sop}}}}}\n",
        "shop/flow.yaml": FLOW.replace("RUNBOOK", runbook),
        **({"runbooks/shop/orders.md": page} if page is not None else {}),
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return load(root)


def wrong_pages(result: Loaded) -> list[tuple[str, int, str]]:
    return [
        (diagnostic.rule, diagnostic.span.line, diagnostic.message)
        for diagnostic in result.diagnostics
    ]


@pytest.mark.parametrize(
    "runbook",
    [
        "shop/orders",
        "shop/orders.md",
        "shop/orders#what-to-look-at",
        "https://git.example/runbooks/shop/orders",
        "https://elsewhere.example/orders#nothing",
    ],
)
def test_a_page_that_is_there_is_no_finding(tmp_path: Path, runbook: str) -> None:
    assert wrong_pages(loaded(tmp_path, runbook)) == []


def test_the_link_is_the_address_with_the_page_as_it_is_written(tmp_path: Path) -> None:
    monitor = loaded(tmp_path, "shop/orders.md#whom-to-call").project.monitors["shop/flow/m"]

    assert monitor.runbook == "https://git.example/runbooks/shop/orders.md#whom-to-call"


def test_a_missing_page_stands_at_the_line_that_names_it(tmp_path: Path) -> None:
    path = (tmp_path / "runbooks/shop/order.md").as_posix()

    assert wrong_pages(loaded(tmp_path, "shop/order")) == [
        ("references/no-such-runbook", 7, f"there is no page {path}")
    ]


def test_a_missing_heading_says_which_is_near(tmp_path: Path) -> None:
    result = loaded(tmp_path, "shop/orders#what-to-lok-at")

    assert wrong_pages(result) == [
        ("references/no-such-heading", 7, "`shop/orders` has no heading `#what-to-lok-at`")
    ]
    assert "what-to-look-at" in result.diagnostics[0].hint


def test_a_page_without_its_form_is_a_note_on_the_page(tmp_path: Path) -> None:
    result = loaded(tmp_path, "shop/orders", FORM)

    assert wrong_pages(result) == [
        ("hygiene/runbook-form", 1, "the runbook does not say: Whom to call")
    ]
    assert result.diagnostics[0].span.path.endswith("runbooks/shop/orders.md")


@pytest.mark.parametrize(
    ("sop", "rules"),
    [
        ("sop: runbooks/shop/orders.md", []),
        ("sop: 'https://wiki.example/on-call'", []),
        ("sop: runbooks/none.md", ["references/no-such-sop"]),
        ("sop: 'runbooks/shop/orders.md#none'", ["references/no-such-heading"]),
    ],
)
def test_an_sop_is_looked_for_below_the_projects_folder(
    tmp_path: Path, sop: str, rules: list[str]
) -> None:
    assert [rule for rule, _, _ in wrong_pages(loaded(tmp_path, "shop/orders", sop=sop))] == rules


def test_where_runbooks_are_elsewhere_no_page_is_looked_for(tmp_path: Path) -> None:
    assert wrong_pages(loaded(tmp_path, "none", None, runbooks="https://wiki.example/")) == []


@pytest.mark.parametrize(
    "runbooks", ["runbooks", "{folder: runbooks}", "{folder: /etc, address: https://a.example}"]
)
def test_a_folder_says_where_its_pages_are_read(tmp_path: Path, runbooks: str) -> None:
    assert "error" in {
        diagnostic.severity.label
        for diagnostic in loaded(tmp_path, "a", runbooks=runbooks).diagnostics
    }


def test_it_can_be_silenced_beside_the_monitor_and_by_the_policy(tmp_path: Path) -> None:
    ignored = "none\n    ignore: [{rule: references/no-such-runbook, reason: in the wiki}]"
    off = f'{FOLDER}\npolicy: {{severity: {{references/no-such-runbook: "off"}}}}'
    for result in (loaded(tmp_path, ignored), loaded(tmp_path, "none", runbooks=off)):
        rules = {diagnostic.rule for diagnostic in check(result)}
        assert not any(rule.startswith(("references/", "hygiene/unused")) for rule in rules)


@pytest.mark.parametrize(
    ("runbook", "sop"),
    [("../../outside", "runbooks/shop/orders.md"), ("shop/orders", "../outside.md"),
     ("link/outside", "runbooks/shop/orders.md"), ("shop/pipe", "runbooks/shop/pipe.md")],
)  # fmt: skip
def test_no_page_outside_the_folder_is_read_and_nobody_waits_for_a_pipe(
    tmp_path: Path, runbook: str, sop: str
) -> None:
    root = tmp_path / "monitors"
    (root / "runbooks/shop").mkdir(parents=True)
    (root / "runbooks/link").symlink_to(tmp_path)
    os.mkfifo(root / "runbooks/shop/pipe.md")
    (tmp_path / "outside.md").write_text("# A secret\n")

    result = loaded(root, f"{runbook}#none", sop=f"sop: '{sop}#none'")

    hints = [diagnostic.hint for diagnostic in result.diagnostics]
    assert any("there is no page" in message for _, _, message in wrong_pages(result))
    assert not any("a-secret" in hint for hint in hints)
