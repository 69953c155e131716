"""How we respond to incidents: a screen for people, Markdown, JSON and CSV."""

from monitor_sync.render.response.csv import csv
from monitor_sync.render.response.json import json
from monitor_sync.render.response.markdown import markdown
from monitor_sync.render.response.text import text

__all__ = ["csv", "json", "markdown", "text"]
