"""Requests to any JSON service: limits kept, retries, failures as values. ``pipeline`` sends."""
