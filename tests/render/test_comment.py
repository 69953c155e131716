"""The comment of a pull request: calm, bounded, and harmless whatever stands in the files."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from monitor_sync.app.pages import About
from monitor_sync.diagnostics import Severity
from monitor_sync.github import marker
from monitor_sync.github.marker import Marker
from monitor_sync.model import LiveResource, Team
from monitor_sync.render import comment
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.plan import Change, LeftAlone, Plan, Refusal
from tests.render.builders import diagnostic_about, texts
from tests.render.test_plan import create, delete, field, plan, update

BASE, HEAD = "b" * 40, "a" * 40
ABOUT = About(
    base=BASE,
    head=HEAD,
    run="https://github.example/acme/monitors/actions/runs/1",
    artifact="monitor-plan",
    source=f"https://github.example/acme/monitors/blob/{HEAD}",
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def outside_code(text: str) -> str:
    """What GitHub reads as words: neither code spans nor fences, nor the addresses of links."""
    words: list[str] = []

    def collect(tokens: list[Token]) -> None:
        for token in tokens:
            if token.type in {"text", "html_block", "html_inline"}:
                words.append(token.content)
            collect(token.children or [])

    collect(MARKDOWN.parse(text))
    said = "\n".join(words)
    return re.sub(r"<code>.*?</code>", "", said, flags=re.DOTALL)


def paged(key: str, old: str, new: str, **changed: Any) -> Change:
    """A change of who is notified, as a plan that was just made knows it."""
    body = {"type": "query alert", "query": "avg(last_5m):avg:a{*} > 1", "options": {}}
    live = LiveResource(id=7, body={**body, "message": old, "tags": ("team:before",)}, key=key)
    return update(
        key,
        field("message", old, new),
        live=live,
        body={**body, "message": new},
        gained=(new,),
        lost=(old,),
        **changed,
    )


# what it says


def test_the_first_line_is_the_marker_the_second_counts_and_deletes_are_told_first() -> None:
    lines = comment.text(plan(delete("motor/a/old"), create("motor/a/new")), ABOUT).split("\n")

    assert marker.read(lines[0]) == Marker(
        fingerprint=plan(delete("motor/a/old"), create("motor/a/new")).fingerprint,
        base=BASE,
        head=HEAD,
    )
    assert re.fullmatch(r"### Monitor plan `[0-9a-f]{32}`: 1 to create, 1 to delete", lines[1])
    rows = [line[:7] for line in lines if line.startswith("| `")]
    assert rows == ["| `-` |", "| `+` |"]


def test_a_plan_without_changes_says_so() -> None:
    said = comment.text(plan(unchanged=12), ABOUT)
    assert "nothing to do, 12 monitors unchanged" in said
    assert "Datadog holds every monitor as declared." in said


def test_units_and_teams_are_counted_where_there_are_several_those_with_deletes_first() -> None:
    said = comment.text(
        plan(
            delete("travel/a/old"),
            create("motor/a/new", team="motor-quotes"),
            create("motor/a/newer", team="motor-quotes"),
        ),
        ABOUT,
    )
    rows = [line for line in said.split("\n") if line.startswith("| `motor`")]
    assert rows == ["| `motor` | `motor-quotes` |  | 2 |"]
    assert said.index("| `travel` |") < said.index("| `motor` |")
    assert "Business unit" not in comment.text(plan(delete("travel/a/old")), ABOUT)


def test_the_team_that_is_paged_less_and_the_one_that_is_paged_more_are_both_named() -> None:
    said = comment.text(
        plan(paged("motor/a/b", "@pagerduty-before", "@pagerduty-after", team="after")), ABOUT
    )
    assert "**Paged for other monitors than before:** `before` 1 fewer; `after` 1 more." in said


def test_a_pager_is_its_teams_whoever_owns_the_monitor() -> None:
    """So the comment names those whom ``approvals`` asks; a handle of nobody is the owner's."""
    teams = {
        name: Team(name=name, title=name, on_call=name, handles={"page": f"@pagerduty-{name}"})
        for name in ("edge", "core", "motor")
    }
    said = comment.text(
        plan(
            paged("motor/a/b", "@pagerduty-edge", "@pagerduty-core", team="motor"),
            paged("motor/a/c", "@pagerduty-nobody", "@pagerduty-core", team="motor"),
        ),
        About(teams=teams),
    )
    line = next(line for line in said.split("\n") if "Paged for" in line)
    assert line.endswith("`before` 1 fewer; `edge` 1 fewer; `core` 2 more.")


def test_findings_are_counted_and_listed_worst_first_with_a_link_to_the_line() -> None:
    warning = diagnostic_about("tags: a", "tags", severity=Severity.WARNING, message="odd")
    error = diagnostic_about("query: x", "query", message="@everybody is wrong")
    said = comment.text(plan(), About(source=ABOUT.source, findings=[warning, error]))

    assert "**In the files:** 1 error, 1 warning" in said
    first, second = (line for line in said.split("\n") if line.startswith("- **"))
    assert first.startswith(
        "- **error** [`monitors/motor/flow.yaml:7`]"
        f"({ABOUT.source}/monitors/motor/flow.yaml#L7) `@everybody is wrong`"
    )
    assert second.startswith("- **warning** ")


def test_more_findings_than_a_reader_takes_in_are_counted_with_a_link_to_the_run() -> None:
    many = [
        diagnostic_about("query: x", "query", message=f"number {number}") for number in range(14)
    ]
    said = comment.text(plan(), About(run=ABOUT.run, findings=many))
    assert f"- and [4 findings more]({ABOUT.run})" in said


