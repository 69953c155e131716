"""Files of unit tests become tests: each beside the file whose monitors it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from monitor_sync.counting import in_units, listed
from monitor_sync.diagnostics import Diagnostic
from monitor_sync.insight import notation
from monitor_sync.insight.history import SourcePoints
from monitor_sync.insight.unit_test import STATES, Expectation, UnitTest
from monitor_sync.insight.values import Status
from monitor_sync.language import query as queries
from monitor_sync.language.query import Parsed
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import CheckQuery, CompositeQuery, SearchQuery, Series, SloQuery
from monitor_sync.language.tree_queries import is_counted, tags_in
from monitor_sync.model import Monitor, Project
from monitor_sync.project.document import Document
from monitor_sync.project.files import TESTS, ProjectFile
from monitor_sync.project.parsed import ParsedFile, parse
from monitor_sync.project.yaml_reader import DataPath

_START: Final = "2026-11-02T10:00:00Z"
_NO_MONITOR: Final = "references/test-of-no-monitor"
_WRONG: Final = "schema/wrong-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTest:
    """A test of one monitor, and where it is declared: ``index`` counts the file's tests from 0."""

    test: UnitTest
    path: str
    document: Document
    index: int

    @property
    def line(self) -> int:
        """Return the line of its name, for which the file is read a second time, with places."""
        return self.document.span(("tests", self.index, "name")).line


class _WrongTest(Exception):
    """Something of a test is wrong; ``where`` is the way to it inside the test."""

    def __init__(self, where: DataPath, message: str, hint: str = "", rule: str = _WRONG) -> None:
        super().__init__(message)
        self.where, self.hint, self.rule = where, hint, rule


Files = Mapping[str, Mapping[str, Monitor]]
"""Of each file, ``motor/purchase-flow``, its monitors by the rest of their keys."""


def by_file(project: Project) -> Files:
    """Return the monitors of a project by the file that declares them."""
    files: dict[str, dict[str, Monitor]] = {}
    for key, monitor in project.monitors.items():
        unit, _, rest = key.partition("/")
        name, _, rest = rest.partition("/")
        files.setdefault(f"{unit}/{name}", {})[rest] = monitor
    return files


def read(file: ProjectFile, files: Files) -> tuple[list[DeclaredTest], list[Diagnostic]]:
    """Return the tests of a file, one for each monitor that a glob fits, and what is wrong."""
    parsed, diagnostics = parse(file)
    tests: list[DeclaredTest] = []
    for index, monitor, checked in _checked_tests(parsed, files, diagnostics):
        test = _built(checked, monitor)
        document = parsed.document
        tests.append(DeclaredTest(test=test, path=file.shown, document=document, index=index))
    return tests, diagnostics


def check(file: ProjectFile, files: Files) -> list[Diagnostic]:
    """Return what is wrong with the tests of a file, without making them ready to run."""
    parsed, diagnostics = parse(file)
    for _ in _checked_tests(parsed, files, diagnostics):
        pass
    return diagnostics


def _checked_tests(
    parsed: ParsedFile, files: Files, diagnostics: list[Diagnostic]
) -> Iterator[tuple[int, Monitor, _CheckedTest]]:
    """Yield each sound test with its place in the file and its monitor; note what is wrong."""
    tests = parsed.written.get("tests") if isinstance(parsed.written, dict) else None
    if not isinstance(tests, list) or ("tests",) in parsed.wrong:
        return
    misshapen = parsed.parts("tests")
    for index, written in enumerate(tests):
        try:
            if index in misshapen:
                continue
            for monitor in _monitors(parsed.file, str(written["monitor"]), files):
                yield index, monitor, _checked(written, monitor)
        except _WrongTest as wrong:
            diagnostics.append(_diagnostic(parsed.document, ("tests", index), wrong))


def _diagnostic(document: Document, where: DataPath, wrong: _WrongTest) -> Diagnostic:
    span = document.span((*where, *wrong.where))
    return document.diagnostic(wrong.rule, str(wrong), span, hint=wrong.hint)


def _monitors(file: ProjectFile, pattern: str, files: Files) -> list[Monitor]:
    """Return the monitors of the file beside that a test is about. Raises _WrongTest."""
    beside = files.get(f"{file.unit}/{file.name}", {})
    if pattern in beside:
        return [beside[pattern]]
    monitors = [monitor for name, monitor in beside.items() if fnmatchcase(name, pattern)]
    if not monitors:
        message = f"{file.name}.yaml declares no monitor `{pattern}`"
        hint = _elsewhere(file, pattern, files)
        if beside and not hint:
            hint = did_you_mean(pattern, beside, f"it has {listed(list(beside))}")
        raise _WrongTest(("monitor",), message, hint, _NO_MONITOR)
    return monitors


