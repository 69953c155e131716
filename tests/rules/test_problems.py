"""Every code that the language can give belongs to a rule of the right severity."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from monitor_sync import language
from monitor_sync.diagnostics import Severity
from monitor_sync.rules.problems import RULE_OF
from monitor_sync.rules.registry import every

FOLDER = Path(language.__file__).parent
_ADDING = ("refuse", "warn", "note", "unexpected")
_SHIFTED = {"unexpected": 2}
"""Where a call has its code, if not first."""


def _codes() -> Iterator[tuple[str, bool]]:
    """Each code in the sources, and whether it is refused there."""
    for path in sorted([*FOLDER.glob("checks/*.py"), *FOLDER.glob("syntax/*.py")]):
        yield from _codes_in(ast.parse(path.read_text(encoding="utf-8")))
    yield from _codes_in(ast.parse((FOLDER / "query.py").read_text(encoding="utf-8")))


def _codes_in(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    constants = {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            code, refused = _code_of(node)
            if isinstance(code, ast.Name):
                yield str(constants.get(code.id, "")), refused
            elif isinstance(code, ast.Constant):
                yield str(code.value), refused


def _code_of(call: ast.Call) -> tuple[ast.expr | None, bool]:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    softened = named.get("refused")
    refused = not (isinstance(softened, ast.Constant) and softened.value is False)
    if "code" in named:
        return named["code"], refused
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    place = _SHIFTED.get(name, 0)
    if name not in _ADDING or len(call.args) <= place:
        return None, refused
    return call.args[place], refused and name != "warn"


def test_every_problem_of_a_query_is_told_by_a_rule() -> None:
    severities = {rule.name: rule.severity for rule in every()}
    codes = {(code, refused) for code, refused in _codes() if code and " " not in code}

    untold = sorted(code for code, _ in codes if code not in RULE_OF)
    softened = sorted(
        code
        for code, refused in codes
        if refused and code in RULE_OF and severities[RULE_OF[code]] is not Severity.ERROR
    )

    assert len(codes) > 70
    assert untold == []
    assert softened == []


def test_no_rule_waits_for_a_code_that_is_never_given() -> None:
    assert list(every())
    given = {
        node.value
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }

    assert sorted(RULE_OF.keys() - given) == []
