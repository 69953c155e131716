"""One monitor put together: owner, tags, thresholds, recipients, message, body."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.message_layout import compose
from monitor_sync.language.whitespace import one_line
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Monitor, Suppression, Team
from monitor_sync.project import schema
from monitor_sync.project.compiled import Blueprint, finished, tag_span, threshold_texts
from monitor_sync.project.interpolation import fill, plain, references
from monitor_sync.project.layers import Field, span_of
from monitor_sync.project.message import Footer, footer_text, quieted
from monitor_sync.project.routing import Router, Setting

LONGEST_KEY: Final = 180
"""A tag is at most 200 characters at Datadog, and ours says ``monitor_sync_key:`` before it."""

_EXTRAS: Final = ("restricted_roles", "draft_status", "assets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a monitor is declared, and its key."""

    key: str
    unit: str
    shown: str
    """The file as messages to people name it."""
    file: str
    """The file below the project's folder, the same from wherever the command runs."""
    line: int
    former: tuple[str, ...] = ()


class _Owner(NamedTuple):
    """Whose a monitor is, and what of: the service and the environment."""

    team: Team
    service: str
    env: str


class Assembler:
    """Puts monitors together and keeps what there is to say about them."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.diagnostics: list[Diagnostic] = []
        self._router = Router(setting, self.diagnostics)

    def monitor(
        self,
        blueprint: Blueprint,
        scope: dict[str, Any],
        place: Place,
        late: Mapping[str, Any] = MappingProxyType({}),
    ) -> Monitor | None:
        """
        One monitor, or None where something keeps it from being whole; the diagnostics say what.

        ``scope`` has the items and parameters, ``late`` the compiled parameters that need the
        team, service or environment first; every hole of the blueprint must be known. The scope
        is completed in place, for ``explain``.
        """
        scope["unit"] = place.unit
        team = self._team(blueprint, scope, place)
        if team is None or not self._key_fits(blueprint, place):
            return None
        service = _complete(scope, blueprint, place.key, team.name, late)
        tags = self._tags(blueprint, scope, place, team, service)
        filled = self._filled(blueprint, scope, place)
        if filled is None:
            return None
        owner = _Owner(team, service, scope.get("env", ""))
        return self._monitor(blueprint, place, owner, tags, filled)

    def _filled(
        self, blueprint: Blueprint, scope: dict[str, Any], place: Place
    ) -> dict[str, Any] | None:
        """Every field with its holes filled, options included; None where one has a wrong type."""
        options = blueprint.options
        if options is None:
            options = _options(blueprint.compiled["options"], scope)
        scope.update(threshold_texts(options))
        filled = {
            **blueprint.constants,
            **{name: each.fill(scope) for name, each in blueprint.varying},
            "options": options,
        }
        if blueprint.typed and not self._shape_fits(blueprint, filled, place):
            return None
        return filled

    def _monitor(
        self,
        blueprint: Blueprint,
        place: Place,
        owner: _Owner,
        tags: list[str],
        filled: Mapping[str, Any],
    ) -> Monitor:
        recipients, lines = self._router.route(
            blueprint, filled, filled["options"], owner.team, place.key
        )
        runbook = self._runbook(filled)
        footer = "" if filled.get("footer") is False else self._footer(place, owner, runbook)
        written = self._router.written(filled)
        body = self._body(filled, tags, compose(written, footer, lines))
        return Monitor(
            key=place.key,
            body=body,
            business_unit=place.unit,
            team=owner.team.name,
            service=owner.service,
            runbook=runbook,
            recipients=recipients,
            references=references(body["query"]),
            moved_from=place.former,
            adopt=filled.get("adopt"),
            ignored=_suppressions(filled.get("ignore")),
            text_end=len(written),
            path=place.shown,
            line=place.line,
        )

    def _footer(self, place: Place, owner: _Owner, runbook: str) -> str:
        return footer_text(
            Footer(
                owner=owner.team.title,
                on_call=owner.team.on_call,
                business_unit=self.setting.units.get(place.unit, place.unit),
                service=owner.service,
                env=owner.env,
                runbook=runbook,
                site=self.setting.site,
                path=f"{self.setting.folder}/{place.file}",
                key=place.key,
            )
        )

    # owner and identity

    def _team(self, blueprint: Blueprint, scope: dict[str, Any], place: Place) -> Team | None:
        written = blueprint.compiled.get("team")
        if written is None:
            self._say(
                blueprint,
                place,
                "ownership/no-team",
                "no team owns this monitor",
                (),
                hint="write `team:` on the monitor, the file or the business unit",
            )
            return None
        name = plain(fill(written, scope))
        team = self.setting.teams.get(name)
        if team is None:
            close = difflib.get_close_matches(name, self.setting.teams, n=1)
            hint = f"did you mean `{close[0]}`? " if close else ""
            self._say(
                blueprint,
                place,
                "ownership/unknown-team",
                f"no team is called `{name}`",
                ("team",),
                hint=f"{hint}Teams are in teams.yaml".strip(),
            )
        return team

    def _key_fits(self, blueprint: Blueprint, place: Place) -> bool:
        if len(place.key) <= LONGEST_KEY:
            return True
        self._say(
            blueprint,
            place,
            "schema/key-too-long",
            f"the key has {len(place.key)} characters, and {LONGEST_KEY} are allowed",
            (),
            hint="shorten the name of the file, the monitor or the item",
        )
        return False

    def _tags(
        self, blueprint: Blueprint, scope: dict[str, Any], place: Place, team: Team, service: str
    ) -> list[str]:
        """Ours first, then the author's, then the two that make the identity."""
        authors = blueprint.tags
        if authors is None:
            authors = tuple(map(plain, fill(blueprint.compiled["tags"], scope)))
        ours = [f"business_unit:{place.unit}", f"team:{team.name}"]
        if service:
            ours.append(f"service:{service}")
        if blueprint.doubtful_tags:
            self._doubtful(blueprint, place, authors, team.name, service)
        return list(
            dict.fromkeys(
                (
                    *ours,
                    f"on_call:{team.on_call}",
                    *authors,
                    f"{PROJECT_TAG}:{self.setting.project}",
                    f"{KEY_TAG}:{place.key}",
                )
            )
        )

    def _doubtful(
        self, blueprint: Blueprint, place: Place, tags: Sequence[str], team: str, service: str
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
            document, span = tag_span(blueprint.layers, tag)
            self.diagnostics.append(
                document.diagnostic(
                    "tags/second-value",
                    f"`{tag}` stands beside another `{name}` tag",
                    span,
                    hint=f"declare `{name}` once, or remove this tag",
                    key=place.key,
                    severity=Severity.WARNING,
                )
            )

    # values

    def _shape_fits(self, blueprint: Blueprint, values: dict[str, Any], place: Place) -> bool:
        """Whether the filled values have the right types; what a hole brought may be wrong."""
        values = {name: value for name, value in values.items() if value is not None}
        wrong = list(schema.problems(values, "#changes"))
        for problem in wrong:
            where: Field = tuple(str(part) for part in problem.where)
            self._say(
                blueprint,
                place,
                problem.rule,
                problem.message + " once its hole is filled",
                where,
                hint=problem.hint,
            )
        return not wrong

    def _runbook(self, filled: Mapping[str, Any]) -> str:
        runbook = plain(filled.get("runbook"))
        if not runbook or "://" in runbook or not self.setting.runbooks:
            return runbook
        return self.setting.runbooks.rstrip("/") + "/" + runbook.lstrip("/")

    # the body

    def _body(self, filled: Mapping[str, Any], tags: list[str], text: str) -> dict[str, Any]:
        options, raw = filled["options"], filled.get("raw_options")
        if raw:
            options = {**options, **raw}
        escalation = options.get("escalation_message")
        if self.setting.notify_only and isinstance(escalation, str):
            quiet = quieted(escalation, self.setting.notify_only)
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
        self, blueprint: Blueprint, place: Place, rule: str, text: str, where: Field, *, hint: str
    ) -> None:
        document, span = span_of(blueprint.layers, where)
        self.diagnostics.append(document.diagnostic(rule, text, span, hint=hint, key=place.key))


