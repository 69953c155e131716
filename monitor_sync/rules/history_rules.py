"""The manual pages of what the history in Datadog says of a monitor: ``validate --online``."""

from __future__ import annotations

from inspect import cleandoc
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.registry import Rule

NOTES: Final = frozenset({"query/no-counts", "thresholds/never-crossed"})

_WRITTEN: Final = {
    "query/no-points": """
        A metric did not report in the days that were looked at.
        Why: Datadog takes a monitor on a metric that nobody sends, and the monitor stays quiet for
        ever. A monitor that tells of missing data is not meant.
        Example: `avg:shop.checkout.latncy{*}`, where the metric is called shop.checkout.latency
        Use instead: the name as Datadog's Metrics Summary has it; a metric that is new or comes
        rarely keeps the monitor as it is, with `ignore` and a reason
        Source: POST /api/v2/query/timeseries over the last seven days, with the filter and without.
        """,
    "query/no-counts": """
        Nothing was counted in the days that were looked at.
        Why: that is how errors should be; a wrong name or filter looks the same.
        Example: `sum:shop.order.count{status:eror}.as_count()`
        Use instead: nothing, where nothing happened; else the name and tags as they are sent
        Source: POST /api/v2/query/timeseries over the last seven days.
        """,
    "query/no-points-with-filter": """
        The metric reports, and nothing of it has the tags of the filter together.
        Why: the monitor watches nothing, and nobody notices.
        Example: `avg:shop.db.cpu{env:prod,service:orders}`, where only `env:production` is sent
        Use instead: tags that points of the metric have together
        Source: POST /api/v2/query/timeseries over the last seven days, with the filter and without.
        """,
    "query/no-such-group": """
        What fits the filter reports without one of the keys that the query groups by.
        Why: Datadog has no group for points that lack a key, so the monitor watches nothing.
        Example: `avg:shop.db.cpu{*} by {hostname}`, where points have the tag `host`
        Use instead: keys that the points have
        Source: POST /api/v2/query/timeseries over the last seven days, grouped and not.
        """,
    "query/counted-gauge": """
        `as_count()` or `as_rate()` stands behind a metric that is a gauge.
        Why: the values of a gauge stay as they are, so that what is compared is no count. What may
        change without a word is how arithmetic and changes are evaluated: by the window instead of
        by the bucket. A rate that comes by DogStatsD is a gauge too.
        Example: `sum:shop.queue.length{*}.as_count()`
        Use instead: the query without it; or the metric sent as a count
        Source: GET /api/v1/metrics/{name}; Datadog's pages on metric type modifiers
        and on `as_count()` in monitors.
        """,
    "query/many-groups": """
        A query has more than 100 groups.
        Why: each group can page by itself. One bad deploy is then hundreds of pages.
        Example: `by {pod_name}`, where `by {service}` is whom one calls
        Use instead: a coarser key; or `notify_by` with it, which leaves the groups as they are
        Source: the groups that POST /api/v2/query/timeseries answers; the number is our own choice.
        """,
    "thresholds/other-unit": """
        A threshold lies as far from every value as one unit lies from another.
        Why: a threshold in milliseconds on a metric in seconds is never crossed, and the other way
        round always. Looked at are gauges whose values stay within a factor of ten.
        Example: `critical: 800`, where values lay between 0.2 and 1.1 in seven days
        Use instead: the threshold in the unit of the metric, here `critical: 0.8`
        Source: our own; factors of 60, 100, 1,000 (and 1,024), a million and a billion.
        """,
    "thresholds/always-crossed": """
        The threshold was crossed at every evaluation that was replayed.
        Why: the monitor would have been in alert all the time. Such an alert is soon muted.
        Example: `critical: 5` with `>`, where values lay between 12 and 40
        Use instead: a threshold beyond the usual values; `monitor-sync backtest` shows them
        Source: a replay over the points of the last seven days.
        """,
    "thresholds/never-crossed": """
        The threshold was crossed at no evaluation that was replayed.
        Why: that is how a quiet week looks. The range of the values tells how far away it was.
        Example: `critical: 90`, where values lay between 20 and 45
        Use instead: nothing, where an outage would cross it; `monitor-sync backtest` shows more
        Source: a replay over the points of the last seven days.
        """,
}

PAGES: Final = tuple(
    Rule(
        name=name,
        severity=Severity.NOTE if name in NOTES else Severity.WARNING,
        page=cleandoc(written),
    )
    for name, written in _WRITTEN.items()
)
"""A page for each name that looking at history yields."""
