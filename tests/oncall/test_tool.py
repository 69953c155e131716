"""Tools of other packages, by entry point."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor_sync.oncall.path import LookAhead, PageToFollow
from monitor_sync.oncall.tool import Connection, Unusable, connect
from tests.oncall.zenduty.estate import NOW

BELLBOY = """
from monitor_sync.oncall.path import Followed, PathStep


class Bellboy:
    title = "Bellboy"
    handle_kinds = frozenset({"webhook"})

    def __init__(self, bell):
        self.bell = bell

    def follow(self, page, window):
        return Followed(steps=(PathStep(step="person", name=self.bell, status="ok"),))

    def close(self):
        pass


def connect(connection):
    return Bellboy(connection.environ["BELL"])
"""


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str, source: str = BELLBOY
) -> None:
    """Install a package that adds a tool, as an installer would: a module and its metadata."""
    (folder / "bellboy.py").write_text(source)
    metadata = folder / "bellboy-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bellboy\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[monitor_sync.oncall_tools]\nbellboy = {value}\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "bellboy", raising=False)


def test_a_package_adds_a_tool_by_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "bellboy:connect")

    tool = connect("bellboy", Connection(environ={"BELL": "Ting"}))

    page = PageToFollow(team="lobby", handle="@webhook-lobby", target="lobby")
    (step,) = tool.follow(page, LookAhead(now=NOW)).steps
    assert (tool.title, step.name, step.status) == ("Bellboy", "Ting", "ok")


def test_a_package_that_cannot_be_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "bellboy:ring")

    with pytest.raises(Unusable, match="the package bellboy that adds bellboy"):
        connect("bellboy", Connection(environ={}))


PAGE = PageToFollow(team="lobby", handle="@webhook-lobby", target="lobby")

NONSENSE = (
    "raise KeyError('ani@acme.example')",
    "return None",
    "return Followed(steps=())",
    "return Followed(steps=({'step': 'person'},))",
    "return Followed(steps=(PathStep(step='moon', name='', status='ok'),))",
    "return Followed(steps=(PathStep(step='person', name=None, status='ok'),))",
    "return Followed(steps=(PathStep(step='person', name='', status='fine'),))",
    "return Followed(steps=(PathStep(step='person', name='', status='ok'),), levels=3)",
)


@pytest.mark.parametrize("body", NONSENSE)
def test_a_package_that_fails_or_answers_nonsense_is_not_checked_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    wrong = 'return Followed(steps=(PathStep(step="person", name=self.bell, status="ok"),))'
    assert wrong in BELLBOY
    install(tmp_path, monkeypatch, "bellboy:connect", BELLBOY.replace(wrong, body))
    tool = connect("bellboy", Connection(environ={"BELL": "Ting"}))

    followed = tool.follow(PAGE, LookAhead(now=NOW))
    tool.close()

    assert {step.status for step in followed.steps} == {"not_checked"}
    assert len(followed.steps) == 5
    assert all("the package bellboy that adds Bellboy" in step.what for step in followed.steps)
    assert "acme.example" not in repr(followed)


@pytest.mark.parametrize(
    "source", ["raise ValueError('x')", BELLBOY.replace("return Bellboy(", "return Absent(")]
)
def test_a_package_that_cannot_be_loaded_or_connected_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    install(tmp_path, monkeypatch, "bellboy:connect", source)
    with pytest.raises(Unusable, match="the package bellboy that adds bellboy cannot be"):
        connect("bellboy", Connection(environ={"BELL": "Ting"}))


def test_a_tool_that_nobody_adds_says_which_there_are() -> None:
    with pytest.raises(Unusable) as refusal:
        connect("semaphore", Connection(environ={}))
    assert "zenduty" in refusal.value.fix