def _suppressions(written: Any) -> tuple[Suppression, ...]:
    return tuple(
        Suppression(rule=each["rule"], reason=each.get("reason", ""), until=each.get("until", ""))
        for each in written or ()
    )


def _priority(value: Any) -> Any:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    return value or None


def _options(compiled: Any, scope: Mapping[str, Any]) -> dict[str, Any]:
    """Options with thresholds first: the texts of the others may use them."""
    thresholds = fill(compiled.children.get("thresholds"), scope)
    inner = {**scope, **threshold_texts({"thresholds": thresholds})}
    options = {
        name: fill(value, inner)
        for name, value in compiled.children.items()
        if name != "thresholds"
    }
    return finished({"thresholds": thresholds, **options})


def _complete(
    scope: dict[str, Any],
    blueprint: Blueprint,
    key: str,
    team: str,
    late: Mapping[str, Any],
) -> str:
    """Put what every text may use into the scope, each from those before it. The service."""
    scope["key"], scope["team"] = key, team
    service = plain(fill(blueprint.compiled.get("service"), scope))
    scope.setdefault("service", service)
    if blueprint.env is not None:
        scope["env"] = plain(fill(blueprint.env, scope)).removeprefix("env:")
    for name, value in late.items():
        scope[name] = fill(value, scope)
    return service
