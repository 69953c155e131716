"""Who may be an account that a whole team shares."""

from __future__ import annotations

from datetime import timedelta

from monitor_sync.oncall import shared_accounts
from monitor_sync.oncall.path import EscalationLevel, Followed, LookAhead, Responder, Shift
from tests.oncall.zenduty.estate import NOW

WINDOW = LookAhead(now=NOW)
OPS = Responder(id="ops", name="Ops Account")
ANI = Responder(id="ani", name="Ani")


def followed(*levels: Responder, shifts: tuple[Responder, ...] = ()) -> Followed:
    week = timedelta(days=7)
    return Followed(
        steps=(),
        levels=tuple(
            EscalationLevel(position=place, delay=None, people=(person,))
            for place, person in enumerate(levels, 1)
        ),
        shifts=tuple(
            Shift(person=person, start=NOW + place * week, end=NOW + (place + 1) * week)
            for place, person in enumerate(shifts)
        ),
    )


def warned(path: Followed, *others: str) -> list[str]:
    named = [("motor", path), *((team, path) for team in others)]
    return shared_accounts.warnings("motor", path, shared_accounts.teams_of(named), WINDOW)


def test_one_person_for_all_fourteen_days() -> None:
    assert warned(followed(OPS, ANI, shifts=(OPS, OPS))) == [
        "a shared account? Ops Account is on call alone for all 14 days"
    ]


def test_one_person_at_both_levels() -> None:
    assert warned(followed(OPS, OPS, shifts=(OPS, ANI))) == [
        "a shared account? Ops Account is the second level too"
    ]


def test_one_person_for_several_teams() -> None:
    assert warned(followed(OPS, ANI, shifts=(OPS, ANI)), "travel", "payments") == [
        "a shared account? Ops Account is on call for payments, travel too"
    ]


def test_people_who_take_turns_are_no_shared_account() -> None:
    assert warned(followed(OPS, ANI, shifts=(OPS, ANI))) == []
