"""JUnit's XML: well-formed whatever the text, a case a monitor, failures where they belong."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from hypothesis import given

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render import junit
from tests.render.builders import diagnostic_about, many, texts

FLOW = "monitors/motor/flow.yaml"
A, B = "motor/flow/a", "motor/flow/b"


def suites(
    several: Sequence[Diagnostic],
    declared: dict[str, list[str]] | None = None,
    fail_on: Severity = Severity.ERROR,
) -> ET.Element:
    text = junit.text(several, {FLOW: [A, B]} if declared is None else declared, fail_on)
    return ET.fromstring(text.encode())  # noqa: S314 - our own output is what is tested


def test_every_monitor_is_a_case_of_its_file_and_one_with_an_error_fails() -> None:
    root = suites([diagnostic_about("x: 1", "1", key=A, hint="write 2")])

    (suite,) = root
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (FLOW, "2", "1")
    assert [(case.get("name"), len(case)) for case in suite] == [(A, 1), (B, 0)]
    (failure,) = suite[0]
    assert failure.tag == "failure"
    assert failure.get("type") == "schema/wrong"
    assert failure.get("message") == "1 is wrong"
    assert "x: 1" in str(failure.text)
    assert "help: write 2" in str(failure.text)


def test_a_file_with_findings_of_its_own_is_a_case() -> None:
    (suite,) = suites([diagnostic_about("a: b", "b")], declared={})
    assert [case.get("name") for case in suite] == [FLOW]


def test_a_warning_is_output_unless_warnings_fail() -> None:
    warned = [diagnostic_about("x: 1", "1", key=A, severity=Severity.WARNING)]

    assert [part.tag for part in suites(warned)[0][0]] == ["system-out"]
    assert [part.tag for part in suites(warned, fail_on=Severity.WARNING)[0][0]] == ["failure"]


def test_several_errors_of_a_monitor_are_one_failure_that_says_how_many() -> None:
    (failure,) = suites(
        [diagnostic_about("x: 1", "x", key=A), diagnostic_about("x: 1", "1", key=A)]
    )[0][0]

    assert failure.get("message") == "x is wrong, and 1 more"
    assert str(failure.text).count("error:") == 2


def test_a_mistake_in_a_template_fails_the_monitors_it_is_in() -> None:
    root = suites([diagnostic_about("x: 1", "1", key=key) for key in (A, B)])
    assert root.get("failures") == "2"


@given(many, texts)
def test_no_text_breaks_the_document(several: Sequence[Diagnostic], key: str) -> None:
    root = suites(several, declared={key: [key]})

    cases = list(root.iter("testcase"))
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "system-out",
    }  # fmt: skip
    assert root.get("tests") == str(len(cases))
    failing = [case for case in cases if case.find("failure") is not None]
    assert root.get("failures") == str(len(failing))
