"""``evaluate``: queries over points given as JSON lines. Offline; needs no files of monitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from monitor_sync.cli import console, options
from monitor_sync.counting import count
from monitor_sync.errors import FilesInvalid, UsageError, system_reason


@click.command("evaluate")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--explain", is_flag=True, help="Say how each answer came about, for a person.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=options.writable,
    help="Write the answer to this file instead of standard output.",
)
@options.color
def command(file: Path | None, explain: bool, output: Path | None) -> None:
    r"""
    Say what a monitor's query would do on given points: a JSON line in, a JSON line out.

    Reads FILE, or standard input. A line has the query, its options, series of points, and the
    instants that are asked for. An answer that depends on something that Datadog does not
    document is `uncertain`; a query that cannot be reproduced is `unsupported`. Offline, without a
    key. A point is seconds since 1970 and a value; this is one line:

    \b
    {"id": 1, "query": "avg(last_5m):avg:app.latency{*} by {host} > 2",
     "options": {"thresholds": {"critical": 2, "warning": 1}},
     "series": [{"metric": "app.latency", "tags": ["host:a"],
                 "points": [[1793613630, 3]]}],
     "at": "2026-11-02T10:05:00Z"}
    """
    from monitor_sync.app import evaluate
    from monitor_sync.render import evaluation

    texts: list[str] = []
    wrong = 0
    for number, line in _lines(file):
        if explain:
            explained = evaluate.explain(line)
            wrong += bool(explained.error)
            texts.append(evaluation.text(explained, number, console.answer_style(output)))
        else:
            answer = evaluate.answer(line)
            if "error" in answer:
                wrong += 1
                answer["line"] = number
            texts.append(json.dumps(answer) + "\n")
    console.answer("".join(texts), output)
    if wrong:
        raise FilesInvalid(
            f"{count(wrong, 'line')} could not be evaluated",
            hint="`error` says what is wrong with each",
        )


def _lines(file: Path | None) -> Iterator[tuple[int, str]]:
    try:
        with click.open_file(str(file or "-"), encoding="utf-8") as stream:
            yield from ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    except OSError as error:
        raise UsageError(f"cannot read {file}: {system_reason(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file or 'standard input'} is not UTF-8") from None
