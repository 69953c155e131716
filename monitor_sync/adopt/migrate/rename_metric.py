"""``rename-metric``: one metric gets another name in every query and every unit test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Kept, Rewrites
from monitor_sync.adopt.migrate.texts import QUERIES, texts
from monitor_sync.language import query
from monitor_sync.project.edits import Set
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.project.yaml_reader import DataPath


def _rewrite(estate: Estate, names: Sequence[str]) -> Rewrites:
    old, new = names
    in_query = re.compile(rf"(?<![\w.\-/]){re.escape(old)}(?=\s*\{{)")
    rewrites = Rewrites()
    written: set[str] = set()
    for file in estate.files:
        for where, text in texts(file.written):
            renamed = in_query.sub(lambda _: new, text) if where[-1] in QUERIES else text
            if text == old and _is_metric(file, where):
                renamed = new
            if renamed != text:
                rewrites.edits[estate.below(file)].append(Set(where, renamed))
                written.add(file.document.path)
    rewrites.kept += _made_of_holes(estate, old, in_query)
    return rewrites


def _is_metric(file: ParsedFile, where: DataPath) -> bool:
    """Return whether a text is a metric's name by itself: of a test, or a template's parameter."""
    if file.file.kind == "tests":
        return where[-1] == "metric"
    parameter = file.file.kind == "template" and where[:1] == ("parameters",)
    return (parameter and where[-1] == "default") or where[-2:-1] == ("with",)


def _made_of_holes(estate: Estate, old: str, in_query: re.Pattern[str]) -> Iterator[Kept]:
    """Yield the monitors that read the metric under a name that holes make."""
    for key, monitor in estate.loaded.project.monitors.items():
        if old not in monitor.query:
            continue
        parsed = query.parse(monitor.type, monitor.query, ())
        if old not in query.metrics(parsed):
            continue
        document, span = estate.loaded.place(key, ("query",))
        if not in_query.search(document.text) and old not in document.text:
            yield Kept(
                file=span.path,
                line=span.line,
                what=key,
                reason="the metric's name is made of holes here",
            )


CODEMOD = Codemod(
    name="rename-metric",
    summary="OLD becomes NEW in queries, in parameters of templates and in unit tests",
    behaviour="monitors read the new metric; where it has no data yet, they have no data either",
    rewrite=_rewrite,
    parameters=("OLD", "NEW"),
    fields=frozenset({"query", "options"}),
)
