"""What CI installs is pinned, with hashes, and is what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / ".ci/requirements.txt"
ACTION = ROOT / ".github/actions/monitor-sync/requirements.txt"
SUITE = ROOT / ".ci/datadog-suite.txt"
OLDER_CLIENT = ROOT / ".ci/datadogpy.txt"
BROWSER = ROOT / ".ci/browser.txt"
FILES = {
    "CI": PINS,
    "action": ACTION,
    "suite": SUITE,
    "older client": OLDER_CLIENT,
    "browser": BROWSER,
}
OUR_OWN = "monitor-sync"


def pinned(file: Path = PINS) -> dict[str, tuple[Requirement, list[str]]]:
    """Each package of a file of pins, with its requirement and its hashes."""
    text = re.sub(r"^ *#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pins: dict[str, tuple[Requirement, list[str]]] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        written, *hashes = re.split(r"\s+--hash=", entry.strip())
        requirement = Requirement(written)
        pins[canonicalize_name(requirement.name)] = (requirement, hashes)
    return pins


def required() -> list[Requirement]:
    """What pyproject.toml and the pins' own list ask for, to run, to test and to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    own = (ROOT / ".ci/requirements.in").read_text(encoding="utf-8").splitlines()
    written = [
        *project["project"]["dependencies"],
        *(requirement for extra in extras for requirement in extra),
        *project["build-system"]["requires"],
        *(line.split("#")[0] for line in own if line.split("#")[0].strip()),
    ]
    return [requirement for requirement in map(Requirement, written) if requirement.name != OUR_OWN]


@pytest.mark.parametrize("wanted", required(), ids=str)
def test_what_is_asked_for_is_pinned_at_a_version_that_fits(wanted: Requirement) -> None:
    pins = pinned()
    name = canonicalize_name(wanted.name)

    assert name in pins, "run .ci/pin"
    (pin,) = pins[name][0].specifier
    assert pin.operator == "=="
    assert wanted.specifier.contains(pin.version), "run .ci/pin"


def test_the_suite_of_datadogs_client_is_that_of_the_client_that_we_use() -> None:
    assert str(pinned(SUITE)["datadog-api-client"][0]) == str(pinned()["datadog-api-client"][0])


def test_the_older_client_is_the_pinned_one_with_the_packages_that_ci_has() -> None:
    pins, ours = pinned(OLDER_CLIENT), pinned()
    (asked_for,) = [
        line
        for line in (ROOT / ".ci/datadogpy.in").read_text(encoding="utf-8").splitlines()
        if line.startswith("datadog==")
    ]
    assert str(pins["datadog"][0]) == asked_for
    for name in pins.keys() & ours.keys():
        assert str(pins[name][0]) == str(ours[name][0]), "run .ci/pin"


def test_the_action_installs_all_that_we_need_at_the_versions_that_ci_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["github"],
        *project["build-system"]["requires"],
    ]
    tested, installed = pinned(), pinned(ACTION)

    assert {canonicalize_name(Requirement(requirement).name) for requirement in needed} <= set(
        installed
    )
    assert {name: str(pin) for name, (pin, _) in installed.items()} == {
        name: str(tested[name][0]) for name in installed
    }


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_every_pinned_package_has_its_hashes(file: Path) -> None:
    pins = pinned(file)
    bare = [
        name
        for name, (requirement, hashes) in pins.items()
        if [clause.operator for clause in requirement.specifier] != ["=="]
        or not hashes
        or not all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in hashes)
    ]

    assert len(pins) > {OLDER_CLIENT: 5, BROWSER: 2}.get(file, 20)
    assert bare == []


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_pins_name_no_index_and_no_address(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert "--extra" not in text
