"""Commands that rewrite files: a patch that was refused is printed, so that a person may use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from monitor_sync.app.failures import NotProven
from monitor_sync.cli import console


@contextlib.contextmanager
def printed_where_refused(form: str, output: Path | None) -> Iterator[None]:
    """Print the patch of what is refused, as text, and pass the refusal on."""
    try:
        yield
    except NotProven as error:
        if form == "text" and error.files:
            from monitor_sync.render import patch

            console.answer(patch.text(error.files, console.answer_style(output)) + "\n", output)
        raise
