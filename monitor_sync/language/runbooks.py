"""Whether a monitor leads whoever is woken to a runbook."""

from __future__ import annotations

from monitor_sync.model import Monitor


def leads_to_runbook(monitor: Monitor) -> bool:
    """
    Return True if a monitor has a `runbook`, a link to one, or an asset that is one.

    A link in the author's text counts if the text has the word "runbook", too.
    """
    if monitor.runbook:
        return True
    text = monitor.text.lower()
    if "runbook" in text and "http" in text:
        return True
    return any(asset.get("category") == "runbook" for asset in monitor.body.get("assets") or ())
