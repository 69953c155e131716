"""The manual pages of what the schema finds in the files, by name."""

from __future__ import annotations

from typing import Final

SCHEMA_PAGES: Final = {
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
    "schema/not-a-day": """
        A date names a day that does not exist.
        Why: a target from that day on would never hold, or hold on a day that nobody meant.
        Example: `targets: [{from: 2026-02-30, mtta: 5m}]`
        Use instead: `targets: [{from: 2026-03-01, mtta: 5m}]`
        Source: our own rule; the calendar.
        """,
    "schema/not-a-time-zone": """
        The tz database has no time zone of this name.
        Why: reports say weeks and nights in it; in another one, Sunday night would be counted to
        the wrong week.
        Example: `time_zone: Jakarta`
        Use instead: `time_zone: Asia/Jakarta`
        Source: the tz database of IANA.
        """,
    "schema/unused-target": """
        A response target is never used, as an entry above it always fits first.
        Why: the first entry that fits an incident counts, as with `notify`. A newer target that
        stands below the older one would never hold.
        Example: `targets: [{mtta: 30m}, {from: 2026-10-05, mtta: 5m}]`
        Use instead: `targets: [{from: 2026-10-05, mtta: 5m}, {mtta: 30m}]`
        Source: our own rule.
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
}
