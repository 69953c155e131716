"""The manual pages of what is wrong with files of unit tests: ``monitor-sync test``."""

from __future__ import annotations

from inspect import cleandoc
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.registry import Rule

_WRITTEN: Final = {
    "references/test-of-no-monitor": """
        A test names a monitor that the file beside does not declare.
        Why: such a test would look at nothing, and pass.
        Example: `monitor: conversion-drp` in purchase-flow.tests.yaml
        Use instead: the key as it is in purchase-flow.yaml, `partner-errors.airline` for an item
        of `for_each`, or a glob such as `partner-errors.*`
        Source: the format in monitors/README.md.
        """,
    "schema/wrong-test": """
        A test cannot be run as it is written.
        Why: points that the monitor never reads, values that are no values, a group that the
        query does not have or an instant after the last point would make it pass or fail for
        another reason than the one that its name tells.
        Example: `at: 2h` where the series has values for one hour
        Use instead: what the message says
        Source: the format in monitors/README.md.
        """,
}

PAGES: Final = tuple(
    Rule(name=name, severity=Severity.ERROR, page=cleandoc(page)) for name, page in _WRITTEN.items()
)
"""A page for each name that reading tests yields."""
