"""An empty option is an error, never "not given", whichever command and option it is."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from monitor_sync.cli import COMMANDS, main


def _parameters(kind: type[click.Parameter]) -> Iterator[tuple[str, click.Parameter]]:
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        inner = command.commands if isinstance(command, click.Group) else {}
        for words, command_ in ((name, command), *((f"{name} {n}", c) for n, c in inner.items())):
            yield from ((words, param) for param in command_.params if isinstance(param, kind))


OPTIONS = [
    (command, max(option.opts, key=len))
    for command, option in _parameters(click.Option)
    if isinstance(option, click.Option) and not option.is_flag
]
ARGUMENTS = [command for command, _ in _parameters(click.Argument)]


@pytest.mark.parametrize("blank", ["", "  ", "\n", "\u200b\ufeff"])
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_with_nothing_in_it_is_refused(command: str, option: str, blank: str) -> None:
    for words in ([option, blank], [f"{option}={blank}"]):
        result = CliRunner().invoke(main, [*command.split(), *words], standalone_mode=True)

        assert result.exit_code == 2
        assert f"{option} is empty" in result.stderr


@pytest.mark.parametrize("command", ARGUMENTS)
def test_every_argument_with_nothing_in_it_is_refused(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), ""])

    assert result.exit_code == 2
    assert "is empty: is a variable not set?" in result.stderr


def test_options_before_the_command_and_one_of_several_values_too() -> None:
    forced = ["apply", "--force-delete", "a", "--force-delete", " "]
    for words in (["--root", "", "list"], ["list", "motor", ""], forced):
        result = CliRunner().invoke(main, words)

        assert result.exit_code == 2
        assert "is empty" in result.stderr


@pytest.mark.parametrize("name", ["FINGERPRINT", "ONLY", "ALLOW"])
def test_an_input_of_a_workflow_that_nobody_filled_in_is_not_given_and_one_of_blanks_is_refused(
    name: str,
) -> None:
    elsewhere = {"GITHUB_REPOSITORY": ""}
    unset, blank = (
        CliRunner().invoke(main, ["merged"], env={**elsewhere, f"MONITOR_SYNC_{name}": value})
        for value in ("", "  ")
    )

    assert "no GITHUB_REPOSITORY" in unset.stderr
    assert f"MONITOR_SYNC_{name} is empty" in blank.stderr
    assert (unset.exit_code, blank.exit_code) == (2, 2)


def test_help_is_shown_as_before() -> None:
    for words in (["--help"], ["apply", "--help"], ["--version"]):
        assert CliRunner().invoke(main, words).exit_code == 0
