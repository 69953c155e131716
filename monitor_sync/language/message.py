"""
Reads a message: text into a tree that prints back the same text, and what is wrong with it.

Datadog's templates are a small part of Handlebars. Its page on variables and the one on template
variable evaluation say which; what they do not say is read as Handlebars reads it.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct, field

from monitor_sync.language.message_tags import (
    HELPERS,
    check_condition,
    check_helper,
    condition_hint,
    path_of,
    words,
)
from monitor_sync.language.message_tree import (
    Block,
    BrokenTag,
    Condition,
    Element,
    Helper,
    Message,
    MessageComment,
    MessageProblem,
    Raw,
    TemplateVariable,
    Text,
)
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.transitions import CONDITIONS

MAX_DEPTH: Final = 20
"""Blocks within blocks that are read; deeper ones are reported and shown as nothing."""

MAX_PROBLEMS: Final = 50
"""Problems reported of one message. Whoever has more has pasted something else."""

# Every alternative stops at the next pair of braces, so that no text is scanned twice. All begin
# with such a pair, and looking for it first keeps the words between from being tried five times.
_TAG: Final = re.compile(
    r"""
    (?=\{\{) (?:
    (?P<raw> \{{4}(?!/) INSIDE \}{4} )
  | (?P<comment> \{\{!-- (?:(?!--\}\}|\{\{!).)*+ --\}\} | \{\{! (?:(?!\}\}|\{\{!).)*+ \}\} )
  | (?P<triple> \{{3} INSIDE \}{3} )
  | (?P<tag> \{\{(?!\{) INSIDE \}\} )
  | (?P<unclosed> \{\{+ )
    )
    """.replace("INSIDE", r"(?:[^{}]|\{(?!\{)|\}(?!\}))*+"),
    re.VERBOSE | re.DOTALL,
)
_CONTENT: Final = re.compile(r"\s*(?P<name>\[[^\]]*\]\S*|[^\s\"']+)?(?P<rest>.*)", re.DOTALL)
# one brace where two are needed, around words that only Datadog's tags have
_SINGLE: Final = re.compile(r"(?<!\{)\{[#^/]is_\w[^{}\n]*\}+")


def parse(text: str) -> Message:
    """Parse a message to a tree. Never raises; its problems are in ``problems``, by place."""
    return _Parser(text).message()


class _Open(Struct):
    """A block whose end has not been met yet."""

    start: int
    condition: Condition
    negated: bool
    opening: str
    body: list[Element] = field(default_factory=list)
    middle: str = ""
    otherwise: list[Element] = field(default_factory=list)

    @property
    def current(self) -> list[Element]:
        return self.otherwise if self.middle else self.body

    def closed(self, closing: str, end: int) -> Block:
        return Block(self.start, end, self.condition, self.negated, self.opening,
                     tuple(self.body), self.middle, tuple(self.otherwise), closing)  # fmt: skip


class _Parser:
    """One pass over the tags, with a stack of open blocks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._problems: list[MessageProblem] = []
        self._elements: list[Element] = []
        self._stack: list[_Open] = []
        self._too_deep: list[str] = []
        self._forced: list[str] = []
        """Names of blocks that another block's end has closed."""

    def message(self) -> Message:
        text, at = self._text, 0
        while (tag := _TAG.search(text, at)) is not None:
            self._plain(at, tag.start())
            at = tag.end()
            match tag.lastgroup:
                case "raw":
                    at = self._raw(tag.start(), at)
                case "comment":
                    self._add(MessageComment(tag.start(), at, tag[0]))
                case "triple":
                    self._variable(tag.start(), at, tag[0][3:-3], 3)
                case "tag":
                    self._tag(tag.start(), at, tag[0][2:-2])
                case _:
                    self._unclosed(tag.start(), at)
        self._plain(at, len(text))
        for block in self._stack:
            self._never_closed(block)
        while self._stack:
            block = self._stack.pop()
            self._add(block.closed("", len(text)))
        problems = sorted(
            self._problems, key=lambda problem: (problem.start, problem.end, problem.code)
        )
        return Message(text=text, elements=tuple(self._elements), problems=tuple(problems))

    def _add(self, element: Element) -> None:
        (self._stack[-1].current if self._stack else self._elements).append(element)

    def _report(self, problem: MessageProblem) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem)

    def _say(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        self._report(MessageProblem(code=code, message=message, start=start, end=end, hint=hint))

    def _plain(self, start: int, end: int) -> None:
        if start == end:
            return
        written = self._text[start:end]
        self._add(Text(start, end, written))
        if "{" in written:
            for match in _SINGLE.finditer(written):
                tag = match[0].strip("{}")
                self._say("single-brace", f"`{match[0]}` is shown as it stands: a tag has two"
                          " braces on each side", start + match.start(), start + match.end(),
                          f"write {{{{{tag}}}}}")  # fmt: skip

    def _unclosed(self, start: int, end: int) -> None:
        self._add(Text(start, end, self._text[start:end]))
        shown = self._text[start : start + 20].split("\n")[0]
        self._say("unclosed-tag", f"`{shown}` opens a tag that nothing closes", start, end,
                  "end it with }}, or write {{{{raw}}}} … {{{{/raw}}}} around braces that"
                  " are meant")  # fmt: skip

    def _broken(self, start: int, end: int) -> None:
        self._add(BrokenTag(start, end, self._text[start:end]))

    # the kinds of tags

    def _raw(self, start: int, after: int) -> int:
        """Add raw text up to its end; return where the scan goes on."""
        opening = self._text[start:after]
        content = opening[4:-4]
        condition = self._condition(content, start + 4)
        if condition.name == "raw":
            self._no_arguments(condition)
        else:
            check_condition(condition, self._report)
        under = None if condition.name == "raw" else condition
        # the end must name what was opened; blanks inside the braces are allowed
        end = re.compile(r"\{\{\{\{/\s*" + re.escape(condition.name) + r"\s*\}\}\}\}")
        closing = end.search(self._text, after)
        if closing is None:
            self._say("unclosed-block", f"`{opening}` opens raw text that nothing closes", start,
                      after, f"end it with {{{{{{{{/{condition.name}}}}}}}}}")  # fmt: skip
            rest = self._text[after:]
            self._add(Raw(start, len(self._text), under, opening, rest, ""))
            return len(self._text)
        inside = self._text[after : closing.start()]
        self._add(Raw(start, closing.end(), under, opening, inside, closing[0]))
        return closing.end()

    def _no_arguments(self, condition: Condition) -> None:
        if condition.arguments:
            self._say("unexpected-argument", f"`{condition.name}` takes no argument",
                      condition.arguments[0].start, condition.end)  # fmt: skip

    def _tag(self, start: int, end: int, content: str) -> None:
        sign = content.lstrip()[:1]
        if sign in ("#", "^", "/") and content[:1].isspace():
            self._say("blank-before-sign", f"a blank between {{{{ and {sign}", start, end,
                      f"write {{{{{content.strip()}}}}}")  # fmt: skip
        inner = start + 2 + content.find(sign) + 1 if sign else start + 2
        rest = content.lstrip()[1:]
        if sign == "/":
            self._close(start, end, rest)
        elif sign == "#" or (sign == "^" and rest.strip()):
            self._open(start, end, self._condition(rest, inner), negated=sign == "^")
        elif content.strip() == "else" or sign == "^":
            self._else(start, end)
        elif content.split(None, 1)[:1] == ["else"]:
            self._say("else-with-condition", "{{else}} takes no condition", start, end,
                      "write {{else}}, and a block of its own inside")  # fmt: skip
            self._else(start, end)
        else:
            self._inline(start, end, content)

    def _condition(self, content: str, start: int) -> Condition:
        match = _CONTENT.match(content)
        name, rest = (match["name"] or "", match["rest"]) if match else ("", "")
        at = start + len(content) - len(rest)
        arguments = words(rest, at, self._report)
        end = arguments[-1].end if arguments else at
        return Condition(at - len(name), end, name, arguments)

    def _open(self, start: int, end: int, condition: Condition, *, negated: bool) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._too_deep.append(condition.name)
            self._say("too-deep", f"blocks are nested more than {MAX_DEPTH} deep", start, end)
            self._broken(start, end)
            return
        check_condition(condition, self._report)
        self._stack.append(_Open(start, condition, negated, self._text[start:end]))

    def _else(self, start: int, end: int) -> None:
        block = self._stack[-1] if self._stack else None
        if block is None or self._too_deep:
            self._say("else-outside-block", "{{else}} outside a block", start, end)
            self._broken(start, end)
        elif block.middle:
            name = block.condition.name
            self._say("second-else", f"a second {{{{else}}}} in one {name} block", start, end)
            self._broken(start, end)
        else:
            block.middle = self._text[start:end]

    def _close(self, start: int, end: int, rest: str) -> None:
        condition = self._condition(rest, end - 2 - len(rest))
        name = condition.name.lstrip("#^/")
        if condition.arguments or name != condition.name:
            self._say("argument-in-close", f"`{self._text[start:end]}` names more than the block",
                      start, end, f"write {{{{/{name}}}}}")  # fmt: skip
        if name in self._too_deep:
            self._too_deep.remove(name)
            self._broken(start, end)
        elif any(block.condition.name == name for block in self._stack):
            self._close_down_to(name, start, end)
        elif name in self._forced:
            self._forced.remove(name)
            self._broken(start, end)
        else:
            self._never_opened(name, start, end)

    def _close_down_to(self, name: str, start: int, end: int) -> None:
        while self._stack[-1].condition.name != name:
            inner = self._stack.pop()
            other = inner.condition.name
            self._forced.append(other)
            self._say("overlapping-blocks", f"{{{{/{name}}}}} comes before the end of the"
                      f" {other} block inside it", start, end,
                      f"write {{{{/{other}}}}} first")  # fmt: skip
            self._add(inner.closed("", start))
        block = self._stack.pop()
        self._add(block.closed(self._text[start:end], end))

    def _never_opened(self, name: str, start: int, end: int) -> None:
        open_name = self._stack[-1].condition.name if self._stack else ""
        open_names = [block.condition.name for block in self._stack]
        hint = did_you_mean(name, open_names, form="{{{{/{}}}}}")
        if not hint and name not in CONDITIONS and open_name:
            hint = f"the open block is {open_name}"
        self._say("unopened-block", f"`{self._text[start:end]}` closes nothing", start, end, hint)
        self._broken(start, end)

    def _never_closed(self, block: _Open) -> None:
        end = block.start + len(block.opening)
        name = block.condition.name
        self._say("unclosed-block", f"`{block.opening}` is never closed", block.start, end,
                  f"end it with {{{{/{name}}}}}")  # fmt: skip

    # what stands inside a text

    def _inline(self, start: int, end: int, content: str) -> None:
        match = _CONTENT.match(content)
        name, rest = (match["name"] or "", match["rest"]) if match else ("", "")
        if name in HELPERS:
            arguments = words(rest, end - 2 - len(rest), self._report)
            expression = check_helper(name, arguments, start, end, self._report)
            written = self._text[start:end]
            self._add(Helper(start, end, written, name, arguments, expression))
        else:
            self._variable(start, end, content, 2)

    def _variable(self, start: int, end: int, content: str, braces: int) -> None:
        path = path_of(content.strip())
        if path is None:
            self._unreadable(start, end, content.strip())
        elif content.strip() in CONDITIONS:
            name = content.strip()
            self._say("condition-without-sign", f"`{{{{{name}}}}}` is no variable", start, end,
                      f"write {{{{#{name}}}}} … {{{{/{name}}}}}")  # fmt: skip
            self._broken(start, end)
        else:
            written = self._text[start:end]
            self._add(TemplateVariable(start, end, written, path, escaped=braces == 2))

    def _unreadable(self, start: int, end: int, content: str) -> None:
        name = content.split(None, 1)[0] if content else ""
        shown = self._text[start:end] if end - start <= 40 else self._text[start : start + 39] + "…"
        hint = ""
        if not content:
            message = f"`{shown}` is empty"
        elif name in CONDITIONS:
            message, hint = f"`{shown}` is no variable", f"a block begins with {{{{#{name}"
        elif helper_hint := did_you_mean(name, HELPERS):
            message, hint = f"`{shown}` cannot be read", helper_hint
        elif content != name and name.startswith("is_"):
            message, hint = f"`{shown}` cannot be read", condition_hint(name)
        else:
            message = f"`{shown}` is neither a variable nor one of {', '.join(HELPERS)}"
            hint = "braces that are meant as text go between {{{{raw}}}} and {{{{/raw}}}}"
        self._say("unreadable-tag", message, start, end, hint)
        self._broken(start, end)
