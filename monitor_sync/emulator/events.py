"""
Alert events of monitors: search (v2) and the older listing (v1), over a history that was made up.

Shapes of requests and pages are those of Datadog's API description. An account without a history
has no events, as in its recordings.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.history import alert_events
from monitor_sync.emulator.history.made import PastEvent, PastHistory
from monitor_sync.emulator.history.records import PastEpisode, Transition
from monitor_sync.emulator.instants import instant
from monitor_sync.emulator.metrics import alerts
from monitor_sync.emulator.search_query import Predicate, test_of

_SHAPES: dict[str, shapes.Shape] = {"filter": shapes.record, "page": shapes.record}
_LARGEST_PAGE, _USUAL_PAGE = 1000, 10
_SORTS = ("timestamp", "-timestamp")


def search(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/events/search: one page, and the cursor to the next where there is one."""
    sent = request.json()
    shapes.check(sent, _SHAPES)
    sought, page = sent.get("filter") or {}, sent.get("page") or {}
    return _found(account, sought, page, sent.get("sort") or _SORTS[0])


def list_all(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/events: the same search, written in the query."""
    query = request.query
    sought = {name: query.get(f"filter[{name}]") for name in ("query", "from", "to")}
    page = {"cursor": query.get("page[cursor]"), "limit": request.number("page[limit]", 0) or None}
    return _found(account, sought, page, query.get("sort") or _SORTS[0])


def _found(account: Account, sought: Json, page: Json, sort: Json) -> Answer:
    limit = page.get("limit") or _USUAL_PAGE
    if not shapes.whole(limit) or not 0 < limit <= _LARGEST_PAGE:
        raise shapes.invalid("page.limit")
    if sort not in _SORTS:
        raise shapes.invalid("sort")
    now = account.clock()
    since = instant(sought.get("from") or "now-15m", now, "filter.from")
    until = instant(sought.get("to") or "now", now, "filter.to")
    history = account.history or alerts.past(account, since, until)
    if history is None:
        return answer({"data": []})
    test = _test(history, sought.get("query") or "*")
    places = _places(history, since, until, page.get("cursor"), backwards=sort == "-timestamp")
    matching = (place for place in places if test(history.events[place]))
    matches = list(islice(matching, limit + 1))
    data = [alert_events.document(history, history.events[place]) for place in matches[:limit]]
    after = {"after": _cursor(matches[limit])} if len(matches) > limit else {}
    meta = {"elapsed": 1, "page": after, "request_id": str(uuid.uuid4()), "status": "done"}
    return answer({"data": data, "meta": meta})


def _places(
    history: PastHistory, since: float, until: float, cursor: Json, *, backwards: bool
) -> range:
    """Return which events lie in a span, in order, from the cursor on."""
    first = bisect_left(history.events, since, key=_at)
    last = bisect_left(history.events, until, key=_at)
    if cursor:
        place = _place(cursor)
        first, last = (first, min(place + 1, last)) if backwards else (max(place, first), last)
    return range(last - 1, first - 1, -1) if backwards else range(first, last)


def _at(event: PastEvent) -> int:
    return event.at


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f'{{"after":{place}}}'.encode()).decode()


def _place(cursor: Json) -> int:
    try:
        text = base64.urlsafe_b64decode(str(cursor)).decode()
        return int(text.removeprefix('{"after":').removesuffix("}"))
    except (ValueError, binascii.Error):
        raise shapes.invalid("page.cursor") from None


def listing(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/events: at most 1,000, the newest first; pages only of unaggregated events."""
    query = request.query
    if "start" not in query or "end" not in query:
        raise refused("Missing required parameter(s): start, end")
    start, end = request.number("start", 0), request.number("end", 0)
    unaggregated = request.flag("unaggregated") or request.flag("exclude_aggregate")
    if "page" in query and not unaggregated:
        raise refused("The parameter 'page' needs unaggregated or exclude_aggregate")
    history = account.history or alerts.past(account, start, end)
    wanted = set(filter(None, query.get("tags", "").split(",")))
    alone = {"alert", "monitor alert"} & set(query.get("sources", "alert").lower().split(","))
    if history is None or not alone:
        return answer({"events": []})
    places = _places(history, start, end + 1, None, backwards=True)
    events = (history.events[place] for place in places)
    matching = (e for e in events if wanted <= {*alert_events.tags(history.episodes[e.episode])})
    skipped = request.number("page", 0) * _LARGEST_PAGE
    page = islice(matching, skipped, skipped + _LARGEST_PAGE)
    return answer({"events": [alert_events.old_document(history, event) for event in page]})


def _test(history: PastHistory, query: Json) -> Predicate:
    if not isinstance(query, str):
        raise shapes.invalid("filter.query")

    def term(word: str, field: str) -> Predicate:
        return _term(history, word, field)

    return test_of(query, term)


def _term(history: PastHistory, word: str, field: str) -> Predicate:
    """Return the test of one word of a query: a facet, a tag, or a word of the title."""
    if not field and ":" in word and not word.startswith('"'):
        field, word = word.split(":", 1)
    value = word.strip('"').lower()
    if not field and value == "*":
        return lambda _: True
    if field == "source":
        return lambda _: value in {"alert", "*"}
    if not field:
        return lambda event: value in _title(history, event)
    name = field.lower()
    states = _OF_TRANSITIONS.get(name)
    if states is not None:
        return lambda event: value in {"*", states(event.transition).lower()}
    texts = _OF_EPISODES.get(name) or _tagged(name)
    return lambda event: any(
        value in {"*", text.lower()} for text in texts(history.episodes[event.episode])
    )


def _title(history: PastHistory, event: PastEvent) -> str:
    return str(history.episodes[event.episode].monitor.body["name"]).lower()


_Texts = Callable[[PastEpisode], Iterable[str]]


def _tagged(name: str) -> _Texts:
    prefix = f"{name}:"
    return lambda episode: [
        tag.removeprefix(prefix) for tag in alert_events.tags(episode) if tag.startswith(prefix)
    ]


_OF_EPISODES: Mapping[str, _Texts] = {
    "@monitor.id": lambda episode: (str(episode.monitor.id),),
    "@monitor.groups": lambda episode: episode.group,
    "@monitor.name": lambda episode: (episode.monitor.body["name"],),
    "@monitor.priority": lambda episode: (str(episode.monitor.body["priority"] or 0),),
    "@monitor.alert_cycle_key_txt": lambda episode: (str(episode.cycle),),
}
_OF_TRANSITIONS: Mapping[str, Callable[[Transition], str]] = {
    "@monitor.transition.transition_type": lambda transition: transition.kind,
    "@monitor.transition.source_state": lambda transition: transition.before,
    "@monitor.transition.destination_state": lambda transition: transition.after,
}
