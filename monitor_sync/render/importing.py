"""What an import came to: one screen for people, the contract's JSON for programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from monitor_sync import jsontext
from monitor_sync.adopt import placing, scalars
from monitor_sync.diagnostics import Severity
from monitor_sync.model import UNPLACED
from monitor_sync.render.style import PLAIN, SCREEN, Style
from monitor_sync.render.text import (
    columns,
    count,
    hanging,
    listed,
    listed_within,
    pad,
    plain,
    shorten,
    wrapped,
)

if TYPE_CHECKING:
    from monitor_sync.adopt.other_side import OtherSide
    from monitor_sync.adopt.selecting import Left
    from monitor_sync.app.importing import Imported

_BAR: Final = 24
_UNITS: Final = 12
"""Units that are shown each with a bar; what is more is counted."""

_WHY: Final = {
    "mark": "managed by {}",
    "other-project": "of the project {}",
    "clone": "clones of ours",
    "unprovable": "cannot be proven",
    "unsupported": "of a type that cannot be declared",
}

_MEND: Final = (
    (("routing/page-reaches-nobody", "routing/pager-required"), "pages nobody", "page nobody"),
    (("hygiene/exact-copy",), "is an exact copy of another", "are exact copies of others"),
    (
        ("query/filter-never-fits", "query/search-never-fits"),
        "has a filter that nothing can match",
        "have a filter that nothing can match",
    ),
    (("routing/state-reaches-nobody",), "notifies nobody of a state", "notify nobody of a state"),
)
"""What hurts most, the worst first: rules, and what one or several monitors of them do."""


def text(imported: Imported, style: Style = PLAIN) -> str:
    """Return the report: what was found, placed, not placed, left out, and what to do next."""
    width = min(style.screen, 100)
    parts = [
        _found(imported, style),
        _places(imported, style),
        _not_placed(imported, style),
        _left_out(imported, style),
        _mend(imported, style),
    ]
    blocks = ["\n".join(shorten(line, width) for line in part) for part in parts if part]
    to_paste = [
        _next(imported, style),
        _joining(imported, style),
        _to_paste(imported, style),
    ]
    blocks += ["\n".join(part) for part in to_paste if part]
    return "\n\n".join(blocks) + "\n"


def _found(imported: Imported, style: Style) -> list[str]:
    new, out = len(imported.monitors), len(imported.left)
    done = "imported" if imported.written or not new else "to import"
    head = f"{count(imported.total, 'live monitor')}: {new} {done}, {imported.already} declared"
    lines = [style(f"{head} already, {out} left out.", bold=True)]
    verb = "wrote" if imported.written else "would write"
    if imported.files:
        total = sum(file.lines for file in imported.files)
        share = f" ({total / new:.1f} for each monitor)" if new else ""
        lines.append(
            f"  {verb} {count(total, 'line')}{share} to {count(len(imported.files), 'file')}"
            f" below {imported.root}/"
        )
    lines += _in_common(imported)
    if imported.tests is not None:
        tests = count(imported.tests, "unit test")
        lines.append(f"  {verb} {tests}, for monitors whose state is certain without Datadog")
    drafts = [
        monitor for monitor in imported.monitors if monitor.live.get("draft_status") == "draft"
    ]
    if drafts:
        head = f"  {count(len(drafts), 'draft')}, which notify nobody: "
        names = listed_within([monitor.key for monitor in drafts], SCREEN - columns(head))
        lines.append(head + names)
    if imported.unread_slos:
        unread = f"  names of SLOs not read: {plain(imported.unread_slos)}"
        lines += wrapped(unread, SCREEN, 4)
    noted = [monitor for monitor in imported.monitors if monitor.notes]
    if noted:
        verb = "names" if len(noted) == 1 else "name"
        lines.append(
            f"  {count(len(noted), 'monitor')} {verb} a member or an SLO by id:"
            " a comment in the file says which"
        )
    return lines


def _in_common(imported: Imported) -> list[str]:
    """Return how many monitors templates make, and how many are items of another monitor."""
    in_common = imported.in_common
    made = sum(len(use.members) for use in in_common.uses)
    items = sum(len(repeated.members) for repeated in in_common.repeated)
    if not made and not items:
        return []
    templates = count(len(in_common.templates), "template")
    ways = [f"{made} from {templates}"] if made else []
    ways += [f"{items} from `for_each` lists"] if items else []
    ways += [f"{rest} written out"] if (rest := len(imported.monitors) - made - items) else []
    return [f"  {', '.join(ways)}"]


def _places(imported: Imported, style: Style) -> list[str]:
    shares = {share.tag: share.monitors for share in imported.shares}
    live = sum(total for _, total in imported.owned.values())
    roles = {
        "unit": imported.placing.unit,
        "team": imported.placing.team,
        "file": imported.placing.file,
    }
    by_tags = [
        f"{name} by `{tag}` ({_percent(shares.get(tag, 0), live)})"
        for name, role in roles.items()
        for tag in role.tags[:1]
    ]
    chosen = ", as written to project.yaml" if imported.suggested and imported.written else ""
    placed = f"Placed: {', '.join(by_tags) or 'no tag says where monitors go'}{chosen}."
    lines = wrapped(placed, SCREEN, 2)
    units = sorted(imported.owned.items(), key=lambda unit: (unit[0] == UNPLACED, -unit[1][1]))
    room = max([len(unit) for unit, _ in units[:_UNITS]], default=0)
    for unit, (declared, total) in units[:_UNITS]:
        lines.append(f"  {pad(unit, room)}  {_bar(declared, total, style)}  {declared} of {total}")
    if len(units) > _UNITS:
        lines.append(f"  and {count(len(units) - _UNITS, 'smaller unit')}")
    if imported.inferred:
        lacking = count(imported.inferred, "monitor")
        verb = "goes" if imported.inferred == 1 else "go"
        lines.append(f"  {lacking} without these tags {verb} where the rest of the file is")
    if imported.teams:
        lines.append(f"  new in teams.yaml: {listed_within(imported.teams, SCREEN - 21)}")
    return lines


def _percent(part: int, whole: int) -> str:
    return f"on {round(100 * part / whole)} %" if whole else "on none"


def _bar(part: int, whole: int, style: Style) -> str:
    filled = round(_BAR * part / whole) if whole else 0
    if part and not filled:
        filled = 1
    if part < whole and filled == _BAR:
        filled -= 1
    return style("█" * filled, "green") + style("░" * (_BAR - filled), dim=True)


def _not_placed(imported: Imported, style: Style) -> list[str]:
    if not imported.why_not:
        return []
    keys = imported.keys
    by_reason: dict[str, list[str]] = defaultdict(list)
    for id_, why in imported.why_not.items():
        if id_ in keys:
            by_reason[why].append(keys[id_])
    total = sum(map(len, by_reason.values()))
    head = f"{count(total, 'monitor')} without a unit or a team, in `unplaced` or of `unowned`:"
    how = "         `monitor-sync explain ownership/nobody-yet` says how to place them"
    return [style(head, "yellow"), *_rows(by_reason, 4), how]


def _rows(by_reason: Mapping[str, Sequence[str]], shown: int) -> Iterator[str]:
    ordered = sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    for reason, items in ordered[:shown]:
        yield from _row(len(items), plain(reason), [plain(item) for item in items])
    if len(ordered) > shown:
        yield f"         and for {count(len(ordered) - shown, 'other reason')}"


def _row(number: int, what: str, items: Sequence[str]) -> Iterator[str]:
    """Yield a line with a number, what it counts, and the first few of it."""
    head = f"  {number:>5}  {what}: "
    room = SCREEN - columns(head)
    shown = listed_within(items, room)
    if columns(shown) <= room:
        yield head + shown
    else:
        first, *rest = hanging(f"{what}:", SCREEN, 9)
        yield from (f"  {number:>5}  {first}", *rest)
        yield " " * 9 + listed_within(items, SCREEN - 9)


def _left_out(imported: Imported, style: Style) -> list[str]:
    if not imported.left:
        return []
    by_reason: dict[str, list[str]] = defaultdict(list)
    for left in imported.left:
        by_reason[_reason(left)].append(_named(left))
    head = f"{count(len(imported.left), 'monitor')} left out:"
    return [style(head, "yellow"), *_rows(by_reason, 6)]


def _reason(left: Left) -> str:
    if left.reason == "unprovable":
        return left.detail.replace(f" {left.key}", "") if left.key else left.detail
    return _WHY[left.reason].format(left.detail)


def _named(left: Left) -> str:
    return f"#{left.id} {left.key or shorten(left.name, 30)}"


def _mend(imported: Imported, style: Style) -> list[str]:
    by_rule: dict[str, set[str]] = defaultdict(set)
    keys = imported.keys
    for id_, rules in imported.ignored.items():
        for rule in rules:
            if id_ in keys:
                by_rule[rule].add(keys[id_])
    for finding in imported.findings:
        if finding.severity >= Severity.WARNING and finding.key:
            by_rule[finding.rule].add(finding.key)
    lines: list[str] = []
    for rules, singular, plural in _MEND:
        named = sorted(set().union(*(by_rule.pop(rule, set()) for rule in rules)))
        if named:
            lines += _row(len(named), singular if len(named) == 1 else plural, named)
    if by_rule:
        worst = sorted(by_rule, key=lambda rule: -len(by_rule[rule]))
        rest = len(set().union(*by_rule.values()))
        lines += _row(rest, f"{'has' if rest == 1 else 'have'} other findings", worst)
    if not lines:
        return []
    return [style("To mend first:", bold=True), *lines]


def _next(imported: Imported, style: Style) -> list[str]:
    if not imported.monitors:
        return ["Nothing to write."]
    other_side = list(_other_side(imported.marks.values()))
    if not imported.written:
        head = ["Before `apply`, on the other side:"] if other_side else []
        return [
            "Nothing was written. Without --dry-run, import writes these files.",
            *head,
            *other_side,
        ]
    root = "" if str(imported.root) == "monitors" else f"--root {imported.root} "
    steps = [
        (f"monitor-sync {root}plan", "shows the tags that apply adds, and no other change"),
        (f"monitor-sync {root}apply", "adds the tags; ids and history stay"),
    ]
    if imported.ignored:
        ignored = count(len(imported.ignored), "monitor")
        steps.append(("", f"{ignored} came with errors, silenced by `ignore`"))
    return [
        style("Next:", bold=True),
        *_steps(steps, style),
        *_keep_findings(imported, root),
        *other_side,
        "  The plan names notification rules that the added tags begin to match.",
    ]


_COMMAND: Final = 38
"""Columns of a command that leave room for a remark beside it."""


def _steps(steps: Sequence[tuple[str, str]], style: Style) -> Iterator[str]:
    """Yield commands, whole, with the remark beside each; below each where they are long."""
    room = max(len(command) for command, _ in steps)
    for command, what in steps:
        if room <= _COMMAND:
            yield f"  {pad(command, room)}  {style(what, dim=True)}"
        else:
            yield from [f"  {command}"] if command else []
            yield f"    {style(what, dim=True)}"


_MANY: Final = 20
"""Warnings that hide a new one; with as many, a baseline is proposed."""


def _keep_findings(imported: Imported, root: str) -> list[str]:
    """Return the command that keeps the warnings as known, where they are many and not kept."""
    warnings = sum(finding.severity is Severity.WARNING for finding in imported.findings)
    if imported.baseline or warnings < _MANY:
        return []
    return [
        f"  monitor-sync {root}validate --baseline known.json --write-baseline",
        f"    keeps the {count(warnings, 'warning')} as known, so that new ones stand out",
    ]


def _joining(imported: Imported, style: Style) -> list[str]:
    """Return what joins units that may be one, whole lines to be pasted before the import."""
    names = placing.alike(imported.owned)
    if imported.written or not names:
        return []
    are = f"is {next(iter(names.values()))}" if len(names) == 1 else "are other units here"
    head = f"Perhaps {listed(list(names), 3)} {are}. To join them, paste into project.yaml:"
    entry = placing.written(placing.joined(imported.placing, names))
    lines = [style(line, bold=True) for line in wrapped(head, SCREEN, 0)]
    return [*lines, *scalars.entry("import", entry, 0)]


def _to_paste(imported: Imported, style: Style) -> list[str]:
    """Return what lets go of the monitors on the other side, whole lines to be pasted."""
    side = imported.other_side
    if side is None:
        return []
    lines = list(_unnamed(side, imported.marks)) if side.text else ["its state names none of them"]
    head = style(f"On the side of {side.tool}, before `apply` here:", bold=True)
    return [head, *lines, *map(plain, side.text.splitlines())]


def _unnamed(side: OtherSide, marks: Mapping[int, str]) -> Iterator[str]:
    """Yield the monitors that the state does not name: first those that say that they are its."""
    words = {
        True: "not in its state, although they bear its mark (look into its other states): {}",
        False: "not in its state, and without its mark: {}",
    }
    for marked, sentence in words.items():
        ids = [number for number in side.unnamed if (marks.get(number) == side.tool) is marked]
        if ids:
            yield from wrapped(
                sentence.format(listed([f"#{number}" for number in ids], 6)), SCREEN, 2
            )


_STEPS: Final = {
    "terraform": "in Terraform: a `removed` block with `destroy = false` for each, then apply",
    "pulumi": "in Pulumi: `pulumi state delete URN` for each, with `protect` taken off",
    "kennel": "in kennel: stop it; it deletes what has its line and is not in its files",
    "datadog-operator": "in Kubernetes: remove the finalizer, then delete the DatadogMonitor",
    "datadog-sync": "in datadog-sync-cli: leave these ids out with --filter",
}


def _other_side(tools: Iterable[str]) -> Iterator[str]:
    for tool in sorted(set(tools)):
        yield f"  {_STEPS.get(tool, tool)}"


def _templates(imported: Imported) -> Iterator[dict[str, Any]]:
    for template in imported.in_common.templates:
        uses = [use for use in imported.in_common.uses if use.template is template]
        yield {
            "file": template.file,
            "monitors": sum(len(use.members) for use in uses),
            "items": sum(len(use.items) for use in uses),
            "parameters": list(template.parameters),
        }


def json(imported: Imported) -> str:
    """Return the object of the contract: what was imported, what stays out, the files."""
    return jsontext.document(
        {
            "imported": [
                {"id": monitor.id, "key": monitor.key, "file": monitor.path}
                for monitor in imported.monitors
            ],
            "already": imported.already,
            "left": [
                {"id": left.id, "name": left.name, "reason": left.reason, "detail": left.detail}
                for left in imported.left
            ],
            "files": [
                {"file": file.path, "monitors": file.monitors, "lines": file.lines}
                for file in imported.files
            ],
            "templates": list(_templates(imported)),
        }
    )
