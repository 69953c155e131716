"""What is wrong with a query, in words, with the place and what to type instead."""

from __future__ import annotations

from msgspec import Struct

from monitor_sync.language.atoms import Node

Path = tuple[str | int, ...]
"""The way from ``options.variables`` to a text, such as ``(0, "query")``. Empty: the query."""


class QueryProblem(Struct, frozen=True, kw_only=True):
    """
    One thing wrong with a query.

    ``code`` names the kind in a few words with hyphens. ``start`` and ``end`` count characters
    from 0 in the query or, where ``path`` is not empty, in the text of ``options.variables`` that
    it leads to. ``refused`` says that Datadog answers 400; otherwise it stores the query, which
    then does not do what its author meant. ``hint`` is what to type, empty where that would be
    a guess.
    """

    code: str
    message: str
    start: int
    end: int
    hint: str = ""
    refused: bool = True
    path: Path = ()


class QueryError(Exception):
    """The text cannot be read beyond this problem. Never leaves this package."""

    def __init__(self, problem: QueryProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Findings:
    """The problems of one text, as they are found."""

    __slots__ = ("path", "problems")

    def __init__(self, problems: list[QueryProblem] | None = None, path: Path = ()) -> None:
        self.problems: list[QueryProblem] = [] if problems is None else problems
        self.path = path

    def refuse(self, code: str, place: Node, message: str, hint: str = "") -> None:
        """Add a problem that Datadog answers 400 to."""
        self._add(code, place, message, hint, refused=True)

    def warn(self, code: str, place: Node, message: str, hint: str = "") -> None:
        """Add a problem that Datadog stores, but that does not do what its author meant."""
        self._add(code, place, message, hint, refused=False)

    def _add(self, code: str, place: Node, message: str, hint: str, *, refused: bool) -> None:
        self.problems.append(
            QueryProblem(
                code=code,
                message=message,
                start=place.start,
                end=place.end,
                hint=hint,
                refused=refused,
                path=self.path,
            )
        )
