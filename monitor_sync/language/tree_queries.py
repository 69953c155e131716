"""Read what a tree says: its expressions, series, tags, algorithms and divisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.functions import ALGORITHMS, COMBINING
from monitor_sync.language.tree import (
    Argument,
    Arithmetic,
    Call,
    Condition,
    Enclosed,
    Expression,
    Field,
    Junction,
    Keys,
    Membership,
    Modifier,
    MonitorId,
    MonitorReference,
    Negation,
    Option,
    Parenthesised,
    Series,
    Signed,
    Tag,
    TagList,
    ValueChoice,
    Word,
)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all inside it, in the written order."""
    waiting: list[Expression] = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Arithmetic):
            waiting.extend(reversed(node.operands))
        elif isinstance(node, Call):
            waiting.extend(reversed(inner_queries(node.arguments)))
        elif isinstance(node, Parenthesised):
            waiting.append(node.expression)
        elif isinstance(node, Signed):
            waiting.append(node.operand)


def inner_queries(arguments: Iterable[Argument]) -> list[Expression]:
    """Return the arguments that are expressions."""
    return [
        argument
        for argument in arguments
        if not isinstance(argument, StringLiteral | Name | Option | Keys)
    ]


def series_in(expression: Expression) -> list[Series]:
    """Return the series that an expression reads, in the written order."""
    return [node for node in walk(expression) if isinstance(node, Series)]


def keys_of(expression: Expression) -> tuple[str, ...]:
    """
    Return the group keys of an expression, each once; after regrouping, the outer keys.

    Source: an outer aggregation over the groups of the inner series was read in published
    monitors (grammar, regrouping call).
    """
    keys: dict[str, None] = {}
    _collect_keys(expression, keys)
    return tuple(keys)


def _collect_keys(expression: Expression, keys: dict[str, None]) -> None:
    if isinstance(expression, Series) or (
        isinstance(expression, Call | Parenthesised) and expression.layers
    ):
        keys.update(dict.fromkeys(expression.keys))
    elif isinstance(expression, Call):
        outer = regrouping(expression)
        if outer is not None:
            keys.update(dict.fromkeys(name.text for name in outer.names))
            return
        for query in inner_queries(expression.arguments):
            _collect_keys(query, keys)
    elif isinstance(expression, Arithmetic):
        for operand in expression.operands:
            _collect_keys(operand, keys)
    elif isinstance(expression, Parenthesised):
        _collect_keys(expression.expression, keys)
    elif isinstance(expression, Signed):
        _collect_keys(expression.operand, keys)


def regrouping(call: Call) -> Keys | None:
    """Return the outer keys of ``sum(avg:a.b{*} by {host,disk}, {host})``, else None."""
    if call.function.text not in COMBINING:
        return None
    return next((argument for argument in call.arguments if isinstance(argument, Keys)), None)


def tags_in(condition: Condition) -> Iterator[Tag]:
    """
    Yield every tag that a filter or a search speaks of, lists of values taken apart.

    ``negated`` says whether such things are left out, however that is written.
    """
    if isinstance(condition, TagList):  # of tags alone, as most are
        plain = [item for item in condition.items if isinstance(item, Tag)]
        if len(plain) == len(condition.items):
            yield from plain
            return
    yield from _tags_within(condition)


def _tags_within(condition: Condition) -> Iterator[Tag]:
    waiting: list[tuple[Condition, bool]] = [(condition, False)]
    while waiting:
        node, negated = waiting.pop()
        match node:
            case Tag():
                yield Tag(node.start, node.end, node.key, node.value, node.negated != negated)
            case Membership() | ValueChoice():
                off = negated != (isinstance(node, Membership) and node.negated)
                for value in node.values:
                    yield Tag(value.start, value.end, node.key.text, value.text, off)
            case Field():
                for word in _words(node.value):
                    yield Tag(word.start, word.end, node.key.text, word.text, negated)
            case TagList():
                waiting.extend((item, negated) for item in reversed(node.items))
            case Junction():
                waiting.extend((item, negated) for item in reversed(node.operands))
            case Negation():
                waiting.append((node.operand, not negated))
            case Enclosed():
                waiting.append((node.condition, negated))
            case _:
                pass


def _words(condition: Condition) -> Iterator[Word]:
    if isinstance(condition, Word):
        yield condition
    elif isinstance(condition, Enclosed):
        yield from _words(condition.condition)
    elif isinstance(condition, Junction):
        for operand in condition.operands:
            yield from _words(operand)


