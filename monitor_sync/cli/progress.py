"""A progress bar on a terminal, and one line where there is none."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from monitor_sync.cli import console


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show that something with ``total`` steps goes on; call what is given once for each step."""
    if not sys.stderr.isatty() or not console.err().colour:
        console.say(f"{what[:1].upper()}{what[1:]} …")
        yield lambda _: None
        return
    with _bar(what, total) as step:
        yield step


@contextlib.contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[key]}"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total, key="")
        yield lambda key: bar.update(task, advance=1, key=escape(key))
