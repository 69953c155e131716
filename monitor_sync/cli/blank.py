"""
An empty option is an error, never "not given": it is a variable that somebody forgot to set.

``apply --expect "$REVIEWED"`` without the variable would otherwise apply what nobody has reviewed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from monitor_sync.errors import UsageError


def refuse(context: click.Context, arguments: list[str]) -> None:
    """
    Raise UsageError where an option or argument of the context's command is empty or blank.

    A variable of the environment that stands for an option may be empty, as GitHub gives an input
    that nobody filled in; one of blanks alone is refused too.
    """
    command = context.command
    given, _, _ = command.make_parser(context).parse_args(list(arguments))
    for parameter in command.get_params(context):
        if parameter.name in given and any(map(_is_blank, _texts(given[parameter.name]))):
            raise _blank(_name(parameter))
        for variable in _variables(parameter):
            value = os.environ.get(variable, "")
            if parameter.name not in given and value and _is_blank(value):
                raise _blank(variable)


def _is_blank(text: str) -> bool:
    """Return whether a text shows nothing: blanks, zero-width and control characters."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value as it was typed: one, or one for each time it was given."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _name(parameter: click.Parameter) -> str:
    """Return what people call an option or an argument."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.make_metavar(click.get_current_context()).strip("[].")


def _variables(parameter: click.Parameter) -> list[str]:
    variables = parameter.envvar or []
    return [variables] if isinstance(variables, str) else list(variables)


def _blank(name: str) -> UsageError:
    return UsageError(
        f"{name} is empty: is a variable not set?",
        hint=f"give {name} a value, or leave it out",
    )
