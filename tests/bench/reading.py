"""Read and expand a project and nothing else: what ``validate`` costs more is its rules."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from monitor_sync.project.load import load


def main() -> int:
    """Exit 0 where the files are right."""
    gc.disable()
    return 3 if load(Path(sys.argv[1])).failed else 0


if __name__ == "__main__":
    sys.exit(main())
