"""How the small GitHub answers: a page of a list, and its failures."""

from __future__ import annotations

from typing import Any


def page(rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    """The page of a list that a query asks for."""
    size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
    return rows[size * (number - 1) : size * number]


def failure(status: int) -> tuple[int, Any]:
    """What a request gets that goes wrong with this status."""
    if status == 403:
        return 403, {"message": "Resource not accessible by integration", "status": "403"}
    if status == 429:
        return 429, {"message": "You have exceeded a secondary rate limit"}
    return status, "<html><body>Unicorn!</body></html>"


def find(rows: list[dict[str, Any]], name: str, value: int) -> dict[str, Any] | None:
    """The row with this value."""
    return next((row for row in rows if row[name] == value), None)
