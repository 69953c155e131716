"""Each shell takes the script that it is given, and completes commands, options, rules and keys."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import preloaded
from tests.cli.run import environment

PROJECT = {
    "monitors/project.yaml": "project: acme\ntags: {env: production}\n",
    "monitors/teams.yaml": "teams: {motor: {handles: {chat: '@slack-motor'}}}\n",
    "monitors/motor/flow.yaml": "team: motor\nmonitors:\n"
    "  drop: {name: 'Sales: drop', query: 'avg(last_5m):avg:a{*} > 1', message: m}\n"
    "  slow: {name: Slow, query: 'avg(last_5m):avg:b{*} > 1', message: m}\n",
    "monitors/motor/platform.yaml": "team: motor\nmonitors:\n"
    "  cpu: {name: Cpu, query: 'avg(last_5m):avg:c{*} > 1', message: m}\n",
    "monitors/travel/flow.yaml": "team: motor\nmonitors:\n"
    "  drop: {name: Drop, query: 'avg(last_5m):avg:d{*} > 1', message: m}\n",
}
CASES = {
    "a command": ("expl", ["explain"]),
    "a level": ("validate --fail-on w", ["warning"]),
    "a rule": ("explain tags/res", ["tags/reserved"]),
    "the key of a monitor": ("show motor/flow/d", ["motor/flow/drop"]),
    "keys": ("show motor/", ["motor/flow/drop", "motor/flow/slow", "motor/platform/cpu"]),
    "units": ("validate ", ["motor", "travel"]),
    "files of a unit": ("list motor/", ["motor/flow", "motor/platform"]),
    "monitors of a file": ("plan motor/flow/", ["motor/flow/drop", "motor/flow/slow"]),
    "teams": ("plan team:", ["team:motor"]),
    "a team": ("plan team:mo", ["team:motor"]),
    "the keys of tags": ("plan tag:e", ["tag:env:"]),
    "the values of a tag": ("plan tag:env:", ["tag:env:production"]),
    "the word for teams": ("plan te", ["team:"]),
    "nothing where there is no project": ("--root elsewhere show m", []),
    "nothing where nothing fits": ("show life/", []),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project, and with the program in ``bin``."""
    folder = tmp_path_factory.mktemp("completion")
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    program = folder / "bin" / "monitor-sync"
    program.parent.mkdir()
    program.write_text(preloaded.python().replace('"$@"', '-m monitor_sync "$@"'))
    program.chmod(0o755)
    return folder


def shell(name: str, script: str, home: Path) -> str:
    """What a script prints in a shell in which completion is switched on as the README says."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"there is no {name} on this machine")
    done = subprocess.run(
        [program, "-c", script],
        cwd=home,
        env=environment({"PATH": f"{home / 'bin'}:/usr/bin:/bin", "HOME": str(home)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


CUT = {
    "a team": ("plan team : mo", ["motor"]),
    "teams": ("plan team :", ["motor"]),
    "a tag's values": ("plan tag : env : pro", ["production"]),
    "a tag's values after another selector": ("plan motor tag : env :", ["production"]),
}
"""Bash takes a word with colons for several words, and replaces the last one alone."""


@pytest.mark.parametrize(("typed", "expected"), CUT.values(), ids=CUT)
def test_bash_completes_a_word_that_it_has_cut_at_colons(
    home: Path, typed: str, expected: list[str]
) -> None:
    test_bash(home, typed, expected)


@pytest.mark.parametrize(("typed", "expected"), CASES.values(), ids=CASES)
def test_bash(home: Path, typed: str, expected: list[str]) -> None:
    words = " ".join(f"'{word}'" for word in typed.split(" "))
    shown = shell(
        "bash",
        'eval "$(_MONITOR_SYNC_COMPLETE=bash_source monitor-sync)"\n'
        f"COMP_WORDS=(monitor-sync {words}); COMP_CWORD={len(typed.split(' '))}\n"
        "complete -p monitor-sync > registered && grep -q _completion registered || exit 3\n"
        "_monitor_sync_completion monitor-sync\n"
        "printf '%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}",
        home,
    )

    assert shown.split() == expected


@pytest.mark.parametrize(("typed", "option"), [("te", "-o nospace"), ("mot", "")])
def test_bash_adds_no_blank_where_more_of_the_word_follows(
    home: Path, typed: str, option: str
) -> None:
    shown = shell(
        "bash",
        'eval "$(_MONITOR_SYNC_COMPLETE=bash_source monitor-sync)"\n'
        'compopt() { echo "$@"; }\n'
        f"COMP_WORDS=(monitor-sync plan {typed}); COMP_CWORD=2\n"
        "_monitor_sync_completion monitor-sync",
        home,
    )

    assert shown.strip() == option


@pytest.mark.parametrize(("typed", "expected"), CASES.values(), ids=CASES)
def test_zsh(home: Path, typed: str, expected: list[str]) -> None:
    """Its completing works inside its line editor alone, so that only the two ends are ours."""
    words = " ".join(f"'{word}'" for word in typed.split(" "))
    shown = shell(
        "zsh",
        "compdef() { : }\n"
        "compadd() { print -l -- ${(P)@[-1]} }\n"
        "_describe() { local each; for each in ${(P)3}; do"
        " print -r -- ${${each//\\\\:/=}%%:*}; done }\n"
        'eval "$(_MONITOR_SYNC_COMPLETE=zsh_source monitor-sync)"\n'
        f"words=(monitor-sync {words}); CURRENT={len(typed.split(' ')) + 1}\n"
        "_monitor_sync_completion",
        home,
    )

    assert shown.split() == expected


@pytest.mark.parametrize(("typed", "expected"), CASES.values(), ids=CASES)
def test_fish(home: Path, typed: str, expected: list[str]) -> None:
    shown = shell(
        "fish",
        "_MONITOR_SYNC_COMPLETE=fish_source monitor-sync | source\n"
        f'complete -C "monitor-sync {typed}"',
        home,
    )

    assert [line.split("\t")[0] for line in shown.splitlines()] == expected
