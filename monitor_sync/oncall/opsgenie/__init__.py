"""Opsgenie, by its REST API v2. Atlassian ends it on 2027-04-05."""

from monitor_sync.oncall.opsgenie.connecting import connect

__all__ = ["connect"]
