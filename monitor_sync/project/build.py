"""Make one monitor of its compiled levels: owner, tags, thresholds, recipients, message, body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.message_layout import compose
from monitor_sync.language.suggest import nearest
from monitor_sync.language.whitespace import one_line
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Monitor, Suppression, Team
from monitor_sync.project import schema
from monitor_sync.project.compiled import (
    THRESHOLDS,
    CompiledMonitor,
    field_with,
    ordered_options,
    tag_span,
    threshold_texts,
)
from monitor_sync.project.interpolation import fill, plain, references
from monitor_sync.project.layers import Field, span_of
from monitor_sync.project.message import Footer, footer_text, quieted
from monitor_sync.project.routing import ProjectSettings, Router

LONGEST_KEY: Final = 180
"""A tag is at most 200 characters at Datadog, and ours says ``monitor_sync_key:`` before it."""

_EXTRAS: Final = ("restricted_roles", "draft_status", "assets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
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
    """Makes monitors, and keeps what there is to say about them."""

    def __init__(self, settings: ProjectSettings) -> None:
        self.settings = settings
        self.diagnostics: list[Diagnostic] = []
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
    ) -> Monitor | None:
        """
        Return one monitor, or None where something keeps it from being whole.

        ``scope`` has the items and parameters, ``late`` the compiled parameters that need the
        team, service or environment first. Every hole of ``compiled`` must be known. The scope is
        completed in place, for ``explain``. What is wrong is added to ``diagnostics``.
        """
        scope.update({**self.of_unit(declared.unit), **scope, "unit": declared.unit})
        team = self._team(compiled, scope, declared)
        if team is None or not self._key_fits(compiled, declared):
            return None
        service = _complete(scope, compiled, declared.key, team.name, late)
        tags = self._tags(compiled, scope, declared, team, service)
        filled = self._filled(compiled, scope, declared)
        if filled is None:
            return None
        owner = _Owner(team, service, scope.get("env", ""))
        return self._monitor(compiled, declared, owner, tags, filled)

    def _filled(
        self, compiled: CompiledMonitor, scope: dict[str, Any], declared: Declaration
    ) -> dict[str, Any] | None:
        """Return every field with its holes filled, or None where one has a wrong value."""
        options = compiled.options
        written: Any = compiled.fields.get("options")
        levels = written.children if options is None else options
        thresholds = fill(levels.get("thresholds"), scope)
        scope.update(threshold_texts(thresholds))
        if not self._thresholds_known(compiled, scope, declared):
            return None
        if options is None:
            options = ordered_options(fill(written, scope))
        filled = {
            **compiled.constants,
            **{name: field.fill(scope) for name, field in compiled.varying},
            "options": options,
        }
        if compiled.typed and not self._shape_fits(compiled, filled, declared):
            return None
        return filled

    def _thresholds_known(
        self, compiled: CompiledMonitor, scope: Mapping[str, Any], declared: Declaration
    ) -> bool:
        """Return whether each threshold that a text names has a value: a hole may bring null."""
        unset = sorted((compiled.names & THRESHOLDS) - scope.keys())
        for name in unset:
            field = field_with(compiled.fields, name)
            text = f"nothing fills `${{{name}}}`: the threshold is null here"
            self._say(compiled, declared, "schema/unknown-hole", text, field, hint="")
        return not unset

    def _monitor(
        self,
        compiled: CompiledMonitor,
        declared: Declaration,
        owner: _Owner,
        tags: list[str],
        filled: Mapping[str, Any],
    ) -> Monitor:
        recipients, lines = self._router.route(
            compiled, filled, filled["options"], owner.team, declared.key
        )
        runbook = self._runbook(filled)
        footer = "" if filled.get("footer") is False else self._footer(declared, owner, runbook)
        written = self._router.written(filled)
        body = self._body(filled, tags, compose(written, footer, lines))
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
        self, compiled: CompiledMonitor, scope: dict[str, Any], declared: Declaration
    ) -> Team | None:
        written = compiled.fields.get("team")
        if written is None:
            self._say(
                compiled,
                declared,
                "ownership/no-team",
                "no team owns this monitor",
                (),
                hint="write `team:` on the monitor, the file or the business unit",
            )
            return None
        name = plain(fill(written, scope))
        team = self.settings.teams.get(name)
        if team is None:
            near = nearest(name, self.settings.teams)
            hint = f"did you mean `{near}`? " if near else ""
            self._say(
                compiled,
                declared,
                "ownership/unknown-team",
                f"no team is called `{name}`",
                ("team",),
                hint=f"{hint}Teams are in teams.yaml".strip(),
            )
        return team

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
        """Ours first, then the author's, then the two that make the identity."""
        authors = compiled.tags
        if authors is None:
            authors = tuple(map(plain, fill(compiled.fields["tags"], scope)))
        ours = [f"business_unit:{declared.unit}", f"team:{team.name}"]
        if service:
            ours.append(f"service:{service}")
        if compiled.doubtful_tags:
            self._doubtful(compiled, declared, authors, team.name, service)
        return list(
            dict.fromkeys(
                (
                    *ours,
                    f"on_call:{team.on_call}",
                    *authors,
                    f"{PROJECT_TAG}:{self.settings.project}",
                    f"{KEY_TAG}:{declared.key}",
                )
            )
        )

    def _doubtful(
        self,
        compiled: CompiledMonitor,
        declared: Declaration,
        tags: Sequence[str],
        team: str,
        service: str,
    ) -> None:
        """An author's own team, service or env beside ours: kept, but said."""
        environments = [tag for tag in tags if tag.startswith("env:")]
        doubtful = [
            tag
            for tag in tags
            if (tag.startswith("team:") and tag != f"team:{team}")
            or (tag.startswith("service:") and service and tag != f"service:{service}")
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

    def _shape_fits(
        self, compiled: CompiledMonitor, values: dict[str, Any], declared: Declaration
    ) -> bool:
        """Whether the filled values have the right types; what a hole brought may be wrong."""
        values = {name: value for name, value in values.items() if value is not None}
        wrong = list(schema.problems(values, "#changes"))
        for problem in wrong:
            where: Field = tuple(str(part) for part in problem.where)
            self._say(
                compiled,
                declared,
                problem.rule,
                problem.message + " once its hole is filled",
                where,
                hint=problem.hint,
            )
        return not wrong

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
            "name": plain(filled.get("name")).strip(),
            "type": filled.get("type") or "query alert",
            "query": one_line(plain(filled.get("query"))),
            "message": text,
            "tags": tags,
            "priority": _priority(filled.get("priority")),
            "options": options,
        }
        for name in _EXTRAS:
            if name in filled:
                body[name] = filled[name]
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
    )


def _priority(value: Any) -> Any:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    return value or None


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
        scope["env"] = plain(fill(compiled.env, scope)).removeprefix("env:")
    for name, value in late.items():
        scope[name] = fill(value, scope)
    return service
