"""PagerDuty, by its REST API v2."""

from monitor_sync.oncall.pagerduty.connecting import connect

__all__ = ["connect"]
