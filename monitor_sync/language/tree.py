"""
The typed tree of a monitor query: what each part is, and where in the text it stands.

Two trees are equal where the queries mean the same: positions, blanks, the case of keywords, the
kind of quotes and the notation of numbers take no part in comparing.
"""

from __future__ import annotations

from dataclasses import field

from monitor_sync.language.atoms import Name, Node, Number, StringLiteral, Window, node

# --- conditions: scope filters, search strings, composites -----------------------------------


@node
class Everything(Node):
    """``*``: no filter."""


@node
class Tag(Node):
    """``key:value``, ``value`` alone (``key`` is empty then), or either after ``!``."""

    key: str
    value: str
    negated: bool = False


@node
class TagList(Node):
    """Tags that must all fit, apart by commas (or blanks): ``env:prod,!host:a``."""

    items: tuple[Condition, ...]
    separators: tuple[str, ...] = field(compare=False)


@node
class Membership(Node):
    """``key IN (a, b)`` or ``key NOT IN (a, b)``. ``keywords`` as the author wrote them."""

    key: Name
    values: tuple[Name, ...]
    negated: bool
    keywords: tuple[str, ...] = field(compare=False)


@node
class ValueChoice(Node):
    """``key:(a OR b)`` in a scope filter."""

    key: Name
    values: tuple[Name, ...]
    keywords: tuple[str, ...] = field(compare=False)


@node
class Field(Node):
    """``@key:value`` in a search: the value is a word, a phrase, a range or a choice."""

    key: Name
    value: Condition


@node
class Word(Node):
    """A word of a search, wildcards and comparisons (``>=40``) included."""

    text: str


@node
class Phrase(Node):
    """A quoted phrase of a search, without its quotes."""

    text: str


@node
class Range(Node):
    """``[500 TO 599]``, or ``{500 TO 599}`` without the limits themselves."""

    low: str
    high: str
    inclusive: bool


@node
class MonitorId(Node):
    """A member of a composite by Datadog's id."""

    id: int


@node
class MonitorReference(Node):
    """A member of a composite by our key: ``${id:KEY}``, filled in once the id is known."""

    key: str


@node
class Junction(Node):
    """
    Several conditions joined by one operator.

    ``operator`` is ``AND`` or ``OR`` in every dialect. ``keywords`` are what was written between
    the operands: ``and``, ``&&``, or nothing where a search just has a blank.
    """

    operator: str
    operands: tuple[Condition, ...]
    keywords: tuple[str, ...] = field(compare=False)


@node
class Negation(Node):
    """``NOT x``, ``-x`` or ``!x``."""

    operand: Condition
    keyword: str = field(compare=False)


@node
class Enclosed(Node):
    """A condition in parentheses."""

    condition: Condition


Condition = (
    Everything | Tag | TagList | Membership | ValueChoice | Field | Word | Phrase | Range
    | MonitorId | MonitorReference | Junction | Negation | Enclosed
)  # fmt: skip


# --- expressions -----------------------------------------------------------------------------


@node
class Scope(Node):
    """The filter of a series, braces included in its stretch."""

    condition: Condition


@node
class By(Node):
    """``by {a, b}`` behind a series."""

    keys: tuple[Name, ...]
    keyword: str = field(compare=False)


@node
class Modifier(Node):
    """``.as_count()``, ``.rollup(avg, 60)``, ``.fill(zero)``, …"""

    name: Name
    arguments: tuple[Argument, ...]


@node
class Suffixed(Node):
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


@node
class Series(Suffixed):
    """A metric with its scope, its modifiers and its ``by``."""

    aggregator: Name | None
    metric: Name
    scope: Scope


@node
class Variable(Node):
    """A name in a formula that ``options.variables`` defines."""

    name: str


@node
class Signed(Node):
    """An expression behind a sign of its own: ``-avg:a.b{*}``."""

    sign: str
    operand: Expression


@node
class Parenthesised(Suffixed):
    """An expression in parentheses, with the modifiers and further ``by`` behind them."""

    expression: Expression


@node
class Arithmetic(Node):
    """
    Operands joined by operators of one rank: only ``+`` and ``-``, or only ``*`` and ``/``.

    There is one operator less than operands, and they are taken from left to right.
    """

    operands: tuple[Expression, ...]
    operators: tuple[Name, ...]


@node
class Keys(Node):
    """The outer keys of a regrouping: ``{ host }`` in ``sum(avg:a.b{*} by {host,d}, { host })``."""

    names: tuple[Name, ...]


@node
class Option(Node):
    """A named argument: ``direction='above'``."""

    name: Name
    value: StringLiteral | Number | Name


@node
class Call(Suffixed):
    """A function with its arguments, and the modifiers and further ``by`` behind it."""

    function: Name
    arguments: tuple[Argument, ...]


Expression = Series | Variable | Number | Signed | Parenthesised | Arithmetic | Call
Argument = Expression | StringLiteral | Name | Option | Keys


# --- whole queries ---------------------------------------------------------------------------


@node
class Comparison(Node):
    """``> 5``, or ``> threshold`` where ``options.thresholds.critical_query`` says the level."""

    operator: Name
    threshold: Number | Name


@node
class ChangeShift(Node):
    """The ``change`` or ``pct_change`` around an evaluation, and how far back it compares."""

    kind: Name
    shift: Window


@node
class TimeAggregation(Node):
    """``avg(last_5m)`` or ``change(avg(last_5m),last_1h)``: how and over which time to evaluate."""

    aggregator: Name
    window: Window
    change: ChangeShift | None


@node
class Step(Node):
    """One call of a chain: ``.rollup("count")``."""

    name: Name
    arguments: tuple[Argument, ...]


@node
class MetricQuery(Node):
    """A metric monitor's query."""

    evaluation: TimeAggregation
    expression: Expression
    comparison: Comparison


@node
class FormulaQuery(Node):
    """``formula("…")`` over ``options.variables``. Only a critical query has no comparison."""

    expression: Expression
    steps: tuple[Step, ...]
    comparison: Comparison | None


@node
class CheckQuery(Node):
    """A service check's query."""

    check: StringLiteral
    steps: tuple[Step, ...]


@node
class SearchQuery(Node):
    """
    A query over events of any source: logs, RUM, spans, …; ``processes`` too.

    ``condition`` is what ``search`` says, None where it is empty or could not be read.
    """

    source: Name
    search: StringLiteral
    steps: tuple[Step, ...]
    comparison: Comparison
    condition: Condition | None = field(compare=False, default=None)


@node
class SloQuery(Node):
    """``error_budget("id")…`` or ``burn_rate("id")…``."""

    measure: Name
    slo: StringLiteral | Name
    steps: tuple[Step, ...]
    comparison: Comparison


@node
class CompositeQuery(Node):
    """Other monitors joined by ``&&``, ``||`` and ``!``."""

    condition: Condition


@node
class NoQuery(Node):
    """``no_query``, the constant of Synthetics monitors."""


Query = MetricQuery | FormulaQuery | CheckQuery | SearchQuery | SloQuery | CompositeQuery | NoQuery
