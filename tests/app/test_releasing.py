"""``release``: the files as they are afterwards, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import ReleaseOptions, release
from monitor_sync.app.failures import NotProven
from monitor_sync.errors import UsageError
from monitor_sync.render import releasing
from tests.project.builders import MONITOR, indented, write

_TEMPLATE = "item: service\nmonitors:\n" + "".join(
    f"  {name}:\n{indented(MONITOR.replace('motor.errors', '${service}.' + name), 4)}"
    for name in ("slow", "failing")
)
_USE = """\
use:
  - template: apm
    for_each: [quotes, prices]   # both
"""


def _released(tmp_path: Path, flow: str, *keys: str, template: str = _TEMPLATE) -> str:
    root = write(tmp_path / "monitors", {"templates/apm.yaml": template, "motor/flow.yaml": flow})
    release(root, keys, ReleaseOptions(reason="gone"))
    return (root / "motor/flow.yaml").read_text()


def test_one_monitor_of_an_item_is_left_out_of_its_template(tmp_path: Path) -> None:
    assert _released(tmp_path, _USE, "motor/flow/quotes.slow") == _USE.replace(
        "[quotes, prices]   # both", "{quotes: {slow: false}, prices: {}}   # both"
    ) + ("released:\n  quotes.slow: gone\n")


def test_an_item_goes_out_of_its_list_where_all_its_monitors_leave(tmp_path: Path) -> None:
    assert _released(tmp_path, _USE, "motor/flow/quotes") == (
        _USE.replace("quotes, ", "") + "released:\n  quotes: gone\n"
    )


def test_a_use_goes_with_its_last_item(tmp_path: Path) -> None:
    text = _released(tmp_path, _USE, "motor/flow/quotes", "motor/flow/prices")
    assert text == "released:\n  quotes: gone\n  prices: gone\n"


def test_the_id_at_the_top_of_the_file_goes_too(tmp_path: Path) -> None:
    monitors = "monitors:\n  a:\n" + indented(MONITOR, 4) + "  b:\n"
    monitors += indented(MONITOR.replace("motor", "other"), 4)
    text = _released(tmp_path, f"adopt:\n  a: 7\n  b: 8\n{monitors}", "motor/flow/a")
    assert text.startswith("adopt:\n  b: 8\nmonitors:\n  b:\n")
    assert text.endswith("released:\n  a: gone\n")


def test_a_combination_of_items_is_not_released_alone(tmp_path: Path) -> None:
    flow = "monitors:\n  a:\n    for_each: {partner: [rail, air], bank: [x, y]}\n"
    flow += indented(MONITOR.replace("motor.errors", "m.${partner}.${bank}"), 4)
    with pytest.raises(UsageError, match="other combinations"):
        _released(tmp_path, flow, "motor/flow/a.rail.x")
    text = _released(tmp_path, flow, "motor/flow/a.rail.x", "motor/flow/a.rail.y")
    assert "for_each: {partner: [air], bank: [x, y]}" in text


def test_a_member_of_a_composite_stays_and_nothing_is_written(tmp_path: Path) -> None:
    flow = "monitors:\n  a:\n" + indented(MONITOR, 4) + "  both:\n    type: composite\n"
    flow += "    name: Both\n    query: ${id:motor/flow/a} && ${id:motor/flow/a}\n    message: x\n"
    root = write(tmp_path / "monitors", {"motor/flow.yaml": flow})
    with pytest.raises(NotProven, match="the files would have") as refused:
        release(root, ["motor/flow/a"])
    assert [diagnostic.rule for diagnostic in refused.value.diagnostics][:1] == [
        "references/unknown-key"
    ]
    assert refused.value.diagnostics[0].span.path == (root / "motor/flow.yaml").as_posix()
    assert (root / "motor/flow.yaml").read_text() == flow


_TWO = "monitors:\n  a:\n" + indented(MONITOR, 4) + "  ab:\n"
_TWO += indented(MONITOR.replace("motor", "other"), 4)


def _tests(*monitors: str) -> str:
    return "tests:\n" + "".join(
        f"  - name: of {monitor}\n    monitor: {monitor!r}\n"
        "    series: [{metric: m, values: 1x9}]\n    expect: [{at: 9m, state: ok}]\n"
        for monitor in monitors
    )


def _with_tests(tmp_path: Path, tests: str) -> Path:
    root = write(tmp_path / "monitors", {"motor/flow.yaml": _TWO})
    (root / "motor/flow.tests.yaml").write_text(tests)
    return root


def test_unit_tests_of_what_leaves_go_too_and_those_of_others_stay(tmp_path: Path) -> None:
    root = _with_tests(tmp_path, _tests("a", "ab", "a*"))

    released = release(root, ["motor/flow/a"])

    assert (root / "motor/flow.tests.yaml").read_text() == _tests("ab", "a*")
    assert releasing.text(released).splitlines()[-2] == (
        "Took motor/flow/a and 1 unit test out of 2 files."
    )


def test_a_file_that_has_no_other_tests_is_left_to_a_person(tmp_path: Path) -> None:
    root = _with_tests(tmp_path, _tests("a"))

    released = release(root, ["motor/flow/a"])

    shown = (root / "motor/flow.tests.yaml").as_posix()
    assert released.notes == (f"delete {shown}: all its tests are of what leaves",)
    assert (root / "motor/flow.tests.yaml").read_text() == _tests("a")
