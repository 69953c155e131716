"""
The typed tree of a monitor query: what each part is, and where in the text it stands.

Two trees are equal where the queries mean the same: positions, blanks, the case of keywords, the
kind of quotes and the notation of numbers take no part in comparing.
"""

from __future__ import annotations

from typing import ClassVar

from monitor_sync.language.atoms import Name, Node, Number, StringLiteral, Window

# --- conditions: scope filters, search strings, composites -----------------------------------


class Everything(Node, frozen=True):
    """``*``: no filter."""


class Tag(Node, frozen=True):
    """``key:value``, ``value`` alone (``key`` is empty then), or either after ``!``."""

    key: str
    value: str
    negated: bool = False


class TagList(Node, frozen=True):
    """Tags that must all fit, apart by commas (or blanks): ``env:prod,!host:a``."""

    items: tuple[Condition, ...]
    separators: tuple[str, ...]
    uncompared: ClassVar = ("separators",)


class Membership(Node, frozen=True):
    """``key IN (a, b)`` or ``key NOT IN (a, b)``. ``keywords`` as the author wrote them."""

    key: Name
    values: tuple[Name, ...]
    negated: bool
    keywords: tuple[str, ...]
    uncompared: ClassVar = ("keywords",)


class ValueChoice(Node, frozen=True):
    """``key:(a OR b)`` in a scope filter."""

    key: Name
    values: tuple[Name, ...]
    keywords: tuple[str, ...]
    uncompared: ClassVar = ("keywords",)


class Field(Node, frozen=True):
    """``@key:value`` in a search: the value is a word, a phrase, a range or a choice."""

    key: Name
    value: Condition


class Word(Node, frozen=True):
    """A word of a search, wildcards and comparisons (``>=40``) included."""

    text: str


class Phrase(Node, frozen=True):
    """A quoted phrase of a search, without its quotes."""

    text: str


class Range(Node, frozen=True):
    """``[500 TO 599]``, or ``{500 TO 599}`` without the limits themselves."""

    low: str
    high: str
    inclusive: bool


class MonitorId(Node, frozen=True):
    """A member of a composite by Datadog's id."""

    id: int


class MonitorReference(Node, frozen=True):
    """A member of a composite by our key: ``${id:KEY}``, filled in once the id is known."""

    key: str


class Junction(Node, frozen=True):
    """
    Several conditions joined by one operator.

    ``operator`` is ``AND`` or ``OR`` in every dialect. ``keywords`` are what was written between
    the operands: ``and``, ``&&``, or nothing where a search just has a blank.
    """

    operator: str
    operands: tuple[Condition, ...]
    keywords: tuple[str, ...]
    uncompared: ClassVar = ("keywords",)


class Negation(Node, frozen=True):
    """``NOT x``, ``-x`` or ``!x``."""

    operand: Condition
    keyword: str
    uncompared: ClassVar = ("keyword",)


class Enclosed(Node, frozen=True):
    """A condition in parentheses."""

    condition: Condition


Condition = (
    Everything | Tag | TagList | Membership | ValueChoice | Field | Word | Phrase | Range
    | MonitorId | MonitorReference | Junction | Negation | Enclosed
)  # fmt: skip


# --- expressions -----------------------------------------------------------------------------


class Scope(Node, frozen=True):
    """The filter of a series, braces included in its stretch."""

    condition: Condition


class By(Node, frozen=True):
    """``by {a, b}`` behind a series."""

    keys: tuple[Name, ...]
    keyword: str
    uncompared: ClassVar = ("keyword",)


class Modifier(Node, frozen=True):
    """``.as_count()``, ``.rollup(avg, 60)``, ``.fill(zero)``, …"""

    name: Name
    arguments: tuple[Argument, ...]


