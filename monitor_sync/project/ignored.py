"""Errors of reading that an author tried to ignore: nothing can, and the hint says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic, Severity

_VAIN = "`ignore` silences what rules find, not errors of reading the files"


def with_ignore_hints(
    diagnostics: Iterable[Diagnostic], files: Iterable[tuple[str, Any]]
) -> Iterator[Diagnostic]:
    """
    Yield the diagnostics, with a longer hint where an error's monitor has an ``ignore`` for it.

    ``files`` are the beginning of the keys of a file (``motor/flow``) and its data as it was
    written: a broken monitor is in no project, so that no rule sees its suppressions.
    """
    ignored = {
        (f"{start}/{name}", rule)
        for start, data in files
        for name, written in _mapping(_mapping(data).get("monitors")).items()
        for rule in _rules(_mapping(written).get("ignore"))
    }
    for diagnostic in diagnostics:
        vain = diagnostic.severity is Severity.ERROR and any(
            (key, diagnostic.rule) in ignored for key in _with_stems(diagnostic.key)
        )
        yield replace(diagnostic, hint=_with_more(diagnostic.hint)) if vain else diagnostic


def _with_stems(key: str) -> Iterator[str]:
    """Yield a key and what it is without its last items: ``errors.rail``, ``errors``."""
    yield key
    while "." in key:
        key = key.rpartition(".")[0]
        yield key


def _with_more(hint: str) -> str:
    if not hint:
        return _VAIN
    return hint + (" " if hint.endswith(("?", ".")) else "; ") + _VAIN


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _rules(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(_mapping(entry).get("rule"), str):
            yield entry["rule"]
