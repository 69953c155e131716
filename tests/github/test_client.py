"""GitHub's answers as PyGithub takes them: what it cannot use is told in our words."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.errors import Rejected, Unreachable
from monitor_sync.github.client import GitHub
from tests.github.fake import FakeGitHub


@pytest.mark.parametrize(
    "changed",
    [{"body": 7}, {"id": ["7"]}, {"user": {"login": "ani", "type": []}}, {"html_url": {}}],
)
def test_a_comment_of_another_shape_is_no_answer(
    fake: FakeGitHub, github: GitHub, changed: dict[str, Any]
) -> None:
    fake.write_comment(7, "hello", "ani").update(changed)

    with pytest.raises(Unreachable, match="cannot read the comments of #7: GitHub's answer is not"):
        github.comments(7)


def test_an_author_without_a_login_has_no_name(fake: FakeGitHub, github: GitHub) -> None:
    fake.write_comment(7, "hello", "ani")["user"] = {"login": None}

    assert github.comments(7)[0].author == ""


@pytest.mark.parametrize("errors", [7, None, "x", [7, None], [{"message": "y" * 100_000}]])
def test_a_refusal_of_any_shape_is_told_on_one_short_line(
    fake: FakeGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch, errors: object
) -> None:
    answer = {"message": "No\n::error::x", "errors": errors}
    monkeypatch.setattr(fake, "handle", lambda *_: (422, answer))

    with pytest.raises(Rejected, match="GitHub answered 422, No ::error::x") as refused:
        github.add_comment(7, "hello")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1_000
