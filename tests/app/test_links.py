"""Links to runbooks and SOPs that lead nowhere are findings; what is not known is not checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor_sync.app import Target, links
from monitor_sync.app.remote_checks import Answers
from monitor_sync.http.link import GONE, LOGIN, THERE, LinkAnswer
from monitor_sync.project.load import load

FLOW = """\
team: shop
monitors:
  a: {name: a, query: 'avg(last_5m):avg:a{*} > 1', message: m, runbook: orders#slow}
  b: {name: b, query: 'avg(last_5m):avg:b{*} > 1', message: m, runbook: orders#fast}
  c: {name: c, query: 'avg(last_5m):avg:c{*} > 1', message: m, runbook: gone}
  d: {name: d, query: 'avg(last_5m):avg:d{*} > 1', message: m, runbook: secret}
"""
BY_PAGE = {"orders": THERE, "gone": GONE, "secret": LOGIN, "sop": GONE}

Ask = Callable[..., Answers]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    root = tmp_path / "monitors"
    for name, text in {
        "project.yaml": "project: acme\nrunbooks: https://wiki.example/\n",
        "teams.yaml": "teams: {shop: {sop: 'https://wiki.example/sop'}}\n",
        "shop/flow.yaml": FLOW,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    def asking(addresses: list[str], **given: object) -> Answers:
        def answer(address: str) -> LinkAnswer:
            addresses.append(address)
            return BY_PAGE[address.rpartition("/")[2]]

        environ = {"XDG_STATE_HOME": str(tmp_path / "state"), **given.pop("environ", {})}  # type: ignore[dict-item] # of a test
        return links.check(root, load(root), Target(environ=environ), ask=answer, **given)  # type: ignore[arg-type] # of a test

    return asking


def test_each_address_is_asked_for_once_and_a_dead_one_stands_at_its_lines(ask: Ask) -> None:
    requested: list[str] = []
    answers = ask(requested)

    assert sorted(requested) == [f"https://wiki.example/{page}" for page in sorted(BY_PAGE)]
    assert [
        (finding.rule, Path(finding.span.path).name, finding.span.line, finding.key)
        for finding in answers.diagnostics
    ] == [
        ("references/dead-link", "flow.yaml", 5, "shop/flow/c"),
        ("references/dead-link", "teams.yaml", 1, ""),
    ]
    assert answers.said == [
        "3 links checked: 2 lead nowhere.",
        "Not checked: 1 link (behind a login).",
    ]


def test_what_led_somewhere_is_not_asked_for_again_that_day_and_no_address_is_kept(
    ask: Ask, tmp_path: Path
) -> None:
    ask([])
    again: list[str] = []
    answers = ask(again)

    assert "https://wiki.example/orders" not in again
    assert len(again) == 3
    assert answers.said[0] == "3 links checked: 2 lead nowhere."
    (kept,) = (tmp_path / "state").rglob("links.json")
    assert "wiki" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_damaged_cache_is_as_none(ask: Ask, tmp_path: Path) -> None:
    ask([])
    (kept,) = (tmp_path / "state").rglob("links.json")
    kept.write_text('["what"]')
    again: list[str] = []
    ask(again)

    assert len(again) == 4


def test_a_selection_asks_for_its_own_links_alone(ask: Ask) -> None:
    requested: list[str] = []
    ask(requested, keys={"shop/flow/a"})

    assert requested == ["https://wiki.example/orders"]


def test_a_run_asks_for_so_many_and_says_what_it_left_out(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    requested: list[str] = []
    answers = ask(requested)

    assert len(requested) == 1
    assert "3 links (not asked for: a run asks for 1 in 120 s)" in answers.said[-1]


def test_a_host_that_does_not_answer_is_not_asked_for_each_of_its_pages(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_WORKERS", 1)
    monkeypatch.setitem(BY_PAGE, "orders", LinkAnswer("unknown", "no connection", of_host=True))
    requested: list[str] = []
    answers = ask(requested)

    assert requested == ["https://wiki.example/orders"]
    assert answers.said == ["Not checked: 4 links (no connection)."]


def test_behind_a_proxy_nothing_is_asked(ask: Ask) -> None:
    requested: list[str] = []
    answers = ask(requested, environ={"HTTPS_PROXY": "http://proxy.example:3128"})

    assert requested == []
    assert answers.said[0].startswith("Not checked: 4 links (HTTPS_PROXY is set")
