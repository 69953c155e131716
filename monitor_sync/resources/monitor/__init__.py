"""Datadog monitors as a kind of resource."""
