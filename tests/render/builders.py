"""Diagnostics to render, plain and hostile."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from monitor_sync.diagnostics import Diagnostic, Severity, Span


def diagnostic_about(line: str, meant: str, **changed: object) -> Diagnostic:
    """A diagnostic about the text ``meant`` in a line."""
    column = line.index(meant) + 1
    span = Span("monitors/motor/flow.yaml", 7, column, column + len(meant))
    values: dict[str, object] = {
        "rule": "schema/wrong",
        "severity": Severity.ERROR,
        "message": f"{meant} is wrong",
        "span": span,
        "excerpt": line,
    }
    return Diagnostic(**{**values, **changed})  # type: ignore[arg-type] # values of several types


# every character that any format gives a meaning, beside whatever hypothesis thinks of
_HOSTILE = st.sampled_from(
    [
        *("\n", "\r", "\t", "\0", "\x1b", "\x85", "\u2028", "\ufffe", "\uffff", "\ud800", "\u202e"),
        *("::", "::error::", "##[error]", "%0A", "%25", ",", ":", "\\", "`"),
        *("]]>", "<", ">", "&", '"', "'", "</failure>", "<!--", "-->"),
        *("[a](b)", "{0}", "{{x}}", "見積", "😀", "e\u0301"),
    ]
)
texts = st.lists(st.one_of(_HOSTILE, st.text(max_size=5)), max_size=8).map("".join)
"""Texts that would like to be markup, commands or escapes."""


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    """A diagnostic whose every text may be hostile; its span is inside its excerpt."""
    excerpt = re.sub("[\r\n]", "", draw(texts))  # it is one line of a file
    start = draw(st.integers(0, len(excerpt)))
    end = draw(st.integers(start, len(excerpt) + 1))
    return Diagnostic(
        rule=draw(st.sampled_from(["schema/wrong", "tags/reserved", "query/odd"])),
        severity=draw(st.sampled_from(list(Severity))),
        message=draw(texts),
        span=Span(draw(texts), draw(st.integers(1, 99)), start + 1, end + 1),
        hint=draw(texts),
        excerpt=excerpt,
        key=draw(texts),
    )


CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What moves a cursor, colours text or turns its direction."""

many = st.lists(diagnostics(), max_size=4)
