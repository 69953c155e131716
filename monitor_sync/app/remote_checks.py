"""``validate --online``: what Datadog says of the files, with the places that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.app import files, listing, tag_policies
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.counting import count, listed
from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.errors import RemoteError, Unreachable

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Monitor, Team
    from monitor_sync.project.document import Document
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.remote_handles import LookedUp
    from monitor_sync.sync.remote_validation import Complaint, Question, Unchecked, Verdicts

_NOWHERE: Final = "routing/handle-exists-nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """
    What came of asking Datadog.

    ``said`` are sentences about what was checked, and what was not. ``failed`` is why Datadog did
    not answer all of it, None where it did. ``accepted`` are the keys of monitors that Datadog
    was asked about and does not refuse.
    """

    diagnostics: list[Diagnostic]
    said: list[str]
    failed: RemoteError | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """Where a handle is written. Without a key it is in teams.yaml, and ``field`` a path there."""

    field: tuple[str | int, ...]
    key: str = ""
    start: int = 0
    end: int | None = None


def diagnose(
    loaded: Loaded,
    target: Target,
    *,
    everything: bool,
    keys: Collection[str] | None = None,
    wrong: Collection[str] = (),
    progress: Progress = silent,
) -> Answers:
    """
    Ask Datadog about new and changed monitors (with ``everything``, about all), and the handles.

    ``keys`` narrows both to some monitors. Those of ``wrong`` have errors in the files and are not
    asked about: Datadog would only say the same again. Nothing is written. Raises UsageError where
    the target's environment names no Datadog.
    """
    from monitor_sync.sync import remote_validation

    client = target.connect()
    if not loaded.project.name:
        lines = ["Datadog was not asked: project.yaml does not say whose monitors these are."]
        return Answers(diagnostics=[], said=lines)
    try:
        live = listing.with_assets(loaded.project, client, listing.list_live(client))
    except RemoteError as error:
        lines = ["Not checked: everything, as Datadog did not list its monitors."]
        return Answers(diagnostics=[], said=lines, failed=error)
    questions, skipped = remote_validation.questions(
        loaded.project, live, everything=everything, among=keys
    )
    refused, unread = _refused_by_policies(loaded, client, questions)
    wrong = {*wrong, *(diagnostic.key for diagnostic in refused)}
    verdicts, left_out = _ask(client, questions, wrong, progress)
    skipped += left_out
    written = dict(_written(loaded, keys))
    handles = _look_up(loaded, client, written)
    diagnostics = [_refused(loaded, refusal) for refusal in verdicts.refusals]
    diagnostics += _nowhere(loaded, handles, written)
    unchecked = [*skipped, *verdicts.unchecked]
    said = [*_checked(verdicts, skipped, handles, everything), *_unchecked(unchecked, handles)]
    return Answers(
        diagnostics=list(dict.fromkeys((*refused, *files.shown(loaded.project, diagnostics)))),
        said=[*said, *unread],
        failed=_failure(unchecked),
        accepted=_accepted(questions, verdicts, unchecked),
    )


def _accepted(
    questions: Sequence[Question], verdicts: Verdicts, unchecked: Sequence[Unchecked]
) -> tuple[str, ...]:
    refused = {refusal.key for refusal in verdicts.refusals}
    refused.update(monitor.key for monitor in unchecked)
    return tuple(question.key for question in questions if question.key not in refused)


def _refused_by_policies(
    loaded: Loaded, client: Client, questions: Sequence[Question]
) -> tuple[tuple[Diagnostic, ...], list[str]]:
    """Return what the tag policies refuse, and a line about them where they cannot be read."""
    tags = {question.key: question.body.get("tags") or () for question in questions}
    try:
        return tag_policies.refused(loaded, client, tags), []
    except RemoteError as error:
        return (), [f"Not checked: the organisation's tag policies ({error.problem})."]


def _ask(
    client: Client, questions: Sequence[Question], wrong: Collection[str], progress: Progress
) -> tuple[Verdicts, list[Unchecked]]:
    """Ask about all monitors but the ``wrong`` ones, which come back as not checked."""
    from monitor_sync.sync import remote_validation

    skipped = [
        remote_validation.Unchecked(key=question.key, reason="with errors in the files")
        for question in questions
        if question.key in wrong
    ]
    questions = [question for question in questions if question.key not in wrong]
    if not questions:
        return remote_validation.ask(client.monitors, questions), skipped
    number = len(questions)
    with progress(f"asking Datadog about {count(number, 'monitor')}", number) as step:
        return remote_validation.ask(client.monitors, questions, on_answer=step), skipped


def _look_up(loaded: Loaded, client: Client, written: Mapping[str, Sequence[_Written]]) -> LookedUp:
    from monitor_sync.sync.remote_handles import look_up

    data: Any = loaded.shared.data if loaded.shared is not None else None
    accounts = data.get("slack_accounts") if isinstance(data, dict) else None
    return look_up(sorted(written), client.integrations, slack_accounts=accounts or ())


def _written(loaded: Loaded, keys: Collection[str] | None) -> Iterable[tuple[str, list[_Written]]]:
    """Return every handle of the files with all places where an author wrote it."""
    project = loaded.project
    monitors = [monitor for key, monitor in project.monitors.items() if keys is None or key in keys]
    owners = {monitor.team for monitor in monitors}
    places: dict[str, list[_Written]] = {}
    for name, team in project.teams.items():
        if keys is None or name in owners:
            for handle, where in _of_team(team):
                places.setdefault(handle, []).append(where)
    for monitor in monitors:
        standing = {handle for handle, _ in _of_team(project.teams[monitor.team])}
        for handle, where in _of_monitor(monitor, standing):
            places.setdefault(handle, []).append(where)
    return places.items()


def _of_team(team: Team) -> Iterator[tuple[str, _Written]]:
    """Give the handles that a team has by name, and those that its rules write out."""
    for name, handle in team.handles.items():
        yield handle, _Written(field=("teams", team.name, "handles", name))
    named = set(team.handles.values())
    for index, rule in enumerate(team.notify):
        for state, handles in rule.recipients.items():
            for handle in handles:
                if handle not in named:
                    yield handle, _Written(field=("teams", team.name, "notify", index, state))


def _of_monitor(monitor: Monitor, standing: Collection[str]) -> Iterator[tuple[str, _Written]]:
    """Give the handles of a monitor's own texts and routing; ``standing`` are its team's."""
    from monitor_sync.language.handles import handles

    options = monitor.body.get("options") or {}
    texts = (
        (("message",), monitor.text),
        (("options", "escalation_message"), str(options.get("escalation_message") or "")),
    )
    for field, text in texts:
        for mention in handles(text):
            place = _Written(key=monitor.key, field=field, start=mention.start, end=mention.end)
            yield mention.text, place
    for state, recipients in monitor.recipients.items():
        for handle in recipients:
            if handle not in standing:
                yield handle, _Written(key=monitor.key, field=("recipients", state, handle))


def _refused(loaded: Loaded, refusal: Complaint) -> Diagnostic:
    if refusal.field:
        document, span = loaded.place(refusal.key, refusal.field)
    else:
        layer = loaded.provenance[refusal.key].layers[-1]
        document, span = layer.document, layer.document.key_span(layer.where)
    return document.diagnostic(
        f"{refusal.family}/refused-by-datadog",
        f"Datadog refuses it: {refusal.text}",
        span,
        hint=refusal.hint,
        key=refusal.key,
    )


def _nowhere(
    loaded: Loaded, handles: LookedUp, written: Mapping[str, Sequence[_Written]]
) -> Iterator[Diagnostic]:
    for handle, missing in handles.missing.items():
        for where in written[handle]:
            document, span = _place(loaded, where, handle)
            yield document.diagnostic(
                _NOWHERE, missing.message, span, hint=missing.hint, key=where.key
            )


def _place(loaded: Loaded, where: _Written, handle: str) -> tuple[Document, Span]:
    if where.key:
        return loaded.place(where.key, where.field, where.start, where.end)
    assert loaded.teams is not None  # noqa: S101 - its teams come from there
    return loaded.teams, loaded.teams.span_of(where.field, handle)


def _checked(
    verdicts: Verdicts, skipped: Sequence[Unchecked], handles: LookedUp, everything: bool
) -> Iterator[str]:
    """Return what Datadog gave a verdict on; nothing asked and nothing answered are told apart."""
    if verdicts.checked:
        kind = "monitor" if everything else "new or changed monitor"
        refused = len({refusal.key for refusal in verdicts.refusals})
        verdict = f"it refuses {refused}" if refused else "it refuses none"
        yield f"Datadog was asked about {count(verdicts.checked, kind)}: {verdict}."
    elif not verdicts.unchecked and not skipped:
        which = "there is none" if everything else "none is new or changed"
        yield f"Datadog was asked about no monitor: {which}."
    known = len(handles.found) + len(handles.missing)
    if known:
        missing = len(handles.missing)
        verdict = f"{missing} {'exists' if missing == 1 else 'exist'} nowhere"
        yield f"{count(known, 'handle')} looked up: {verdict if missing else 'all exist'}."


def _unchecked(monitors: Sequence[Unchecked], handles: LookedUp) -> Iterator[str]:
    """Return a line that counts what was not checked, by reason; nothing if all was."""
    reasons: dict[str, list[str]] = {}
    for monitor in monitors:
        reasons.setdefault(monitor.reason, []).append(monitor.key)
    parts = [
        f"{count(len(keys), 'monitor')} ({reason}: {listed(keys)})"
        for reason, keys in reasons.items()
    ]
    parts += [
        f"{count(len(texts), 'handle')} ({reason})" for reason, texts in handles.unchecked.items()
    ]
    if parts:
        yield f"Not checked: {', '.join(parts)}."


def _failure(monitors: Iterable[Unchecked]) -> RemoteError | None:
    """Return the first failure of Datadog to answer about a monitor; denied access is none."""
    return next(
        (monitor.error for monitor in monitors if isinstance(monitor.error, Unreachable)), None
    )
