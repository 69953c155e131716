"""YAML as an author would write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from monitor_sync import jsontext


class _Dumper(yaml.SafeDumper):
    """YAML as an author would write it: texts of several lines as blocks."""

    def analyze_scalar(self, scalar: str) -> yaml.emitter.ScalarAnalysis:
        """
        Allow a block for every text of several printable lines.

        The library refuses one where a line ends in blanks, which in Datadog's Markdown break
        the line and stand in every message; a block keeps them as they are.
        """
        analysis = super().analyze_scalar(scalar)
        if "\n" in scalar and scalar.replace("\n", "").isprintable():
            analysis.allow_block = True
        return analysis


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def document(value: Mapping[str, Any]) -> str:
    """Return a mapping as a YAML document, in its own order, one line a value."""
    written: str = yaml.dump(
        jsontext.tidy(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**9
    )
    return written
