"""
The site in a real Chromium, from the disk: search, keyboard, themes, print, axe, injection.

It needs the packages of .ci/browser.in and a Chromium of the system; `.ci/browser` runs it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app import publish
from monitor_sync.model import Team
from monitor_sync.render.site.pages import pages
from tests.insight.response.history import monitor
from tests.render.site.facts import MOTOR, facts, paged, responded

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this system"),
]

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
PAGES = ("index.html", "on-call.html", "monitors.html", "teams/motor.html", "units/motor.html")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@dataclass
class Opened:
    """A page, and what it did that no page should: words on the console, dialogs, requests."""

    page: Any
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    monitors = [monitor(f"motor/api-{number % 7}/errors-{number}") for number in range(300)]
    monitors.append(monitor("motor/flow/conversion-drop", body={"priority": 2}))
    monitors.append(monitor(f"motor/evil/{EVIL}", EVIL, team=EVIL, body={"name": EVIL}))
    teams = {"motor": MOTOR, EVIL: Team(name=EVIL, title=EVIL, on_call=EVIL)}
    to = tmp_path_factory.mktemp("site")
    known = facts(
        *monitors,
        teams=teams,
        sops={"motor": f"# SOP\n\n{EVIL}"},
        names=True,
        responded=responded(title=EVIL),
    )
    publish(to, pages(paged(known)))
    return to


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, folder: Path) -> Iterator[Any]:
    contexts = []

    def open_page(name: str, size: str = "wide", theme: str = "light") -> Opened:
        width, height = SIZES[size]
        viewport = {"width": width, "height": height}
        context = chromium.new_context(viewport=viewport, color_scheme=theme)
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(f"dialog {dialog.message}"))
        seen.page.on("request", lambda sent: _must_be_ours(sent.url, seen))
        seen.page.goto(f"file://{folder}/{name}")
        return seen

    yield open_page
    for context in contexts:
        context.close()


def _must_be_ours(url: str, seen: Opened) -> None:
    if not url.startswith(("file://", "data:")):
        seen.complaints.append(f"asked for {url}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_complains_overflows_or_hinders_anybody(
    opened: Any, name: str, size: str, theme: str
) -> None:
    seen = opened(name, size, theme)
    seen.page.wait_for_load_state("load")

    assert seen.complaints == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    violations = axe.Axe().run(seen.page).response["violations"]
    assert [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_drawn_from_what_their_tables_say(opened: Any, theme: str) -> None:
    page = opened("index.html", theme=theme).page
    figures = page.locator("figure[data-chart]")

    assert figures.count() == 3
    assert page.locator("figure .chart svg[role=img]").count() == 3
    assert page.locator("figure[data-chart=weekly] .chart circle").count() == 2
    page.click("figure[data-chart=weekly] summary >> nth=0")
    assert "7m" in page.inner_text("figure[data-chart=weekly] table >> nth=0")


def test_the_search_finds_every_word_wherever_it_stands(opened: Any) -> None:
    page = opened("monitors.html").page
    assert page.inner_text("#status") == "302 of 302 monitors"

    page.fill("#search", "CONVER")
    assert page.inner_text("#status") == "1 of 302 monitors"
    assert page.inner_text("#monitors code") == "motor/flow/conversion-drop"

    page.fill("#search", "errors-29 team:motor")
    assert page.inner_text("#status") == "11 of 302 monitors"
    page.fill("#search", "errors-29 team:claims")
    assert page.inner_text("#status") == "0 of 302 monitors"
    assert page.url.endswith("#errors-29%20team%3Aclaims")


def test_a_key_in_the_address_is_searched_for_and_unfolded(opened: Any) -> None:
    page = opened("monitors.html#motor/flow/conversion-drop").page
    page.wait_for_selector(".unfolded pre")

    unfolded = page.inner_text(".unfolded")
    assert "alert" in unfolded
    assert "@webhook-zenduty-motor" in unfolded
    assert "query: avg(last_5m):avg:a{*} > 1" in unfolded
    assert "monitors/motor/api.yaml:3" in unfolded


def test_the_list_is_walked_through_and_unfolded_by_the_keyboard_alone(opened: Any) -> None:
    page = opened("monitors.html").page
    page.keyboard.press("/")
    page.keyboard.type("errors-29")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unfolded pre")

    assert page.evaluate("document.activeElement.querySelector('code').textContent") == (
        page.inner_text("#monitors li:nth-child(2) code")
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search"


def test_more_than_a_hundred_are_shown_on_demand(opened: Any) -> None:
    page = opened("monitors.html").page
    assert page.locator("#monitors li").count() == 100

    page.click("#more")

    assert page.locator("#monitors li").count() == 200
    assert page.inner_text("#more") == "Show 100 more"


def test_what_people_wrote_is_text_also_where_it_unfolds(opened: Any) -> None:
    seen = opened("monitors.html#onerror")
    seen.page.wait_for_selector(".unfolded pre")

    assert seen.page.inner_text("#monitors .name") == EVIL
    assert seen.page.locator("main img, main script[src='x']").count() == 0
    assert seen.complaints == []


def test_the_theme_is_the_systems_until_somebody_chooses_one(opened: Any) -> None:
    page = opened("index.html", theme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)

    page.click("#theme")
    light = page.evaluate(ground)
    page.reload()

    assert dark != light
    assert page.inner_text("#theme") == "Theme: light"
    assert page.evaluate(ground) == light


def test_a_print_has_the_page_and_no_buttons(opened: Any) -> None:
    page = opened("teams/motor.html").page
    page.emulate_media(media="print")

    assert not page.is_visible("#theme")
    assert page.is_visible("h1")
    assert re.search("What to mend first", page.inner_text("main"))