def members_in(condition: Condition) -> Iterator[MonitorId | MonitorReference]:
    """Yield the members of a composite in the written order, repeated ones included."""
    waiting: list[Condition] = [condition]
    while waiting:
        node = waiting.pop()
        match node:
            case MonitorId() | MonitorReference():
                yield node
            case Junction():
                waiting.extend(reversed(node.operands))
            case Negation():
                waiting.append(node.operand)
            case Enclosed():
                waiting.append(node.condition)
            case _:
                pass  # nothing else stands in a composite


class Algorithm(Struct, frozen=True, kw_only=True):
    """
    A call of ``anomalies``, ``outliers`` or ``forecast``, taken apart.

    ``method`` is ``basic``, ``DBSCAN``, ``linear``, … as written; ``amount`` the deviations or the
    tolerance, None where it is not a number. ``options`` are its named arguments.
    """

    call: Call
    method: str
    amount: float | None
    options: dict[str, Option]

    @property
    def name(self) -> str:
        """Return ``anomalies``, ``outliers`` or ``forecast``."""
        return self.call.function.text

    def option(self, name: str) -> str:
        """Return the value of a named argument as text, empty where it is not given."""
        option = self.options.get(name)
        return words_of(option.value) if option else ""


def algorithm_in(expression: Expression) -> Algorithm | None:
    """Return the first algorithm of an expression, None where it has none."""
    for node in walk(expression):
        if isinstance(node, Call) and node.function.text in ALGORITHMS:
            return take_apart(node)
    return None


def take_apart(call: Call) -> Algorithm:
    """Return the method, the amount and the options of an algorithm's call."""
    plain = [argument for argument in call.arguments if not isinstance(argument, Option)]
    method = words_of(plain[1]) if len(plain) > 1 else ""
    amount = plain[2].value if len(plain) > 2 and isinstance(plain[2], Number) else None
    options = {
        argument.name.text: argument for argument in call.arguments if isinstance(argument, Option)
    }
    return Algorithm(call=call, method=method, amount=amount, options=options)


def words_of(argument: Argument) -> str:
    """Return a plain argument as text, quoted or not; empty for an expression."""
    if isinstance(argument, StringLiteral):
        return argument.value
    if isinstance(argument, Name):
        return argument.text
    return argument.written if isinstance(argument, Number) else ""


class Division(Struct, frozen=True, kw_only=True):
    """
    One ``/`` of an expression.

    ``floored`` says that the denominator is kept away from zero: by a number added to it, by
    ``clamp_min`` or ``cutoff_min``, by a default above zero, or because it is a number itself.
    """

    denominator: Expression
    floored: bool
    start: int
    end: int


def divisions_in(expression: Expression) -> Iterator[Division]:
    """Yield every division of an expression; ``start`` and ``end`` are those of the ``/``."""
    for node in walk(expression):
        if not isinstance(node, Arithmetic):
            continue
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            if operator.text == "/":
                yield Division(
                    denominator=operand,
                    floored=_floored(operand),
                    start=operator.start,
                    end=operator.end,
                )


def _floored(expression: Expression) -> bool:
    if isinstance(expression, Number):
        return expression.value != 0
    if isinstance(expression, Parenthesised):
        return _floored(expression.expression)
    if isinstance(expression, Call):
        if expression.function.text in ("clamp_min", "cutoff_min", "default"):
            bound = expression.arguments[-1]
            return isinstance(bound, Number) and bound.value > 0
        inner = inner_queries(expression.arguments)
        return len(inner) == 1 and _floored(inner[0])
    if isinstance(expression, Arithmetic):
        if expression.operators[0].text in "+-":
            # a number may come first: `1 + sum:a.b{*}`
            signs = ("+", *(operator.text for operator in expression.operators))
            pairs = zip(signs, expression.operands, strict=True)
            return any(s == "+" and isinstance(e, Number) and e.value > 0 for s, e in pairs)
        return all(_floored(operand) for operand in expression.operands)
    return False


def modifiers_in(expression: Expression) -> Iterator[Modifier]:
    """Yield every modifier of an expression, in no particular order."""
    for node in walk(expression):
        if isinstance(node, Series | Call | Parenthesised):
            yield from node.modifiers


def is_counted(series: Series) -> bool:
    """Return whether a series is read ``.as_count()``."""
    return any(modifier.name.text == "as_count" for modifier in series.modifiers)
