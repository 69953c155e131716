"""Every workflow, run here as GitHub would run it."""
