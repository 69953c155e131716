"""The scripted server of the tests of Datadog's client serves a tool's API just as well."""

from tests.datadog.conftest import script

__all__ = ["script"]