class Suffixed(Node, frozen=True):
    """What may have modifiers and ``by`` behind it: ``suffixes``, in the written order."""

    suffixes: tuple[By | Modifier, ...]

    @property
    def layers(self) -> tuple[By, ...]:
        """Return each ``by``, in the written order: the last one says the groups."""
        return tuple(suffix for suffix in self.suffixes if isinstance(suffix, By))

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the group keys of the last ``by``; empty without one."""
        layers = self.layers
        return tuple(key.text for key in layers[-1].keys) if layers else ()

    @property
    def modifiers(self) -> tuple[Modifier, ...]:
        """Return the modifiers, in the written order."""
        return tuple(suffix for suffix in self.suffixes if isinstance(suffix, Modifier))


class Series(Suffixed, frozen=True):
    """A metric with its scope, its modifiers and its ``by``."""

    aggregator: Name | None
    metric: Name
    scope: Scope


class Variable(Node, frozen=True):
    """A name in a formula that ``options.variables`` defines."""

    name: str


class Signed(Node, frozen=True):
    """An expression behind a sign of its own: ``-avg:a.b{*}``."""

    sign: str
    operand: Expression


class Parenthesised(Suffixed, frozen=True):
    """An expression in parentheses, with the modifiers and further ``by`` behind them."""

    expression: Expression


class Arithmetic(Node, frozen=True):
    """
    Operands joined by operators of one rank: only ``+`` and ``-``, or only ``*`` and ``/``.

    There is one operator less than operands, and they are taken from left to right.
    """

    operands: tuple[Expression, ...]
    operators: tuple[Name, ...]


class Keys(Node, frozen=True):
    """The outer keys of a regrouping: ``{ host }`` in ``sum(avg:a.b{*} by {host,d}, { host })``."""

    names: tuple[Name, ...]


class Option(Node, frozen=True):
    """A named argument: ``direction='above'``."""

    name: Name
    value: StringLiteral | Number | Name


class Call(Suffixed, frozen=True):
    """A function with its arguments, and the modifiers and further ``by`` behind it."""

    function: Name
    arguments: tuple[Argument, ...]


Expression = Series | Variable | Number | Signed | Parenthesised | Arithmetic | Call
Argument = Expression | StringLiteral | Name | Option | Keys


# --- whole queries ---------------------------------------------------------------------------


class Comparison(Node, frozen=True):
    """``> 5``, or ``> threshold`` where ``options.thresholds.critical_query`` says the level."""

    operator: Name
    threshold: Number | Name


class ChangeShift(Node, frozen=True):
    """The ``change`` or ``pct_change`` around an evaluation, and how far back it compares."""

    kind: Name
    shift: Window


class TimeAggregation(Node, frozen=True):
    """``avg(last_5m)`` or ``change(avg(last_5m),last_1h)``: how and over which time to evaluate."""

    aggregator: Name
    window: Window
    change: ChangeShift | None


class Step(Node, frozen=True):
    """One call of a chain: ``.rollup("count")``."""

    name: Name
    arguments: tuple[Argument, ...]


class MetricQuery(Node, frozen=True):
    """A metric monitor's query."""

    evaluation: TimeAggregation
    expression: Expression
    comparison: Comparison


class FormulaQuery(Node, frozen=True):
    """``formula("…")`` over ``options.variables``. Only a critical query has no comparison."""

    expression: Expression
    steps: tuple[Step, ...]
    comparison: Comparison | None


class CheckQuery(Node, frozen=True):
    """A service check's query."""

    check: StringLiteral
    steps: tuple[Step, ...]


class SearchQuery(Node, frozen=True):
    """
    A query over events of any source: logs, RUM, spans, …; ``processes`` too.

    ``condition`` is what ``search`` says, None where it is empty or could not be read.
    """

    source: Name
    search: StringLiteral
    steps: tuple[Step, ...]
    comparison: Comparison
    condition: Condition | None = None
    uncompared: ClassVar = ("condition",)


class SloQuery(Node, frozen=True):
    """``error_budget("id")…`` or ``burn_rate("id")…``."""

    measure: Name
    slo: StringLiteral | Name
    steps: tuple[Step, ...]
    comparison: Comparison


class CompositeQuery(Node, frozen=True):
    """Other monitors joined by ``&&``, ``||`` and ``!``."""

    condition: Condition


class NoQuery(Node, frozen=True):
    """``no_query``, the constant of Synthetics monitors."""


Query = MetricQuery | FormulaQuery | CheckQuery | SearchQuery | SloQuery | CompositeQuery | NoQuery
