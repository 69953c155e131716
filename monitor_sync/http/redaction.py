"""Removes secrets from answers before anybody sees them: a server may repeat what it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_LONG, _SHORT = 16, 8
_ESCAPED: Final = re.compile(rb"\\u00[2-7]|\\/", re.I)


class Redaction:
    """
    Replaces these secrets wherever they stand in texts.

    A text is only taken for a secret if it can be one: ``test``, as a key for a local server, may
    stand in any answer, and replacing it there would change what the answer says.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted(filter(_is_secret, secrets), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._secrets)) or r"(?!)", re.I)
        self._bytes = [secret.encode() for secret in self._secrets]

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._pattern.sub(REDACTED, text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers whose values hold no secrets."""
        return {name: self.text(value) for name, value in headers.items()}

    def json(self, value: Any, content: bytes) -> Any:
        """Return decoded JSON without secrets; ``content`` is what it was decoded from."""
        if not self._secrets or not self._may_be_in(content):
            return value
        return self._walk(value)

    def _may_be_in(self, content: bytes) -> bool:
        """Return False if the secrets surely are not in a body; spares walking through it."""
        if _ESCAPED.search(content):  # the characters of a secret may be written as escapes
            return True
        lowered = content.lower()
        return any(secret.lower() in lowered for secret in self._bytes)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        if isinstance(value, dict):
            return {self.text(name): self._walk(item) for name, item in value.items()}
        return value


def _is_secret(text: str) -> bool:
    """Return True for a text that is long, or short and of letters and digits both."""
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return len(text) >= _LONG or (len(text) >= _SHORT and mixed)
