"""What the schemas refuse, in an author's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.builders import read


@pytest.mark.parametrize(
    "site",
    ["evil.example", "datadoghq.com.evil.example", "xdatadoghq.com", "datadoghq.com/x", "EVIL"],
)
def test_links_lead_to_datadog_unless_another_site_is_asked_for_by_name(
    tmp_path: Path, site: str
) -> None:
    (diagnostic,) = read(tmp_path, {"project.yaml": f"project: acme\nsite: {site}\n"}).diagnostics
    assert "a Datadog site" in diagnostic.message
    assert "`raw_site`" in diagnostic.message


@pytest.mark.parametrize("key", ["site", "raw_site"])
def test_a_site_is_one_of_datadogs_or_a_raw_one(tmp_path: Path, key: str) -> None:
    site = "us9.datadoghq.com" if key == "site" else "datadoghq.example"
    assert read(tmp_path, {"project.yaml": f"project: acme\n{key}: {site}\n"}).diagnostics == ()
