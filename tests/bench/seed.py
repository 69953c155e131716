"""
What ``apply`` would have made of a project, as the JSON array that ``emulate --data`` reads:
``python -m tests.bench.seed ROOT FILE``.

The files are read by the project's own loader, each body is given an id, composites are given
those of their members, and the emulator fills in what Datadog's server fills in. It runs in a
process of its own, so that what it holds does not count as the bench's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.store import Store
from monitor_sync.project.load import load

FIRST_ID = 10_000_001
CREATED = 1_767_225_600.0
"""2026-01-01, as every run must give the same bytes."""


def main(root: str, target: str) -> int:
    """Write the array; exit code 3 and the problems on standard error when the files are wrong."""
    loaded = load(Path(root))
    if loaded.failed:
        for diagnostic in loaded.diagnostics[:20]:
            print(
                f"{diagnostic.span}: {diagnostic.severity.label}: {diagnostic.message}",
                file=sys.stderr,
            )
        return 3
    ids = {key: FIRST_ID + place for place, key in enumerate(loaded.project.monitors)}
    account = Account(Store(None), lambda: CREATED)
    with Path(target).open("w", encoding="utf-8") as out:
        for key, monitor in loaded.project.monitors.items():
            query = monitor.query
            for member in monitor.references:
                query = query.replace(f"${{id:{member}}}", str(ids[member]))
            live = account.new_monitor({**monitor.body, "query": query}, ids[key])
            out.write("[" if ids[key] == FIRST_ID else ",\n")
            out.write(json.dumps(live))
        out.write("]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
