"""One and the same file of monitors as twenty people would write it."""

from __future__ import annotations

from typing import Final

_TIDY: Final = """\
# About conversion.
team: motor
tags: {tier: "1"}

monitors:
  drop:
    name: "[Motor] Conversion dropped"    # shown in Datadog
    query: >-
      sum(last_30m):sum:motor.purchase.count{env:prod}.as_count()
      / sum:motor.quote.count{env:prod}.as_count() < 12
    thresholds: {critical: 12, warning: 15}
    # on call reads this
    message: Fewer visitors buy.
    also_notify: {alert: ["@slack-sales", "@slack-motor"]}

  errors:
    name: Errors
    query: avg(last_5m):avg:motor.errors{*} > 1
    options:
      renotify_interval: 60
      include_tags: false
"""

STYLES: Final = {
    "tidy": _TIDY,
    "crlf": _TIDY.replace("\n", "\r\n"),
    "no final newline": _TIDY.rstrip("\n"),
    "crlf without a final newline": _TIDY.replace("\n", "\r\n").rstrip("\r\n"),
    "byte order mark": "\ufeff" + _TIDY,
    "document marks": f"---\n{_TIDY}...\n",
    "blank lines everywhere": _TIDY.replace("\n", "\n\n"),
    "trailing blanks": _TIDY.replace("team: motor\n", "team: motor   \n").replace("1\n", "1  \n"),
    "comments everywhere": """\
# one
team: motor # two
# three
monitors: # four
  # five

  # six
  drop: # seven
    # eight
    name: Drop # nine
    # ten
    thresholds: # eleven
      # twelve
      critical: 12 # thirteen
      # fourteen
      warning: 15
      # fifteen
    # sixteen
    query: avg(last_5m):avg:a{*} > 12 # seventeen
    # eighteen
  # nineteen
# twenty
""",
    "flow": "team: motor\nmonitors: {drop: {name: Drop, "
    '"query": "avg(last_5m):avg:a{*} > 1"}, errors: {name: E}}\n',
    "flow over lines": """\
team: motor
monitors: {
  drop: {
    name: "Drop",   # a name
    thresholds: {critical: 1,
                 warning: 2},
    priority: 3,
  },
  errors: { name: 'E', priority: 2 }
}
""",
    "json": '{\n  "team": "motor",\n  "monitors": {\n    "drop": {\n      "name": "Drop",\n'
    '      "tags": ["a:b", "c:d"]\n    }\n  }\n}\n',
    "anchors and aliases": """\
team: motor
defaults: &usual
  options: &options {renotify_interval: 60}
  priority: &p 3
monitors:
  drop: {<<: *usual, name: Drop}
  errors:
    <<: *usual
    name: Errors
    options: *options
    priority: *p
    message: &text Look at it.
""",
    "lists at the column of their key": """\
team: motor
use:
- template: apm
  for_each:
  - one
  - two   # the second
- template: rds
  for_each: [a, b]
monitors:
  drop:
    tags:
    - a:b
    - c:d
""",
    "wide indentation": """\
team: motor
monitors:
        drop:
                name: Drop
                tags:
                      -   a:b
                      -   c:d
                thresholds:
                    critical: 1
                    warning: 2
""",
    "explicit keys": """\
team: motor
? monitors
: ? drop
  : ? name
    : Drop
    ? "priority"
    : 3
""",
    "quoted keys": """\
"team": motor
'monitors':
  "drop": {'name': 'It''s low', "priority": 3}
  'errors':
    "name": "tab\\there, \\u00e9"
    'message': 'one
      two'
""",
    "nulls of all kinds": """\
team: motor
monitors:
  drop:
    name: Drop
    tags:
    priority: ~
    message: null
    options: {}
    ignore: []
    runbook:    # none yet
""",
    "texts of all kinds": """\
team: motor
monitors:
  drop:
    name: plain over
      two lines
    message: |
      one

      two  # no comment
    query: >+
      folded
      and kept

    runbook: "double \\
      continued"
  errors:
    message: |2-
        indented
      text
    name: last
""",
    "tabs among blanks": "team:\tmotor\nmonitors:\t\n  drop:\n    name:\tDrop\t# it\n"
    "    priority: 3\t\n",
    "letters of the world": "team: motor\nmonitors:\n"
    '  drop: {name: "Störung 😀 ☃", message: größer}\n'
    "  errors:\n    name: 違う # 注\n    priority: 1\n",
}
