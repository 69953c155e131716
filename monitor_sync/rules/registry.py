"""
What a rule is, and the list of all of them.

A rule is a function that yields what is wrong with a monitor. The type of its parameter is the view
that it may look at (``views.py``): ask for the smallest one. Its docstring is its manual page: what
it finds, *Why*, *Example*, *Use instead*, *Source*. Its name is ``family/what-is-wrong``: it reads
well after "ignore", and does not tell the fix. Every module of this package is searched for rules.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from pkgutil import iter_modules
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.views import MessageView, MonitorView, ProjectView, QueryView, TagsView

_END: Final = 1_000
"""Characters at each end of a text that a finding keeps where it is longer than both."""

FAMILIES: Final = (
    "file", "schema", "query", "message", "options", "thresholds", "references", "routing",
    "ownership", "tags", "hygiene",
)  # fmt: skip


class Finding(Struct, frozen=True, kw_only=True):
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

    def __post_init__(self) -> None:
        """Cut what quotes very long texts: thousands of findings may quote one of them."""
        if len(self.message) > 2 * _END or len(self.hint) > 2 * _END:
            force_setattr(self, "message", _cut(self.message))
            force_setattr(self, "hint", _cut(self.hint))


def _cut(text: str) -> str:
    return text if len(text) <= 2 * _END else f"{text[:_END]} … {text[-_END:]}"


View = QueryView | MessageView | TagsView | MonitorView
_VIEWS: Final[dict[str, type]] = {
    view.__name__: view for view in (QueryView, MessageView, TagsView, MonitorView, ProjectView)
}

Check = (
    Callable[[QueryView], Iterable[Finding]]
    | Callable[[MessageView], Iterable[Finding]]
    | Callable[[TagsView], Iterable[Finding]]
    | Callable[[MonitorView], Iterable[Finding]]
    | Callable[[ProjectView], Iterable[tuple[MonitorView, Finding]]]
)
"""What a rule is. One about a whole project yields with each finding the monitor that has it."""
AnyCheck = TypeVar("AnyCheck", bound=Check)


class Rule(Struct, frozen=True, kw_only=True):
    """
    One rule: its name, how bad a finding is, its manual page, what it looks at and what finds it.

    ``view`` is the type of the parameter of ``check``; None for a page without a function: the
    engine, reading, or Datadog itself finds what is on it. ``codes`` are the problems of the
    query or of the texts that it reports: where these have no problem the rule does not run.
    """

    name: str
    severity: Severity
    page: str
    view: type | None = None
    codes: frozenset[str] = frozenset()
    check: Callable[[Any], Iterable[Any]] = lambda _: ()

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return " ".join(self.page.split("\n\n", 1)[0].split())


_RULES: dict[str, Rule] = {}


def rule(name: str, severity: Severity) -> Callable[[AnyCheck], AnyCheck]:
    """
    Register a function as a rule. The type of its parameter says what it may look at.

    Raises:
        TypeError: the parameter is not annotated with one of the views.
    """

    def register(check: AnyCheck) -> AnyCheck:
        _add(
            Rule(name=name, severity=severity, page=_page(check), view=view_of(check), check=check)
        )
        return check

    return register


def problem_rule(
    name: str, severity: Severity, page: Callable[[], None], codes: frozenset[str], check: Check
) -> None:
    """Register a manual page with the function that reports the problems with these codes."""
    view = view_of(check)
    _add(Rule(name=name, severity=severity, page=_page(page), view=view, codes=codes, check=check))


def view_of(check: Callable[..., object]) -> type:
    """
    Return the view that a rule looks at.

    Raises:
        TypeError: its parameter is not annotated with one of the views.
    """
    annotation = next(iter(check.__annotations__.values()), None)
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    if name not in _VIEWS:
        raise TypeError(
            f"the rule {check.__module__}.{check.__qualname__} does not say what it looks at:"
            f" annotate its parameter with one of {', '.join(_VIEWS)}"
        )
    return _VIEWS[name]


def page(name: str, severity: Severity) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register the manual page of what the engine itself finds, such as unused suppressions."""

    def register(written: Callable[[], None]) -> Callable[[], None]:
        _add(Rule(name=name, severity=severity, page=_page(written)))
        return written

    return register


def _page(written: Callable[..., object]) -> str:
    """Return the docstring, with single backticks around code as in messages."""
    return (inspect.getdoc(written) or "").replace("``", "`")


def _add(new: Rule) -> None:
    assert new.name not in _RULES, new.name  # noqa: S101 - two rules of one name are our bug
    assert new.name.split("/")[0] in FAMILIES, new.name  # noqa: S101 - as above
    _RULES[new.name] = new


def every() -> Iterator[Rule]:
    """Yield all rules that look at monitors, by name."""
    from monitor_sync import rules

    for module in iter_modules(rules.__path__):  # each registers its rules when it is imported
        importlib.import_module(f"{rules.__name__}.{module.name}")
    for name in sorted(_RULES):
        yield _RULES[name]
