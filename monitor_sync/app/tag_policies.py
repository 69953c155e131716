"""What Datadog's tag policies would refuse, and where in the files: before any write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from monitor_sync.app import files

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.diagnostics import Diagnostic, Span
    from monitor_sync.project.document import Document
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.tag_policies import BrokenPolicy

RULE: Final = "tags/refused-by-policy"

HINT: Final = f"`monitor-sync explain {RULE}` says more"


def refused(
    loaded: Loaded, client: Client, tags: Mapping[str, Sequence[str]]
) -> tuple[Diagnostic, ...]:
    """
    Return what the policies refuse of monitors that would be written with these tags, by key.

    One request, and none where nothing is written. Severities of the policy in project.yaml and
    suppressions count as for every rule. Raises RemoteError.
    """
    if not tags:
        return ()
    from monitor_sync.sync import tag_policies

    policies = tag_policies.read(client.policies.all())
    diagnostics = [
        _diagnostic(loaded, key, mistake)
        for key, carried in tags.items()
        for mistake in tag_policies.broken(policies, carried)
    ]
    shown = files.shown(loaded.project, diagnostics)
    return tuple(sorted(shown, key=lambda diagnostic: diagnostic.order))


def _diagnostic(loaded: Loaded, key: str, mistake: BrokenPolicy) -> Diagnostic:
    document, span = _place(loaded, key, mistake.tag)
    return document.diagnostic(RULE, mistake.message, span, hint=mistake.hint, key=key)


def _place(loaded: Loaded, key: str, tag: str) -> tuple[Document, Span]:
    """Return where a tag is written; one that lives and no file says stands at its monitor."""
    if not tag:
        return loaded.place(key, ("tags",))
    declared = loaded.project.monitors[key].tags
    return loaded.place(key, ("tags", declared.index(tag)) if tag in declared else ())
