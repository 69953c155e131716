"""The only door to Datadog."""
