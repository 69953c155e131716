"""
The command works as installed: from the wheel, from a checkout, from an editable install.

The wheel goes into a fresh environment that finds the dependencies of the one the tests run in,
but not our checkout: a path file names their folder, and path files in that folder (an editable
install leaves one) are not read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from monitor_sync import __version__

pytestmark = pytest.mark.early

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = sorted(path.name for path in (ROOT / "schemas").glob("*.json"))
FIRST_FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "monitor_sync/app/first_files").rglob("*.y*ml")
)

PROJECT = {
    "project.yaml": "project: small\ntags: {env: test}\n",
    "teams.yaml": """\
teams:
  shop:
    name: Shop
    handles: {chat: "@slack-shop"}
    notify: [{alert: [chat], recovery: [chat], no_data: [chat], warning: [chat]}]
""",
    "shop/business-unit.yaml": "name: Shop\nteam: shop\n",
    "shop/checkout.yaml": """\
monitors:
  errors:
    name: Checkout fails
    query: avg(last_5m):avg:shop.checkout.errors{*} > ${critical}
    thresholds: {critical: 5}
    priority: 3
    message: Customers cannot pay.
    runbook: https://runbooks.shop.example/checkout
""",
}


def run(
    *command: str | Path, cwd: Path, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of ours in its environment, and no key."""
    ours = ("DD_", "PYTHON", "VIRTUAL_ENV", "COVERAGE")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    if path:
        env["PYTHONPATH"] = str(path)
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def build(target: str, folder: Path) -> Path:
    """Build one distribution with the build backend itself, which needs no network."""
    done = run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.iterdir()
    return built


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a fresh environment; answers the folder of its commands."""
    venv.create(folder, symlinks=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    commands = Path(sysconfig.get_path("scripts", "venv", paths))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(commands / "python")]
    done = run(*pip, "install", "-q", "--no-deps", "--no-index", "--no-compile", wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return commands


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("installed") / "environment")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with nothing in it but a project of one monitor, far from our checkout."""
    for name, text in PROJECT.items():
        path = tmp_path / "monitors" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def break_the_project(folder: Path) -> None:
    """One wrong key, which only the schema knows to be wrong."""
    file = folder / "monitors/shop/checkout.yaml"
    file.write_text(file.read_text().replace("priority:", "prioritty:"))


def test_the_wheel_carries_every_schema_and_the_type_marker_but_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert SCHEMAS
    assert {f"monitor_sync/schemas/{name}" for name in SCHEMAS} <= names
    assert FIRST_FILES
    assert set(FIRST_FILES) <= names
    assert "monitor_sync/py.typed" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"monitor_sync"}


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", tmp_path / "sdist")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "wheel")
    done = run(*command, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    (again,) = (tmp_path / "wheel").iterdir()

    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(wheel).namelist())


def test_the_installed_command_is_the_one_from_the_wheel(commands: Path, empty: Path) -> None:
    show = "import monitor_sync; print(monitor_sync.__file__)"
    place = run(commands / "python", "-c", show, cwd=empty).stdout

    assert Path(place.strip()).is_relative_to(commands.parent)


def test_the_installed_command_says_its_version(commands: Path, empty: Path) -> None:
    done = run(commands / "monitor-sync", "--version", cwd=empty)

    assert (done.returncode, done.stdout) == (0, f"monitor-sync {__version__}\n")


def test_the_installed_command_checks_a_project_with_the_schemas_of_the_wheel(
    commands: Path, empty: Path
) -> None:
    right = run(commands / "monitor-sync", "validate", cwd=empty)
    break_the_project(empty)
    wrong = run(commands / "monitor-sync", "validate", cwd=empty)

    assert right.returncode == 0, right.stdout + right.stderr
    assert wrong.returncode == 3, wrong.stdout + wrong.stderr
    assert "prioritty" in wrong.stdout


def test_the_installed_command_makes_a_project_and_finds_it_right(
    commands: Path, tmp_path: Path
) -> None:
    named = ("--project", "acme", "--pager", "@pagerduty-Shop", "--chat", "@slack-shop")
    made = run(commands / "monitor-sync", "init", "--github", *named, cwd=tmp_path)
    right = run(commands / "monitor-sync", "validate", "--show", "note", cwd=tmp_path)

    assert made.returncode == 0, made.stdout + made.stderr
    assert right.stdout == "Checked 5 monitors in 6 files: no problems.\n", right.stderr


def test_a_checkout_works_without_being_installed(empty: Path) -> None:
    right = run(sys.executable, "-m", "monitor_sync", "validate", cwd=empty, path=ROOT)
    break_the_project(empty)
    wrong = run(sys.executable, "-m", "monitor_sync", "validate", cwd=empty, path=ROOT)

    assert right.returncode == 0, right.stdout + right.stderr
    assert wrong.returncode == 3, wrong.stdout + wrong.stderr


def test_an_editable_install_works_from_any_folder(empty: Path) -> None:
    command = Path(sysconfig.get_path("scripts")) / "monitor-sync"
    if not command.exists():
        pytest.skip("monitor-sync is not installed in the environment of the tests")
    show = "import monitor_sync; print(monitor_sync.__file__)"
    place = Path(run(sys.executable, "-c", show, cwd=empty).stdout.strip())
    if not place.is_relative_to(ROOT):
        pytest.skip("the environment of the tests has an installed copy, not an editable one")
    done = run(command, "validate", cwd=empty)

    assert done.returncode == 0, done.stdout + done.stderr
