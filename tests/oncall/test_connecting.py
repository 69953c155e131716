"""What all on-call tools share when they connect."""

from __future__ import annotations

from monitor_sync.http.service import Service
from monitor_sync.oncall import connecting
from monitor_sync.oncall.tool import Connection
from tests.datadog.conftest import Answer, Script

OTHER = "0123456789abcdef-of-another"


def test_a_tool_that_knows_the_key_of_another_service_leads_it_nowhere(script: Script) -> None:
    script.say(Answer(body={"results": [{"title": f"disk full {OTHER}"}], "next": None}))
    reader = connecting.reader(
        Service(name="Bell", host="bell.example"),
        Connection(environ={"DD_APP_KEY": OTHER, "HOME": "disk"}),
        base_url=script.url,
        headers={},
        secrets=(),
        sentences=connecting.sentence_at("detail"),
        clock=script.clock,
    )

    assert reader.listing("/things/", "things") == ({"title": "disk full [redacted]"},)
    reader.close()
