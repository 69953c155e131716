"""A progress bar on a terminal, and one line where there is none."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from monitor_sync.cli import console


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[bool], None]]:
    """
    Show that something with ``total`` steps goes on.

    Call what is given once for each step, with whether it went well.
    """
    if not sys.stderr.isatty() or not console.err().colour:
        console.say(f"{what[:1].upper()}{what[1:]} …")
        yield lambda _: None
        return
    with _bar(what, total) as step:
        yield step


@contextlib.contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[bool], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    failed = 0
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[red]{task.fields[failed]}"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total, failed="")

        def step(well: bool) -> None:
            nonlocal failed
            failed += not well
            bar.update(task, advance=1, failed=f"{failed} not done" if failed else "")

        yield step