# how long it is


def long_plan(changes: int) -> Plan:
    """Changes of which none is like another."""
    return plan(
        *(
            update(f"motor/a/m{number}", field("query", f"a{number}" * 99, f"b{number}" * 99))
            for number in range(changes)
        )
    )


def test_what_does_not_fit_is_cut_and_the_comment_says_where_the_whole_is() -> None:
    said = comment.text(long_plan(400), ABOUT)
    parsed = marker.read(said)

    assert len(said) <= comment.COMMENT
    assert parsed is not None
    assert parsed.truncated
    assert "**Cut to fit a comment:**" in said
    assert (
        "**The whole plan** is in the artifact `monitor-plan` and the"
        f" [summary of the run]({ABOUT.run})." in said
    )


def test_the_summary_holds_a_plan_that_the_comment_had_to_cut() -> None:
    said = comment.summary(long_plan(400), ABOUT)
    parsed = marker.read(said)

    assert parsed is not None
    assert not parsed.truncated
    assert comment.COMMENT < len(said.encode()) <= comment.SUMMARY
    assert "<code>motor/a/m399</code>" in said


def test_an_enormous_plan_fits_a_summary_too() -> None:
    assert len(comment.summary(long_plan(6_000), ABOUT).encode()) <= comment.SUMMARY


def test_characters_are_counted_as_those_who_count_most_do() -> None:
    wide = plan(*(update(f"motor/a/m{n}", field("name", "😀" * n, "😀😀" * n)) for n in range(300)))
    assert len(comment.text(wide, ABOUT).encode("utf-16-le")) // 2 <= comment.COMMENT


def test_refusals_without_end_leave_the_first_line_and_where_the_whole_is() -> None:
    refused = [Refusal(key=f"motor/a/{n}", message="x" * 9_000, hint="", ids=()) for n in range(20)]
    said = comment.text(plan(refused=tuple(refused)), ABOUT)

    assert len(said) <= comment.COMMENT
    assert said.split("\n")[1].startswith("### Monitor plan")
    assert "**The whole plan** is in" in said


# what it cannot be made to do

hostile = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "@acme/team",
                "@everybody",
                "```",
                "````",
                "`",
                "~~~",
                "</details>",
                "<!--",
                "-->",
                "\n",
            ]
        ),
        texts,
    ),
    max_size=6,
).map("".join)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A change every text of which may be hostile."""
    text = st.builds(lambda text: text or "x", hostile)
    action = draw(st.sampled_from(["delete", "replace", "update", "adopt", "create"]))
    name = draw(st.sampled_from(["message", "query", "tags", "name"]))
    old, new = draw(hostile), draw(hostile)
    fields = () if action == "delete" else (field(name, None if action == "create" else old, new),)
    return update(
        draw(text),
        *fields,
        action=action,
        name=draw(hostile),
        team=draw(hostile),
        business_unit=draw(hostile),
        path=draw(hostile),
        id=None if action == "create" else 7,
        gained=tuple(draw(st.lists(hostile, max_size=2))),
        lost=tuple(draw(st.lists(hostile, max_size=2))),
        referred_by=tuple(draw(st.lists(text, max_size=2))),
        blocked_by=tuple(draw(st.lists(text, max_size=2))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan."""
    refused = [Refusal(key=text, message=text, hint=text, ids=()) for text in draw(few)]
    left = [LeftAlone(id=1, key=text, name=text, reason="clone") for text in draw(few)]
    return plan(
        *draw(st.lists(changes(), max_size=4)),
        refused=tuple(refused),
        left_alone=tuple(left),
        unchecked=tuple(draw(few)),
    )


few = st.lists(hostile, max_size=2)


@given(plans(), hostile)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_notifies_anybody_or_leaves_its_place(any_plan: Plan, message: str) -> None:
    finding = diagnostic_about("query: x", "query", message=message, rule="query/odd")
    said = comment.text(any_plan, About(run=ABOUT.run, findings=[finding]))
    words = outside_code(said)

    assert len(said) <= comment.COMMENT
    assert "@" not in words
    assert words.count("<details>") == words.count("</details>") == said.count("\n<details><summ")
    assert words.count("<!--") == 1
    assert not re.search(r"(?m)^\s*::|##\[", said)


@pytest.mark.parametrize(
    "text", ["````\n@acme/ops\n````", "```\n</details>\n@acme/ops", "~~~~\n@a"]
)
def test_a_message_cannot_break_out_of_its_fence(text: str) -> None:
    said = comment.text(plan(create("motor/a/b", message=text)), ABOUT)
    fences = [token for token in MARKDOWN.parse(said) if token.type == "fence"]

    assert len(fences) == 1
    assert "@" in fences[0].content
    assert "@" not in outside_code(said)


def test_what_a_change_weakens_of_its_own_review_stands_before_everything_and_forges_nothing() -> (
    None
):
    weaker = Loosening(what="limits.deletes", old="30%", new="no limit")
    odd = Loosening(what="teams.x.approvers", old="none", new="`@acme/all`\n::warning::x")
    plan_of_one = replace(plan(delete("motor/flow/drop")), loosened=(weaker, odd))

    lines = comment.text(plan_of_one, ABOUT).splitlines()

    said = "\n".join(lines)
    assert lines[3].startswith("**This change weakens the rules of its review")
    assert said.index("- `limits.deletes`: `30%` → `no limit`") < said.index("motor/flow/drop")
    assert "@acme" not in outside_code(said)
    assert not any(line.startswith("::") for line in lines)
