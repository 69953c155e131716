"""A message without the handles in it, and whom each state then has to notify."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.audience.audience import Audience
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.message import parse
from monitor_sync.language.message_tree import Block, Element, Raw
from monitor_sync.language.transitions import FLAGS
from monitor_sync.project.message import Recipients

_Span = tuple[int, int]

_EMPTY: Final = re.compile(r"\{\{[#^](is_\w+)\}\}\s*\{\{/\1\}\}")
_TAG: Final = re.compile(r"\{\{[#/^][^{}]*\}\}")
_INTRODUCTION: Final = re.compile(r"(?i)\s*[-*]?\s*(?:notify|cc|attn|alert|page|paging)?\s*:?\s*\Z")
"""What is left of a line that only said whom to notify."""

_SAID: Final = re.compile(r"(?i)[ \t]*\b(?:notify|cc|attn)[ \t]*:?[ \t]*\Z")
"""The words before handles at the end of a line."""

_HOLE: Final = re.compile(r"\$\{[^{}]*\}")
_PLAIN: Final = frozenset({"is_alert", "is_warning", "is_no_data", "is_renotify", "is_recovery"})
"""What routing itself writes a block for."""

_TRANSITIONS: Final = {
    "alert": "alert",
    "warning": "warning",
    "no_data": "no_data",
    "recovery": "alert_recovery",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """
    A message that lost handles.

    ``text`` is what is left of it. ``gone`` is the message with the handles that went and none of
    those that stay, so that it says whom routing has to notify. ``stayed`` are the places of
    those that stay among all handles, each with its name and why.
    """

    text: str
    gone: str
    number: int
    stayed: Mapping[int, tuple[str, str]]

    @property
    def went(self) -> int:
        """How many handles went."""
        return self.number - len(self.stayed)


IN_SENTENCE: Final = "a handle is part of a sentence, or made of variables"
IN_SOME_CASES: Final = "no routing by state notifies exactly these people"


def lifted(text: str, *, plain: bool = False) -> Lifted:
    """
    Return a message without its handles and the blocks that had nothing else.

    One that is part of a sentence, made of variables or shown only in some cases stays. With
    ``plain`` one goes only if it stands in no block, or in one for a single state.
    """
    in_text = written_handles(text)
    stayed = dict(_bound(text, in_text, plain=plain))
    lines, at = [], 0
    for line in text.split("\n"):
        end = at + len(line)
        own = [
            (index, (handle.start - at, handle.end - at))
            for index, handle in enumerate(in_text)
            if at <= handle.start < end and index not in stayed
        ]
        shorter, going = _without(line, [span for _, span in own])
        for index, span in own:
            if span not in going:
                start, stop = at + span[0], at + span[1]
                stayed[index] = (text[start:stop], IN_SENTENCE)
        if not going or shorter.strip():
            lines.append(shorter)
        at = end + 1
    gone = text
    for index in stayed:
        start, stop = in_text[index].start, in_text[index].end
        gone = gone[:start] + " " * (stop - start) + gone[stop:]
    left = "\n".join(lines)
    return Lifted(
        text=_tidy(left) if len(stayed) < len(in_text) else text,
        gone=gone,
        number=len(in_text),
        stayed=dict(sorted(stayed.items())),
    )


def handle_names(text: str) -> list[str]:
    """Return the handles of a message as they are written, holes included."""
    return [text[handle.start : handle.end] for handle in written_handles(text)]


def written_handles(text: str) -> Sequence[Handle]:
    """Return the handles of a text as it is written: a hole is a part of the word around it."""
    return handles(_HOLE.sub(lambda hole: "x" * len(hole[0]), text))


def _bound(
    text: str, in_text: Sequence[Handle], *, plain: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield the handles that stay whatever their line says: index, name and reason."""
    blocks = [*_blocks(parse(text).elements, plain=plain)] if "{{" in text else []
    for index, handle in enumerate(in_text):
        name = text[handle.start : handle.end]
        if handle.dynamic or handle.arguments:
            yield index, (name, IN_SENTENCE)
        elif any(start <= handle.start < end for start, end in blocks):
            yield index, (name, IN_SOME_CASES)


def _blocks(elements: Sequence[Element], *, plain: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of the blocks whose handles stay."""
    for element in elements:
        if isinstance(element, Raw):
            yield element.start, element.end
        elif isinstance(element, Block):
            for_one_state = (
                element.condition.name in _PLAIN and not element.negated and not element.middle
            )
            if for_one_state or (element.condition.name in FLAGS and not plain):
                yield from _blocks((*element.body, *element.otherwise), plain=plain)
            else:
                yield element.start, element.end


def _without(line: str, spans: Sequence[_Span]) -> tuple[str, set[_Span]]:
    """Return a line without the handles at its ends, and which these are."""
    if not spans:
        return line, set()
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(line[at:start])
        at = end
    pieces.append(line[at:])
    words = [_TAG.sub("", piece).strip(" ,;\t") for piece in pieces]
    if all(_INTRODUCTION.match(word) for word in words):
        return "".join(_TAG.findall("".join(pieces))), set(spans)
    inner = [index for index, word in enumerate(words) if word]
    first, last = inner[0], inner[-1]
    going = {*spans[:first], *spans[last:]}
    if not going:
        return line, going
    start = spans[first - 1][1] if first else 0
    end = spans[last][0] if last < len(spans) else len(line)
    parts = (*pieces[:first], line[start:end], *pieces[last + 1 :])
    shorter = " ".join(filter(None, (part.strip(" ,;\t") for part in parts)))
    indent = "" if first else line[: len(line) - len(line.lstrip())]
    return indent + (_SAID.sub("", shorter) if last < len(spans) else shorter), going


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
