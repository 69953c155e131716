"""Filters that can never fit, always fit, or never meet a stored tag."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from msgspec.structs import replace

from monitor_sync.language.atoms import Name, StringLiteral
from monitor_sync.language.problems import Findings
from monitor_sync.language.tree import Condition, Junction, Negation, Tag, TagList
from monitor_sync.language.tree_queries import tags_in


def check_filter(condition: Condition, findings: Findings) -> None:
    """
    Check one filter of a series.

    That monitors have no dashboard variables is in Datadog's pages. The rest is our inference,
    as the server stores such filters: tags are stored in lower case, and one thing rarely
    carries two values of one key.
    """
    for tag in tags_in(condition):
        if "$" in (tag.key[:1], tag.value[:1]):
            _dashboard_variable(tag, findings)
        elif _never_fits(tag, written_tag(tag), findings):
            continue
        else:
            _upper_case(tag, findings)
    if isinstance(condition, TagList):
        _unequal(condition.items, findings)
        _contradicting(condition.items, findings)
    elif isinstance(condition, Junction) and condition.operator == "AND":
        _contradicting(condition.operands, findings)
    elif isinstance(condition, Junction):
        _always_true(condition, findings)


def _upper_case(tag: Tag, findings: Findings) -> None:
    if tag.value != tag.value.lower():
        findings.warn(
            "upper-case-value",
            tag,
            f"`{tag.value}` never fits: tags are stored in lower case",
            f"write `{tag.value.lower()}`",
        )


_TYPED: Final = "“”‘’„‚«»–—…：，；！？（）＝＜＞［］＋％＆｜＊＃、。"
"""Marks that word processors and Asian keyboards make of ASCII ones."""

_ASCII: Final = str.maketrans({
    **dict.fromkeys("“”‘’„‚«»", ""), **dict.fromkeys("–—", "-"), "、": ",", "。": ".",
})  # fmt: skip

_NOT_IN_TAGS: Final = re.compile(rf"""[=<>|;&'"`#~^$?+%\[\]\\{_TYPED}]""")
"""Characters that Datadog stores as ``_``, so that no tag has them."""

_EITHER: Final = re.compile(r"([\w.-]+):([\w.*/-]+(?:\|[\w.*/-]+)+)", re.ASCII)
_PATTERN: Final = re.compile(r"/.*[*^$+?\\\[].*/")
_NEAR_TAG: Final = re.compile(r"""#?([\w./-]+):?\s*[=<>!~]*\s*['"`]?([\w./*-]+)['"`]?""", re.ASCII)


def check_case(key: Name | StringLiteral, written: str, findings: Findings) -> None:
    """Report a key to group by that no metric and no check has, as it has capitals."""
    if written != written.lower():
        message = f"`{written}` groups by nothing: tags are stored in lower case"
        findings.warn("upper-case-value", key, message, f"write `{written.lower()}`")


def check_tag_text(text: StringLiteral, findings: Findings, *, excludes: bool = False) -> None:
    """
    Report a quoted tag of a step such as ``.over("env:prod")`` that never fits.

    ``excludes`` says that there is a step for what is left out.
    """
    if "," in text.value:
        apart = ",".join(f'"{tag.strip()}"' for tag in text.value.split(","))
        findings.warn(
            "tags-in-one-text",
            text,
            f"`{text.value}` is read as one tag",
            f"quote each tag by itself: `{apart}`",
        )
        return
    parts = [part for part in text.value.split() if part.upper() != "AND"]
    if len(parts) > 1:
        either = any(part.upper() in ("OR", "NOT", "IN") for part in parts)
        apart = ",".join(f'"{part}"' for part in parts)
        findings.warn(
            "tags-in-one-text",
            text,
            f"`{text.value}` is read as one tag",
            "a step takes tags, not conditions" if either else f"quote each by itself: `{apart}`",
        )
        return
    if excludes and text.value.startswith("-"):
        message = f"`{text.value}` never fits: a minus does not negate"
        hint = f'write `.exclude("{text.value[1:]}")`'
        findings.warn("filter-never-fits", text, message, hint)
        return
    key, colon, value = text.value.partition(":")
    tag = Tag(text.start, text.end, key if colon else "", value if colon else key)
    if colon and not value:
        message = f"`{text.value}` never fits: it has no value"
        findings.warn("filter-never-fits", text, message, f"write the value behind `{key}:`")
    elif not _never_fits(tag, text.value, findings):
        _upper_case(tag, findings)


def written_tag(tag: Tag) -> str:
    """Return a tag as it is written, without a sign before it."""
    return f"{tag.key}:{tag.value}" if tag.key else tag.value


def _never_fits(tag: Tag, written: str, findings: Findings) -> bool:
    """
    Report a tag that no metric can have. Returns whether it is one.

    Source: Datadog's page on defining tags: a tag begins with a letter, other characters than
    letters, digits, ``_ - : . /`` become ``_``, and all become lower case.
    """
    match = _NOT_IN_TAGS.search(written)
    hint = ""
    if tag.negated and not tag.key and written.startswith(("=", "~", ":")):
        return True  # the second half of `env!=prod`
    if match is not None:
        why = f"no tag has `{match[0]}`"
        near = _NEAR_TAG.fullmatch(written)
        either = _EITHER.fullmatch(written)
        if match[0] in _TYPED:
            hint = f"write `{normalize('NFKC', written.translate(_ASCII))}`"
        elif either is not None:
            hint = f"write `{either[1]} IN ({either[2].replace('|', ',')})`"
        elif match[0] in "|;&":
            hint = "write `key IN (a,b)` for either of two values, a comma between two tags"
        elif match[0] in "^$?+%[]\\":
            hint = "write a value as it is stored, with `*` at its beginning or its end for any"
        elif _half_quoted(tag):
            hint = "write it without quotes, and `_` for each blank: so it is stored"
        elif near is not None:
            sign = "!" if "!" in written or "<>" in written else ""
            hint = f"write `{sign}{near[1]}:{near[2]}`"
    elif tag.key.startswith("-") or (not tag.key and tag.value.startswith("-")):
        why, hint = "a minus does not negate", f"write `!{written[1:]}`"
    elif _PATTERN.fullmatch(tag.value):
        why, hint = "a filter has no regular expressions", f"write `{tag.key}:prefix*`"
    elif tag.key and tag.key != tag.key.lower() and "$" not in tag.key:
        why, hint = "tags are stored in lower case", f"write `{written.lower()}`"
    else:
        return False
    findings.warn("filter-never-fits", tag, f"`{written}` never fits: {why}", hint)
    return True


def _half_quoted(tag: Tag) -> bool:
    """Return whether a tag is half of a quoted value with a blank: ``service:"a`` or ``b"``."""
    marks = (tag.value[:1] in ("'", '"')) + (len(tag.value) > 1 and tag.value[-1] in ("'", '"'))
    return marks == 1


def _unequal(conditions: tuple[Condition, ...], findings: Findings) -> None:
    """Report ``env!=prod`` and its like, which read as the tag ``env`` and then ``!=prod``."""
    for key, tag in pairwise(conditions):
        if not isinstance(key, Tag) or not isinstance(tag, Tag) or key.key or not tag.negated:
            continue
        if key.end == tag.start:
            written = written_tag(tag)
            value = written.lstrip("=:~")
            why = "no tag has `=`" if "=" in written else "`!` stands before the key"
            findings.warn(
                "filter-never-fits",
                replace(tag, start=key.start),
                f"`{key.value}!{written}` never fits: {why}",
                f"write `!{key.value}:{value}`",
            )


def _dashboard_variable(tag: Tag, findings: Findings) -> None:
    written = tag.value if tag.value.startswith("$") else tag.key
    findings.refuse(
        "dashboard-variable",
        tag,
        f"`{written}` is a variable of dashboards, which monitors do not have",
        "write the value itself",
    )


def _contradicting(conditions: tuple[Condition, ...], findings: Findings) -> None:
    wanted: dict[str, Tag] = {}
    for tag in conditions:
        if not isinstance(tag, Tag) or tag.negated or not tag.key or "*" in tag.value:
            continue
        first = wanted.setdefault(tag.key, tag)
        if first.value != tag.value:
            findings.warn(
                "contradicting-tags",
                tag,
                f"`{tag.key}` is to be both `{first.value}` and `{tag.value}`: "
                "nothing fits unless it carries both tags",
                f"write `{tag.key} IN ({first.value},{tag.value})` for either",
            )


def _always_true(junction: Junction, findings: Findings) -> None:
    """Report ``NOT a:x OR NOT a:y``, which leaves nothing out, and plain repetitions."""
    negated = [operand for operand in junction.operands if isinstance(operand, Negation)]
    if len(negated) < 2 or len(negated) != len(junction.operands):
        return
    tags = [negation.operand for negation in negated if isinstance(negation.operand, Tag)]
    if len(tags) == len(negated) and len({tag.key for tag in tags}) == 1:
        same = len({tag.value for tag in tags}) == 1
        findings.warn(
            "always-true-filter",
            junction,
            "the same condition stands twice"
            if same
            else "every value fits one of these negations: nothing is left out",
            "" if same else "join negations by AND",
        )
