"""Values as a person would write them in YAML: plain where that reads back, else quoted, blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from monitor_sync.project.interpolation import plain

WIDTH: Final = 100
"""Columns that a line of a folded text has at most, where its words allow it."""

_LONGEST_NUMBER: Final = 30
"""Characters of a number without an exponent; a longer one nobody would write out."""

_WORDS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n", "~"})
"""What some reader of YAML takes for something else than a text, in lower case."""

_NUMBER: Final = re.compile(r"[-+]?(?:\.?[0-9]|0[xo])[0-9a-fx_.:eE+-]*\Z", re.IGNORECASE)
_MEASURE: Final = re.compile(r"[0-9.]+(?:[hms][0-9hms]*\Z| [A-Za-z])")
"""``1h30m``, ``4.5 is healthy``: begins like a number, and is none to any reader."""

_PLAIN: Final = re.compile(r"[A-Za-z/$_(][^\n]*\Z")
_PLAIN_IN_FLOW: Final = re.compile(r"[A-Za-z/_][\w ./+-]*\Z", re.ASCII)
_INDICATORS: Final = frozenset(",[]{}:#")
_NAME: Final = re.compile(r"[a-zA-Z_][\w./-]*", re.ASCII)
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029\ufeff\ud800-\udfff]")
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def scalar(value: Any, *, flow: bool = False) -> str:
    """Return one value on one line: a text, a number, true, false or null."""
    if isinstance(value, str):
        return value if _is_plain(value, flow) else quoted(value)
    if value is None:
        return "null"
    written = plain(value)
    return written if len(written) <= _LONGEST_NUMBER else repr(value)


def _is_plain(text: str, flow: bool) -> bool:
    """Return whether a text without quotes is read as that text, also by other readers."""
    if not text or text != text.strip() or text.lower() in _WORDS or not text.isprintable():
        return False
    if _NUMBER.match(text) or ": " in text or " #" in text or text.endswith(":"):
        return False
    plain_form = _PLAIN_IN_FLOW if flow else _PLAIN
    return bool(plain_form.match(text) or (_MEASURE.match(text) and not set(text) & _INDICATORS))


def quoted(text: str) -> str:
    """Return a text in double quotes; in single ones where it has double quotes of its own."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    return _ESCAPED.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def key(name: str) -> str:
    """Return a key of a mapping."""
    simple = _NAME.fullmatch(name) and name.lower() not in _WORDS
    return name if simple else quoted(name)


def entry(name: str, value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of ``name: value`` at this indent, in the form that reads best."""
    head = " " * indent + key(name) + ":"
    if isinstance(value, str):
        yield from _text(head, value, indent)
    elif isinstance(value, Mapping | list | tuple):
        short = flow(value)
        if len(head) + 1 + len(short) <= WIDTH and _is_simple(value):
            yield f"{head} {short}"
        elif isinstance(value, Mapping):
            yield head
            yield from entries(value, indent + 2)
        else:
            yield head
            yield from _items(value, indent + 2)
    else:
        yield f"{head} {scalar(value)}"


def entries(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping, its keys at this indent."""
    for name, value in values.items():
        yield from entry(str(name), value, indent)


def item(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping that is an item of a list, the first with its dash."""
    first, *others = entries(values, indent + 2)
    yield " " * indent + "- " + first.lstrip()
    yield from others


def schema_line(schema: str) -> list[str]:
    """Return the line by which an editor finds the schema of a file; none where there is none."""
    return [f"# yaml-language-server: $schema={schema}"] if schema else []


def _is_simple(value: Any) -> bool:
    """Return whether a value reads well on one line: no mapping in a mapping in a list."""
    if isinstance(value, Mapping):
        value = value.values()
    return all(not isinstance(inner, Mapping) or _flat(inner) for inner in value)


def _flat(value: Mapping[str, Any]) -> bool:
    return not any(isinstance(inner, Mapping | list) for inner in value.values())


def _items(values: Sequence[Any], indent: int) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping) and value and not (_flat(value) and len(flow(value)) < WIDTH):
            yield from item(value, indent)
        else:
            yield " " * indent + "- " + flow(value)


def flow(value: Any) -> str:
    """Return a value on one line, mappings and lists in braces and brackets."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key(str(name))}: {flow(item)}" for name, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    return scalar(value, flow=True)


def _text(head: str, text: str, indent: int) -> Iterator[str]:
    """Yield a text as a block of lines, a folded paragraph, or one line."""
    inside = " " * (indent + 2)
    if _is_block(text):
        yield f"{head} |-"
        yield from ((inside + line if line else "") for line in text.split("\n"))
    elif len(head) + 1 + len(text) > WIDTH and _is_foldable(text):
        yield f"{head} >-"
        yield from (inside + line for line in _folded(text, WIDTH - len(inside)))
    else:
        yield f"{head} {scalar(text)}"


def _is_block(text: str) -> bool:
    """Return whether the text has several lines that a block gives back to the character."""
    if "\n" not in text or text.startswith((" ", "\t", "\n")) or text.endswith("\n"):
        return False
    if _BREAKS.search(text):
        return False
    return text.replace("\n", "").replace("\t", "").isprintable()


def _is_foldable(text: str) -> bool:
    """Return whether a text may be broken at each blank: every blank in it stands alone."""
    return "\n" not in text and "  " not in text and text.strip() == text and text.isprintable()


def _folded(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most ``width`` characters, where the words allow it."""
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
