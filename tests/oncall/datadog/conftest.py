"""The scripted server answers as a Datadog On-Call where everything is as it should be."""

from __future__ import annotations

import pytest

from tests.datadog.conftest import Script
from tests.oncall.datadog.estate import DatadogOnCall


@pytest.fixture(autouse=True)
def datadog(script: Script) -> DatadogOnCall:
    held = DatadogOnCall()
    script.say(held.answer)
    return held
