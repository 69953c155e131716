"""
Creates by the client, all its workers at once, beside the least that such a client must do.

``python -m tests.bench.creates [--creates N] [--limit N/S] [--rounds N]``: first without limits,
taking turns with a bare client (the same connections and threads, and nothing else); then with
Datadog's recorded limit enforced by the emulator, or with the one named. The time that the limit
itself forces is that of a client which knows it beforehand and breaks it nowhere, at the speed of
the bare one, begun at the same moment of the window.

The emulator counts the requests of each window and those that it refused: one is a wrong answer.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from monitor_sync.datadog.client import Client
from monitor_sync.model import WORKERS
from tests.bench import live

RECORDED = "500/10"


def body(number: int) -> dict[str, Any]:
    """A monitor like no other, as an estate has them."""
    return {
        "name": f"[Bench] monitor {number}",
        "type": "query alert",
        "query": f"avg(last_5m):avg:bench.metric_{number}{{env:production}} by {{host}} > {number}",
        "message": "Too many.\n\n{{#is_alert}}@slack-bench{{/is_alert}}",
        "tags": ["team:bench", f"number:{number}", "env:production"],
        "options": {"thresholds": {"critical": number}, "include_tags": True},
    }


def ours(host: str, numbers: range) -> None:
    """Make these monitors with the client."""
    client = Client.from_environment(
        {"DD_HOST": host, "DD_API_KEY": "bench", "DD_APP_KEY": "bench"}, workers=WORKERS
    )
    _spread(lambda number: client.monitors.create(body(number)), numbers)
    client.close()


def bare(host: str, numbers: range) -> None:
    """Make these monitors with nothing but connections, and look at the answers."""
    pool = urllib3.PoolManager(maxsize=WORKERS, retries=False)
    headers = {
        "DD-API-KEY": "bench",
        "DD-APPLICATION-KEY": "bench",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }

    def create(number: int) -> None:
        content = json.dumps(body(number))
        answer = pool.request("POST", f"{host}/api/v1/monitor", body=content, headers=headers)
        if answer.status != 200 or "id" not in json.loads(answer.data):
            raise RuntimeError(f"the bare client got {answer.status}")

    _spread(create, numbers)
    pool.clear()


def forced(creates: int, limit: int, period: float, start: float, rate: float) -> float:
    """Seconds that a limit forces on creates begun then, at so many a second in between."""
    left, now = creates, start
    while True:
        ends = (math.floor(now / period) + 1) * period
        taken = min(limit, left, int((ends - now) * rate))
        left -= taken
        if not left:
            return now + taken / rate - start
        now = ends


def timed(run: Callable[[str, range], None], host: str, numbers: range) -> float:
    """How long a run takes, in seconds."""
    begin = time.perf_counter()
    run(host, numbers)
    return time.perf_counter() - begin


def unlimited(folder: Path, creates: int, rounds: int) -> tuple[float, float]:
    """The median ratio of ours to the bare client, and the bare client's creates a second."""
    ratios, rates = [], []
    with _emulator(folder) as host:
        warm = range(1_000_000, 1_000_020)
        _spread(lambda number: bare(host, range(number, number + 1)), warm)
        for number in range(rounds):
            first = number * 2 * creates
            there = timed(bare, host, range(first, first + creates))
            here = timed(ours, host, range(first + creates, first + 2 * creates))
            ratios.append(here / there)
            rates.append(creates / there)
    return statistics.median(ratios), statistics.median(rates)


def limited(
    folder: Path, creates: int, limit: str, rate: float
) -> tuple[float, float, dict[str, Any]]:
    """Seconds, those that the limit forces, and what the emulator counted."""
    requests, period = limit.split("/")
    with _emulator(folder, "--limit", f"post_monitors={limit}") as host:
        start = time.time()
        seconds = timed(ours, host, range(creates))
        least = forced(creates, int(requests), float(period), start, rate)
        with urllib.request.urlopen(f"{host}/__emulator/limits", timeout=30) as answer:  # noqa: S310 - our own emulator
            counted = json.load(answer)["post_monitors"]
    return seconds, least, counted


def main() -> int:
    """Read the command line, run both, print a closing line last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.creates", description=__doc__)
    parser.add_argument("--creates", type=int, default=1200)
    parser.add_argument("--limit", default=RECORDED, metavar="N/S")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="monitor-sync-bench-") as name:
        ratio, rate = unlimited(Path(name), options.creates, options.rounds)
        print(f"without limits: {ratio:.2f} times a bare client's {rate:.0f} creates a second")
        seconds, least, counted = limited(Path(name), options.creates, options.limit, rate)
    print(
        f"within {options.limit} s: {seconds:.1f} s, the limit forces {least:.1f} s;"
        f" at most {counted['most']} in a window, {counted['refused']} refused"
    )
    print(
        f"{options.creates} creates, {WORKERS} workers: {ratio:.2f} times a bare client,"
        f" {seconds / least:.2f} times what the limit forces"
    )
    return 1 if counted["refused"] else 0


def _spread(do: Callable[[int], object], numbers: range) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(do, numbers):
            pass


def _emulator(folder: Path, *options: str) -> Any:
    data = folder / "nothing.json"
    data.write_text("[]")
    return live.emulator(data, cwd=folder, env=dict(os.environ), options=options)


if __name__ == "__main__":
    sys.exit(main())
