"""Answers that no honest Datadog gives, met by the whole command: no traceback, no secret shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.emulator.core import AcceptedRequest, Emulator, Headers
from monitor_sync.emulator.server import running
from tests.faults.estate import Machine, Spec, changed, write

SECRETS = {
    "DD_API_KEY": "0123456789abcdef0123456789abcdef",
    "DD_APP_KEY": "fedcba9876543210fedcba9876543210fedcba98",
}
PROJECT = {f"motor/flow/m{number}": Spec(title=f"Monitor {number}") for number in range(4)}


class Twisted(Emulator):
    """An emulator whose answers are changed on their way; first of all it is honest."""

    def __init__(self) -> None:
        super().__init__()
        self.twist: Callable[[AcceptedRequest, Any], Any] = lambda _, answer: answer
        self.status: int | None = None

    def carry_out(self, call: AcceptedRequest) -> tuple[int, Headers, bytes]:
        status, headers, content = super().carry_out(call)
        answer = self.twist(call, json.loads(content))
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return self.status or status, headers, text.encode()


@contextmanager
def estate(folder: Path) -> Iterator[tuple[Machine, Twisted]]:
    emulator = Twisted()
    with running(emulator) as url:
        machine = Machine(folder=folder, url=url, backoff=0.001, extra=SECRETS)
        write(machine.root, PROJECT)
        ran = machine.run("apply", "--yes")
        assert ran.code == 0, ran.said
        yield machine, emulator


def shown(folder: Path, *said: str) -> str:
    """Everything that was printed or is in a file by now."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "\n".join([*said, *(path.read_text(errors="replace") for path in files)])


def _everywhere(value: Any) -> Any:
    """Put both keys into every text of an answer but its tags and its types."""
    if isinstance(value, dict):
        kept = ("tags", "type", "id")
        return {name: item if name in kept else _everywhere(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_everywhere(item) for item in value]
    return " ".join([value, *SECRETS.values()]) if isinstance(value, str) else value


def test_keys_that_a_server_repeats_everywhere_are_seen_nowhere(tmp_path: Path) -> None:
    with estate(tmp_path) as (machine, emulator):
        emulator.twist = lambda _, answer: _everywhere(answer)
        write(machine.root, changed(PROJECT, motor__flow__m0=None, motor__flow__m1=Spec(title="X")))
        said = [
            machine.run("plan", "--full", "--out", str(machine.folder / "plan.json")).said,
            machine.run("plan", "--format", "json").said,
            machine.run("apply", "--yes").said,
            machine.run("doctor").said,
        ]
        emulator.status = 400
        emulator.twist = lambda *_: {"errors": [f"no: {list(SECRETS.values())}"]}
        said += [machine.run("plan").said, machine.run("doctor").said]

    text = shown(tmp_path, *said)
    assert "[redacted]" in text
    for secret in SECRETS.values():
        assert secret not in text


DEEP = '{"a":' * 3000 + "1" + "}" * 3000
WRONG: dict[str, Callable[[Any], Any]] = {
    "nested deep": lambda _: DEEP,
    "a list nested deep": lambda _: "[" * 100_000 + "]" * 100_000,
    "a text": lambda _: '"x"',
    "not a number": lambda _: '[{"id": NaN}]',
    "ids that are lists": lambda answer: _with_ids(answer, [7]),
    "ids that are texts": lambda answer: _with_ids(answer, "7"),
    "ids that are true": lambda answer: _with_ids(answer, True),
    "ids that are huge": lambda answer: _with_ids(answer, 10**40),
    "ids that are null": lambda answer: _with_ids(answer, None),
    "half a surrogate pair": lambda answer: json.dumps(answer).replace("Monitor", "\\ud800"),
    "times that are huge": lambda answer: _each(answer, created_at=10**60, created="x" * 9),
    "options nested deep": lambda answer: _each(answer, options=_nested(40)),
    "everything null": lambda answer: _each(
        answer, **dict.fromkeys(("name", "query", "message", "options"))
    ),
}


def _each(answer: Any, **fields: Any) -> Any:
    if isinstance(answer, list):
        return [_each(item, **fields) for item in answer]
    return {**answer, **fields} if isinstance(answer, dict) and "id" in answer else answer


def _with_ids(answer: Any, number: Any) -> Any:
    return _each(answer, id=number)


def _nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_of_any_shape_ends_in_no_traceback(name: str, tmp_path: Path) -> None:
    with estate(tmp_path) as (machine, emulator):
        emulator.twist = lambda _, answer: WRONG[name](answer)
        edits = {"motor__flow__m1": Spec(title="X"), "motor__flow__new": Spec()}
        write(machine.root, changed(PROJECT, **edits))
        commands = (
            ["plan"],
            ["plan", "--format", "json"],
            ["plan", "--format", "markdown"],
            ["apply", "--yes"],
            ["doctor"],
            ["validate", "--online"],
        )
        codes = [machine.run(*command).code for command in commands]
        assert set(codes) <= {0, 1, 3, 4, 5, 6}

        emulator.twist = lambda _, answer: answer
        assert machine.run("apply", "--yes").code in (0, 1, 5, 6)
        keys = [
            tag
            for monitor in machine_monitors(emulator)
            for tag in monitor["tags"]
            if tag.startswith("monitor_sync_key:")
        ]
    assert len(keys) == len(set(keys)), "no key was made twice"


def machine_monitors(emulator: Twisted) -> list[dict[str, Any]]:
    headers = {"DD-API-KEY": "k" * 32, "DD-APPLICATION-KEY": "a" * 40}
    _, _, content = emulator.handle("GET", "/api/v1/monitor", "", headers, b"")
    monitors: list[dict[str, Any]] = json.loads(content)
    return monitors
