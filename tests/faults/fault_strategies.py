"""The faults that random stories meet, one or two at a time."""

from __future__ import annotations

import hypothesis.strategies as st

LAG = 0.1
"""Seconds that a lagging listing is behind."""

_WRITES = ["POST /api/v1/monitor", "PUT /api/v1/monitor/*", "DELETE /api/v1/monitor/*", "*"]
_KINDS = [
    "throttled-bare", "error-before", "error-after", "bad-gateway", "edge-timeout",
    "dropped-before", "dropped-after", "stalled-after", "forbidden",
]  # fmt: skip
FAULTS = st.lists(
    st.one_of(
        st.builds(
            lambda kind, route, skip, times: {
                "kind": kind,
                "route": route,
                "skip": skip,
                "times": times,
            },
            st.sampled_from(_KINDS),
            st.sampled_from(_WRITES),
            st.integers(0, 4),
            st.sampled_from([1, 1, 2, 8]),
        ),
        st.builds(
            lambda count, skip, times: {
                "kind": "truncated",
                "count": count,
                "skip": skip,
                "times": times,
            },
            st.integers(0, 6),
            st.integers(0, 1),
            st.sampled_from([1, 2, None]),
        ),
        st.just({"kind": "lagging", "seconds": LAG, "times": None}),
        st.just({"kind": "repeated", "count": 100, "times": None}),
        st.just({"kind": "referenced", "times": 1}),
    ),
    max_size=2,
)
