"""Make one monitor of its compiled levels: owner, tags, thresholds, recipients, message, body."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.message_layout import compose
from monitor_sync.language.suggest import nearest
from monitor_sync.language.whitespace import one_line
from monitor_sync.model import (
    KEY_TAG,
    PROJECT_TAG,
    RESERVED_TAGS,
    Monitor,
    Suppression,
    Team,
    read_priority,
    tags_of_place,
)
from monitor_sync.project import schema
from monitor_sync.project.compiled import (
    THRESHOLDS,
    CompiledMonitor,
    field_with,
    ordered_options,
    tag_span,
    threshold_texts,
)
from monitor_sync.project.interpolation import fill, names_in, plain, references
from monitor_sync.project.layers import Field, span_of
from monitor_sync.project.message import Footer, footer_text, quieted
from monitor_sync.project.routing import ProjectSettings, Router
from monitor_sync.project.schema import known_fields, sent_fields

LONGEST_KEY: Final = 180
"""A tag is at most 200 characters at Datadog, and ours says ``monitor_sync_key:`` before it."""
_RESERVED: Final = tuple(f"{key}:" for key in sorted(RESERVED_TAGS))


class Declaration(Struct, frozen=True, kw_only=True):
    """Where a monitor is declared, and its key."""

    key: str
    unit: str
    shown: str
    """The file as messages to people name it."""
    file: str
    """The file below the project's folder, the same from wherever the command runs."""
    line: int


class _Owner(NamedTuple):
    """The team that owns a monitor, and the service and environment that it watches."""

    team: Team
    service: str
    env: str


