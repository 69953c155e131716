"""What a run costs beside the least that any such tool must do: ``python -m tests.bench``."""
