"""All files of a site, by their path in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from monitor_sync.app.site import SiteFacts
from monitor_sync.render.response.values import LATE, days
from monitor_sync.render.site import awareness, monitor_list, overview, places, response
from monitor_sync.render.site.environment import environment
from monitor_sync.render.site.places import PlacePage, team_file
from monitor_sync.render.site.privacy import hiding

ASSETS: Final = (
    "site.css", "site.js", "monitors.js", "d3.min.js", "plot.umd.min.js", "VENDORED.md",
)  # fmt: skip

POLICY: Final = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""
What a browser may load: our own files, and nothing from elsewhere; no script in the page itself.

``file:`` is for pages that are opened without a server. Observable Plot writes a style into its
pictures, so styles may stand in the page.
"""


def pages(facts: SiteFacts) -> Iterator[tuple[str, str]]:
    """Yield every file of the site with its text."""
    for name in ASSETS:
        asset = resources.files("monitor_sync.render.site").joinpath("assets", name)
        yield f"assets/{name}", asset.read_text(encoding="utf-8")
    teams, units = list(places.team_pages(facts)), list(places.unit_pages(facts))
    yield "index.html", _page(facts, "overview", **overview.values(facts, teams, units))
    yield "on-call.html", _on_call(facts)
    yield "monitors.html", _page(facts, "monitors", data=monitor_list.data(facts))
    for page in (*teams, *units):
        yield page.file, _place(facts, page)
    yield from monitor_list.detail_files(facts)


def _on_call(facts: SiteFacts) -> str:
    return _page(
        facts,
        "on_call",
        teams=awareness.teams(facts),
        tools=awareness.tools(facts),
        routings=awareness.routings(facts),
    )


def _place(facts: SiteFacts, page: PlacePage) -> str:
    called = [
        (team, places.on_call(facts, team), places.targets(team, facts.made.date()))
        for team in page.teams
    ]
    report = facts.responded
    team = facts.project.teams.get(page.name) if page.kind == "team" else None
    how = response.went(report, facts.recent, page.kind, page.name, team) if report else None
    return _page(facts, "place", depth="../", page=page, called=called, how=how)


def _page(facts: SiteFacts, template: str, *, depth: str = "", **values: Any) -> str:
    """Fill in a template; ``depth`` leads from the page to the folder of the site."""
    text: str = environment().get_template(f"{template}.html.j2").render(
        facts=facts,
        depth=depth,
        policy=POLICY,
        here=template,
        hide=hiding(names=facts.names),
        late=LATE,
        period=days(facts.responded.question) if facts.responded else "",
        noise_days=round((facts.noise.span.end - facts.noise.span.start) / 86_400),
        team_file=team_file,
        **values,
    )  # fmt: skip
    return text
