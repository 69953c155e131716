"""The YAML the bench's projects are made of. Plain text, as an author would type it."""
# ruff: noqa: E501 - the lines are YAML, and a query is one line

from __future__ import annotations

import random
from collections.abc import Sequence

PROJECT = """\
# yaml-language-server: $schema=../schemas/project.json
project: bench
site: datadoghq.com
runbooks: https://runbooks.acme.example/
tags: {env: production}
defaults: {options: {require_full_window: false, include_tags: true}}
"""

SERVICE_TEMPLATE = """\
item: service
parameters:
  operation: {type: string, default: http.request, description: Names the metrics.}
monitors:
  error-rate:
    name: "[${unit}] ${service}: requests fail"
    service: "${service}"
    query: >-
      sum(last_10m):100 * sum:trace.${operation}.errors{env:${env},service:${service}}.as_count()
      / clamp_min(sum:trace.${operation}.hits{env:${env},service:${service}}.as_count(), 40) > ${critical}
    thresholds: {critical: 5, warning: 2}
    priority: 2
    options: {evaluation_delay: 60}
    message: >-
      {{value}} % of the requests to ${service} fail: customers see error pages or have to try again.
      Look first at the newest deployment of ${service}, then at the endpoint that fails most.
    runbook: services/${service}#requests-fail
  latency-p95:
    name: "[${unit}] ${service}: one request in twenty is slow"
    service: "${service}"
    query: percentile(last_10m):p95:trace.${operation}{env:${env},service:${service}} > ${critical}
    thresholds: {critical: 1.2, warning: 0.8}
    priority: 3
    message: One request in twenty to ${service} takes longer than {{value}} s. Look at a slow trace.
    runbook: services/${service}#slow
  latency-p99:
    name: "[${unit}] ${service}: the slowest requests near the timeout"
    service: "${service}"
    query: percentile(last_15m):p99:trace.${operation}{env:${env},service:${service}} > ${critical}
    thresholds: {critical: 4, warning: 2.5}
    priority: 4
    message: One request in a hundred to ${service} takes longer than {{value}} s.
    runbook: services/${service}#slow
  throughput:
    name: "[${unit}] ${service}: hardly any requests arrive"
    service: "${service}"
    query: sum(last_30m):sum:trace.${operation}.hits{env:${env},service:${service}}.as_count() < ${critical}
    thresholds: {critical: 10}
    priority: 3
    options: {on_missing_data: show_and_notify_no_data}
    message: What does not arrive cannot fail. Look upstream of ${service} first.
    runbook: services/${service}#silent
  apdex:
    name: "[${unit}] ${service}: callers are not content"
    service: "${service}"
    query: avg(last_30m):avg:trace.${operation}.apdex{env:${env},service:${service}} < ${critical}
    thresholds: {critical: 0.7, warning: 0.85}
    priority: 4
    message: Too many callers of ${service} wait longer than they should.
    runbook: services/${service}#slow
  log-errors:
    name: "[${unit}] ${service}: a burst of error logs"
    type: log alert
    service: "${service}"
    query: logs("service:${service} status:error").index("*").rollup("count").last("15m") > ${critical}
    thresholds: {critical: 200, warning: 80}
    priority: 4
    message: "{{value}} error lines of ${service} in a quarter of an hour. Group them by pattern."
    runbook: services/${service}#logs
"""

