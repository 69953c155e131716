"""What must stay true of monitor-sync, and how it is checked: run ``python -m tests``."""
