"""Codemods: files rewritten where Datadog, a metric, a tag or a team's routing has changed."""
