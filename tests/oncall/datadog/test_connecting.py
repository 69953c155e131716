"""With which keys, and to which hosts, Datadog On-Call is asked."""

from __future__ import annotations

import pytest

from monitor_sync.errors import UsageError
from monitor_sync.oncall.tool import Connection, Unusable, connect
from tests.oncall.datadog.estate import KEYS


def test_without_keys_it_cannot_be_used() -> None:
    with pytest.raises(Unusable, match="DD_APP_KEY is not set"):
        connect("Datadog", Connection(environ={"DD_API_KEY": "x" * 20}))


@pytest.mark.parametrize("site", ["evil.example", "datadoghq.com.evil.example", "a/datadoghq.eu"])
def test_keys_go_to_no_site_but_datadogs(site: str) -> None:
    with pytest.raises(UsageError, match="not a Datadog site"):
        connect("datadog", Connection(environ=KEYS | {"DD_SITE": site}))
    if "/" not in site:
        connect(
            "datadog", Connection(environ=KEYS | {"DD_SITE": site, "MONITOR_SYNC_ALLOW_SITE": site})
        )
