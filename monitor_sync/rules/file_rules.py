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
from monitor_sync.rules.registry import Rule

WARNINGS: Final = frozenset(
    {
        "ownership/no-approvers",
        "schema/number-in-quotes",
        "schema/priority",
        "schema/read-only",
        "schema/unknown-unit",
        "tags/number-changes",
        "tags/second-value",
    }
)
NOTES: Final = frozenset({"file/tests-apart", "schema/passed-unchecked"})
"""With ``WARNINGS`` the names of what can be suppressed and be given another severity."""

_WRITTEN: Final = {
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
    "schema/bad-name": """
        A name has characters that a key cannot have.
        Why: names of files, monitors and items make the key, and the key is a tag in Datadog. Tags
        are lower case there, and what they cannot hold is replaced: two names could become one.
        Example: `Error Rate:` as the name of a monitor
        Use instead: `error-rate:`
        Source: Datadog's page on tags; the key is `monitor_sync_key:…`.
        """,
    "schema/fixed-severity": """
        The policy sets the severity of an error of reading.
        Why: where a file cannot be read as it was meant, there is no whole monitor that could be
        planned all the same; nothing but mending it helps.
        Example: `policy: {severity: {schema/unknown-key: warning}}`
        Use instead: nothing; an option that this tool does not know yet goes under `raw_options`
        Source: our own rule. `monitor-sync explain schema` lists what is always an error.
        """,
    "schema/key-given-twice": """
        Two monitors have the same key.
        Why: the key is what finds a monitor again in Datadog. Of two with one key, one would be
        taken for a clone of the other.
        Example: an item `a` of the monitor `x` beside a monitor that is called `x.a`
        Use instead: another name for one of them
        Source: our own rule; keys are written `unit/file/monitor.item`.
        """,
    "schema/key-too-long": """
        A key has more than 180 characters.
        Why: it is the value of a tag, and Datadog cuts a tag at 200 characters, its key included.
        Example: an item that repeats the name of its file
        Use instead: a shorter name for the file, the monitor or the item
        Source: Datadog's page on tags: 200 characters.
        """,
    "schema/missing-item": """
        A template that is made for items is used without any.
        Why: its texts name the item, and there is nothing to put there.
        Example: `use: [{template: apm-service}]` where the template has `item: service`
        Use instead: `use: [{template: apm-service, for_each: [pricing]}]`
        Source: the format in monitors/README.md.
        """,
    "schema/missing-key": """
        Something that every part of this kind has is missing.
        Why: a monitor without a query or a name cannot be made; a team without handles notifies
        nobody.
        Example: a monitor without `query:`
        Use instead: the key, on the monitor itself, its template or one of the levels above
        Source: the schemas in schemas/.
        """,
    "schema/missing-parameter": """
        A template is used without a parameter that it needs.
        Why: the parameter has no default, so its texts cannot be filled.
        Example: `use: [{template: queue}]` where `parameters: {queue: {type: string}}`
        Use instead: `use: [{template: queue, with: {queue: quotes}}]`
        Source: the format in monitors/README.md.
        """,
    "schema/not-a-pattern": """
        A regular expression in the organisation's policy cannot be read.
        Why: a pattern that nothing can be compared with would let every name pass.
        Example: `name_pattern: "[Motor"`
        Use instead: `name_pattern: "\\\\[Motor\\\\]"`
        Source: Python's syntax of regular expressions.
        """,
    "schema/number-in-quotes": """
        A number is written in quotes, as older exports have it.
        Why: it is read as the number, which Datadog stores. Said, so that the file can be put
        right: quotes mean a text everywhere else.
        Example: `renotify_interval: "0"`
        Use instead: `renotify_interval: 0`
        Source: 35 recorded monitors hold the interval as text.
        """,
    "schema/passed-unchecked": """
        An option, a field or a type is passed to Datadog that this tool does not know.
        Why: `raw_options` and `raw_type` let you use what is newer than this tool. Nobody checks
        it before Datadog does, and no rule looks at a monitor of an unknown type.
        Example: `raw_type: true` beside `type: quantum alert`
        Use instead: the option, field or type itself, once a release of this tool knows it
        Source: our own rule.
        """,
    "schema/priority": """
        A priority is written in a way that Datadog would not take.
        Why: Datadog knows the numbers 1 to 5 and null. `"3"` is read as 3, and 0, which exports of
        older monitors have, as none; both are said, so that the file can be put right.
        Example: `priority: "3"`
        Use instead: `priority: 3`
        Source: Datadog's API reference on monitors; exports that have 0.
        """,
    "schema/read-only": """
        A value that only Datadog sets is declared.
        Why: it came with an export. Datadog would ignore or refuse it, so it is not sent.
        Example: `overall_state: OK`
        Use instead: nothing; for `id` write `adopt: ID`, and `silenced` is a downtime's business
        Source: Datadog's API reference; what recorded answers hold beyond what was sent.
        """,
    "schema/unknown-hole": """
        Nothing fills a `${…}`.
        Why: the text would reach Datadog with the hole in it. `${…}` are ours and filled from the
        item, the parameters, the thresholds and the owner; `{{…}}` are Datadog's and left alone.
        Example: `query: avg(last_5m):avg:quotes{env:${envv}} > ${critical}`
        Use instead: `${env}`; a `${` that is meant literally is written `$${`
        Source: the format in monitors/README.md.
        """,
    "schema/unknown-key": """
        A key is not known here.
        Why: mostly it is mistyped, or stands one level too far out. Left alone it would do
        nothing, and its author would believe that it does.
        Example: `tresholds: {critical: 5}`
        Use instead: `thresholds: {critical: 5}`; an option of Datadog's that this tool does not
        know yet goes under `raw_options`
        Source: the schemas in schemas/, which editors show as you type.
        """,
    "schema/unknown-monitor": """
        An item changes a monitor that its template does not have.
        Why: the change would be lost, and the monitor would keep the template's values.
        Example: `for_each: {pricing: {latency-p59: false}}`
        Use instead: `for_each: {pricing: {latency-p95: false}}`
        Source: the format in monitors/README.md.
        """,
    "schema/unknown-parameter": """
        A template is given a parameter that it does not have.
        Why: the value would go nowhere.
        Example: `with: {operatoin: http.request}`
        Use instead: `with: {operation: http.request}`
        Source: the format in monitors/README.md.
        """,
    "schema/unknown-rule": """
        The policy sets the severity of a rule that does not exist.
        Why: it is mistyped, or the rule has another name now; the rule that was meant keeps its
        own severity.
        Example: `policy: {severity: {hygiene/no-runbok: error}}`
        Use instead: `policy: {severity: {hygiene/no-runbook: error}}`
        Source: `monitor-sync explain` lists all rules.
        """,
    "schema/unknown-template": """
        No template has this name.
        Why: none of the monitors that `use` asks for can be made.
        Example: `use: [{template: apm-servce}]`
        Use instead: `use: [{template: apm-service}]`, for templates/apm-service.yaml
        Source: the format in monitors/README.md.
        """,
    "schema/unknown-unit": """
        Limits are given to a business unit that has no folder.
        Why: they hold for nothing, unless the unit goes away in this very change: its live
        monitors are still counted then. So it is only a warning.
        Example: `limits: {units: {travell: {deletes: 50%}}}`
        Use instead: `limits: {units: {travel: {deletes: 50%}}}`, for the folder travel
        Source: our own rule.
        """,
    "schema/unused-item": """
        Items are named that no text uses.
        Why: all of them would make the same monitor, once for each item.
        Example: `for_each: {partner: [rail, ferry]}` where no text has `${partner}`
        Use instead: `${partner}` in the query and in the name, or no `for_each`
        Source: our own rule.
        """,
    "schema/unused-parameter": """
        A template has a parameter that no text uses.
        Why: whoever sets it believes that it changes something.
        Example: `parameters: {operation: {type: string}}` where no text has `${operation}`
        Use instead: `${operation}` where it belongs, or no such parameter
        Source: our own rule.
        """,
    "schema/wrong-type": """
        A value is not of the kind that is expected there.
        Why: Datadog would refuse it, or take it for something else.
        Example: `thresholds: {critical: "5%"}`
        Use instead: `thresholds: {critical: 5}`
        Source: the schemas in schemas/, after Datadog's API reference.
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
        Use instead: the monitor in the folder of that unit
        Source: the format in monitors/README.md.
        """,
    "tags/second-value": """
        An author's `team`, `service` or `env` tag stands beside ours with another value.
        Why: both are kept, and the monitor then shows up under two teams or two environments in
        every view that groups by the tag.
        Example: `tags: {team: motor}` on a monitor of the team motor-quotes
        Use instead: `team: motor-quotes` alone
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
