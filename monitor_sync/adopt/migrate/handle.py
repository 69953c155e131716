"""``handle``: one handle takes the place of another, wherever the files name it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from monitor_sync.adopt.migrate import handle_left
from monitor_sync.adopt.migrate.estate import Codemod, Estate, Rewrites
from monitor_sync.adopt.migrate.lifting import written_handles
from monitor_sync.adopt.migrate.texts import texts
from monitor_sync.audience.audience import of_body
from monitor_sync.audience.change import same_but_for
from monitor_sync.audience.pagers import is_pager
from monitor_sync.errors import UsageError
from monitor_sync.language.handles import BARE, handles
from monitor_sync.model import Body, Monitor
from monitor_sync.project.edits import Delete, Edit, Set, value_at
from monitor_sync.project.parsed import ParsedFile
from monitor_sync.project.yaml_reader import DataPath

_MESSAGES: Final = frozenset({"message", "escalation_message"})
_ROUTING: Final = frozenset({"notify", "also_notify"})
_WITHOUT_TARGET: Final = BARE | {"email", "all", "user"}


def _understood(names: Sequence[str]) -> tuple[str, ...]:
    """Return both handles, each with its ``@``. Raises UsageError where one is no handle."""
    old, new = (name if name.startswith("@") else f"@{name}" for name in names)
    for name in (old, new):
        parsed = handles(name)
        if len(parsed) != 1 or parsed[0].text != name or parsed[0].arguments or parsed[0].dynamic:
            raise UsageError(f"{name!r} is not a handle", hint=_EXAMPLE)
        if not parsed[0].target and parsed[0].kind not in _WITHOUT_TARGET:
            raise UsageError(f"{name} names no {parsed[0].kind}", hint=_EXAMPLE)
    if old == new:
        raise UsageError(f"{old} is the same handle twice", hint=_EXAMPLE)
    return old, new


_EXAMPLE: Final = "write `monitor-sync migrate handle @opsgenie-motor @webhook-zenduty-motor`"


def _rewrite(estate: Estate, names: Sequence[str]) -> Rewrites:
    old, new = names
    rewrites = Rewrites()
    for file in estate.files:
        if file.file.kind != "tests":
            rewrites.edits[estate.below(file)] += _edits(estate, file, old, new)
    if any(rewrites.edits.values()):
        rewrites.notes += _tools(estate, old)
        rewrites.notes += _no_pager(estate, old, new)
    return rewrites


def _afterwards(estate: Estate, names: Sequence[str]) -> Rewrites:
    """Return the edits of unit tests whose monitors no longer notify the old handle."""
    old, new = names
    rewrites = Rewrites(kept=[*handle_left.left(estate, old)])
    staying = handle_left.monitors_with(estate, old)
    for file in estate.files:
        if file.file.kind == "tests":
            for edit in _edits(estate, file, old, new):
                if handle_left.is_test_of(file, edit.where, staying):
                    rewrites.kept.append(handle_left.kept_test(file, edit.where, old))
                else:
                    rewrites.edits[estate.below(file)].append(edit)
    return rewrites


def _edits(estate: Estate, file: ParsedFile, old: str, new: str) -> list[Edit]:
    """Return what puts one handle in place of another in one file."""
    edits: list[Edit] = []
    twice: list[Edit] = []
    for where, text in texts(file.written):
        if _is_handle(file, where):
            if text == old and new in _beside(file, where):
                twice.append(Delete(where))
            elif text == old:
                edits.append(Set(where, new))
        elif _is_text(file, where):
            renamed_text = renamed(text, old, new)
            if renamed_text != text and _is_safe(estate, file, where, old, new):
                edits.append(Set(where, renamed_text))
    return [*edits, *reversed(twice)]  # from the last, as those behind it move up


def _is_handle(file: ParsedFile, where: DataPath) -> bool:
    """Return whether a text is one handle by itself, or the name of one."""
    kind = file.file.kind
    if kind == "tests":
        return where[-2:-1] == ("notified",)
    if kind == "project" and where[:2] == ("policy", "pagers"):
        return True
    if kind == "teams":
        return "notify" in where[2:] or where[2:3] == ("handles",)
    routing = not _ROUTING.isdisjoint(where[:-1])
    return routing and where[-1] not in _MESSAGES and not _is_parameter(file, where)


def _is_text(file: ParsedFile, where: DataPath) -> bool:
    """Return whether handles may stand in a text: of a message, or a template's parameter."""
    return file.file.kind != "teams" and (where[-1] in _MESSAGES or _is_parameter(file, where))


