"""
What an import of a whole estate costs: ``python -m tests.bench.importing [--monitors N]``.

The monitors are made by hand, as it were: six kinds for each service, a fifth of them without tags
of unit and team. Allowed are two minutes and 600 MB for 10,000 of them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.bench.live import emulator
from tests.bench.measure import Cost, run

ROOT: Final = Path(__file__).resolve().parents[2]
_UNITS: Final = ("motor", "travel", "home", "life", "claims", "payments", "platform", "health")
_KINDS: Final = (
    ("errors", "sum(last_10m):sum:e{{app:{s}}}.as_count() / sum:h{{app:{s}}}.as_count() > {c}"),
    ("latency p95", "avg(last_10m):p95:trace.request{{service:{s},env:production}} > {c}"),
    ("few requests", "sum(last_15m):sum:trace.request.hits{{service:{s}}}.as_count() < {c}"),
    ("pods restart", "sum(last_30m):sum:kubernetes.restarts{{deployment:{s}}} by {{pod}} > {c}"),
    ("CPU high", "avg(last_15m):avg:kubernetes.cpu{{deployment:{s}}} by {{cluster}} > {c}"),
    ("in the logs", 'logs("service:{s}").index("*").rollup("count").last("15m") > {c}'),
)  # fmt: skip


def body(number: int) -> dict[str, Any]:
    """The live monitor of a number, from 0."""
    place, kind = divmod(number, len(_KINDS))
    unit = _UNITS[place % len(_UNITS)]
    service, team = f"{unit}-svc-{place}", f"{unit}-team-{place % 7}"
    what, query = _KINDS[kind]
    critical = (1, 2, 5, 50, 0.5, 2.5)[(place + kind) % 6]
    tags = [f"business_unit:{unit}", f"team:{team}", f"service:{service}", "env:production"]
    return {
        "id": 100_000 + number,
        "name": f"[{unit.title()}] {service}: {what}",
        "type": "log alert" if query.startswith("logs") else "query alert",
        "query": query.format(s=service, c=critical),
        "message": f"Look at {service}.\n\n{{{{#is_alert}}}}@webhook-{team}{{{{/is_alert}}}}",
        "tags": tags if number % 5 else tags[2:],
        "priority": (1, 2, 3, 4, None)[number % 5],
        "options": {"thresholds": {"critical": critical}, "renotify_interval": 30 * (number % 2)},
    }


def measured(monitors: int, folder: Path) -> Cost:
    """Import so many monitors into an empty folder; return what that cost."""
    data = folder / "data.json"
    data.write_text(json.dumps([body(number) for number in range(monitors)]), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("DD_")}
    env |= {"PYTHONPATH": str(ROOT), "DD_API_KEY": "bench", "DD_APP_KEY": "bench"}
    with emulator(data, cwd=folder, env=env) as host:
        command = [sys.executable, "-m", "monitor_sync", "import", "--all", "--project", "acme"]
        return run(command, cwd=folder, env=env | {"DD_HOST": host}, log=folder / "import.log")


def main() -> int:
    """Print one line; 1 where the import failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--monitors", type=int, default=10_000)
    monitors = parser.parse_args().monitors
    with tempfile.TemporaryDirectory() as folder:
        cost = measured(monitors, Path(folder))
    print(
        f"{monitors} monitors imported: {cost.wall:.1f} s, {cost.cpu:.1f} s of them processor,"
        f" {cost.peak / 1e6:.0f} MB"
    )
    return 0 if cost.exit_code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