QUEUE_TEMPLATE = """\
item: queue
monitors:
  age:
    name: "[${unit}] ${queue}: messages wait too long"
    query: max(last_15m):max:aws.sqs.approximate_age_of_oldest_message{env:${env},queuename:${queue}} > ${critical}
    thresholds: {critical: 900, warning: 300}
    priority: 2
    options: {evaluation_delay: 900}
    message: The oldest message of ${queue} waits {{value}} s. Are the workers running?
    runbook: queues/${queue}
  backlog:
    name: "[${unit}] ${queue}: messages pile up"
    query: min(last_30m):avg:aws.sqs.approximate_number_of_messages_visible{env:${env},queuename:${queue}} > ${critical}
    thresholds: {critical: 5000, warning: 1000}
    priority: 3
    options: {evaluation_delay: 900}
    message: "{{value}} messages of ${queue} wait for a worker."
    runbook: queues/${queue}
  dead-letters:
    name: "[${unit}] ${queue}: messages were given up"
    query: max(last_1h):max:aws.sqs.approximate_number_of_messages_visible{env:${env},queuename:${queue}-dead} > ${critical}
    thresholds: {critical: 0}
    priority: 3
    options: {evaluation_delay: 900}
    message: ${queue} has given up on {{value}} messages. Somebody's request was not carried out.
    runbook: queues/${queue}#dead-letters
"""

_SENTENCES = (
    "Customers who stand in the middle of this step cannot finish it and most do not come back.",
    "The counter is sent by the service itself, so no data means that the service is not running.",
    "Compare the channels with each other: a fault in all of them is rarely the fault of a partner.",
    "By night the numbers are small, and five minutes of silence are not yet a reason to act.",
    "Look first at the newest deployment, because three in four of these began with one.",
    "If the partner's own status page is red, tell sales and raise a ticket with their number.",
    "The share is of attempts, not of customers: one customer who tries ten times counts ten times.",
    "A restart empties the cache and makes things worse for some minutes before they get better.",
    "The dashboard of this flow shows each step with yesterday and last week behind it.",
    "Money is not lost as long as the queue is whole, only late; say so to customer support.",
    "The job runs every ten minutes and catches up by itself once its source answers again.",
    "When the database is the cause, the wait events show it within the first minute.",
    "Ask the reconciliation team before anything is sent a second time.",
    "On the last day of the month twice the usual traffic is normal.",
)

_KINDS = (
    (
        "query alert",
        "sum(last_30m):100 * sum:{unit}.step{number}.failed{{env:${{env}}}}.as_count()"
        " / clamp_min(sum:{unit}.step{number}.started{{env:${{env}}}}.as_count(), 20) > ${{critical}}",
        (12, 6),
    ),
    (
        "query alert",
        "avg(last_15m):avg:{unit}.step{number}.duration{{env:${{env}}}} by {{channel}} > ${{critical}}",
        (2.5, 1.25),
    ),
    (
        "log alert",
        'logs("service:{unit}-step{number} @outcome:refused").index("*").rollup("count")'
        '.by("@partner").last("30m") > ${{critical}}',
        (40, 15),
    ),
    (
        "query alert",
        "max(last_1h):max:{unit}.step{number}.backlog{{env:${{env}}}} by {{queue}} >= ${{critical}}",
        (600, 250),
    ),
)


def team(unit: str) -> str:
    """The owner of one unit's monitors."""
    return f"""\
  {unit}-team:
    name: {unit.capitalize()} team
    github: "@acme/{unit}-team"
    on_call: {{tool: zenduty, service: {unit}-team}}
    handles: {{pager: "@webhook-zenduty-{unit}-team", chat: "@slack-{unit}-team-alerts"}}
    notify:
      - priorities: [1, 2]
        alert: [pager, chat]
        warning: [chat]
        no_data: [pager]
        renotify: [pager]
        recovery: [pager, chat]
      - {{alert: [chat], warning: [chat], no_data: [chat], renotify: [chat], recovery: [chat]}}
    targets: {{mtta: 5m, mttr: 90m}}
"""


def business_unit(unit: str) -> str:
    """One unit's own file."""
    return f"""\
name: {unit.capitalize()}
team: {unit}-team
tags: {{cost_centre: cc-{len(unit) * 7 + ord(unit[0])}}}
"""


def file_head(unit: str) -> str:
    """The lines before a file's monitors."""
    return f"""\
# yaml-language-server: $schema=../../schemas/monitors.json
team: {unit}-team
tags: {{tier: "1"}}
monitors:
"""


