"""
What to do on the side of the tool that managed adopted monitors, told from that tool's own state.

Pure. Three documents are read: ``terraform show -json`` (a state or a plan), ``pulumi stack
export`` and ``kubectl get datadogmonitors -A -o json``. Nothing of them is told but addresses: a
state holds secrets.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.counting import count

_TERRAFORM: Final = frozenset({"datadog_monitor", "datadog_monitor_json"})
_PULUMI: Final = frozenset(
    {"datadog:index/monitor:Monitor", "datadog:index/monitorJson:MonitorJson"}
)
_INSTANCE: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
"""An instance key in an address of Terraform: ``[0]`` or ``["rail"]``."""

_DEEPEST: Final = 200
"""Modules within modules that are followed."""


class UnknownDocument(ValueError):
    """The document is of none of the tools; the text says which ones are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSide:
    """
    The steps on the other side, as text to paste, for monitors that the document names.

    ``unnamed`` are adopted monitors that it does not name.
    """

    tool: str
    text: str
    unnamed: tuple[int, ...] = ()


def steps(document: Any, adopted: Collection[int]) -> OtherSide:
    """Return what lets go of exactly the adopted monitors. Raises UnknownDocument."""
    if not isinstance(document, Mapping):
        raise UnknownDocument(_EXPECTED)
    if isinstance(document.get("deployment"), Mapping):
        tool, named, text = "pulumi", *_pulumi(document["deployment"], adopted)
    elif isinstance(document.get("items"), list):
        tool, named, text = "datadog-operator", *_operator(document["items"], adopted)
    elif (root := _root_module(document)) is not None:
        tool, named, text = "terraform", *_terraform(root, adopted)
    else:
        raise UnknownDocument(_EXPECTED)
    return OtherSide(tool=tool, text=text, unnamed=tuple(sorted({*adopted} - named)))


_EXPECTED: Final = (
    "it is no output of `terraform show -json`, `pulumi stack export` or"
    " `kubectl get datadogmonitors -A -o json`"
)


def _id(value: Any) -> int:
    """Return a monitor's id from a number or its digits; 0 for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list, whatever else stands in it."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, Mapping))


# Terraform and OpenTofu


_REMOVED: Final = """\
removed {{
  from = {}
  lifecycle {{
    destroy = false
  }}
}}
"""


def _root_module(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the root module of a state, or of the state in a plan; None where there is none."""
    for holder in (document, document.get("prior_state")):
        values = holder.get("values") if isinstance(holder, Mapping) else None
        root = values.get("root_module") if isinstance(values, Mapping) else None
        if isinstance(root, Mapping):
            return root
    return None


def _terraform(root: Mapping[str, Any], adopted: Collection[int]) -> tuple[set[int], str]:
    """
    Return the ids that are named, and ``removed`` blocks for them.

    A block names a resource and takes no instance key (Terraform's page on removing a resource from
    state), so it is written only where every instance is adopted; of others ``terraform state rm``
    lets go of single instances.
    """
    resources: dict[str, dict[str, int]] = {}
    for address, number in _instances(root, _DEEPEST):
        resources.setdefault(_INSTANCE.sub("", address), {})[address] = number
    named: set[int] = set()
    blocks, commands = [], []
    for bare, instances in sorted(resources.items()):
        going = {address: number for address, number in instances.items() if number in adopted}
        named |= {*going.values()}
        if going and len(going) == len(instances):
            blocks.append(_REMOVED.format(bare))
        else:
            commands += [f"terraform state rm {shlex.quote(name)}\n" for name in sorted(going)]
    if commands:
        commands.insert(0, "# instances of resources of which others stay in Terraform:\n")
    return named, "\n".join(blocks) + ("\n" if blocks and commands else "") + "".join(commands)


def _instances(module: Mapping[str, Any], depth: int) -> Iterator[tuple[str, int]]:
    """Yield the address and the id of each monitor of a module and of those within it."""
    for resource in _entries(module.get("resources")):
        values, address = resource.get("values"), resource.get("address")
        if (
            resource.get("type") in _TERRAFORM
            and resource.get("mode", "managed") == "managed"
            and isinstance(values, Mapping)
            and isinstance(address, str)
            and (number := _id(values.get("id")))
        ):
            yield address, number
    if depth:
        for child in _entries(module.get("child_modules")):
            yield from _instances(child, depth - 1)


# Pulumi


def _pulumi(deployment: Mapping[str, Any], adopted: Collection[int]) -> tuple[set[int], str]:
    """Return the ids that are named, and a command for each: ``--force`` where it is protected."""
    named, lines = set(), []
    for resource in _entries(deployment.get("resources")):
        number, urn = _id(resource.get("id")), resource.get("urn")
        if resource.get("type") in _PULUMI and number in adopted and isinstance(urn, str):
            named.add(number)
            forced = " --force" if resource.get("protect") is True else ""
            lines.append(f"pulumi state delete{forced} --yes {shlex.quote(urn)}\n")
    return named, "".join(sorted(lines))


# Datadog's operator for Kubernetes


def _operator(items: Iterable[Any], adopted: Collection[int]) -> tuple[set[int], str]:
    """
    Return the ids that are named, and commands that delete each object and not its monitor.

    The operator deletes a monitor by a finalizer on its object, and puts that back while it runs.
    """
    named, lines = set(), []
    for item in _entries([*items]):
        status, about = item.get("status"), item.get("metadata")
        number = _id(status.get("id")) if isinstance(status, Mapping) else 0
        if number not in adopted or not isinstance(about, Mapping):
            continue
        named.add(number)
        where = f"-n {shlex.quote(str(about.get('namespace') or 'default'))}"
        name = f"datadogmonitor {shlex.quote(str(about.get('name')))}"
        patch = shlex.quote('{"metadata":{"finalizers":null}}')
        lines.append(
            f"kubectl {where} patch {name} --type merge -p {patch} &&"
            f" kubectl {where} delete {name}\n"
        )
    stopped = f"# with the operator stopped, {count(len(lines), 'object')}:\n" if lines else ""
    return named, stopped + "".join(sorted(lines))
