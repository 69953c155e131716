"""What the organisation asks of its monitors: ``policy`` in project.yaml as a Policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Policy
from monitor_sync.project.document import Document
from monitor_sync.project.interpolation import plain

KEY: Final = "policy"


def read_policy(raw: Any, document: Document) -> tuple[Policy, list[Diagnostic]]:
    """
    Return the policy, and what is wrong with it that no schema can say.

    ``raw`` has the schema's shape. A regular expression that cannot be read asks for nothing.
    Whether each rule under ``severity`` exists is for the rules to say.
    """
    written: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    pattern, diagnostics = _pattern(written.get("name_pattern") or "", document)
    backtest = written.get("backtest") or {}
    policy = Policy(
        required_tags={
            key: tuple(map(plain, values or ()))
            for key, values in (written.get("required_tags") or {}).items()
        },
        name_pattern=pattern,
        paging_priorities=frozenset(written.get("paging_priorities") or ()),
        pagers=tuple(written.get("pagers") or ()),
        forbidden_handles=tuple(written.get("forbidden_handles") or ()),
        severity={
            # `false` is what YAML 1.1 makes of the word off
            rule: severity or "off"
            for rule, severity in (written.get("severity") or {}).items()
        },
        paging_approval=bool(written.get("paging_approval")),
        backtest={name: value for name, value in backtest.items() if value is not None},
    )
    return policy, diagnostics


def _pattern(written: str, document: Document) -> tuple[str, list[Diagnostic]]:
    try:
        re.compile(written)
    except re.error as error:
        wrong = document.diagnostic(
            "schema/not-a-pattern",
            f"`{written}` is no regular expression: {error}",
            document.span((KEY, "name_pattern")),
            hint="brackets that are meant as text are written `\\[` and `\\]`",
        )
        return "", [wrong]
    return written, []
