"""
Runbooks and SOPs that are pages beside the files: is each there, with the heading that is named?

``runbooks: {folder: …, address: …}`` in project.yaml says that pages are Markdown below ``folder``,
which people read at ``address``. A link is the address with the page as it is written behind it;
the file is the page below the folder, with ``.md`` where the page does not end so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync import regular_file
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.project.loaded import Loaded

FORM: Final = (
    "What it means for customers", "What to look at", "How to mitigate", "Whom to call",
)  # fmt: skip
"""The headings of a runbook: what somebody who was just woken wants to know, in this order."""

_NO_PAGE: Final = "references/no-such-runbook"

_LONGEST: Final = 1_000_000
"""Bytes of a page; beyond them it is no page for people."""


class RunbookPage(Struct, frozen=True, kw_only=True):
    """A page as it is on disk; ``text`` is None where there is none that can be read."""

    path: Path
    text: str | None
    anchors: frozenset[str] = frozenset()


class RunbookFolder(Struct, frozen=True, kw_only=True):
    """
    Where the pages of a project are, and where people read them.

    ``root`` is the folder of the files, ``folder`` that of the pages below it.
    """

    root: Path
    folder: str
    address: str
    _pages: dict[str, RunbookPage] = field(default_factory=dict)

    def page(self, name: str) -> RunbookPage:
        """Return the page that a runbook names, read once."""
        if name not in self._pages:
            file = name.strip("/")
            file = file if file.endswith(".md") else f"{file}.md"
            self._pages[name] = read_page(self.root, Path(self.folder) / file)
        return self._pages[name]

    def named(self, runbook: str) -> str:
        """Return page and heading of a monitor's runbook; empty where it leads elsewhere."""
        start = self.address.rstrip("/") + "/"
        return runbook.removeprefix(start) if runbook.startswith(start) else ""


def read_page(root: Path, file: Path | str) -> RunbookPage:
    """
    Return one page of Markdown below a folder.

    What lies elsewhere is not there: a name with `..`, or a link, leads to no file of somebody's.
    """
    path = root / file
    try:
        if not path.resolve().is_relative_to(root.resolve()) or path.stat().st_size > _LONGEST:
            return RunbookPage(path=path, text=None)
        text = regular_file.content(path).decode("utf-8", errors="replace")
    except (OSError, ValueError):  # ValueError: a path that no system takes
        return RunbookPage(path=path, text=None)
    from monitor_sync.language.headings import anchors  # of projects whose pages are files

    return RunbookPage(path=path, text=text, anchors=anchors(text))


def address_of(written: Any) -> str:
    """Return where runbooks start, from ``runbooks`` of project.yaml; empty where nothing says."""
    value = written.get("address") if isinstance(written, Mapping) else written
    return value if isinstance(value, str) else ""


def folder_of(root: Path, written: Any) -> RunbookFolder | None:
    """Return the folder of the pages, from ``runbooks`` of project.yaml; None for an address."""
    if not isinstance(written, Mapping) or not isinstance(written.get("folder"), str):
        return None
    return RunbookFolder(root=root, folder=written["folder"], address=address_of(written))


def with_pages_checked(root: Path, loaded: Loaded) -> Loaded:
    """Return the same, with what is to say of its runbooks and SOPs among the diagnostics."""
    data = loaded.shared.data if loaded.shared is not None else None
    folder = folder_of(root, data.get("runbooks")) if isinstance(data, Mapping) else None
    diagnostics = [*_of_teams(root, loaded), *(_of_monitors(loaded, folder) if folder else ())]
    if not diagnostics:
        return loaded
    merged = sorted((*loaded.diagnostics, *diagnostics), key=lambda diagnostic: diagnostic.order)
    return replace(loaded, diagnostics=tuple(dict.fromkeys(merged)))


def _of_teams(root: Path, loaded: Loaded) -> Iterator[Diagnostic]:
    for name, team in loaded.project.teams.items():
        if not team.sop or "://" in team.sop or loaded.teams is None:
            continue
        file, _, heading = team.sop.partition("#")
        page = read_page(root, file)
        where = loaded.teams.span(("teams", name, "sop"))
        if page.text is None:
            yield loaded.teams.diagnostic(
                "references/no-such-sop",
                f"there is no page `{file}` below {root.name}/",
                where,
                hint="write it, or name the page that is there; an address will do, too",
                severity=Severity.WARNING,
            )
        elif heading and heading not in page.anchors:
            yield loaded.teams.diagnostic(
                "references/no-such-heading",
                f"`{file}` has no heading `#{heading}`",
                where,
                hint=_near_heading(heading, page),
                severity=Severity.WARNING,
            )


def _of_monitors(loaded: Loaded, folder: RunbookFolder) -> Iterator[Diagnostic]:
    formless: dict[Path, RunbookPage] = {}
    # where most pages are elsewhere, thousands of findings would be made for nobody
    asks_for_pages = loaded.project.policy.severity.get(_NO_PAGE) != "off"
    for key, monitor in loaded.project.monitors.items():
        name, _, heading = folder.named(monitor.runbook).partition("#")
        if not name:
            continue
        page = folder.page(name)
        if page.text is None:
            if not asks_for_pages:
                continue
            rule, message = _NO_PAGE, f"there is no page {page.path.as_posix()}"
            hint = f"write it with the headings {', '.join(FORM)}"
        elif heading and heading not in page.anchors:
            rule = "references/no-such-heading"
            message, hint = f"`{name}` has no heading `#{heading}`", _near_heading(heading, page)
        else:
            formless.setdefault(page.path, page)
            continue
        document, span = loaded.place(key, ("runbook",))
        yield document.diagnostic(
            rule, message, span, hint=hint, key=key, severity=Severity.WARNING
        )
    yield from filter(None, map(_form, formless.values()))


def _form(page: RunbookPage) -> Diagnostic | None:
    """Return a note where a page lacks a heading of the form; None where it has all."""
    from monitor_sync.language.headings import titles

    written = {title.casefold() for title in titles(page.text or "")}
    missing = [title for title in FORM if title.casefold() not in written]
    if not missing:
        return None
    return Diagnostic(
        rule="hygiene/runbook-form",
        severity=Severity.NOTE,
        message=f"the runbook does not say: {', '.join(missing)}",
        hint="write each as a heading of its own; who is woken looks for it there",
        span=Span(page.path.as_posix(), 1),
    )


def _near_heading(heading: str, page: RunbookPage) -> str:
    some = ", ".join(sorted(page.anchors)[:5])
    return did_you_mean(heading, sorted(page.anchors), f"it has {some}" if some else "it has none")
