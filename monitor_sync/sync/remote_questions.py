"""Asking Datadog many things at once, and no longer where it has stopped answering."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from monitor_sync.errors import AccessDenied, NotFound, Rejected, RemoteError

Question = TypeVar("Question")
Answer = TypeVar("Answer")

AWAY: Final = "Datadog did not answer"
"""The reason why a question has no answer."""

_MOST_SILENCES: Final = 3
"""After so many questions without an answer, each tried several times, no further one is sent."""


class Silent(Exception):
    """Datadog did not answer a question. ``error`` is None where it was not sent any more."""

    def __init__(self, error: RemoteError | None = None) -> None:
        super().__init__()
        self.error = error


class Asking:
    """Counts the questions that Datadog leaves without an answer. Used from several threads."""

    def __init__(self) -> None:
        self._silences = 0
        self._lock = threading.Lock()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """
        Return the answer to one question.

        Raises AccessDenied, NotFound and Rejected, which are answers; and Silent for every other
        failure, without asking where Datadog has left too many questions open.
        """
        if self._silences >= _MOST_SILENCES:
            raise Silent
        try:
            return question()
        except (AccessDenied, NotFound, Rejected):
            raise
        except RemoteError as error:
            with self._lock:
                self._silences += 1
            raise Silent(error) from error


def answers(
    questions: Iterable[Question], answer: Callable[[Question], Answer], *, workers: int, name: str
) -> Iterator[tuple[Question, Answer]]:
    """Answer questions in so many threads, and return each with its answer, in their order."""
    question_list = list(questions)
    if not question_list:
        return
    with ThreadPoolExecutor(workers, thread_name_prefix=f"monitor-sync-{name}") as pool:
        yield from zip(question_list, pool.map(answer, question_list), strict=True)
