"""What every test may use, and the guard that keeps tests off the network."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running

# The hundreds of processes that tests start compile our modules once, not each of them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Whether an example passes depends neither on how busy the machine is nor on chance: a red check
# is about the change at hand. `--hypothesis-profile exploring` looks at other examples each time,
# and at more: the second fifty of always the same ones tell nobody anything new.
for profile, same_each_time, examples in (("unhurried", True, 50), ("exploring", False, 200)):
    settings.register_profile(
        profile,
        parent=settings.default,
        deadline=None,
        derandomize=same_each_time,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("unhurried")

_LOCAL = {"localhost", "", None}


class NetworkUsed(AssertionError):
    """A test tried to reach a machine other than this one."""


def _is_local(host: Any) -> bool:
    if host in _LOCAL:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse any connection that is not to this machine, before a packet leaves."""
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise NetworkUsed(f"a test connects to {address[0]}")
    elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise NetworkUsed(f"a test looks up {arguments[0]}")


sys.addaudithook(_guard)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the scenarios print as what they should print; read the diff afterwards",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Let workers begin with the files that take longest, then with those of most tests.

    A file stays with one worker: begun last, a long one would run while the others are idle.
    """
    if not hasattr(config, "workerinput"):
        return
    tests_of = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.get_closest_marker("early") is None, -tests_of[item.path]))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether expected output is to be written rather than compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def _state_of_its_own(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """Journals of one test are not those of another, nor of the person who runs the tests."""
    folder = tmp_path_factory.getbasetemp() / f"state-{abs(hash(request.node.nodeid)):x}"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))


@pytest.fixture(autouse=True)
def _ctrl_c_works() -> Iterator[None]:
    """An apply ignores Ctrl-C at its very end; in its own process nothing comes after that."""
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A running emulator: its state, where it answers, and the variables that lead there."""

    emulator: Emulator
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs in its environment."""
        return {
            "DD_HOST": self.url,
            "DD_API_KEY": "test",
            "DD_APP_KEY": "test",
            "DD_SITE": "datadoghq.eu",
        }


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """A fresh emulator over HTTP on a free port; the environment points at it."""
    emulator = Emulator(org_id=1_000_000)  # plans as JSON tell it
    with running(emulator) as url:
        served = Local(emulator=emulator, url=url)
        for name, value in served.environment.items():
            monkeypatch.setenv(name, value)
        yield served
    emulator.close()
