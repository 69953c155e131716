"""README.md agrees with the code: its commands, its options, its exit codes, its links."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor_sync import cli, errors

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
INTERRUPTED = 130
OPTION = re.compile(r"--[a-z][a-z-]*")
CONTEXT = click.Context(cli.main, info_name="monitor-sync")


def table(header: str) -> list[tuple[str, str]]:
    """The rows below a header such as ``| exit | meaning |``, as pairs of cells."""
    lines = README.splitlines()
    (start,) = (place for place, line in enumerate(lines) if line.strip() == header)
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        left, right = re.split(r"(?<!\\)\|", line.strip().strip("|"), maxsplit=1)
        rows.append((left.strip(), right.strip()))
    return rows


def documented_commands() -> dict[str, str]:
    """Each command of the table, with all of its rows."""
    rows: dict[str, str] = {}
    for left, right in table("| command | what it does |"):
        for code in re.findall(r"`([^`]+)`", left):
            name = code.removeprefix("monitor-sync ").split()[0]
            rows[name] = f"{rows.get(name, '')} {left} {right}"
    return rows


def command(name: str) -> click.Command:
    command_ = cli.main.get_command(CONTEXT, name)
    assert command_ is not None
    return command_


def options(of: click.Command) -> set[str]:
    """The options of a command, and of the commands that it has."""
    inner = of.commands.values() if isinstance(of, click.Group) else ()
    own = {name for param in of.params for name in (*param.opts, *param.secondary_opts)}
    return own.union(*map(options, inner))


def every_error(kind: type[errors.MonitorSyncError]) -> Iterator[type[errors.MonitorSyncError]]:
    yield kind
    for subclass in kind.__subclasses__():
        yield from every_error(subclass)


def test_the_readme_can_be_read_in_one_sitting() -> None:
    assert 20 < len(README.splitlines()) < 200


def test_two_lines_set_everything_up_the_first_shows_the_demo_the_second_runs_the_tests() -> None:
    lines = re.findall(r"^ *(python3 -m venv \.venv && .*)$", README, re.MULTILINE)

    assert len(lines) == 2
    assert lines[0].endswith("monitor-sync demo")
    assert lines[1].endswith("-m tests")


def test_ci_runs_the_test_command_that_the_readme_prints() -> None:
    script = ROOT / ".ci/run"
    (pattern,) = re.findall(r"grep -m 1 -E '([^']+)' README\.md", script.read_text())

    assert script.stat().st_mode & 0o111
    assert len(re.findall(pattern, README, re.MULTILINE)) == 1


def test_the_command_table_names_every_command_and_no_other() -> None:
    assert set(documented_commands()) == set(cli.main.list_commands(CONTEXT))


@pytest.mark.parametrize("name", cli.main.list_commands(CONTEXT))
def test_a_command_has_every_option_that_its_row_names(name: str) -> None:
    named = set(OPTION.findall(documented_commands()[name]))

    assert named <= options(command(name)) | options(cli.main)


@pytest.mark.parametrize("name", cli.main.list_commands(CONTEXT))
def test_a_command_and_each_of_its_options_explain_themselves(name: str) -> None:
    outer = command(name)
    inner = outer.commands.values() if isinstance(outer, click.Group) else ()
    silent = [
        param.name
        for explained in (outer, *inner)
        for param in explained.params
        if isinstance(param, click.Option) and not param.help
    ]

    assert all(explained.help for explained in (outer, *inner))
    assert silent == []


def test_the_table_of_exit_codes_is_that_of_the_code() -> None:
    documented = {
        int(code) for left, _ in table("| exit | meaning |") for code in re.findall(r"\d+", left)
    }
    raised = {error.exit_code for error in every_error(errors.MonitorSyncError)}

    assert documented == raised | {0, INTERRUPTED}


def test_help_names_the_exit_codes_of_the_code() -> None:
    codes = {int(code) for code in re.findall(r"\b(\d+) [a-zD-]", cli.main.epilog or "")}

    assert codes == {error.exit_code for error in every_error(errors.MonitorSyncError)} | {0}


def test_every_long_option_in_the_readme_exists_somewhere() -> None:
    ours = options(cli.main) | {"--help", "--version", "--long"}
    for name in cli.main.list_commands(CONTEXT):
        ours |= options(command(name))
    ours_only = [line for line in README.splitlines() if "monitor-sync" in line or "| `" in line]

    assert set(OPTION.findall("\n".join(ours_only))) <= ours


@pytest.mark.parametrize(
    "page",
    sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("[!.]*/**/*.md")),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [link.split("#", maxsplit=1)[0] for link in links if "://" not in link]

    assert [link for link in local if link and not (page.parent / link).exists()] == []


def test_the_license_is_named_wherever_somebody_looks_for_it() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert (package["license"], package["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "(LICENSE)" in (ROOT / "README.md").read_text(encoding="utf-8")
