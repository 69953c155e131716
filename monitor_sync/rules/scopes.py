"""What a query looks at: does it keep to the environment?"""

from __future__ import annotations

from collections.abc import Iterator

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query import series, tags
from monitor_sync.language.tree import CheckQuery, Everything, SearchQuery
from monitor_sync.language.tree_queries import words_of
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import QueryView

_ENV = "env"


@rule("query/every-environment", Severity.WARNING)
def every_environment(view: QueryView) -> Iterator[Finding]:
    """
    A query has no filter at all, although the organisation requires the tag `env`.

    Why: `policy.required_tags` asks that every monitor says which environment it is for. A query
    over `{*}` mixes all of them: a test in staging alerts, and a fault in production drowns in the
    average.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` where `policy: {required_tags: {env: null}}`

    Use instead: `{env:${env}}`, or `by {env}`

    Source: `policy.required_tags` in project.yaml.
    """
    if _ENV not in view.policy.required_tags or _ENV in view.keys:
        return
    message = "the query reads every environment, and the policy asks for `env`"
    hint = "write `env:${env}` in the filter"
    for each_series in series(view.query):
        if isinstance(each_series.scope.condition, Everything) and _ENV not in each_series.keys:
            scope = each_series.scope
            yield Finding(
                message=message, field=("query",), start=scope.start, end=scope.end, hint=hint
            )
            return
    tree = view.query.tree
    filters = [tag for tag in tags(view.query) if tag.key or tag.value != "*"]
    if isinstance(tree, SearchQuery) and not filters and tree.search.value.strip() in ("", "*"):
        yield Finding(
            message=message,
            field=("query",),
            start=tree.search.start,
            end=tree.search.end,
            hint=hint,
        )
    if isinstance(tree, CheckQuery):
        for step in tree.steps:
            if step.name.text == "over" and [words_of(a) for a in step.arguments] == ["*"]:
                yield Finding(
                    message=message,
                    field=("query",),
                    start=step.start,
                    end=step.end,
                    hint='write `.over("env:${env}")`',
                )
