"""
What Datadog does not document, how it is read here, and the other way to read it.

An answer that changes with one of these is uncertain, and names it. Sections are those of the
specification that the evaluator follows, ``reference/evaluation.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """
    How the open points are read.

    ``bucket_at_from``: a bucket that starts exactly at the window's start counts.
    ``interval``: seconds of a bucket where the query has no rollup; 0 takes Datadog's table.
    ``rates_are_zero``: a bucket that an ``as_rate()`` lacks counts as 0 in arithmetic.
    ``divisions_only``: only a division is evaluated on the path of ``as_count()``.
    ``counts_interpolate``: counts and rates without a modifier are interpolated.
    ``legs_interpolate``: gauges of one source are interpolated for arithmetic.
    ``month_days``: days of ``last_1mo``; 0 is 730 hours.
    ``window_of_all_groups``: points of any group fill the window of each.
    ``sum_is_count``: a gauge under ``sum()`` counts as a count query where data is missing.
    ``filled_is_zero``: a query with ``default_zero`` counts as 0 where its window is empty.
    ``no_data_windows``: windows without data until an old monitor without a timeframe says so.
    ``alert_outlives_warning``: an alert goes on until its own recovery threshold, even where the
    value is back on the good side of the warning. A user saw it end there (datadog-agent#11638).
    ``equal_burns``: a burn rate equal to its threshold alerts.
    ``current_every``: seconds between evaluations of ``current_1d`` and ``current_1mo``; 0 takes
    the frequency of a window of that length.
    ``vanished_is_zero``: a group of spans without any counts as 0.
    ``delay_is_silent``: a new group is evaluated during its delay, only nobody is notified.
    ``equal_share_alerts``: a share of checks equal to the threshold alerts.
    """

    bucket_at_from: bool = True
    interval: int = 0
    rates_are_zero: bool = True
    divisions_only: bool = False
    counts_interpolate: bool = False
    legs_interpolate: bool = False
    month_days: int = 0
    window_of_all_groups: bool = False
    sum_is_count: bool = False
    filled_is_zero: bool = True
    no_data_windows: int = 2
    alert_outlives_warning: bool = True
    equal_burns: bool = True
    current_every: int = 0
    vanished_is_zero: bool = True
    delay_is_silent: bool = False
    equal_share_alerts: bool = True

    @property
    def of_numbers(self) -> Readings:
        """These readings as far as numbers hang on them, and not only the states that follow."""
        return replace(
            self,
            sum_is_count=False,
            filled_is_zero=True,
            no_data_windows=2,
            alert_outlives_warning=True,
            delay_is_silent=False,
        )


CHOSEN: Final = Readings()


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """
    One thing that is not known.

    ``field`` is that of :class:`Readings`, ``other`` its value in the other reading.
    """

    name: str
    section: str
    field: str
    other: Any

    def otherwise(self, readings: Readings) -> Readings:
        """Return the readings with this point read the other way."""
        return replace(readings, **{self.field: self.other})


OPEN_POINTS: Final = (
    OpenPoint("bucket_at_window_start", "3.2", "bucket_at_from", False),
    OpenPoint("default_interval", "4.4", "interval", 1),
    OpenPoint("as_rate_aligned_as_zero", "5.6", "rates_are_zero", False),
    OpenPoint("as_count_path_of_multiplication", "5.3", "divisions_only", True),
    OpenPoint("interpolation_of_counts", "4.10", "counts_interpolate", True),
    OpenPoint("interpolation_between_legs", "4.10", "legs_interpolate", True),
    OpenPoint("length_of_last_1mo", "3.6", "month_days", 30),
    OpenPoint("full_window_of_a_group", "6.6", "window_of_all_groups", True),
    OpenPoint("sum_of_a_gauge_as_count", "8.2", "sum_is_count", True),
    OpenPoint("default_zero_of_an_empty_window", "8.1", "filled_is_zero", False),
    OpenPoint("default_no_data_timeframe", "8.3", "no_data_windows", 1),
    OpenPoint("recovery_beyond_warning", "7.3", "alert_outlives_warning", False),
    OpenPoint("burn_rate_at_equality", "11.3", "equal_burns", False),
    OpenPoint("frequency_of_current_windows", "2.3", "current_every", 60),
    OpenPoint("vanished_group_of_spans", "8.8", "vanished_is_zero", False),
    OpenPoint("new_group_delay", "9.1", "delay_is_silent", True),
    OpenPoint("share_of_checks_at_equality", "8.10", "equal_share_alerts", False),
)
"""Each of them is tried both ways; those that cannot be are named where they are met."""
