"""Zenduty, which is called Xurrent IMR since 2025-11-20."""

from monitor_sync.oncall.zenduty.connecting import connect, connect_incidents

__all__ = ["connect", "connect_incidents"]
