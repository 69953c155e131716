"""The only door to GitHub."""

from typing import Final

AUTHOR: Final = "github-actions[bot]"
"""Who a workflow's own token writes as."""
