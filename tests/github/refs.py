"""Git refs of the small GitHub: each is made once, and found by how it starts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

NEWEST = "a" * 40
_NAME = re.compile(r"refs/[^/.~^:\s]+(/[^/.~^:\s]+)+")


def made(refs: dict[str, str], ref: str, sha: str) -> tuple[int, Any]:
    """Make a ref."""
    if ref in refs:
        return 422, {"message": "Reference already exists", "status": "422"}
    if not _NAME.fullmatch(ref):
        return 422, {"message": "Reference name is not valid", "status": "422"}
    refs[ref] = sha
    return 201, described(ref, sha)


def matching(refs: dict[str, str], start: str) -> list[dict[str, Any]]:
    """The refs that start so."""
    start = f"refs/{unquote(start)}"
    return [described(ref, sha) for ref, sha in refs.items() if ref.startswith(start)]


def described(ref: str, sha: str) -> dict[str, Any]:
    return {"ref": ref, "url": "", "object": {"type": "commit", "sha": sha, "url": ""}}
