"""
Views that many monitors share, so that a rule runs once for all of them.

Most monitors of a project come from few templates. They have the same options and recipients, their
queries differ in metrics and plain tag values, their texts in words. A shared view holds what is
left when these are replaced. What a rule does not find in it, the rule finds in none of its
monitors; what it does find is then looked for in each of them, for the places and the names.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, Final

from monitor_sync.language.query_shape import shape
from monitor_sync.model import KEY_TAG, Monitor, Project
from monitor_sync.rules.values import LONGEST_TAG
from monitor_sync.rules.views import (
    Aspects,
    MessageView,
    QueryView,
    TagsView,
    TemplateContext,
    escalation_of,
    pagers_of,
)

# What Datadog reads in a text. The character before a handle decides whether it is one; the second
# pattern is for texts without @, as nothing in it begins with just any character.
_END: Final = "\x1c"
_MARKS: Final = re.compile(
    rf"\{{\{{.*?\}}\}}+|\{{[^{{}}\n]*\}}|\}}\}}|\{{\{{|.?@[^\s]*|#+|{_END}", re.DOTALL
)
_TAGS: Final = re.compile(rf"\{{\{{.*?\}}\}}+|\{{[^{{}}\n]*\}}|\}}\}}|\{{\{{|#+|{_END}", re.DOTALL)
_NO_MARKS: Final = (_END, _END)
_WORDS: Final = " words "
_MOST_MARKS: Final = 300
_LONGEST: Final = 4_000
"""Characters. Longer texts, or those with more marks, are shared by no two monitors, and parsing
them twice would take too long."""


class Memo:
    """The shared views of one project, by what they hold."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._queries: dict[Hashable, tuple[QueryView, TemplateContext]] = {}
        self._contexts: dict[TemplateContext, TemplateContext] = {}
        self._messages: dict[Hashable, MessageView] = {}
        self._tags: dict[Hashable, TagsView] = {}
        self._options: dict[int, str] = {}
        self._pagers = pagers_of(project.policy.pagers, project.limits.pager_handles)

    def views(self, monitor: Monitor) -> Aspects:
        """Return the shared views that stand for a monitor."""
        query_view, context = self._query(monitor)
        return query_view, self._message(monitor, context), self._tags_of(monitor)

    def _tags_of(self, monitor: Monitor) -> TagsView:
        tags = monitor.body["tags"]
        own = f"{KEY_TAG}:{monitor.key}"
        if tags and tags[-1] == own and len(own) <= LONGEST_TAG:
            shared = (*tags[:-1], f"{KEY_TAG}:key")  # no two monitors have one key
        else:
            shared = tuple(tags)
        content = (monitor.service, shared)
        view = self._tags.get(content)
        if view is None:
            view = self._tags[content] = TagsView(shared, monitor.service, self._project.policy)
        return view

    def _query(self, monitor: Monitor) -> tuple[QueryView, TemplateContext]:
        options = monitor.body["options"]
        text = shape(monitor.query) if len(monitor.query) <= _LONGEST else monitor.query
        content = (monitor.type, self._options_as_text(options), monitor.priority, text)
        known = self._queries.get(content)
        if known is None:
            view = QueryView(monitor.type, text, options, monitor.priority, self._project.policy)
            context = view.template_context
            known = self._queries[content] = view, self._contexts.setdefault(context, context)
        return known

    def _message(self, monitor: Monitor, context: TemplateContext) -> MessageView:
        texts = marks(monitor.name, monitor.text, escalation_of(monitor))
        length = len(monitor.name) + len(monitor.text)
        if length > _LONGEST or len(texts) > _MOST_MARKS:
            return MessageView.of(monitor, self._project, context)
        # contexts and recipients live as long as this, so that their ids are never taken again
        content = (id(context), monitor.team, id(monitor.recipients), texts)
        view = self._messages.get(content)
        if view is None:
            name, text, escalation = _without_words(texts)
            view = self._messages[content] = MessageView(
                context=context,
                name=name,
                text=text,
                added=str(monitor.body["message"])[monitor.text_end :],
                escalation=escalation,
                recipients=monitor.recipients,
                team=self._project.teams[monitor.team],
                teams=self._project.teams,
                policy=self._project.policy,
                pagers=self._pagers,
            )
        return view

    def _options_as_text(self, options: Mapping[str, Any]) -> str:
        """Return options as text; all items of a template without holes in them have one object."""
        known = self._options.get(id(options))
        if known is None:
            known = self._options[id(options)] = repr(options)
        return known


def marks(*texts: str) -> tuple[str, ...]:
    """
    Return what Datadog reads in these texts, without the words between; ``_END`` separates texts.

    Where a text opens a tag and does not close it, each text is one mark: to Datadog all that
    follows may be the tag.
    """
    joined = f"{_END}\n".join(texts)
    if "{" not in joined and "@" not in joined:
        return _NO_MARKS
    if joined.rfind("{{") <= joined.rfind("}}"):
        pattern = _MARKS if "@" in joined else _TAGS
        pieces = tuple(pattern.findall(joined))
        if pieces.count(_END) == len(texts) - 1:
            return pieces
    return (*(part for text in texts[:-1] for part in (text, _END)), texts[-1])


def _without_words(parts: tuple[str, ...]) -> list[str]:
    """Return texts that have these marks, all with the same words between them."""
    texts: list[list[str]] = [[""]]
    for part in parts:
        if part == _END:
            texts.append([""])
        else:
            texts[-1] += (part, "")
    return [_WORDS.join(text) for text in texts]