class MonitorBuilder:
    """Builds monitors and collects their diagnostics."""

    def __init__(self, settings: ProjectSettings) -> None:
        self.settings = settings
        self.diagnostics: list[Diagnostic] = []
        self.stand_ins: dict[str, Team] = {}
        """Teams that own monitors of unknown teams, by name."""
        self._router = Router(settings, self.diagnostics)

    def of_unit(self, unit: str) -> dict[str, Any]:
        """Return what the holes ``${unit}`` and ``${unit_name}`` stand for in a business unit."""
        return {"unit": unit, "unit_name": self.settings.units.get(unit, unit)}

    def monitor(
        self,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        declared: Declaration,
        late: Mapping[str, Any] = MappingProxyType({}),
        doubts: frozenset[str] = frozenset(),
    ) -> tuple[Monitor, frozenset[str]]:
        """
        Return one monitor, and the fields of it that are in doubt: none of a monitor that is whole.

        ``scope`` has the items and parameters, ``late`` the compiled parameters that need the
        team, service or environment first. Every hole of ``compiled`` must be known. The scope is
        completed in place, for ``explain``. ``doubts`` are fields of which a mistake was reported
        already; others are added to ``diagnostics``.
        """
        wrong = set(doubts)
        scope.setdefault("unit_name", self.settings.units.get(declared.unit, declared.unit))
        scope["unit"] = declared.unit
        team = self._team(compiled, scope, declared, wrong)
        if not self._key_fits(compiled, declared):
            wrong.add("key")
        service = _complete(scope, compiled, declared.key, team.name, late)
        tags = self._tags(compiled, scope, declared, team, service)
        filled = self._filled(compiled, scope, declared, wrong)
        owner = _Owner(team, service, scope.get("env", ""))
        monitor = self._monitor(compiled, declared, owner, tags, filled, wrong)
        return monitor, frozenset(wrong)

    def _filled(
        self,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        declared: Declaration,
        wrong: set[str],
    ) -> dict[str, Any]:
        """Return every field with its holes filled, less those that get a value of a wrong type."""
        options = compiled.options
        written: Any = compiled.fields.get("options")
        levels = written.children if options is None else options
        scope.update(threshold_texts(fill(levels.get("thresholds"), scope)))
        self._unset_thresholds(compiled, scope, declared, wrong)
        if options is None:
            options = ordered_options(fill(written, scope))
        filled = {
            **compiled.constants,
            **{name: field.fill(scope) for name, field in compiled.varying},
            "options": options,
        }
        return self._of_right_shape(compiled, filled, declared, wrong) if compiled.typed else filled

    def _unset_thresholds(
        self,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        declared: Declaration,
        wrong: set[str],
    ) -> None:
        """Report thresholds that a text names and that have no value: a hole may bring null."""
        named = compiled.names & THRESHOLDS
        if scope.keys() >= named:
            return
        for name in sorted(named - scope.keys()):
            field = field_with(compiled.fields, name)
            text = f"nothing fills `${{{name}}}`: the threshold is null here"
            self._say(compiled, declared, "schema/unknown-hole", text, field, hint="")
            scope[name] = ""
            wrong.update(top for top, value in compiled.fields.items() if name in names_in(value))

    def _monitor(
        self,
        compiled: CompiledMonitor,
        declared: Declaration,
        owner: _Owner,
        tags: list[str],
        filled: Mapping[str, Any],
        wrong: set[str],
    ) -> Monitor:
        """Return the monitor; its texts are kept once in memory with the same ones that live."""
        options = filled["options"]
        recipients, lines = self._router.route(
            compiled, filled, options, owner.team, declared.key, wrong
        )
        runbook = self._runbook(filled)
        footer = "" if filled.get("footer") is False else self._footer(declared, owner, runbook)
        written = self._router.written(filled)
        body = self._body(filled, tags, sys.intern(compose(written, footer, lines)))
        return Monitor(
            key=declared.key,
            body=body,
            business_unit=declared.unit,
            team=owner.team.name,
            service=owner.service,
            runbook=runbook,
            recipients=recipients,
            references=references(body["query"]),
            adopt=filled.get("adopt"),
            ignored=_suppressions(filled.get("ignore")),
            text_end=len(written),
            path=declared.shown,
            line=declared.line,
        )

    def _footer(self, declared: Declaration, owner: _Owner, runbook: str) -> str:
        return footer_text(
            Footer(
                owner=owner.team.title,
                on_call=owner.team.on_call,
                business_unit=self.settings.units.get(declared.unit, declared.unit),
                service=owner.service,
                env=owner.env,
                runbook=runbook,
                site=self.settings.site,
                path=f"{self.settings.folder}/{declared.file}",
                key=declared.key,
            )
        )

    # owner and identity

    def _team(
        self,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        declared: Declaration,
        wrong: set[str],
    ) -> Team:
        """Return the owner, or a team that stands in for one that is unknown."""
        written = compiled.fields.get("team")
        name = plain(fill(written, scope)) if written is not None else ""
        doubtful = self.settings.doubtful_teams
        if doubtful is None or name in doubtful:
            wrong.add("team")
        team = self.settings.teams.get(name)
        if team is not None:
            return team
        near = nearest(name, self.settings.teams) if name else ""
        if "team" not in wrong:
            self._unknown_team(compiled, declared, name, near)
        wrong.add("team")
        unknown = name or "unknown"
        stand_in = Team(name=unknown, title=unknown, on_call=unknown)
        return self.settings.teams[near] if near else self.stand_ins.setdefault(unknown, stand_in)

    def _unknown_team(
        self, compiled: CompiledMonitor, declared: Declaration, name: str, near: str
    ) -> None:
        field: Field = ("team",) if name else ()
        if not name:
            rule, text = "ownership/no-team", "no team owns this monitor"
            hint = "write `team:` on the monitor, the file or the business unit"
        else:
            rule, text = "ownership/unknown-team", f"no team is called `{name}`"
            hint = f"did you mean `{near}`? " if near else ""
            hint += "Teams are in teams.yaml"
        self._say(compiled, declared, rule, text, field, hint=hint)

    def _key_fits(self, compiled: CompiledMonitor, declared: Declaration) -> bool:
        if len(declared.key) <= LONGEST_KEY:
            return True
        self._say(
            compiled,
            declared,
            "schema/key-too-long",
            f"the key has {len(declared.key)} characters, and {LONGEST_KEY} are allowed",
            (),
            hint="shorten the name of the file, the monitor or the item",
        )
        return False

    def _tags(
        self,
        compiled: CompiledMonitor,
        scope: dict[str, Any],
        declared: Declaration,
        team: Team,
        service: str,
    ) -> list[str]:
        """Return the tool's own tags, then the author's, then the two that make the identity."""
        authors = compiled.tags
        if authors is None:
            filled = fill(compiled.fields["tags"], scope)
            authors = tuple(sys.intern(plain(tag)) for tag in filled)
        if compiled.doubtful_tags:
            self._doubtful(compiled, declared, authors, team.name, service)
        tags = (
            *tags_of_place(declared.unit, team.name, team.on_call, service),
            *authors,
            sys.intern(f"{PROJECT_TAG}:{self.settings.project}"),
            sys.intern(f"{KEY_TAG}:{declared.key}"),
        )
        return list(dict.fromkeys(tags))

    def _doubtful(
        self,
        compiled: CompiledMonitor,
        declared: Declaration,
        tags: Sequence[str],
        team: str,
        service: str,
    ) -> None:
        """Report an author's own tag of a key that the tool gives, where it stands beside ours."""
        environments = [tag for tag in tags if tag.startswith("env:")]
        doubtful = [
            tag
            for tag in tags
            if (tag.startswith("team:") and tag != f"team:{team}")
            or (tag.startswith("service:") and service and tag != f"service:{service}")
            or tag.startswith(_RESERVED)
        ] + environments[1:]
        for tag in doubtful:
            name = tag.split(":", 1)[0]
            document, span = tag_span(compiled.layers, tag)
            self.diagnostics.append(
                document.diagnostic(
                    "tags/second-value",
                    f"`{tag}` stands beside another `{name}` tag",
                    span,
                    hint=f"declare `{name}` once, or remove this tag",
                    key=declared.key,
                    severity=Severity.WARNING,
                )
            )

    # values

    def _of_right_shape(
        self,
        compiled: CompiledMonitor,
        filled: dict[str, Any],
        declared: Declaration,
        wrong: set[str],
    ) -> dict[str, Any]:
        """Return the filled values without the ones to which a hole gave a wrong type."""
        values = {name: value for name, value in filled.items() if value is not None}
        problems = list(schema.problems(values, "#changes"))
        for problem in problems:
            where = tuple(str(part) for part in problem.where)
            message = problem.message + " once its hole is filled"
            self._say(compiled, declared, problem.rule, message, where, hint=problem.hint)
            wrong.update(where[:1])
        sound: dict[str, Any] = schema.without(values, problems)
        return {**sound, "options": sound.get("options") or {}} if problems else filled

    def _runbook(self, filled: Mapping[str, Any]) -> str:
        runbook = plain(filled.get("runbook"))
        if not runbook or "://" in runbook or not self.settings.runbooks:
            return runbook
        return self.settings.runbooks.rstrip("/") + "/" + runbook.lstrip("/")

    # the body

    def _body(self, filled: Mapping[str, Any], tags: list[str], text: str) -> dict[str, Any]:
        options, raw = filled["options"], filled.get("raw_options")
        if raw:
            options = {**options, **raw}
        escalation = options.get("escalation_message")
        if self.settings.notify_only and isinstance(escalation, str):
            quiet = quieted(escalation, self.settings.notify_only)
            options = {**options, "escalation_message": quiet}
        body: dict[str, Any] = {
            "name": sys.intern(plain(filled.get("name")).strip()),
            "type": filled.get("type") or "query alert",
            "query": sys.intern(one_line(plain(filled.get("query")))),
            "message": text,
            "tags": tags,
            "priority": read_priority(filled.get("priority")),
            "options": options,
        }
        body.update((name, filled[name]) for name in sent_fields() if name in filled)
        if filled.get("raw_type") is True:
            body.update((name, filled[name]) for name in sorted(filled.keys() - known_fields()))
        return body

    def _say(
        self,
        compiled: CompiledMonitor,
        declared: Declaration,
        rule: str,
        text: str,
        where: Field,
        *,
        hint: str,
    ) -> None:
        document, span = span_of(compiled.layers, where)
        self.diagnostics.append(document.diagnostic(rule, text, span, hint=hint, key=declared.key))


def _suppressions(written: Any) -> tuple[Suppression, ...]:
    return tuple(
        Suppression(
            rule=entry["rule"], reason=entry.get("reason", ""), until=entry.get("until", "")
        )
        for entry in written or ()
        if "rule" in entry  # else it is wrong, and that was said
    )


def _complete(
    scope: dict[str, Any],
    compiled: CompiledMonitor,
    key: str,
    team: str,
    late: Mapping[str, Any],
) -> str:
    """Put what every text may use into the scope, each from those before it. The service."""
    scope["key"], scope["team"] = key, team
    service = plain(fill(compiled.fields.get("service"), scope))
    scope.setdefault("service", service)
    if compiled.env is not None:
        scope["env"] = sys.intern(plain(fill(compiled.env, scope)).removeprefix("env:"))
    for name, value in late.items():
        scope[name] = fill(value, scope)
    return service
