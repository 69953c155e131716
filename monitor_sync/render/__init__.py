"""Values to text, Markdown and JSON."""
