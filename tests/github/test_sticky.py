"""One comment that stays: posted once, edited after that, never somebody else's."""

from __future__ import annotations

import pytest

from monitor_sync.errors import AccessDenied, Rejected, Unreachable
from monitor_sync.github import marker, sticky
from monitor_sync.github.client import GitHub
from monitor_sync.github.marker import Marker
from tests.github.fake import BOT, FakeGitHub

FIRST = f"{Marker(fingerprint='0' * 8)}\nfirst"
SECOND = f"{Marker(fingerprint='1' * 8)}\nsecond"

FINGERPRINT = "05b7566a4c1d9e7f3b2a6d8c0e5f7a91"


def bodies(fake: FakeGitHub, number: int = 7) -> list[str]:
    return [comment["body"] for comment in fake.on(number)]


def test_the_first_run_posts_and_the_next_one_edits(fake: FakeGitHub, github: GitHub) -> None:
    posted = sticky.put(github, 7, FIRST)
    edited = sticky.put(github, 7, SECOND)

    assert (posted.done, edited.done) == ("posted", "edited")
    assert posted.url == edited.url
    assert bodies(fake) == [SECOND]


def test_what_already_says_so_is_not_written_again(fake: FakeGitHub, github: GitHub) -> None:
    sticky.put(github, 7, FIRST)
    fake.comments[0]["body"] = FIRST.replace("\n", "\r\n") + "\r\n"  # as a browser sends it
    fake.requests.clear()

    assert sticky.put(github, 7, FIRST).done == "left as it was"
    assert all(request.startswith("GET ") for request in fake.requests)


def test_a_marker_in_somebody_elses_comment_is_no_comment_of_ours(
    fake: FakeGitHub, github: GitHub
) -> None:
    fake.write_comment(7, FIRST, "mallory")
    sticky.put(github, 7, SECOND)
    assert bodies(fake) == [FIRST, SECOND]


def test_a_comment_of_ours_about_something_else_stays(fake: FakeGitHub, github: GitHub) -> None:
    about_drift = f"{Marker(kind='drift')}\ndrift"
    fake.write_comment(7, about_drift, BOT)
    fake.write_comment(7, "another workflow's words", BOT)
    sticky.put(github, 7, FIRST)
    assert bodies(fake) == [about_drift, "another workflow's words", FIRST]


def test_stale_doubles_are_deleted_and_the_oldest_is_edited(
    fake: FakeGitHub, github: GitHub
) -> None:
    oldest = fake.write_comment(7, FIRST, BOT)
    fake.write_comment(7, FIRST, BOT)
    fake.write_comment(7, FIRST, BOT)
    fake.write_comment(8, FIRST, BOT)

    put = sticky.put(github, 7, SECOND)

    assert put.removed == 2
    assert fake.on(7) == [oldest]
    assert bodies(fake, 8) == [FIRST]


def test_our_comment_is_found_on_a_later_page(fake: FakeGitHub, github: GitHub) -> None:
    for number in range(250):
        fake.write_comment(7, f"comment {number}", "ani")
    fake.write_comment(7, FIRST, BOT)
    assert sticky.put(github, 7, SECOND).done == "edited"
    assert len(fake.on(7)) == 251


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_post_whose_answer_is_lost_is_not_posted_twice(
    fake: FakeGitHub, github: GitHub, after: bool
) -> None:
    fake.fail("POST */issues/7/comments", 502, after=after)
    sticky.put(github, 7, FIRST)
    assert bodies(fake) == [FIRST]


def test_a_bad_gateway_is_tried_again(fake: FakeGitHub, github: GitHub) -> None:
    fake.fail("GET */issues/7/comments", 502, times=3)
    assert sticky.put(github, 7, FIRST).done == "posted"


def test_a_github_that_keeps_failing_is_told_in_one_line(fake: FakeGitHub, github: GitHub) -> None:
    fake.fail("GET */issues/7/comments", 502, times=99)
    with pytest.raises(
        Unreachable,
        match=r"^cannot read the comments of #7: GitHub answered 502, 5 times in a row$",
    ):
        sticky.put(github, 7, FIRST)


def test_a_token_that_may_not_write_is_told_with_the_usual_reason(
    fake: FakeGitHub, github: GitHub
) -> None:
    fake.permissions = {"pull-requests": "read"}
    with pytest.raises(AccessDenied, match="Resource not accessible by integration") as caught:
        sticky.put(github, 7, FIRST)
    assert "fork" in caught.value.hint


def test_a_comment_that_github_finds_too_long_is_refused_in_its_words(
    fake: FakeGitHub, github: GitHub
) -> None:
    with pytest.raises(Rejected, match="Body is too long"):
        sticky.put(github, 7, f"{FIRST}{'x' * 65_536}")
    assert not fake.comments


# the marker


def test_a_marker_says_what_it_was_given() -> None:
    written = Marker(fingerprint=FINGERPRINT, base="b" * 40, head="a" * 40, truncated=True)
    assert str(written) == (
        '<!-- monitor-sync {"v":1,"fingerprint":"05b7566a4c1d9e7f3b2a6d8c0e5f7a91",'
        f'"base":"{"b" * 40}","head":"{"a" * 40}","truncated":true}} -->'
    )
    assert marker.read(f"{written}\nanything") == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "words first\n<!-- monitor-sync {} -->",
        "<!-- monitor-sync {} -->",
        '<!-- monitor-sync {"v":2} -->',
        '<!-- monitor-sync {"v":1,"kind":"other"} -->',
        "<!-- monitor-sync {broken} -->",
    ],
)
def test_what_is_no_marker_of_ours_is_none(text: str) -> None:
    assert marker.read(text) is None


def test_a_marker_can_be_made_to_say_nothing_but_hex() -> None:
    written = Marker(fingerprint="x --> @all", base="main", head="a" * 39)
    assert marker.read(str(written)) == Marker()
    read = marker.read('<!-- monitor-sync {"v":1,"fingerprint":"--yes","base":7} -->')
    assert read == Marker()
