"""
The manual pages of what reading the files finds, before any rule looks at a monitor.

These findings are made in the rooms below, which know no rules; a test holds that each of their
names has its page here. A warning of reading is judged as a rule's: it can be suppressed beside
its monitor and be given another severity. An error of reading leaves no whole monitor behind, so
it can be neither.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.file_runbook_pages import RUNBOOK_PAGES
from monitor_sync.rules.file_schema_pages import SCHEMA_PAGES
from monitor_sync.rules.registry import Rule

WARNINGS: Final = frozenset(
    {
        "ownership/no-approvers",
        "references/no-such-heading",
        "references/no-such-runbook",
        "references/no-such-sop",
        "references/rca-of-no-such",
        "schema/number-in-quotes",
        "schema/priority",
        "schema/read-only",
        "schema/unknown-unit",
        "tags/number-changes",
        "tags/second-value",
    }
)
NOTES: Final = frozenset(
    {
        "file/tests-apart",
        "hygiene/runbook-form",
        "message/lost-blank-line",
        "schema/passed-unchecked",
    }
)
"""With ``WARNINGS`` the names of what can be suppressed and be given another severity."""

_WRITTEN: Final = {
    **SCHEMA_PAGES,
    **RUNBOOK_PAGES,
    "file/anchor-contains-itself": """
        An alias stands inside the very value that it names.
        Why: written out, such a value would never end.
        Example: `options: &o {thresholds: {critical: *o}}`
        Use instead: the inner value, written out
        Source: YAML 1.2 allows such graphs; a monitor is a tree.
        """,
    "file/duplicate-key": """
        A key is given twice in one mapping.
        Why: most readers of YAML keep the last one without a word, so that the first, which a
        reviewer has read, is not what is sent.
        Example: `priority: 1` and, ten lines below, `priority: 3`
        Use instead: one of the two
        Source: YAML 1.2.2, section 3.2.1.3: keys are unique.
        """,
    "file/empty": """
        A file declares nothing.
        Why: it is empty or holds only comments. Either something was lost in a merge, or the file
        is meant to go; nobody can tell which.
        Example: a file with one comment
        Use instead: the monitors it should declare, or no file
        Source: our own choice.
        """,
    "file/leading-zero": """
        A number without quotes starts with a zero.
        Why: YAML 1.1 reads `010` as eight, YAML 1.2 as ten, and people as whatever they meant.
        Example: `priority: 01`
        Use instead: `priority: 1`, or quotes around what is a text
        Source: YAML 1.1, type int; YAML 1.2.2, section 10.3.2.
        """,
    "file/misplaced": """
        A file stands where it is not read.
        Why: the folder says which business unit a monitor belongs to. A file outside of these
        folders, or one that ends in .yml, would be left out without a word.
        Example: `monitors/flow.yaml`, or `monitors/motor/flow.yml`
        Use instead: `monitors/motor/flow.yaml`
        Source: the layout in monitors/README.md.
        """,
    "file/missing": """
        The folder has no project.yaml.
        Why: the name of the project is in the tags by which a monitor in Datadog is ours.
        Example: `--root` names a folder above or below the right one
        Use instead: a project.yaml with one line, `project: NAME`
        Source: the layout in monitors/README.md.
        """,
    "file/not-utf-8": """
        A file is not UTF-8.
        Why: its letters would come out as others in Datadog.
        Example: `ü` saved as Latin-1, the one byte 0xfc
        Use instead: the file saved as UTF-8
        Source: YAML 1.2.2, section 5.2, and RFC 8259 for what Datadog is sent.
        """,
    "file/not-yaml": """
        A file cannot be read as YAML.
        Why: mostly it is one of a few traps: a tab, a handle without quotes (`@` starts nothing in
        YAML), `${…}` without quotes inside braces, a colon and a blank inside a text. Tags
        (`!thing`) and several documents in one file are YAML, but mean nothing here.
        Example: `alert: [@slack-motor]`
        Use instead: `alert: ["@slack-motor"]`
        Source: YAML 1.2.2.
        """,
    "file/outside-root": """
        A link leads out of the project's folder.
        Why: what lies outside is not in the same review, and can differ from machine to machine.
        Example: `monitors/motor/flow.yaml`, a link to a file in somebody's home
        Use instead: the file itself
        Source: our own choice.
        """,
    "file/tests-apart": """
        A file of tests stands beside no file of monitors.
        Why: `flow.tests.yaml` tests the monitors of `flow.yaml` in the same folder. Anywhere else
        nothing runs it.
        Example: `motor/flow.tests.yaml` where there is no `motor/flow.yaml`
        Use instead: the tests beside the file whose monitors they test
        Source: the layout in monitors/README.md.
        """,
    "file/tool-failed": """
        The tool itself failed at a file or at a monitor.
        Why: what it did not check may be wrong. Everything else was checked all the same.
        Example: none that is known; each one is a mistake of monitor-sync
        Use instead: nothing; report the lines that it points at, with the error that it names
        Source: our own rule.
        """,
    "file/too-large": """
        Aliases make a small file unfold to more values than any project has.
        Why: nine lines of aliases to aliases are a billion values. Reading them would take all
        memory, wherever the check runs.
        Example: a list of ten aliases to a list of ten aliases, and so on
        Use instead: a template with `for_each`
        Source: the attack known as "billion laughs".
        """,
    "file/unreadable": """
        A file cannot be opened.
        Why: without its content the project is not whole, and monitors that it declares would look
        deleted.
        Example: a file whose mode does not let you read it
        Use instead: a file that is yours to read
        Source: the operating system says why.
        """,
    "file/yaml-1.1-word": """
        A word without quotes is a boolean to some readers of YAML and a text to others.
        Why: `on`, `off`, `yes` and `no` are booleans in YAML 1.1, which most tools still read,
        and texts in YAML 1.2. Norway's country code has become false this way.
        Example: `notify_audit: no`
        Use instead: `false`, or `"no"` where the word itself is meant
        Source: YAML 1.1, type bool; YAML 1.2.2, section 10.3.2.
        """,
    "thresholds/given-twice": """
        `thresholds` and `options.thresholds` are both given on one level.
        Why: they are the same thing under two names, and nothing says which one counts.
        Example: `thresholds: {critical: 5}` beside `options: {thresholds: {critical: 6}}`
        Use instead: `thresholds: {critical: 5}`
        Source: the format in monitors/README.md.
        """,
    "references/adopt-given-twice": """
        A monitor has `adopt`, and the top of its file adopts a live monitor for it too.
        Why: a monitor takes over one live monitor, and it is not clear which of the two is meant.
        Example: `adopt: {errors: 1234567}` at the top, and `adopt: 1234567` on `errors`
        Use instead: one of the two
        Source: our own rule.
        """,
    "references/adopted-twice": """
        Two monitors adopt the same live one.
        Why: a live monitor carries one key.
        Example: `adopt: 1234567` on two monitors
        Use instead: `adopt: 1234567` on the one that it is
        Source: our own rule.
        """,
    "references/released-and-declared": """
        A key is under `released`, and a declared monitor has it, had it or is an item of it.
        Why: what is released loses our tags and is nobody's afterwards; what is declared is ours.
        Example: `released: {errors: moved to another project}` beside `monitors: {errors: …}`
        Use instead: one of the two
        Source: our own rule.
        """,
    "references/circle": """
        Composites refer to each other in a circle.
        Why: each would have to be made before the other.
        Example: `query: ${id:motor/flow/b} && …` in `a`, and `${id:motor/flow/a}` in `b`
        Use instead: members that stand for themselves
        Source: a composite names its members by id, which they have once they are made.
        """,
    "references/moved-from": """
        `moved_from` does not lead from one monitor to one monitor.
        Why: it names a key that is still declared, or that another monitor claims too; the live
        monitor can only become one of them.
        Example: `moved_from: motor/flow/old` while `motor/flow/old` is still in its file
        Use instead: `moved_from` on the one that the old monitor has become
        Source: our own rule.
        """,
    "references/unknown-key": """
        A composite, or `adopt` at the top of a file, names a monitor that is not declared.
        Why: there would be no id to put into the query, or nothing to give the live monitor to.
        Example: `${id:motor/flow/convresion-drop}`
        Use instead: `${id:motor/flow/conversion-drop}`; a monitor of somebody else is named by its
        id
        Source: the format in monitors/README.md.
        """,
    "routing/unknown-handle": """
        A recipient is a name that the team has no handle for.
        Why: names stand for handles of the owning team; nobody would be notified.
        Example: `alert: [pagr]` where the team has `handles: {pager: "@webhook-zenduty-motor"}`
        Use instead: `alert: [pager]`, or a handle in quotes, `"@slack-motor"`
        Source: the format in monitors/README.md.
        """,
    "message/lost-blank-line": """
        A blank line of a folded message becomes a single line break.
        Why: in YAML a text behind `>` is folded: one blank line is one line break. Markdown shows
        the two paragraphs as one, and the page is harder to read.
        Example: `message: >-` with two paragraphs and one blank line between them
        Use instead: two blank lines between the paragraphs; or `message: |-`, which keeps every
        line as it is written
        Source: YAML 1.2, section 8.1.3, folded style.
        """,
    "ownership/no-team": """
        No team owns the monitor.
        Why: who hears of it, who is woken and who may change it follow from the team.
        Example: a monitor in a unit without `team:`, and none on the monitor or the file
        Use instead: `team: motor-quotes`, on the unit for all of its monitors
        Source: our own rule: exactly one team owns a monitor.
        """,
    "ownership/unknown-team": """
        No team has this name.
        Why: without the team there are no recipients.
        Example: `team: motor-qoutes`
        Use instead: `team: motor-quotes`, as teams.yaml has it
        Source: monitors/teams.yaml.
        """,
    "ownership/no-approvers": """
        The policy asks those who are paged for approval, and the team names nobody who may give it.
        Why: a pull request that changes who wakes this team could never be approved.
        Example: `policy: {paging_approval: true}`, and a team with `handles` and no `approvers`
        Use instead: `approvers: [ani, b-santoso]` on the team: logins of GitHub
        Source: our own; the members of a GitHub team cannot be read with a workflow's token.
        """,
    "tags/number-changes": """
        The value of a tag is a number that does not come out as it is written.
        Why: YAML reads `1.10` as the number 1.1, `0x10` as 16 and `1e3` as 1000, and that is what
        the tag would say. Who searches for `version:1.10` finds nothing.
        Example: `tags: {version: 1.10}`
        Use instead: `tags: {version: "1.10"}`
        Source: YAML 1.2.2, section 10.3.2.
        """,
    "tags/reserved": """
        A tag is declared that monitor-sync writes itself.
        Why: `monitor_sync_project` and `monitor_sync_key` say whose a live monitor is;
        `business_unit` and `on_call` say where it stands and who is called. A second value would
        make a monitor somebody else's.
        Example: `tags: {business_unit: travel}`
        Use instead: the monitor in the folder of that unit. Where an imported monitor lives with
        such a tag of `business_unit` or `on_call`, `ignore: [{rule: tags/second-value, reason: …}]`
        beside it keeps the tag next to ours.
        Source: the format in monitors/README.md.
        """,
    "tags/second-value": """
        An author's `team`, `service` or `env` tag stands beside ours with another value.
        Why: both are kept, and the monitor then shows up under two teams or two environments in
        every view that groups by the tag.
        Example: `tags: {team: motor}` on a monitor of the team motor-quotes
        Use instead: `team: motor-quotes` alone. An imported monitor keeps what it lives with: there
        `ignore` with a reason stands beside it.
        Source: Datadog keeps several values of one tag key; seen in live accounts.
        """,
}

PAGES: Final = tuple(
    Rule(
        name=name,
        severity=(
            Severity.WARNING
            if name in WARNINGS
            else Severity.NOTE
            if name in NOTES
            else Severity.ERROR
        ),
        page=cleandoc(written),
    )
    for name, written in _WRITTEN.items()
)
"""A page for each name that reading the files yields, by family."""

ERRORS: Final = frozenset(_WRITTEN) - WARNINGS - NOTES
"""Names of what can neither be suppressed nor be given another severity."""
