"""The manual pages of all rules, those of reading the files and of asking Datadog included."""

from __future__ import annotations

from monitor_sync.render.manual import Page, page_of
from monitor_sync.rules import file_rules, remote_rules, unit_tests
from monitor_sync.rules.registry import FAMILIES, every


def pages() -> list[Page]:
    """Return every page, by family and name."""
    rules = (*every(), *file_rules.PAGES, *remote_rules.PAGES, *unit_tests.PAGES)
    in_any_order = [page_of(rule.name, rule.severity, rule.page) for rule in rules]
    return sorted(in_any_order, key=lambda page: (FAMILIES.index(page.family), page.name))
