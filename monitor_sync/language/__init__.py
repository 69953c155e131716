"""Datadog's little languages, read offline: monitor queries and message templates. Pure."""