def _is_parameter(file: ParsedFile, where: DataPath) -> bool:
    if file.file.kind == "template":
        return where[:1] == ("parameters",) and where[2:3] == ("default",)
    return where[:1] == ("use",) and where[2:3] == ("with",)


def _beside(file: ParsedFile, where: DataPath) -> Sequence[Any]:
    """Return the list that an item stands in; nothing for the value of a mapping."""
    holder = value_at(file.written, where[:-1])
    return holder if isinstance(holder, list) else ()


def renamed(text: str, old: str, new: str) -> str:
    """Return a text in which one handle stands for another; longer ones are others."""
    if old not in text:
        return text
    for handle in reversed(written_handles(text)):
        end = handle.start + len(handle.name)
        if text[handle.start : end] == old and len(handle.name) == len(old):
            text = text[: handle.start] + new + text[end:]
    return text


# what is left alone


def _is_safe(estate: Estate, file: ParsedFile, where: DataPath, old: str, new: str) -> bool:
    """Return whether every monitor with this text goes on to notify the same but for the handle."""
    monitors = _monitors(estate, file, where)
    if _is_parameter(file, where):
        return all(_names_it_alone(monitor, old) for monitor in monitors)
    return all(
        same_but_for(
            of_body(published(monitor.body)),
            of_body(_in_body(published(monitor.body), old, new)),
            old,
            new,
        )
        for monitor in monitors
    )


def _monitors(estate: Estate, file: ParsedFile, where: DataPath) -> Iterator[Monitor]:
    """Yield the monitors that a text of a level, or a parameter, may be part of."""
    name, start, everywhere = estate.below(file), "", _is_parameter(file, where)
    if everywhere and where[:1] == ("use",):
        name = f"templates/{value_at(file.written, (*where[:2], 'template'))}.yaml"
        start = f"{file.file.unit}/{file.file.name}/"
    keys = {
        key: None
        for level in estate.levels
        if level.file == name and (everywhere or where[: len(level.where)] == level.where)
        for key in level.keys
        if key.startswith(start)
    }
    for key in keys:
        yield estate.loaded.project.monitors[key]


def _names_it_alone(monitor: Monitor, old: str) -> bool:
    """Return whether what an author says of a monitor has a handle nowhere but by itself."""
    body, options = monitor.body, monitor.body["options"]
    texts_sent = f"{monitor.text}\n{options.get('escalation_message') or ''}"
    whole = sum(handle.name == old for handle in handles(texts_sent))
    others = {**body, "message": "", "options": {**options, "escalation_message": ""}}
    return texts_sent.count(old) == whole and old not in json.dumps(others, default=str)


def published(body: Body) -> Body:
    """Return a body as if it was published: a draft notifies nobody whatever its message says."""
    return {**body, "draft_status": "published"}


def _in_body(body: Body, old: str, new: str) -> Body:
    options = body["options"]
    escalation = options.get("escalation_message")
    if isinstance(escalation, str):
        options = {**options, "escalation_message": renamed(escalation, old, new)}
    return {**body, "message": renamed(body["message"], old, new), "options": options}


# what else there is to do


def _tools(estate: Estate, old: str) -> Iterator[str]:
    """Yield the teams that are said to be on call with the tool of the handle that goes."""
    kind = handles(old)[0].kind
    for team in estate.loaded.project.teams.values():
        if old in team.handles.values() and team.tool.lower() == kind:
            yield (
                f"{team.name}: `on_call` in teams.yaml still says `tool: {team.tool}`;"
                " write there which tool pages the team now"
            )


def _no_pager(estate: Estate, old: str, new: str) -> Iterator[str]:
    """Yield what to write where the policy would not count the new handle as a pager."""
    globs = estate.loaded.project.policy.pagers
    renamed_globs = tuple(new if glob == old else glob for glob in globs)
    if globs and is_pager(old, globs) and not is_pager(new, renamed_globs):
        yield (
            f"{new} is no pager by `policy.pagers` in project.yaml, and {old} is:"
            " name it there too, or monitors lose their pager"
        )


CODEMOD = Codemod(
    name="handle",
    summary="OLD becomes NEW in teams, routing, messages, parameters of templates and unit tests",
    behaviour="NEW is notified where OLD was, and everybody else as before",
    rewrite=_rewrite,
    parameters=("OLD", "NEW"),
    fields=frozenset({"message", "options.escalation_message"}),
    understood=_understood,
    afterwards=_afterwards,
    replaces_a_handle=True,
)
