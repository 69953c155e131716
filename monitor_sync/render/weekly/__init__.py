"""A week of on-call for a team on Monday, or for the weekly review of all units."""

from monitor_sync.render.weekly.html import html
from monitor_sync.render.weekly.json import json
from monitor_sync.render.weekly.markdown import markdown
from monitor_sync.render.weekly.slack import messages, slack

__all__ = ["html", "json", "markdown", "messages", "slack"]
