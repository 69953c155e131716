"""Whom the newest notification of a group tells up to a moment, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor_sync.audience.audience import Audience, of_body
from monitor_sync.audience.recipients import Recipients
from monitor_sync.insight.message_text import compares, rendered
from monitor_sync.insight.renotify import renotified
from monitor_sync.insight.state import StatusChange
from monitor_sync.insight.thresholds import thresholds
from monitor_sync.insight.timeline import Moment, Run
from monitor_sync.insight.values import EvaluationSettings, Group, Status
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.model import Body


class Notification:
    """
    What was told of a group up to a moment: its newest transition, or a repetition of that.

    ``due`` are the instants at which the monitor is evaluated: only there is anything repeated.
    """

    def __init__(
        self,
        body: Body,
        settings: EvaluationSettings,
        made: Run,
        moment: Moment,
        group: Group | None,
        due: frozenset[float],
    ) -> None:
        self._body = body
        self._newest = next(
            (
                transition
                for transition in reversed(made.transitions)
                if transition.instant <= moment.instant and transition.group == group
            ),
            None,
        )
        self.name = _name(self._newest, settings, made, moment, due)
        """The name in ``language.transitions`` of what notified; empty where nothing did."""
        result = moment.result(group)
        self._variables = _variables(
            settings,
            dict(zip(moment.keys, group or (), strict=False)),
            result.value if result else None,
        )

    def handles(self) -> tuple[str, ...]:
        """Return the handles that are notified; none where the newest transition is silent."""
        if self._newest is None or not self._newest.notifies:
            return ()
        return _handles(self._body, self.name, self._variables)

    def message(self) -> str:
        """Return the text that is sent; a repetition adds the ``escalation_message``."""
        flags = next((t.flags for t in TRANSITIONS if t.name == self.name), frozenset[str]())
        texts = [str(self._body.get("message", ""))]
        if self.name.startswith(_REPEATED):
            options = self._body.get("options") or {}
            texts.append(str(options.get("escalation_message") or ""))
        priority = self._body.get("priority")
        known = priority if isinstance(priority, int) else None
        return "\n".join(rendered(text, flags, self._variables, known) for text in texts if text)


def handles_told(
    body: Body,
    settings: EvaluationSettings,
    transition: StatusChange,
    keys: Group,
    value: float | None,
) -> tuple[str, ...]:
    """Return the handles that are notified of a transition; none where it is silent."""
    if not transition.notifies:
        return ()
    variables = _variables(settings, dict(zip(keys, transition.group, strict=False)), value)
    return _handles(body, transition_name(transition), variables)


def _handles(body: Body, name: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    audience: Audience = of_body(body)
    recipients = audience.at.get(name)
    return _notified(recipients, variables) if recipients is not None else ()


_REPEATED: Final = "renotify_"
_STATE: Final[Mapping[Status, str]] = {
    Status.ALERT: "alert", Status.WARN: "warning", Status.NO_DATA: "no_data",
}  # fmt: skip


def _name(
    newest: StatusChange | None,
    settings: EvaluationSettings,
    made: Run,
    moment: Moment,
    due: frozenset[float],
) -> str:
    """Return the name of the newest transition, or of its repetition where there was one (10.2)."""
    if newest is None:
        return ""
    if newest.notifies and newest.new in _STATE and settings.options.get("renotify_interval"):
        since = (
            (known.instant, known.status(newest.group))
            for known in made.moments
            if newest.instant <= known.instant <= moment.instant
            and (known.instant in due or known.instant == newest.instant)
        )
        if any(repeated for _, repeated in renotified(since, settings.options)):
            return f"{_REPEATED}{_STATE[newest.new]}"
    return transition_name(newest)


def transition_name(transition: StatusChange) -> str:
    """Return the name that a change of status has in ``language.transitions``; empty for none."""
    if transition.new is Status.ALERT:
        return "alert"
    if transition.new is Status.WARN:
        return "alert_to_warning" if transition.old is Status.ALERT else "warning"
    if transition.new is Status.NO_DATA:
        return "no_data"
    return {
        Status.ALERT: "alert_recovery", Status.WARN: "warning_recovery",
        Status.NO_DATA: "no_data_recovery",
    }.get(transition.old or Status.OK, "")  # fmt: skip


def _notified(recipients: Recipients, variables: Mapping[str, str]) -> tuple[str, ...]:
    handles = [*recipients.always, *recipients.bodiless]
    for conditional in recipients.sometimes:
        for case in conditional.when:
            answers = (
                compares(condition.kind, variables.get(condition.variable, ""), condition.values)
                is condition.holds
                for condition in case
            )
            if all(answers):
                handles.append(conditional.handle)
                break
    return tuple(dict.fromkeys(handles))


def _variables(
    settings: EvaluationSettings, group: Mapping[str, str], value: float | None
) -> dict[str, str]:
    """Return the variables of a message whose values are known here."""
    variables = {f"{key}.name": value_ for key, value_ in group.items()}
    levels = thresholds(settings.query, settings.options)
    numbers = {
        "value": value,
        "threshold": levels.critical if levels else None,
        "warn_threshold": levels.warning if levels else None,
    }
    variables |= {name: f"{number:g}" for name, number in numbers.items() if number is not None}
    if levels:
        variables["comparator"] = levels.comparator
    return variables
