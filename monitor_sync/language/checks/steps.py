"""What all chains share: known steps, once each, with quoted arguments."""

from __future__ import annotations

from collections.abc import Iterable

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Node, Number, StringLiteral
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import Argument, Step
from monitor_sync.language.tree_queries import words_of


def by_name(steps: tuple[Step, ...], known: tuple[str, ...], findings: Findings) -> dict[str, Step]:
    """Return the first step of each name; report unknown and repeated steps."""
    first: dict[str, Step] = {}
    for step in steps:
        name = step.name.text
        if name not in known:
            findings.refuse(
                "unknown-step",
                step.name,
                f"`{name}` where {joined(known)} was expected",
                did_you_mean(name, known),
            )
        elif name in first:
            findings.warn("repeated-step", step, f"`.{name}()` stands twice")
        else:
            first[name] = step
    return first


def has_unknown(findings: Findings) -> bool:
    """Return whether an unknown step was noted."""
    return any(problem.code == "unknown-step" for problem in findings.problems)


def require(
    steps: dict[str, Step], names: Iterable[str], place: Node, findings: Findings, example: str
) -> None:
    """
    Note which of some steps are missing; ``example`` is how a whole chain looks.

    Beside an unknown step nothing is missed: it may be the one, mistyped.
    """
    if has_unknown(findings):
        return
    for name in names:
        if name not in steps:
            findings.refuse("missing-step", place, f"`.{name}()` is missing", f"write {example}")


def texts(
    step: Step, findings: Findings, *, least: int = 1, single_quotes: bool = True
) -> list[StringLiteral]:
    """
    Return the arguments of a step that takes only quoted texts; report all others.

    ``single_quotes`` says whether single quotes are allowed.
    """
    right: list[StringLiteral] = []
    for argument in step.arguments:
        if not isinstance(argument, StringLiteral):
            written = words_of(argument) if isinstance(argument, Number | Name) else "…"
            findings.refuse(
                "unquoted-text",
                argument,
                f"`{written}` where a text in quotes was expected",
                f'write `"{written}"`',
            )
        else:
            if not single_quotes:
                check_quotes(argument, findings)
            right.append(argument)
    if len(step.arguments) < least:
        name = step.name.text
        findings.refuse("empty-step", step, f"`.{name}()` is empty, a text in quotes was expected")
    return right


def check_quotes(text: StringLiteral, findings: Findings) -> None:
    """Report single quotes: the server answers "invalid operator specified" to them."""
    if text.written.startswith("'"):
        findings.refuse(
            "single-quotes",
            text,
            f"{text.written} is in single quotes, double quotes were expected",
            "write `\"` instead of `'`",
        )


def whole_number(argument: Argument) -> int | None:
    """Return the argument as a whole number, None where it is none."""
    if isinstance(argument, Number) and not argument.value % 1:
        return int(argument.value)
    return None
