"""
What a rule is, and the list of all of them.

A rule is a function that looks at one monitor and yields what is wrong with it. Its docstring is
its manual page: what it finds, *Why*, *Example*, *Use instead*, *Source*. Its name is
``family/what-is-wrong``: it reads well after "ignore", and does not tell the fix.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

from monitor_sync.diagnostics import Severity
from monitor_sync.language.nodes import Frozen
from monitor_sync.rules.catalog import BY_QUERY, BY_TAGS, BY_TEXT
from monitor_sync.rules.context import Subject

FAMILIES: Final = (
    "file", "schema", "query", "message", "options", "thresholds", "references", "routing",
    "ownership", "tags", "hygiene",
)  # fmt: skip


class Finding(Frozen, kw_only=True):
    """
    One thing that is wrong with one monitor.

    ``field`` is the way to the value inside Datadog's body, ``("options", "timeout_h")``; for the
    query, the message and the name ``start`` and ``end`` count characters of the text (of the
    author's part, for the message). ``("recipients", state, handle)`` is wherever routing got the
    handle from. Without ``end`` the whole value is meant, and without ``field`` the monitor.
    ``message`` is one sentence that shows the wrong value, ``hint`` what to type instead.

    ``typed`` is the stretch itself where it is wrong only if an author typed it: what a hole
    brought in its place is not told.
    """

    message: str
    field: tuple[str | int, ...] = ()
    start: int = 0
    end: int | None = None
    hint: str = ""
    typed: str = ""


Check = Callable[[Subject], Iterable[Finding]]
WholeCheck = Callable[[Iterable[Subject]], Iterable[tuple[Subject, Finding]]]


Language = Literal["query", "message"]
Alike = Literal["query", "text", "tags"]


class Rule(Frozen, kw_only=True):
    """One rule: its name, how bad a finding is, what finds it, and its manual page."""

    name: str
    severity: Severity
    page: str
    check: Check | None = None
    whole: WholeCheck | None = None
    """For rules that compare monitors with each other."""
    alike: Alike | None = None
    """In what two monitors must agree to get the same answer; None where in everything."""
    of: Language | None = None
    """The language whose problems it tells: without one there is nothing to ask it."""
    option: str = ""
    """The option of Datadog's without which there is nothing to ask it; empty where none is."""

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return " ".join(self.page.split("\n\n", 1)[0].split())


_RULES: dict[str, Rule] = {}


def rule(
    name: str,
    severity: Severity,
    *,
    of: Language | None = None,
    words: bool = False,
    by_query: bool = False,
    option: str = "",
) -> Callable[[Check], Check]:
    """
    Register a function as a rule about one monitor.

    ``of`` is the language whose problems it tells. ``words`` says that it reads the author's
    words, so that no two monitors are alike to it; ``by_query`` that it looks at no more than the
    rules of ``subjects.BY_QUERY``, although others of its module do. ``option`` is one of Datadog's
    options without which it has nothing to say.
    """

    def register(check: Check) -> Check:
        module = check.__module__.rpartition(".")[2]
        page = _page(check)
        alike: Alike | None = None
        if by_query or module in BY_QUERY:
            alike = "query"
        elif module in BY_TAGS:
            alike = "tags"
        elif module in BY_TEXT and not words:
            alike = "text"
        _add(
            Rule(
                name=name,
                severity=severity,
                page=page,
                check=check,
                alike=alike,
                of=of,
                option=option,
            )
        )
        return check

    return register


def whole_rule(name: str, severity: Severity) -> Callable[[WholeCheck], WholeCheck]:
    """Register a function as a rule about all monitors together."""

    def register(check: WholeCheck) -> WholeCheck:
        _add(Rule(name=name, severity=severity, page=_page(check), whole=check))
        return check

    return register


def page(name: str, severity: Severity) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register the manual page of what the engine itself finds, such as unused suppressions."""

    def register(written: Callable[[], None]) -> Callable[[], None]:
        _add(Rule(name=name, severity=severity, page=_page(written)))
        return written

    return register


def _page(written: Callable[..., object]) -> str:
    """The docstring, with one backtick around code as messages have it."""
    return (inspect.getdoc(written) or "").replace("``", "`")


def _add(new: Rule) -> None:
    assert new.name not in _RULES, new.name  # noqa: S101 - two rules of one name are our bug
    assert new.name.split("/")[0] in FAMILIES, new.name  # noqa: S101 - as above
    _RULES[new.name] = new


def every() -> Iterator[Rule]:
    """All rules that look at monitors, by name."""
    from monitor_sync.rules import catalog  # the modules register themselves

    catalog.load()
    for name in sorted(_RULES):
        yield _RULES[name]
