"""``monitor-sync``, which is ``python -m monitor_sync`` too."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program. Ctrl-C while it is still being loaded ends it as it does later on."""
    try:
        from monitor_sync.cli import main as program
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was written\n")
        sys.exit(130)
    program(prog_name="monitor-sync")


if __name__ == "__main__":
    main()
