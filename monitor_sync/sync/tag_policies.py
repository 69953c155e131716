"""
Datadog's own tag policies: what they would refuse of a monitor that is written.

A policy holds for all monitors of an organisation at once. It asks for a tag key, or for certain
values of one, or for both. A monitor that breaks it goes on to alert, and nothing of it can be
changed until its tags are right (Datadog's page on monitor settings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

_ANY: Final = "*"


class TagPolicy(Struct, frozen=True, kw_only=True):
    """``values`` are those that tags of this ``key`` may have; none for any value."""

    key: str
    required: bool
    values: tuple[str, ...] = ()

    @property
    def choice(self) -> str:
        """The values in words: ``one of a, b``; empty where any will do."""
        return f"one of {', '.join(self.values)}" if self.values else ""


class BrokenPolicy(Struct, frozen=True, kw_only=True):
    """A policy that a monitor breaks: by this ``tag``, or because it lacks one (empty)."""

    policy: TagPolicy
    tag: str = ""

    @property
    def message(self) -> str:
        """What is wrong, in a sentence without a full stop."""
        key, choice = self.policy.key, self.policy.choice
        if not self.tag:
            return f"a tag policy of Datadog asks for the tag `{key}`, which is missing"
        return f"a tag policy of Datadog does not take `{self.tag}`: `{key}` is {choice}"

    @property
    def hint(self) -> str:
        """What to write, and what happens until then."""
        choice = f", {self.policy.choice}" if self.policy.choice else ""
        write = f"write another `{self.policy.key}`" if self.tag else f"add `{self.policy.key}`"
        return f"{write} under `tags`{choice}; until then Datadog refuses every write of it"


def read(policies: Iterable[Any]) -> tuple[TagPolicy, ...]:
    """
    Return the tag policies among Datadog's policies; those of other types ask nothing of tags.

    ``["*"]`` is any value (Datadog's Terraform provider); an empty list is taken for the same.
    """
    return tuple(_read(policies))


def _read(policies: Iterable[Any]) -> Iterator[TagPolicy]:
    for policy in policies:
        attributes = policy.get("attributes") if isinstance(policy, Mapping) else None
        body = attributes.get("policy") if isinstance(attributes, Mapping) else None
        key = body.get("tag_key") if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or not isinstance(key, str) or not key:
            continue
        values = body.get("valid_tag_values")
        values = [str(value) for value in values] if isinstance(values, list) else []
        yield TagPolicy(
            key=key,
            required=body.get("tag_key_required") is True,
            values=() if _ANY in values else tuple(values),
        )


def broken(policies: Sequence[TagPolicy], tags: Sequence[str]) -> Iterator[BrokenPolicy]:
    """Yield each policy that a monitor with these tags breaks."""
    by_key: dict[str, list[str]] = {}
    for tag in tags:
        by_key.setdefault(tag.partition(":")[0].lower(), []).append(tag)
    for policy in policies:
        carried = by_key.get(policy.key.lower(), [])
        if policy.required and not carried:
            yield BrokenPolicy(policy=policy)
        allowed = {value.lower() for value in policy.values}
        for tag in carried if allowed else ():
            if tag.partition(":")[2].lower() not in allowed:
                yield BrokenPolicy(policy=policy, tag=tag)
