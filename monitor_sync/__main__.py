"""``monitor-sync``, which is ``python -m monitor_sync`` too."""

from __future__ import annotations

import gc
import sys

_OBJECTS = 100_000
"""How many are made before Python looks for garbage: after its 700, it does so at each start some
thirty times among modules and files, and finds nothing."""


def main() -> None:
    """Run the program. Ctrl-C while it is still being loaded ends it as it does later on."""
    gc.set_threshold(_OBJECTS)
    try:
        from monitor_sync.cli import main as program
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        sys.exit(130)
    program(prog_name="monitor-sync")


if __name__ == "__main__":
    main()
