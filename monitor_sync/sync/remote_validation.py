"""
What to ask Datadog about the monitors of the files, and what its answers mean.

Pure but for ``ask``, which is given the door to Datadog. Nothing here knows files: findings name a
field of the monitor's body, and whoever has the files finds the place.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, Protocol

from msgspec import Struct

from monitor_sync.errors import AccessDenied, NotFound, Rejected, RemoteError
from monitor_sync.model import Body, Id, LiveResource, Project
from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.resources.monitor.payload import to_update
from monitor_sync.sync.identity import Match, match
from monitor_sync.sync.plan import make_plan
from monitor_sync.sync.references import References
from monitor_sync.sync.remote_questions import AWAY, Asking, Silent, answers
from monitor_sync.sync.remote_validation_cases import Field, meaning

WORKERS: Final = 8
"""Monitors asked about at once: more of them are answered by timeouts (reported of 32)."""


class Validator(Protocol):
    """What we ask of Datadog about a monitor."""

    def validate(
        self,
        body: Body,
        id: Any = None,  # noqa: A002 - Datadog's word
    ) -> Sequence[str]:
        """Return what it would refuse, in its own words. Raises RemoteError if it does not say."""
        ...


class Question(Struct, frozen=True, kw_only=True):
    """A monitor to ask about. ``id`` is the live one it would change, None for a new one."""

    key: str
    body: Body
    id: Id | None = None


class Unchecked(Struct, frozen=True, kw_only=True):
    """A monitor that Datadog gave no verdict on. ``reason`` ends the words "not checked:"."""

    key: str
    reason: str
    error: RemoteError | None = None


class Complaint(Struct, frozen=True, kw_only=True):
    """
    One thing that Datadog would refuse.

    ``family`` is the first half of the rule's name, ``field`` the way inside the body as far as
    the text tells it, ``text`` what Datadog said, ``hint`` what to do where we know it.
    """

    key: str
    family: str
    field: Field
    text: str
    hint: str = ""


class Verdicts(Struct, frozen=True, kw_only=True):
    """What came of asking: how many monitors have a verdict, what is refused, what is open."""

    checked: int
    refusals: tuple[Complaint, ...]
    unchecked: tuple[Unchecked, ...]


MEMBERS: Final = "composites whose members do not exist yet"
REFUSED: Final = "refused by `monitor-sync plan`"
GONE: Final = "gone from Datadog since they were listed"
DENIED: Final = (
    "no access; monitors of logs also need an application key without scopes, and logs_read_data"
)


def questions(
    project: Project,
    live: Sequence[LiveResource],
    *,
    everything: bool,
    among: Container[str] | None = None,
) -> tuple[list[Question], list[Unchecked]]:
    """
    Return which monitors to ask about: new and changed ones, or all of them.

    ``among`` narrows them to some keys. What cannot be asked is in the second part: a composite
    whose members have no ids yet, and what a plan refuses.
    """
    plan = make_plan(project, live, site="")
    questions_ = [
        Question(
            key=change.key,
            body=change.body,
            id=change.id if change.action in ("update", "adopt") else None,
        )
        for change in plan.changes
        if change.body is not None and change.kind is MONITOR and change.action != "release"
    ]
    unchecked = {
        refusal.key: Unchecked(key=refusal.key, reason=REFUSED) for refusal in plan.refused
    }
    if everything:
        known = {question.key for question in questions_} | unchecked.keys()
        questions_ += _unchanged(project, match(project, live), known)
    ready: list[Question] = []
    for question in questions_:
        if MONITOR.unresolved(question.body):
            unchecked[question.key] = Unchecked(key=question.key, reason=MEMBERS)
        else:
            ready.append(question)
    return (
        [question for question in ready if among is None or question.key in among],
        [
            reason
            for key, reason in unchecked.items()
            if key in project.monitors and (among is None or key in among)
        ],
    )


def ask(
    validator: Validator,
    questions: Sequence[Question],
    *,
    workers: int = WORKERS,
    on_answer: Callable[[bool], None] = lambda _: None,
) -> Verdicts:
    """
    Ask Datadog about each monitor, several at once.

    ``on_answer`` is called after each question; True if Datadog gave a verdict. Raises nothing of
    Datadog's: a monitor without a verdict is returned with the reason. If Datadog stops answering,
    the remaining monitors are not asked about.
    """
    verdict = partial(_verdict, validator, Asking())
    refusals: list[Complaint] = []
    unchecked: list[Unchecked] = []
    for _, given in answers(questions, verdict, workers=workers, name="validate"):
        if isinstance(given, Unchecked):
            unchecked.append(given)
        else:
            refusals += given
        on_answer(not isinstance(given, Unchecked))
    return Verdicts(
        checked=len(questions) - len(unchecked),
        refusals=tuple(refusals),
        unchecked=tuple(unchecked),
    )


def _unchanged(project: Project, match: Match, known: Container[str]) -> Iterator[Question]:
    """Yield the monitors that Datadog holds as declared."""
    references = References([match])
    for key, monitor in project.monitors.items():
        current = match.ours.get(key)
        if key not in known and current is not None:
            yield Question(
                key=key, body=to_update(references.resolved(MONITOR, monitor)), id=current.id
            )


def _verdict(
    validator: Validator, asking: Asking, question: Question
) -> tuple[Complaint, ...] | Unchecked:
    """Return what Datadog refuses of one monitor, or why it did not say."""
    try:
        texts = asking.ask(lambda: validator.validate(question.body, question.id))
    except AccessDenied as error:
        return Unchecked(key=question.key, reason=DENIED, error=error)
    except NotFound as error:
        return Unchecked(key=question.key, reason=GONE, error=error)
    except Rejected as error:
        return Unchecked(key=question.key, reason=AWAY, error=error)
    except Silent as silent:
        return Unchecked(key=question.key, reason=AWAY, error=silent.error)
    return tuple(_refusals(question, texts))


def _refusals(question: Question, texts: Iterable[str]) -> Iterator[Complaint]:
    for text in dict.fromkeys(texts):
        family, field, hint = meaning(text, question.body)
        yield Complaint(key=question.key, family=family, field=field, text=text, hint=hint)
