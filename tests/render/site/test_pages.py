"""A site is complete in itself, names nobody, and lets nobody put anything into it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from monitor_sync.app.on_call import VerifiedPaths
from monitor_sync.incidents import ResponseTarget
from monitor_sync.model import Team
from monitor_sync.oncall.path import OnCall, PagingPath, PathStep
from monitor_sync.render.site.environment import breakable, markdown
from monitor_sync.render.site.places import targets
from tests.insight.response.history import PAGER, monitor
from tests.render.site.facts import MADE, MOTOR, site

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)


def test_every_page_loads_and_leads_to_what_is_there_and_to_nothing_elsewhere() -> None:
    files = site()
    for name, text in files.items():
        if not name.endswith(".html"):
            continue
        for tag, attributes in Tags(text).tags:
            for attribute in ("src", "href"):
                address = attributes.get(attribute)
                if address is None or address.startswith("#"):
                    continue
                loads = tag in ("script", "link", "img")
                assert not (loads and "://" in address), address
                if "://" not in address:
                    path = normpath(join(dirname(name), unquote(address.partition("#")[0])))
                    assert path in files, f"{name}: {address}"


def test_a_browser_is_told_to_load_our_files_only() -> None:
    page = site()["index.html"]
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)

    assert "default-src &#39;none&#39;" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert not any(name[:2] == "on" for _, given in Tags(page).tags for name in given)


def test_what_a_browser_runs_that_is_not_ours_has_the_hash_that_its_page_says() -> None:
    files = site()
    vendored = dict(re.findall(r"\| `(\S+)` \|.*`([0-9a-f]{64})`", files["assets/VENDORED.md"]))

    assert set(vendored) == {"d3.min.js", "plot.umd.min.js"}
    for name, digest in vendored.items():
        assert hashlib.sha256(files[f"assets/{name}"].encode()).hexdigest() == digest


def test_nothing_that_people_write_becomes_a_tag_or_ends_a_script() -> None:
    evil = monitor(
        f"motor/api/{EVIL}", EVIL, team=EVIL, runbook="javascript:alert(3)", body={"name": EVIL}
    )
    team = Team(name=EVIL, title=EVIL, on_call=EVIL, sop="javascript:alert(4)")
    files = site(evil, teams={EVIL: team}, notes=(EVIL,), not_checked={EVIL: EVIL})

    for name, text in files.items():
        if name.startswith("assets/"):
            continue
        assert "<script>alert" not in text, name
        assert "<img" not in text, name
        tags = Tags(text).tags if name.endswith(".html") else []
        assert not any((given.get("href") or "").startswith("javascript") for _, given in tags)
        assert all(given.get("src") or given.get("type") for tag, given in tags if tag == "script")
    assert all(re.fullmatch(r"[a-zA-Z0-9._/-]+", name) for name in files)
    (data,) = Tags(files["monitors.html"]).scripts
    assert json.loads(data)["monitors"][0][0] == evil.key


def test_an_sop_is_markdown_in_which_html_is_text() -> None:
    text = (
        "# On call\n\n<b onclick=x>bold</b> [x](javascript:alert(1)) ![y](https://track.er/y.png)"
    )
    page = site(sops={"motor": text})["teams/motor.html"]

    assert "<h3>On call</h3>" in page
    assert "&lt;b onclick=x&gt;" in page
    assert 'javascript:alert(1)"' not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("![a <map>](https://e/y.png)", '<a href="https://e/y.png">[image: a &lt;map&gt;]</a>'),
        ("![map](local.png)", "[image: map]"),
        ("![](local.png)", "[image]"),
        ("[![map](https://e/y.png)](https://e)", '<a href="https://e">[image: map]</a>'),
        ('![x](<https://e/"onload="x>)', '<a href="https://e/%22onload=%22x">[image: x]</a>'),
    ],
)
def test_an_image_in_an_sop_is_told_in_words_and_loaded_by_nobody(written: str, shown: str) -> None:
    assert markdown(written) == f"<p>{shown}</p>\n"


def test_a_key_breaks_between_its_parts_and_stays_text() -> None:
    assert breakable("motor/a<b>.c_d-e") == "motor/<wbr>a&lt;b&gt;.<wbr>c_<wbr>d-e"


@pytest.mark.parametrize("names", [True, False])
def test_no_address_of_a_person_is_on_the_site_unless_names_are_wanted(names: bool) -> None:
    declared = monitor("motor/api/errors", "Ask ann.lee@acme.example. @bob@acme.example")
    files = site(declared, sops={"motor": "Call ann.lee@acme.example."}, names=names)

    assert names == any("ann.lee" in text or "bob@" in text for text in files.values())


def test_what_was_not_checked_is_said_on_each_page_and_no_number_stands_for_it() -> None:
    files = site()

    pages = {name: text for name, text in files.items() if name.endswith(".html")}
    assert all("Not checked: who is on call (no keys)." in text for text in pages.values())
    assert "alerts not checked" in pages["index.html"]
    assert "how often these monitors alerted is not known" in pages["teams/motor.html"]
    assert '<td class="number">?</td>' in pages["index.html"]
    assert "not checked" in files["data/monitors-0.js"]


def test_the_overview_with_all_that_it_loads_is_below_a_megabyte() -> None:
    teams = {f"t{n}": Team(name=f"t{n}", title=f"Team {n}", on_call="x") for n in range(60)}
    monitors = [monitor(f"motor/api/m{n}", team=f"t{n % 60}") for n in range(600)]
    files = site(*monitors, teams=teams)
    loaded = ["index.html", "assets/site.css", "assets/site.js", "assets/d3.min.js"]

    assert (
        sum(len(files[name].encode()) for name in [*loaded, "assets/plot.umd.min.js"]) < 1_000_000
    )


def test_targets_are_told_as_they_hold_today_and_later() -> None:
    urgent = frozenset({1, 2})
    before = ResponseTarget(priorities=urgent, acknowledge=1800, resolve=10800)
    now = ResponseTarget(priorities=urgent, start=date(2026, 10, 5), acknowledge=300, resolve=5400)
    later = ResponseTarget(priorities=urgent, start=date(2027, 1, 1), acknowledge=120)
    others = ResponseTarget(resolve=86400)
    team = replace(MOTOR, targets=(later, now, before, others))

    assert targets(team, MADE.date()) == [
        "P1, P2: 2m to acknowledge (from 2027-01-01)",
        "P1, P2: 5m to acknowledge, 1h30 to resolve",
        "all others: 1d to resolve",
    ]
    assert targets(MOTOR, MADE.date()) == ["every priority: 5m to acknowledge, 1h30 to resolve"]


def test_how_on_call_works_is_told_from_teams_routing_and_targets() -> None:
    page = site()["on-call.html"]

    assert "Motor quotes" in page
    assert "@webhook-zenduty-motor" in page
    rows = re.findall(r'<th scope="row">(P1, P2|all others)</th><td>([^<]+)</td>', page)
    assert rows == [("P1, P2", "pager, chat"), ("all others", "chat")]


def test_a_monitor_unfolds_to_what_it_means_whom_it_tells_and_its_yaml() -> None:
    text = site(tests={"motor/api/errors": ("half as many",)})["data/monitors-0.js"]
    (details,) = json.loads(text.removeprefix("monitorDetails(0,").removesuffix(");\n"))

    assert details["means"] == ["@webhook-zenduty-motor"]
    assert details["tells"][0].endswith(": @webhook-zenduty-motor")
    assert details["tests"] == ["half as many"]
    assert details["file"] == "monitors/motor/api.yaml:3"
    assert "query: avg(last_5m):avg:a{*} > 1" in details["yaml"]


def test_teams_whose_names_differ_in_what_no_file_name_may_have_are_two_files() -> None:
    teams = {name: Team(name=name, title=name, on_call="x") for name in ("a/b", "a:b", "..")}
    names = [name for name in site(teams=teams) if name.startswith("teams/")]

    assert len(names) == 4
    assert not any(".." in name for name in names)


def test_the_motor_team_says_what_to_mend_first() -> None:
    page = site(teams={"motor": MOTOR})["teams/motor.html"]

    assert "1 monitor is P1 or P2 and has no unit test" in page
    assert "1 monitor has no runbook" in page


@pytest.mark.parametrize("names", [True, False])
def test_who_is_on_call_is_named_only_where_names_are_wanted(names: bool) -> None:
    step = PathStep(step="person", name="Ann Lee", status="ok")
    path = PagingPath(
        team="motor",
        handle=PAGER,
        tool="zenduty",
        states=("alert",),
        monitors=1,
        steps=(step,),
        on_call=(OnCall(name="Ann Lee", until=MADE),),
    )
    files = site(paths=VerifiedPaths(paths=(path,), at=MADE), names=names)

    page = " ".join(files["teams/motor.html"].split())
    who = "Ann Lee" if names else "somebody"
    assert f"{who} until 2026-11-02 12:00 UTC <span" in page
    assert "as of 2026-11-02 12:00 UTC" in page
    assert names == any("Ann Lee" in text for text in files.values())