def monitor(
    number: int,
    unit: str,
    chance: random.Random,
    *,
    differs: bool,
    explicit: bool = False,
    warned: bool = False,
) -> str:
    """
    One hand-written monitor. One that ``differs`` has another critical threshold.

    An ``explicit`` one has no holes, as an exported one has none. One that is ``warned`` of names
    a variable in its message that is always empty.
    """
    kind, query, (critical, warning) = _KINDS[number % len(_KINDS)]
    query = query.format(unit=unit, number=number)
    if differs:
        critical += 1
    if explicit:
        query = query.replace("${env}", "production").replace("${critical}", str(critical))
    paragraphs = [
        "\n".join(f"      {sentence}" for sentence in chance.sample(_SENTENCES, 4))
        for _ in range(3)
    ]
    if warned:
        paragraphs.append("      Look at {{host.name}} first.")
    message = "\n\n".join(paragraphs)
    return f"""\
  check-{number:05}:
    name: "[{unit.capitalize()}] Step {number}: customers are held up"
    type: {kind}
    query: >-
      {query}
    thresholds: {{critical: {critical}, warning: {warning}}}
    priority: {chance.randint(1, 4)}
    service: {unit}-step{number}
    tags: {{flow: {unit}-flow-{number % 40}, step: "{number}"}}
    options:
      renotify_interval: {chance.choice((30, 60, 120))}
      on_missing_data: {chance.choice(("default", "show_no_data", "resolve"))}
      notify_audit: false
    message: |
{message}
    runbook: {unit}/step-{number}
"""


def composite(number: int, unit: str, members: Sequence[str]) -> str:
    """A monitor that fires when all members do."""
    query = " && ".join(f"${{id:{member}}}" for member in members)
    return f"""\
  check-{number:05}:
    name: "[{unit.capitalize()}] Step {number}: the flow as a whole stands still"
    type: composite
    query: "{query}"
    priority: 1
    message: |
      {_SENTENCES[number % len(_SENTENCES)]}
      {_SENTENCES[(number + 3) % len(_SENTENCES)]}
    runbook: {unit}/step-{number}
"""


def by_partner(unit: str, number: int, partners: Sequence[str]) -> str:
    """One monitor for each of several partners; every other one has its own threshold."""
    items = "\n".join(
        f"        {partner}: {{{'thresholds: {critical: 12}' if place % 2 else ''}}}"
        for place, partner in enumerate(partners)
    )
    return f"""\
  partner-errors-{number:04}:
    for_each:
      partner:
{items}
    name: "[{unit.capitalize()}] ${{partner}}: calls to operation {number} fail"
    query: >-
      sum(last_15m):100 * sum:{unit}.partner.errors{{env:${{env}},partner:${{partner}},operation:{number}}}.as_count()
      / clamp_min(sum:{unit}.partner.calls{{env:${{env}},partner:${{partner}},operation:{number}}}.as_count(), 20) > ${{critical}}
    thresholds: {{critical: 8, warning: 3}}
    priority: 3
    options: {{evaluation_delay: 60}}
    message: >-
      {{{{value}}}} % of our calls to ${{partner}} fail. Customers who come through it cannot go on.
      {_SENTENCES[number % len(_SENTENCES)]}
    runbook: {unit}/partner-${{partner}}
"""


def services_file(unit: str, numbers: range) -> str:
    """Services watched by the template; every fifth has changes of its own."""
    items = "\n".join(
        f"      {unit}-service-{number:04}: "
        + (
            "{latency-p95: {thresholds: {critical: 2}}, apdex: {priority: 3}}"
            if number % 5 == 0
            else "{}"
        )
        for number in numbers
    )
    return f"""\
# yaml-language-server: $schema=../../schemas/monitors.json
use:
  - template: service
    with: {{operation: servlet.request}}
    for_each:
{items}
"""


def queues_file(unit: str, numbers: range) -> str:
    """Queues watched by the template."""
    items = ", ".join(f"{unit}-queue-{number:04}" for number in numbers)
    return f"""\
use:
  - {{template: queue, for_each: [{items}]}}
"""
