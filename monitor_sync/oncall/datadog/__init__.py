"""Datadog On-Call, by the part of Datadog's API v2 that is about it."""

from monitor_sync.oncall.datadog.connecting import connect

__all__ = ["connect"]
