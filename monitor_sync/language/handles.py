"""
Which handles (``@…``) a text names, read as Datadog reads them.

A handle needs a blank or the start of a line before it; a tag that shows nothing does not part
them. Only a workflow takes arguments in parentheses. From Datadog's pages on notifications.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

KINDS: Final[Mapping[str, str]] = {
    "slack": "a Slack channel",
    "teams": "a Microsoft Teams channel",
    "pagerduty": "a PagerDuty service",
    "opsgenie": "an Opsgenie service",
    "webhook": "a webhook",
    "oncall": "a Datadog On-Call team",
    "team": "a Datadog team",
    "workflow": "a workflow",
    "case": "a case project",
    "jira": "Jira",
    "servicenow": "ServiceNow",
    "sns": "an AWS SNS topic",
    "victorops": "VictorOps (Splunk On-Call)",
    "hangouts": "a Google Chat room",
    "hipchat": "a HipChat room: the product has ended",
    "email": "an email address",
    "all": "everybody in the organisation",
    "user": "a user's or a team's own handle",
}
"""Kinds of handles, and what each reaches. All but the last three are prefixes."""

BARE: Final = frozenset({"pagerduty", "opsgenie", "victorops"})
"""Services that work without ``-name``: they then use what the integration has as its default."""

_PREFIXES: Final = tuple(name for name in KINDS if name not in ("email", "all", "user"))
_SERVICE: Final = re.compile(rf"({'|'.join(_PREFIXES)})(?:-(.*))?", re.DOTALL | re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^@]+@[^@]+")

_PARTS: Final = {
    # Arguments of a workflow: quoted texts may hold a closing parenthesis. Bounded, so that a
    # text full of opening ones is still read in linear time.
    "ARGUMENTS": r"""\((?:[^()"'\n]|"[^"\n]{0,500}"|'[^'\n]{0,500}'){0,500}+\)""",
    # what a handle may be made of
    "WORD": r"""[^\s(){}\[\]<>,;|`*"'\\]""",
    "VARIABLE": r"\{\{\{?(?!NOTHING)[^{}]{0,200}\}\}\}?",
    # tags that show nothing themselves: blocks, comments, raw blocks, {{override_priority …}}
    "NOTHING": r"\{\{|\s*(?:[\#/^!]|else\b|override_priority\b)",
    "COMMENT": r"\{\{!--(?:(?!--\}\}|\{\{!).)*+--\}\}",
    "TAG": r"\{\{(?P<nothing>NOTHING)?\{?[^{}]*\}\}+",
    "SERVICE": "|".join(_PREFIXES),
}


def _pattern(written: str) -> re.Pattern[str]:
    """Return a regular expression in which the names of parts stand for them."""
    for name in ("VARIABLE", "TAG", "ARGUMENTS", "WORD", "NOTHING", "COMMENT", "SERVICE"):
        written = written.replace(name, _PARTS[name])
    return re.compile(written, re.VERBOSE | re.DOTALL)


_TOKEN: Final = _pattern(
    r"""
    (?: (?<!\S) | (?<=\}\}) )
    (?P<handle> @workflow-[\w.-]+ (?P<arguments>ARGUMENTS) | @(?:WORD|VARIABLE)+ )
  | (?P<comment>COMMENT)
  | TAG
    """
)
_TRAILING: Final = ".:!?&="
# In backticks or angle brackets an @ is meant as text or as a mention in Slack.
_ATTACHED: Final = _pattern(
    r"""
    (?P<tag>COMMENT|TAG)
  | (?<=[^\s`<]) @(?:SERVICE) (?:-[\w.-]*\w|(?![\w@.-]))
  | (?<=[(\[*_,;:>'"}]) @[\w.+-]*\w
    """
)

# A word that begins as a handle does, with the tags in it that show nothing.
_ACROSS: Final = _pattern(
    r"""
    (?: (?<!\S) | (?<=[(\[*_,;:>'"}]) )
    @ (?: WORD | VARIABLE | COMMENT | \{\{(?:NOTHING)\{?[^{}]*\}\}+ )*+
    """
)
_PIECE: Final = _pattern(
    r"(?P<tag> COMMENT | \{\{(?:NOTHING)\{?[^{}]*\}\}+ ) | (?: WORD | VARIABLE )+"
)
_WORD: Final = _pattern(r"(?: WORD | VARIABLE )*+")
# A tag that shows nothing: whether it opens or ends a block, or turns to what is shown otherwise.
_SILENT: Final = _pattern(
    r"""
    COMMENT
  | \{\{ (?=NOTHING) (?: \s*(?P<does>[\#^/]|else\b) )? \{?\s*(?P<name>\w*)[^{}]*\}\}+
    """
)
_FARTHEST: Final = 100
"""Tags behind a word that are looked at; a word with more behind it is taken to go on."""


class Handle(Struct, frozen=True):
    """
    A handle in a text.

    ``text`` is all of it, ``@`` and a workflow's arguments included; ``start`` and ``end`` count
    characters from 0. ``kind`` is one of :data:`KINDS`, ``target`` what follows the prefix: a
    channel, a service, a team, the address of an email. ``dynamic`` says that a variable is part
    of it. ``parenthesis`` says that one follows at once, of which Datadog's page says that the
    handle is then not read and nobody is notified.
    """

    text: str
    start: int
    end: int
    kind: str
    target: str
    arguments: str = ""
    dynamic: bool = False
    parenthesis: bool = False

    @property
    def name(self) -> str:
        """Return the handle without a workflow's arguments."""
        return self.text.removesuffix(self.arguments) if self.arguments else self.text


def handles(text: str) -> tuple[Handle, ...]:
    """Return every handle of a text with its place, in order; a handle may occur twice."""
    return tuple(_handle(text, *place) for place in _occurrences(text))


def named(text: str) -> Iterator[str]:
    """Return the text of every handle, in order: a faster :func:`handles`."""
    return (written for written, _, _ in _occurrences(text))


def _occurrences(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield each handle as written, where it starts, and its arguments."""
    if "@" not in text:
        return
    after_value = -1
    """Where a variable ended: what follows at once is one word with what it shows."""
    for match in _TOKEN.finditer(text):
        written = match["handle"]
        if written is None:
            shows = match["nothing"] is None and match["comment"] is None
            after_value = match.end() if shows else -1
            continue
        arguments = match["arguments"] or ""
        if not arguments:
            written = written.rstrip(_TRAILING)
        if len(written) > 1 and match.start() != after_value:
            yield written, match.start(), arguments


def _handle(text: str, written: str, start: int, arguments: str) -> Handle:
    end = start + len(written)
    name = written.removesuffix(arguments) if arguments else written
    kind, target = _kind(name[1:])
    return Handle(
        text=written,
        start=start,
        end=end,
        kind=kind,
        target=target,
        arguments=arguments,
        dynamic="{{" in written,
        parenthesis=not arguments and text.startswith("(", end),
    )


@functools.lru_cache(maxsize=4096)
def _kind(name: str) -> tuple[str, str]:
    service = _SERVICE.fullmatch(name)
    if service is not None:
        return service[1].lower(), service[2] or ""
    if name.lower() == "all":
        return "all", ""
    return ("email" if _ADDRESS.fullmatch(name) else "user"), name


def across_tags(text: str) -> Iterator[tuple[tuple[int, int], ...]]:
    """
    Yield words that begin with an ``@`` and go on after a tag that shows nothing, as their pieces.

    ``{{#is_alert}}@{{/is_alert}}webhook-a`` is a handle where its tags show both pieces. A piece is
    its start and end; punctuation that ends a word is none of it. What goes on only where a block
    with a blank is not shown is a word of one piece.
    """
    for word in _ACROSS.finditer(text) if "@" in text and "}}" in text else ():
        pieces = [
            (piece.start(), piece.end())
            for piece in _PIECE.finditer(text, word.start(), word.end())
            if piece["tag"] is None and piece[0].strip(_TRAILING)
        ]
        if len(pieces) > 1 or (pieces and goes_on_behind_a_blank(text, pieces[0][1])):
            yield tuple(pieces)


def goes_on_behind_a_blank(text: str, end: int) -> bool:
    """
    Return whether a word that ends here can go on behind a blank, which a block may hide.

    ``@{{#is_alert}} {{/is_alert}}webhook-a`` is one word where the block is not shown.
    """
    opened: list[str] = []
    """Names of the blocks around a place; without one it is shown where the word is."""
    hidden = False
    if not text.startswith("{{", _end_of_word(text, end, len(text))):
        return False
    for _ in range(_FARTHEST):
        tag = _SILENT.search(text, end)
        stop = tag.start() if tag else len(text)
        goes_on = _end_of_word(text, end, stop)
        if hidden and goes_on > end:
            return True
        parted = goes_on < stop
        if tag is None or (parted and not opened):
            return False
        hidden = hidden or parted
        end = tag.end()
        if tag["does"] in ("#", "^"):
            opened.append(tag["name"])
        elif tag["does"] == "/" and opened and opened[-1] == tag["name"]:
            opened.pop()
        elif tag["does"] == "else" and not opened:  # of a block around the word: hidden from here
            opened.append("")
    return True


def _end_of_word(text: str, start: int, stop: int) -> int:
    match = _WORD.match(text, start, stop)
    return match.end() if match else start


class Attached(Struct, frozen=True):
    """Something like a handle that is none, as no blank stands before it."""

    text: str
    start: int
    end: int


def attached(text: str) -> tuple[Attached, ...]:
    """
    Return what looks like a handle but notifies nobody: a character stands before it.

    A Slack mention in angle brackets (``<@user>``) and the part of an email address are not meant.
    """
    if "@" not in text:
        return ()
    taken = handles(text)
    starts = [handle.start for handle in taken]

    def inside(at: int) -> bool:
        before = bisect_right(starts, at) - 1
        return before >= 0 and at < taken[before].end

    return tuple(
        Attached(match[0], match.start(), match.end())
        for match in _ATTACHED.finditer(text)
        if match["tag"] is None and not inside(match.start())
    )
