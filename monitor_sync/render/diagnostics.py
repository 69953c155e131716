"""What is wrong in the files: with the text and a caret below it for people, JSON for programs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from monitor_sync import jsontext
from monitor_sync.diagnostics import FEW, MANY, Diagnostic, Severity, tally
from monitor_sync.render.findings import COLOURS, FoldedFinding, folded
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import (
    TAB,
    columns,
    count,
    hanging,
    listed_within,
    plain,
    table,
    wrapped,
)

_WIDEST = 500
"""Columns of an excerpt also where nothing else is cut: a line may have thousands of findings."""


def text(diagnostics: Iterable[Diagnostic], style: Style = PLAIN) -> str:
    """Return every diagnostic with its excerpt, in the order of the files; or an empty text."""
    return _blocks(folded(diagnostics), style)


def brief(diagnostics: Iterable[Diagnostic], style: Style = PLAIN) -> str:
    """
    Return errors as ``text`` does, and of each rule's many warnings or notes only the first few.

    The others are counted below them, a line for each rule.
    """
    by_rule: dict[tuple[Severity, str], list[FoldedFinding]] = defaultdict(list)
    findings = folded(diagnostics)
    for finding in findings:
        by_rule[finding.first.severity, finding.first.rule].append(finding)
    more = {
        rule: same[FEW:]
        for (severity, rule), same in by_rule.items()
        if severity is not Severity.ERROR and len(same) > MANY
    }
    left_out = {id(finding) for same in more.values() for finding in same}
    shown = [finding for finding in findings if id(finding) not in left_out]
    counted = "".join(f"{line}\n" for line in _counted(more, style)) + "\n" if more else ""
    return _blocks(shown, style) + counted


def _blocks(findings: Iterable[FoldedFinding], style: Style) -> str:
    return "".join(_block(finding, style) + "\n" for finding in findings)


def _counted(more: Mapping[str, Sequence[FoldedFinding]], style: Style) -> Iterator[str]:
    """Yield how often each rule found the same elsewhere, the most frequent first."""
    yield style("More findings of the same rules, not shown one by one:", bold=True)
    rows = []
    for rule, findings in sorted(more.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        files = Counter(finding.first.span.path for finding in findings)
        rows.append((str(len(findings)), rule, f"in {count(len(files), 'file')}"))
    yield from (f"  {line}" for line in table(rows, right={0}))
    files = Counter(
        finding.first.key.rpartition("/")[0] for findings in more.values() for finding in findings
    )
    selector = next((file for file, _ in files.most_common() if file), "'*'")
    words = f"A SELECTOR shows each of its own: `monitor-sync validate {selector}`."
    yield from hanging(words, style.width, 4)


def summary(
    diagnostics: Sequence[Diagnostic],
    *,
    monitors: int,
    files: int,
    hidden: int = 0,
    style: Style = PLAIN,
) -> str:
    """
    Return the line that counts: ``Checked 1234 monitors in 87 files: no problems.``

    ``hidden`` says how many of the diagnostics are not shown.
    """
    places = len(folded(diagnostics))
    where = f" in {count(places, 'place')}" if places < len(diagnostics) else ""
    unseen = f", {hidden} of them not shown" if hidden else ""
    checked = f"Checked {count(monitors, 'monitor')} in {count(files, 'file')}"
    line = f"{checked}: {tally(diagnostics)}{where}{unseen}."
    return "\n".join(wrapped(line, style.width, 4)) + "\n"


MORE = "`monitor-sync explain RULE` says why a rule matters and what to write instead.\n\n"
"""Stands once below the findings."""


def json(diagnostics: Iterable[Diagnostic]) -> str:
    """Return an array with an object for every diagnostic, in the order of the files."""
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.order)
    return jsontext.array(_entry(diagnostic) for diagnostic in ordered) + "\n"


def _entry(diagnostic: Diagnostic) -> dict[str, object]:
    span = diagnostic.span
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.label,
        "message": diagnostic.message,
        "file": span.path,
        "line": span.line,
        "column": span.column,
        "end_column": span.end_column,
        "hint": diagnostic.hint,
        "key": diagnostic.key,
    }


def _block(finding: FoldedFinding, style: Style) -> str:
    diagnostic = finding.first
    colour = COLOURS[diagnostic.severity]
    gutter = " " * (len(str(diagnostic.span.line)) if diagnostic.excerpt else 0)
    bar = style("|", "blue", bold=True)
    head = (
        style(f"{diagnostic.severity.label}:", colour, bold=True)
        + " "
        + style(plain(diagnostic.message), bold=True)
        + style(f" [{diagnostic.rule}]", dim=True)
    )
    lines = [head, f"{gutter}{style('-->', 'blue', bold=True)} {plain(str(diagnostic.span))}"]
    if diagnostic.excerpt:
        number = style(str(diagnostic.span.line), "blue", bold=True)
        width = style.width - len(gutter) - 3 if style.width else _WIDEST
        code, caret = _underlined(diagnostic, width)
        lines += [
            f"{gutter} {bar}",
            f"{number} {bar} {code}",
            f"{gutter} {bar} {style(caret, colour, bold=True)}",
        ]
    equals = style("=", "blue", bold=True)
    width = (style.width or 100) - len(gutter) - 3
    lines += [f"{gutter} {equals} {note}" for note in _notes(finding, width)]
    return "\n".join(lines) + "\n"


def _notes(finding: FoldedFinding, width: int) -> list[str]:
    diagnostic, keys = finding.first, finding.keys
    notes = []
    if len(keys) > 1:
        start = f"in {count(len(keys), 'monitor')}: "
        notes.append(start + plain(listed_within(keys, width - len(start))))
    elif keys and keys[0] not in diagnostic.message and not _obvious(keys[0], diagnostic.span.path):
        notes.append(f"in {plain(keys[0])}")
    if diagnostic.hint:
        first, *rest = plain(diagnostic.hint).split("\n")
        notes.append("\n".join([f"help: {first}", *(f"{' ' * 10}{line}" for line in rest)]))
    return notes


def _obvious(key: str, path: str) -> bool:
    """Return whether the path alone says which monitor is meant: it stands in its own file."""
    stem = path.rsplit(".", 1)[0]
    return stem.endswith("/" + key.rsplit("/", 1)[0]) and "." not in key.rsplit("/", 1)[-1]


def _underlined(diagnostic: Diagnostic, width: int) -> tuple[str, str]:
    """
    Return the line of the file, and a caret under each column of the text that is meant.

    A line wider than ``width`` is cut on both sides, so that the text that is meant stays.
    """
    line = diagnostic.excerpt.rstrip("\r\n")
    start = min(diagnostic.span.column - 1, len(line))
    end = max(start, min(diagnostic.span.end_column - 1, len(line)))
    before, meant, after = line[:start], line[start:end], line[end:]
    indent = len("".join(takewhile(str.isspace, before)))
    if width and columns(line) > width:
        before, meant, after = _cut(before, indent, meant, after, width)
    shown = _harmless(before, meant, after)
    return "".join(shown).rstrip(), " " * columns(shown[0]) + "^" * max(1, columns(shown[1]))


def _harmless(*parts: str) -> list[str]:
    """
    Return the parts of one line, each made plain.

    What a build log takes for a command may also come about where two parts meet.
    """
    shown: list[str] = []
    for part in parts:
        text = plain(part).replace("\t", TAB)
        tail = "".join(shown)[-2:]
        seam = (tail + text).find("##[", 0, len(tail) + 2)
        if seam >= 0:
            bracket = seam + 2 - len(tail)
            text = f"{text[:bracket]}\\{text[bracket:]}"
        shown.append(text)
    return shown


def _cut(before: str, indent: int, meant: str, after: str, width: int) -> tuple[str, str, str]:
    """Return the three parts of a line in ``width`` columns; what is cut away shows as ``…``."""
    room = max(width - indent, 20)
    if columns(meant) > room - 4:
        meant = meant[: room - 4] + "…"
        after = ""
    lead = before[indent:]
    spare = max(room - columns(meant), 0)
    right = min(columns(after), max(spare // 2, spare - columns(lead)))
    left = spare - right
    if columns(lead) > left:
        lead = "…" + lead[len(lead) - max(left - 1, 0) :] if left > 1 else "…"
    if columns(after) > right:
        after = after[: max(right - 1, 0)] + "…"
    return before[:indent] + lead, meant, after
