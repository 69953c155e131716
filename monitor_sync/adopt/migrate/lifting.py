"""A message without the handles in it, and whom each state then has to notify."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.audience.audience import Audience
from monitor_sync.language.handles import handles
from monitor_sync.project.message import Recipients

_EMPTY: Final = re.compile(r"\{\{[#^](is_\w+)\}\}\s*\{\{/\1\}\}")
_TAG: Final = re.compile(r"\{\{[#/^][^{}]*\}\}")
_INTRODUCTION: Final = re.compile(r"(?i)\s*[-*]?\s*(?:notify|cc|attn|alert|page)?\s*:?\s*\Z")
"""What is left of a line that only said whom to notify."""

_SAID: Final = re.compile(r"(?i)[ \t]*\b(?:notify|cc|attn)[ \t]*:?[ \t]*\Z")
"""The words before handles at the end of a line."""

_TRANSITIONS: Final = {
    "alert": "alert",
    "warning": "warning",
    "no_data": "no_data",
    "recovery": "alert_recovery",
}


def without_handles(text: str) -> str | None:
    """
    Return a message without its handles and the blocks that had nothing else.

    None where one is part of a sentence, or made of variables.
    """
    handles_in_text = handles(text)
    if not handles_in_text or any(
        handle.dynamic or "${" in handle.text or handle.arguments for handle in handles_in_text
    ):
        return None
    lines, at = [], 0
    for line in text.split("\n"):
        end = at + len(line)
        own = [handle for handle in handles_in_text if at <= handle.start < end]
        spans = [(handle.start - at, handle.end - at) for handle in own]
        shorter = _without(line, spans) if own else line
        if shorter is None:
            return None
        if not own or shorter.strip():
            lines.append(shorter)
        at = end + 1
    return _tidy("\n".join(lines))


def _without(line: str, spans: list[tuple[int, int]]) -> str | None:
    """Return a line without handles at its ends, None where one stands between words."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(line[at:start])
        at = end
    kept.append(line[at:])
    words = [_TAG.sub("", piece).strip(" ,;\t") for piece in kept]
    if all(_INTRODUCTION.match(word) for word in words):
        return "".join(_TAG.findall("".join(kept)))
    inner = [index for index, word in enumerate(words) if word]
    if inner[-1] - inner[0] >= 1:
        return None
    shorter = " ".join(piece.strip(" ,;\t") for piece in kept)
    return _SAID.sub("", re.sub(r"[ \t]{2,}", " ", shorter)).strip()


def _tidy(text: str) -> str:
    while True:
        shorter = _EMPTY.sub("", text)
        if shorter == text:
            break
        text = shorter
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def recipients(audience: Audience) -> Recipients:
    """Return whom each state has to notify, so that routing alone makes this audience."""
    wanted = {
        state: audience.at[transition].always
        for state, transition in _TRANSITIONS.items()
        if transition in audience.at
    }
    reminded: dict[str, None] = {}
    for name in audience.at:
        if name.startswith("renotify_"):
            always = wanted.get(name.removeprefix("renotify_"), ())
            further = (handle for handle in audience.at[name].always if handle not in always)
            reminded.update(dict.fromkeys(further))
    return {**wanted, **({"renotify": tuple(reminded)} if reminded else {})}


def agreed(several: list[Recipients]) -> dict[str, tuple[str, ...]] | None:
    """Return what several monitors say together; None where they differ in a state."""
    together: dict[str, tuple[str, ...]] = {}
    for recipients in several:
        for state, names in recipients.items():
            if set(together.setdefault(state, names)) != set(names):
                return None
    return together
