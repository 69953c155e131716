"""Weekly pages to Slack: at most one message for a team and a week, whoever else tries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from monitor_sync.counting import count, listed
from monitor_sync.errors import AppliedInPart, RemoteError, UsageError
from monitor_sync.github import claims
from monitor_sync.http import webhook

if TYPE_CHECKING:
    from monitor_sync.app.weekly import Weekly
    from monitor_sync.github.client import GitHub

WEBHOOK: Final = "MONITOR_SYNC_SLACK_WEBHOOK"
"""The variable with the address; with ``_`` and a team's name in capitals behind it, the team's."""

REVIEW: Final = "review"
"""What the review of all units is called in place of a team."""

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPage:
    """
    What became of the page of one team, or of the review.

    ``taken``: somebody else has posted it, or tried to. ``problem`` says why it ``failed``.
    """

    name: str
    done: Literal["posted", "taken", "failed"]
    problem: str = ""


def post_weekly(
    weekly: Weekly,
    messages: Iterable[Message],
    github: GitHub,
    environ: Mapping[str, str],
    *,
    resend: bool = False,
) -> tuple[PostedPage, ...]:
    """
    Post the message of each page of ``weekly``; return what became of each.

    Each is claimed at GitHub before it is sent, and sent only where the claim is ours; ``resend``
    sends it whoever has it. Raises UsageError where a webhook is missing, or the week is known in
    part: nothing is posted then; AppliedInPart where a person interrupts the posting.
    """
    if not weekly.complete:
        raise UsageError(
            f"not posted, as a part of the history is missing: {'; '.join(weekly.notes)}",
            hint="once it can be read, run it again: nothing is claimed yet",
        )
    names = [REVIEW] if weekly.review is not None else [own.team.name for own in weekly.teams]
    addresses = list(_addresses(names, environ))

    def post(name: str, address: str, message: Message) -> PostedPage:
        place = ("weekly", weekly.project.name, weekly.week, name)
        return _posted(name, lambda: claims.claim(github, *place), resend,
                       lambda: webhook.post(address, message, environ))  # fmt: skip

    pages: list[PostedPage] = []
    try:
        pages.extend(map(post, names, addresses, messages))
    except KeyboardInterrupt:
        sent = sum(page.done == "posted" for page in pages)
        raise AppliedInPart(
            f"interrupted: {sent} of {count(len(names), 'page')} posted so far, and the next one"
            " may be claimed and not sent",
            hint="where a page is missing, `monitor-sync report weekly --post --resend TEAM`",
        ) from None
    return tuple(pages)


def _addresses(names: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the webhook of each page. Raises UsageError for those that have none."""
    missing = []
    for name in names:
        own = f"{WEBHOOK}_{_variable(name)}"
        address = webhook.address_in(environ, own, WEBHOOK)
        if not address:
            missing.append(own)
        yield address
    if missing:
        raise UsageError(
            f"no webhook to post to: neither {WEBHOOK} nor {listed(missing)} is set",
            hint=f"set {WEBHOOK} to the address of an incoming webhook of Slack",
        )


def _variable(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name.upper())


def _posted(
    name: str, claimed: Callable[[], bool], resend: bool, send: Callable[[], None]
) -> PostedPage:
    """Send one page if its claim is ours."""
    try:
        if not claimed() and not resend:
            return PostedPage(name=name, done="taken")
        send()
    except RemoteError as error:
        return PostedPage(name=name, done="failed", problem=error.problem)
    return PostedPage(name=name, done="posted")
