"""The JSON Schemas that are shipped with the tool."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any


def folder() -> Path:
    """Return where the schemas are: inside an installed copy, beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@functools.cache
def bundle(name: str) -> dict[str, Any]:
    """Return one schema with the shared definitions inside it, as validators want it."""
    text = (folder() / f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text.replace("definitions.json#/", "#/"))
    if name == "definitions":
        _share_fields(schema["definitions"])
    else:
        schema["definitions"] = bundle("definitions")["definitions"]
    return schema


def _share_fields(definitions: dict[str, Any]) -> None:
    """Put each field of ``changes`` where another level refers to it: what it says is said once."""
    fields = definitions["changes"]["properties"]
    for level in ("monitor", "defaults"):
        properties = definitions[level]["properties"]
        for name in properties.keys() & fields.keys():
            if properties[name] == {"$ref": f"#/definitions/changes/properties/{name}"}:
                properties[name] = fields[name]
