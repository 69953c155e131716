"""
The least that any such tool must do, as one process: ``python floor.py ROOT URL``.

It reads every YAML file under ROOT with PyYAML's CSafeLoader; fetches the listing at URL with
urllib3, pages of 1,000, the first alone and, if it was full, waves of four; decodes it; and
compares, by the key in each monitor's tags, the live dict without what the server owns with a
second dict that holds the same, options and tags rebuilt. It knows no templates, defaults,
messages, rules, schema or report: building the wanted monitors out of the files is the work that
a tool is measured on. The garbage collector is off, as that is faster.

Prints one line of JSON: how many monitors were compared and what each part took, in seconds.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3
import yaml

PAGE = 1000
WAVE = 4
KEY_TAG = "monitor_sync_key:"
SERVER_OWNED = frozenset(
    {
        "created",
        "created_at",
        "creator",
        "deleted",
        "id",
        "matching_downtimes",
        "modified",
        "multi",
        "org_id",
        "overall_state",
        "overall_state_modified",
        "state",
    }
)


def read(root: Path) -> list[Any]:
    """Every file under ``root`` as plain values."""
    return [
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        for path in sorted(root.rglob("*.yaml"))
    ]


def fetch(host: str) -> Iterator[dict[str, Any]]:
    """Every live monitor."""
    pool = urllib3.PoolManager(maxsize=WAVE)
    headers = {"DD-API-KEY": "bench", "DD-APPLICATION-KEY": "bench", "Accept": "application/json"}

    def page(number: int) -> list[dict[str, Any]]:
        address = f"{host}/api/v1/monitor?page={number}&page_size={PAGE}&with_downtimes=false"
        answer = pool.request("GET", address, headers=headers)
        if answer.status != 200:
            sys.exit(f"error: {answer.status} from {address}")
        monitors: list[dict[str, Any]] = json.loads(answer.data)
        return monitors

    last = page(0)
    yield from last
    number = 1
    with ThreadPoolExecutor(WAVE) as workers:
        while len(last) == PAGE:
            for last in workers.map(page, range(number, number + WAVE)):
                yield from last
            number += WAVE


def wanted(body: dict[str, Any]) -> dict[str, Any]:
    """The same monitor as a loader would hold it: nothing of the server's, containers its own."""
    rebuilt = {name: value for name, value in body.items() if name not in SERVER_OWNED}
    rebuilt["options"] = dict(rebuilt["options"])
    rebuilt["tags"] = list(rebuilt["tags"])
    return rebuilt


def compare(live: list[dict[str, Any]]) -> int:
    """How many monitors equal their counterpart by key."""
    by_key = {}
    for body in live:
        for tag in body["tags"]:
            if tag.startswith(KEY_TAG):
                by_key[tag] = body
    remembered = {key: wanted(body) for key, body in by_key.items()}
    return sum(
        {name: value for name, value in by_key[key].items() if name not in SERVER_OWNED} == other
        for key, other in remembered.items()
    )


def main(root: str, host: str) -> None:
    """Do it and say what it took."""
    gc.disable()
    started = time.perf_counter()
    files = read(Path(root))
    was_read = time.perf_counter()
    live = list(fetch(host))
    fetched = time.perf_counter()
    equal = compare(live)
    compared = time.perf_counter()
    took = {
        "files": len(files),
        "equal": equal,
        "read": was_read - started,
        "fetch": fetched - was_read,
        "compare": compared - fetched,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
