"""``python -m monitor_sync`` is the ``monitor-sync`` command."""

from monitor_sync.cli import main

if __name__ == "__main__":
    main(prog_name="monitor-sync")
