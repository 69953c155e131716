"""PagerDuty, by its REST API v2."""

from monitor_sync.oncall.pagerduty.connecting import connect, connect_incidents

__all__ = ["connect", "connect_incidents"]
