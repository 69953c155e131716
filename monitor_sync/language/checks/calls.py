"""Functions: known ones, with the right arguments."""

from __future__ import annotations

from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.functions import (
    ALGORITHMS,
    COMBINING,
    FUNCTIONS,
    KNOWN,
    NOT_IN_MONITORS,
    PERCENTILE,
    SOURCES,
    Parameter,
)
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import Argument, Call, Keys, Option, Variable
from monitor_sync.language.tree_queries import words_of

_QUERY_KINDS: Final = (StringLiteral, Name, Option, Keys)


def check_call(call: Call, findings: Findings) -> None:
    """Check one function with its arguments. Algorithms are checked elsewhere."""
    name = call.function.text
    if name in COMBINING:
        _check_combining(call, findings)
    elif name in FUNCTIONS:
        _check_arguments(call, FUNCTIONS[name], findings)
    elif name not in ALGORITHMS:
        _unknown(call, findings)


def _unknown(call: Call, findings: Findings) -> None:
    name = call.function.text
    if name in NOT_IN_MONITORS:
        findings.refuse(
            "function-not-in-monitors",
            call.function,
            f"`{name}` works on dashboards, not in monitors",
            "smooth with ewma_3, ewma_5, ewma_10, ewma_20 or median_3 to median_9",
        )
    elif name == "formula":
        findings.refuse(
            "formula-not-alone",
            call.function,
            "`formula()` must be the whole query: no other function can go around it",
        )
    elif name in SOURCES:
        findings.refuse(
            "events-in-metric-query",
            call.function,
            f"`{name}()` is a search, a metric was expected",
            "functions work on metrics; make a metric of the events first",
        )
    else:
        findings.refuse(
            "unknown-function",
            call.function,
            f"`{name}` is not a function of monitors",
            _near(name),
        )


def _near(name: str) -> str:
    """Return the nearest function; for one with a number, its family with all numbers."""
    stem = name.rpartition("_")[0]
    family = [name for name in KNOWN if stem and name.rpartition("_")[0] == stem]
    if len(family) > 1 and name.rpartition("_")[2].isdigit():
        return f"there is {joined(family)}"
    return did_you_mean(name, KNOWN)


def _check_combining(call: Call, findings: Findings) -> None:
    """Check several series, or one series and the keys that remain."""
    outer = [argument for argument in call.arguments if isinstance(argument, Keys)]
    others = [argument for argument in call.arguments if not isinstance(argument, Keys)]
    for other in others:
        if isinstance(other, _QUERY_KINDS):
            findings.refuse("wrong-argument", other, f"`{words_of(other) or '…'}` is no query")
    if not others or len(outer) > 1 or (outer and len(others) > 1):
        name = call.function.text
        findings.refuse(
            "wrong-number-of-arguments",
            call,
            f"`{name}()` takes queries, or one query and the keys that remain",
            f"write for example `{name}(avg:a.b{{*}} by {{host,disk}}, {{host}})`",
        )


def _check_arguments(call: Call, parameters: tuple[Parameter, ...], findings: Findings) -> None:
    name, given = call.function.text, call.arguments
    for parameter, argument in zip(parameters, given, strict=False):
        _check_argument(parameter, argument, findings)
    if len(given) > len(parameters):
        findings.refuse(
            "wrong-number-of-arguments",
            given[len(parameters)],
            f"`{name}()` has {len(given)} arguments, "
            f"{joined([expected.name for expected in parameters], 'and')} was expected",
        )
    missing = [expected.name for expected in parameters[len(given) :] if not expected.optional]
    if missing:
        findings.refuse(
            "wrong-number-of-arguments", call, f"`{name}()` lacks {joined(missing, 'and')}"
        )


def _check_argument(parameter: Parameter, argument: Argument, findings: Findings) -> None:
    if parameter.kind == "query":
        if isinstance(argument, _QUERY_KINDS):
            findings.refuse(
                "wrong-argument",
                argument,
                f"`{words_of(argument) or '…'}` where {parameter.name} was expected",
            )
        return
    if parameter.kind == "number":
        right = isinstance(argument, Number) and (argument.value < 0 or not parameter.negative)
    else:
        right = isinstance(argument, StringLiteral | Name | Variable)
    written = argument.name if isinstance(argument, Variable) else words_of(argument)
    if right and (not parameter.choices or written in parameter.choices):
        return
    if right and parameter.percentiles and PERCENTILE.fullmatch(written):
        return
    hint = did_you_mean(written, parameter.choices) if parameter.kind == "word" else ""
    wanted = joined(parameter.choices) if parameter.choices else parameter.name
    findings.refuse(
        "wrong-argument", argument, f"`{written or '…'}` where {wanted} was expected", hint
    )
