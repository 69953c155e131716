"""Backtests as text with a strip a monitor, as Markdown, JSON, and a picture in SVG."""
