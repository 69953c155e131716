"""Small projects written to a folder and read back."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import Monitor
from monitor_sync.project.load import Loaded, load

PROJECT = "project: acme\ntags: {env: production}\nrunbooks: https://runbooks.example/\n"
TEAMS = """
teams:
  motor-quotes:
    name: Motor quotes
    on_call: {tool: zenduty, service: motor-quotes}
    handles: {pager: "@webhook-zenduty-motor", chat: "@slack-motor"}
    notify:
      - priorities: [1, 2]
        alert: [pager, chat]
        no_data: [pager]
        renotify: [pager]
        recovery: [pager, chat]
      - {alert: [chat], warning: [chat], no_data: [chat], recovery: [chat]}
  claims: {}
"""
UNIT = "name: Motor\nteam: motor-quotes\n"
MONITOR = """
name: Errors
query: "avg(last_5m):sum:motor.errors{env:${env}} > ${critical}"
thresholds: {critical: 5}
message: Quotes fail.
"""


def indented(text: str, by: int) -> str:
    """Dedented text, every line moved in, so that blocks can be nested."""
    return "".join(" " * by + line + "\n" for line in dedent(text).strip().splitlines())


def flow(monitors: str) -> dict[str, str]:
    """A file of monitors at ``motor/flow.yaml``."""
    return {"motor/flow.yaml": "monitors:\n" + indented(monitors, 2)}


def one(text: str) -> dict[str, str]:
    """One monitor, ``motor/flow/errors``, with these lines added to a sound one."""
    return flow("errors:\n" + indented(MONITOR, 2) + indented(text, 2))


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """The files of a small project, these replacing or adding to the usual ones."""
    usual = {"project.yaml": PROJECT, "teams.yaml": TEAMS, "motor/business-unit.yaml": UNIT}
    for name, content in {**usual, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def read(root: Path, files: dict[str, str], *, notify_only: str = "") -> Loaded:
    """A small project read."""
    return load(write(root / "monitors", dict(files)), notify_only=notify_only)


def monitor(root: Path, files: dict[str, str], key: str = "motor/flow/errors") -> Monitor:
    """One monitor of a project that must be sound."""
    loaded = read(root, files)
    assert loaded.diagnostics == ()
    return loaded.project.monitors[key]


def underlined(diagnostic: Diagnostic) -> str:
    """A diagnostic in one line, with the text that it underlines."""
    span = diagnostic.span
    text = diagnostic.excerpt[span.column - 1 : span.end_column - 1]
    file = Path(span.path).name
    return f"{file}:{span.line}:{span.column} [{diagnostic.rule}] <{text}> {diagnostic.message}"
