"""What stands apart from a change, for a terminal and a comment: compact, and harmless."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor_sync.model import Deletion
from monitor_sync.render import drift, plan_markdown, plan_view
from monitor_sync.render import plan as shown
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns, wrapped
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync import plan_json
from monitor_sync.sync.drift import Apart, Base
from monitor_sync.sync.plan import Change, Plan

RAISED = FieldChange(field="options.thresholds.critical", old=50.0, new=5.0)
HOSTILE = "</summary>`@acme/everybody`\n::error::<b>"
COMMIT = "1a2b3c4d" * 5


def apart(key: str = "motor/flow/m", **changed: object) -> Apart:
    entry = Apart(
        origin="drift",
        action="update",
        key=key,
        id=7,
        name="M",
        team="motor-quotes",
        business_unit="motor",
        fields=(RAISED,),
    )
    return replace(entry, **changed)


def plan(*entries: Apart, **changed: object) -> Plan:
    base = Base(revision="main", commit=COMMIT, apart=entries)
    made = Plan(project="acme", site="datadoghq.eu", unchanged=3, base=base)
    return replace(made, **changed)


def test_monitors_that_drifted_alike_share_a_line_and_are_counted_each() -> None:
    text = shown.text(plan(*(apart(f"motor/flow/m{n}") for n in range(9))))

    assert text.count("options.thresholds.critical is 50, declared 5") == 1
    assert "~ 9 monitors: motor/flow/m0, motor/flow/m1, motor/flow/m2 and 6 more" in text
    assert text.endswith("since main (1a2b3c4d): nothing to do, 3 monitors unchanged, 9 drifted.\n")


def test_a_monitor_with_two_drifted_parts_is_one_monitor() -> None:
    both = (apart(), apart(fields=(FieldChange(field="name", old="a", new="b"),)))

    assert plan_view.tally(plan(*both)).endswith("1 drifted")


def test_many_lines_are_cut_and_counted_but_in_full() -> None:
    many = [
        apart(f"motor/flow/m{n}", fields=(FieldChange(field="name", old=str(n), new="M"),))
        for n in range(40)
    ]

    short, full = shown.text(plan(*many)), shown.text(plan(*many), full=True)

    assert "and 28 more lines: see --full" in short
    assert "motor/flow/m39" not in short
    assert "motor/flow/m39" in full
    assert "and 28 more lines" in plan_markdown.text(plan(*many))


def test_what_does_not_fit_into_one_line_has_a_line_for_each_field_within_80_columns() -> None:
    several = [FieldChange(field=f"options.field_{n}", old=n, new="other") for n in range(4)]
    long = FieldChange(field="name", old="words " * 4, new="others " * 4)
    entry = apart(fields=(*several, long), editor="ani@acme.example, 2026-11-22 10:31 UTC")

    for style in (Style(), Style(width=80)):
        rows = shown.text(plan(entry), style).partition("\n\n")[0].splitlines()
        assert all(columns(line) <= 80 for line in rows)
        assert [line.split()[0] for line in rows[3:7]] == [f"options.field_{n}" for n in range(4)]
    narrow = shown.text(plan(entry), Style(width=80)).splitlines()
    assert all(columns(line) <= 80 for line in narrow)
    assert "options.field_0 is 0, declared other; options" in plan_markdown.text(plan(entry))


def test_what_was_deleted_in_datadog_has_the_sign_of_a_delete() -> None:
    gone = apart("motor/flow/gone", action="create", id=None, fields=(), deleted=Deletion())
    waits = apart("motor/flow/waits", action="create", origin="merged", id=None, fields=())

    text, comment = shown.text(plan(gone, waits)), plan_markdown.text(plan(gone, waits))

    assert "      - motor/flow/gone\n" in text
    assert "      + motor/flow/waits  not live\n" in text
    assert "- `-` `motor/flow/gone`" in comment


def test_one_new_monitor_among_many_that_was_deleted_is_named_by_its_id() -> None:
    gone, new = (
        Change(
            action="create",
            key=f"motor/flow/m-{deleted.id}",
            name="M",
            deleted=deleted,
        )
        for deleted in (Deletion(id=3, by="ani"), Deletion(id=4))
    )

    told = ("1 new monitor, #3, was deleted in Datadog by ani", drift.RESTORED)
    assert drift.deletions([gone, replace(new, deleted=None)]) == told


def test_whose_it_is_stands_above_and_the_commit_that_waits_behind() -> None:
    waits = apart("payments/a/b", origin="merged", team="core", business_unit="payments")
    text = shown.text(plan(apart(), replace(waits, since="f" * 40)))

    assert "    motor, motor-quotes\n      ~ motor/flow/m  #7" in text
    assert "    payments, core\n      ~ payments/a/b  #7" in text
    assert "declared 5, since ffffffff\n" in text


def test_nothing_from_datadog_or_git_breaks_out_of_a_comment_or_a_log() -> None:
    field = FieldChange(field="name", old=HOSTILE, new="M")
    bad = plan(apart(HOSTILE, team=HOSTILE, editor=HOSTILE, fields=(field,)))
    bad = replace(bad, base=replace(bad.base or Base(revision="", commit=""), revision=HOSTILE))
    newer = plan(*(bad.base.apart if bad.base else ()), apart(origin="newer"))

    for refusal in (bad, newer):
        comment = plan_markdown.text(refusal)
        listed = [line for line in comment.splitlines() if line.startswith("- ")]
        titles = [line for line in comment.splitlines() if "<summary>" in line]
        assert len(listed) == len(titles) > 0
        for line in listed:
            assert "@acme" not in re.sub(r"`[^`]*`", "", line)
            assert "<b>" not in re.sub(r"`[^`]*`", "", line)
        for line in titles:
            assert not {"@", "<b>"} & set(re.findall(r"@|<b>", line))
            assert line.count("</summary>") == 1
        assert not [line for line in shown.text(refusal).splitlines() if line.startswith("::")]


def test_a_change_says_what_it_overwrites_and_what_policy_puts_back() -> None:
    made = FieldChange(field="options.thresholds.critical", old=5.0, new=50.0)
    change = Change(
        action="update",
        key="motor/flow/m",
        name="M",
        id=7,
        fields=(RAISED, FieldChange(field="priority", old=1, new=2)),
        overwrites=(made,),
        reverts=("priority",),
    )
    whole = plan(changes=(change,))

    for text in (shown.text(whole), plan_markdown.text(whole)):
        assert "overwrites what was changed in Datadog: options.thresholds.critical is 50" in text
        assert "puts back drift, as its business unit asks: priority" in text
    assert plan_view.tally(whole) == "1 to change, 3 unchanged, 1 with drift put back"
    assert '"origin": "change", "reverts": ["priority"]' in plan_json.text(whole)


@given(words=st.lists(st.text("abc-見", min_size=1, max_size=12), max_size=30))
def test_a_wrapped_line_keeps_its_words_whole_and_fits(words: list[str]) -> None:
    lines = wrapped("      ~ " + " ".join(words), 40, 10)

    assert " ".join(" ".join(lines).split()) == " ".join(["~", *words])
    assert all(columns(line) <= 40 for line in lines)
