"""Datadog monitors as code: files in, a plan to review, and exactly that applied."""

__version__ = "0.1.0"
