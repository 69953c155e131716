"""Every file of the repository: what it must not name, how long it may be, what it must say."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LINES_OF_A_MODULE = 400
LINES_OF_A_FUNCTION = 60

# In pieces, or this file would be its own first finding.
REGISTRIES = (
    r"py" + r"pi\.org", r"python" + r"hosted\.org", r"npm" + r"js\.(?:org|com)",
    r"ruby" + r"gems\.org", r"crates" + r"\.io", r"golang" + r"\.org", r"docker" + r"\.io",
)  # fmt: skip
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "TB" + "D")
MACHINE_PATH = re.compile(
    r"(?<![\w.$}*/-])/(?:work|root|home|tmp|opt|mnt|Users|var/folders)/(?=\w)"
)


@functools.cache
def files() -> list[Path]:
    """Every file that git has or would take, or every file where there is no git."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode == 0:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        hidden = (".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__")
        paths = [path for path in ROOT.rglob("*") if not set(path.parts) & set(hidden)]
    return sorted({path for path in paths if path.is_file()})


@functools.cache
def lines() -> list[tuple[str, str]]:
    """Every line of every text file, with its place."""
    placed = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or a case for files that are not UTF-8
        name = path.relative_to(ROOT)
        placed += [(f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]
    return placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What the tests ask of a Python file. Its tree is not kept: a thousand of them are slow."""

    documented: bool
    lines: int
    functions: dict[str, int]
    """How many lines each function has, by its line and name."""


@functools.cache
def modules() -> dict[str, Module]:
    """Every Python file."""
    return {
        str(path.relative_to(ROOT)): module(path.read_text(encoding="utf-8"))
        for path in files()
        if path.suffix == ".py"
    }


def module(text: str) -> Module:
    tree = ast.parse(text)
    return Module(
        # an empty __init__.py of the tests marks a package
        documented=bool(ast.get_docstring(tree)) or not tree.body,
        lines=len(text.splitlines()),
        functions={
            f"{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno is not None
        },
    )


def test_no_file_names_a_package_registry() -> None:
    registry = re.compile(r"\b(?:" + "|".join(REGISTRIES) + r")\b")

    assert [place for place, line in lines() if registry.search(line)] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert [place for place, line in lines() if MACHINE_PATH.search(line)] == []


def test_no_file_carries_a_mark_of_unfinished_work() -> None:
    mark = re.compile(r"\b(?:" + "|".join(UNFINISHED) + r")\b")

    assert [place for place, line in lines() if mark.search(line)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path, module in modules().items() if not module.documented]

    assert silent == []


def test_no_module_is_longer_than_can_be_kept_in_mind() -> None:
    long = {
        path: module.lines for path, module in modules().items() if module.lines > LINES_OF_A_MODULE
    }

    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path}:{function}": count
        for path, module in modules().items()
        for function, count in module.functions.items()
        if count > LINES_OF_A_FUNCTION
    }

    assert long == {}


def test_a_silenced_check_names_its_code_and_its_reason() -> None:
    """``# noqa: S310 - our own emulator`` and ``# type: ignore[attr-defined]  # because …``."""
    noqa = re.compile(r"#\s*(?:ruff: )?noqa(?!: [A-Z]+\d+(?:, ?[A-Z]+\d+)* - \S)")
    ignore = re.compile(r"#\s*type: ignore(?!\[[a-z-]+(?:, ?[a-z-]+)*\]\s+# \S)")
    bare = [
        place
        for place, line in lines()
        if place.partition(":")[0].endswith(".py")
        and not place.startswith("tests/documentation/test_repository.py")
        and (noqa.search(line) or ignore.search(line))
    ]

    assert bare == []
