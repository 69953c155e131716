"""What an answer means: a page of a proxy has a title, which takes no time to find."""

from __future__ import annotations

from monitor_sync.http.answers import outcome
from monitor_sync.http.failure import Failure
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.service import RateLimitHeaders
from tests.growth import times_as_long

REQUEST = ApiRequest(
    method="GET", path="/", kind="monitors", subject="monitors", operation="list", repeatable=True
)


def title_of(page: str) -> str:
    failure = outcome(
        REQUEST,
        502,
        page.encode(),
        {},
        expected=list,
        redaction=Redaction(()),
        sentences=lambda _: (),
        limits=RateLimitHeaders(),
    )
    assert isinstance(failure, Failure)
    return failure.detail


def test_the_title_of_a_page_is_told_on_one_line() -> None:
    assert title_of("<html><title>\n  Bad   gateway\n</title>") == "Bad gateway"
    assert title_of("<html><title> </title>") == title_of("<html>") == ""


def test_a_title_without_end_takes_no_longer_than_it_is() -> None:
    def look(blanks: int) -> None:
        assert title_of("<title>" + " " * blanks) == ""

    assert times_as_long(lambda: look(400), lambda: look(3_900), allowed=30) <= 30