def _elsewhere(file: ProjectFile, name: str, files: Files) -> str:
    """Return where the monitor of a test has moved to, as a hint; empty if nothing says so."""
    former = f"{file.unit}/{file.name}/{name}"
    places = [
        (place, own)
        for place, monitors in files.items()
        for own, monitor in monitors.items()
        if former in monitor.moved_from or (own == name and place.startswith(f"{file.unit}/"))
    ]
    if len(places) != 1:
        return ""
    place, now = places[0]
    if place == f"{file.unit}/{file.name}":
        return f"write `{now}`, as it is called now"
    renamed = "" if now == name else f", and write `{now}`, as it is called now"
    return f"{place}.yaml declares it: move the test to {place}{TESTS}{renamed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _CheckedTest:
    """A test in which nothing is wrong; its points are not made yet."""

    written: Mapping[str, Any]
    start: float
    step: float
    phase: float
    series: tuple[tuple[str, str, list[str], list[float | None]], ...]
    members: dict[str, tuple[tuple[float, Status], ...]]
    expected: tuple[Expectation, ...]


def _checked(written: Mapping[str, Any], monitor: Monitor) -> _CheckedTest:
    """Read what a test says of its monitor. Raises _WrongTest."""
    options = monitor.body.get("options") or {}
    query = queries.parse(monitor.type, monitor.query, options.get("variables"))
    if query.tree is None:
        raise _WrongTest(("monitor",), f"the query of {monitor.key} cannot be read")
    start = _start(written)
    step = duration(str(written.get("step", "1m")))
    phase = duration(str(written.get("phase", "0s")))
    if not 0 < step <= _LONGEST:
        raise _WrongTest(("step",), "a step is longer than nothing and no longer than 100 days")
    if phase >= 3600:
        raise _WrongTest(("phase",), "a phase is shorter than an hour")
    series = tuple(_series(written, query, step))
    steps = max((len(values) for _, _, _, values in series), default=0)
    members = _members(written, query)
    expected = tuple(_expected(written, query))
    if not series and not members:
        raise _WrongTest(("name",), "the test submits nothing", "add `series:` with values")
    _check_instants(expected, steps * step, submitted=bool(series))
    return _CheckedTest(
        written=written,
        start=start,
        step=step,
        phase=phase,
        series=series,
        members=members,
        expected=expected,
    )


def _built(checked: _CheckedTest, monitor: Monitor) -> UnitTest:
    """Return a test that can be run."""
    return UnitTest(
        name=str(checked.written["name"]),
        key=monitor.key,
        body=monitor.body,
        start=checked.start,
        phase=checked.phase,
        sources=tuple(
            SourcePoints.of(name, kind, tags, _points(values, checked.start, checked.step))
            for name, kind, tags, values in checked.series
        ),
        members=checked.members,
        slo_target=checked.written.get("target"),
        expected=checked.expected,
    )


def _points(values: Sequence[float | None], start: float, step: float) -> list[tuple[float, float]]:
    """Return each value with its time, the middle of its step."""
    return [
        (start + (index + 0.5) * step, value)
        for index, value in enumerate(values)
        if value is not None
    ]


_LONGEST: Final = 100 * 86_400.0
"""Seconds that a test may cover: every minute of it is evaluated."""


def _start(written: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(written.get("start", _START))).timestamp()
    except (ValueError, OverflowError):
        raise _WrongTest(("start",), "there is no such day or time") from None


_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def duration(text: str) -> float:
    """Return the seconds of ``1h30m``, which the schema has looked at."""
    match = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return float(hours * 3600 + minutes * 60 + seconds)


def _check_instants(expected: tuple[Expectation, ...], last: float, *, submitted: bool) -> None:
    for index, expectation in enumerate(expected):
        if max(expectation.after, last) > _LONGEST:
            raise _WrongTest(("expect", index, "at"), "a test covers 100 days at most")
        if submitted and expectation.after > last:
            raise _WrongTest(
                ("expect", index, "at"),
                f"{expectation.written} is after the last value, whose step ends at"
                f" {in_units(last)}",
                "give the series more values, `_x5` where there are none",
            )


def _series(
    written: Mapping[str, Any], query: Parsed, step: float
) -> Iterator[tuple[str, str, list[str], list[float | None]]]:
    """Yield what is submitted: a name, its type, its tags, and a value for each step."""
    for where, name, kind, tags, text in _submitted(written, query):
        try:
            values = notation.values(str(text))
        except ValueError as error:
            raise _WrongTest(where, str(error)) from None
        if len(values) * step > _LONGEST:
            raise _WrongTest(where, "the values go on for more than 100 days")
        yield name, kind, tags, values


Submitted = tuple[DataPath, str, str, list[str], Any]
"""Where the values stand; the metric, its type and its tags; the values."""


def _submitted(written: Mapping[str, Any], query: Parsed) -> Iterator[Submitted]:
    for name in ("good", "total"):
        if name in written:
            if not isinstance(query.tree, SloQuery):
                raise _WrongTest((name,), f"`{name}` is for SLO alerts, this is a {query.type}")
            yield (name,), name, "count", [], written[name]
    if isinstance(query.tree, SloQuery) and "target" not in written:
        raise _WrongTest(("name",), "the SLO's target is not said", "add `target: 99.9`")
    legs = queries.series(query)
    for index, series in enumerate(written.get("series", ())):
        yield _one(("series", index), series, query, legs)


def _one(
    where: DataPath, series: Mapping[str, Any], query: Parsed, legs: Sequence[Series]
) -> Submitted:
    names = [name for name in ("metric", "search", "check") if name in series]
    field = _field(query, legs)
    if names != [field]:
        raise _WrongTest(
            where, f"a series of a {query.type} has `{field}:` and no other of its kind"
        )
    given = {key: str(value) for key, value in series.get("tags", {}).items()}
    name = str(series[field])
    if field == "metric":
        kind, tags = _metric(where, name, given, legs)
    else:
        kind, tags = "count", given
        if field == "search" and isinstance(query.tree, SearchQuery):
            _check_name((*where, field), name, {query.tree.search.value})
        elif isinstance(query.tree, CheckQuery):
            kind = "gauge"
            _check_name((*where, field), name, {query.tree.check.value})
    kind = str(series.get("type", kind))
    _check_keys(where, tags, query)
    return (*where, "values"), name, kind, [f"{k}:{v}" for k, v in tags.items()], series["values"]


def _field(query: Parsed, legs: Sequence[Series]) -> str:
    if isinstance(query.tree, CheckQuery):
        return "check"
    return "metric" if legs else "search"


def _metric(
    where: DataPath, name: str, given: dict[str, str], read: Sequence[Series]
) -> tuple[str, dict[str, str]]:
    """Return the type of a metric and its tags: those that the filter asks for, and the given."""
    legs = [series for series in read if series.metric.text == name]
    _check_name((*where, "metric"), name, {series.metric.text for series in read})
    filters = [_asked(series) for series in legs]
    if any(tags != filters[0] for tags in filters) and not given:
        raise _WrongTest(
            where, f"the query reads {name} with several filters", "say which by `tags:`"
        )
    kind = "count" if any(map(_is_rate_or_count, legs)) else "gauge"
    return kind, {**(filters[0] if len(filters) == 1 or not given else {}), **given}


def _is_rate_or_count(series: Series) -> bool:
    return is_counted(series) or any(m.name.text == "as_rate" for m in series.modifiers)


def _asked(series: Series) -> dict[str, str]:
    """Return the tags that a filter asks for by one plain value."""
    return {
        tag.key: tag.value
        for tag in tags_in(series.scope.condition)
        if tag.key and not tag.negated and "*" not in tag.value
    }


def _check_name(where: DataPath, name: str, known: set[str]) -> None:
    if name in known:
        return
    hint = did_you_mean(name, sorted(known), f"it reads {listed(sorted(known))}")
    raise _WrongTest(where, f"the query does not read `{name}`", hint)


def _check_keys(where: DataPath, tags: Mapping[str, str], query: Parsed) -> None:
    """Raise _WrongTest where a series would make no group for want of a tag."""
    for key in queries.group_keys(query):
        if key != "*" and key.removeprefix("@") not in tags and key not in tags:
            message = f"the query is grouped by `{key}`, and the series has no such tag"
            raise _WrongTest(where, message, f"add `tags: {{{key.removeprefix('@')}: …}}`")


def _members(
    written: Mapping[str, Any], query: Parsed
) -> dict[str, tuple[tuple[float, Status], ...]]:
    if "members" not in written:
        if isinstance(query.tree, CompositeQuery):
            raise _WrongTest(("name",), "the states of the members are not given", "add `members:`")
        return {}
    if not isinstance(query.tree, CompositeQuery):
        raise _WrongTest(("members",), f"members are for composites, this is a {query.type}")
    references = {str(reference) for reference in queries.references(query)}
    members = {}
    for name, states in written["members"].items():
        _check_name(("members", name), name, references)
        changes = {"0s": states} if isinstance(states, str) else states
        ordered = sorted((duration(at), STATES[state]) for at, state in changes.items())
        members[name] = tuple(ordered)
    for reference in sorted(references - members.keys()):
        raise _WrongTest(("members",), f"the state of `{reference}` is not given")
    return members


def _expected(written: Mapping[str, Any], query: Parsed) -> Iterator[Expectation]:
    keys = [key.removeprefix("@") for key in queries.group_keys(query)]
    for index, expectation in enumerate(written["expect"]):
        where: DataPath = ("expect", index)
        group = {k: str(v) for k, v in expectation.get("group", {}).items()}
        if group and sorted(group) != sorted(keys):
            has = f"is grouped by {listed(keys)}" if keys else "has no groups"
            raise _WrongTest((*where, "group"), f"the query {has}")
        fields = {k: v for k, v in expectation.items() if k not in ("at", "group")}
        if not fields:
            raise _WrongTest(where, "nothing is expected", "add `state:`, `value:`, `notified:` …")
        yield Expectation(
            written=str(expectation["at"]),
            after=duration(str(expectation["at"])),
            fields=fields,
            group=group,
        )
