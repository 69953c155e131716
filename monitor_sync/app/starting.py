"""
The first files of a project: made from answers, checked by the reader itself, written all or none.

The files lie in ``first_files/``; words such as ``NEW_TEAM`` in them stand for answers.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.app.files import check, read_whole
from monitor_sync.app.landing import missing_folders
from monitor_sync.app.owners import PLACES
from monitor_sync.counting import listed
from monitor_sync.diagnostics import Severity
from monitor_sync.errors import Refused, UsageError, system_reason
from monitor_sync.git import commits

if TYPE_CHECKING:
    from monitor_sync.model import Project

_FIRST_FILES: Final = Path(__file__).parent / "first_files"
_EDITOR_SCHEMAS: Final = ("project", "teams", "business-unit", "template", "monitors", "tests")
_SCHEMAS: Final = ".schemas"
"""Where a project has copies of the schemas; the first line of each file leads editors there."""

_WORKFLOW: Final = ".github/workflows/monitors.yml"
"""Where a repository has the workflow that plans and applies."""

_WORD: Final = re.compile(r"NEW_(PROJECT|TEAM|SITE|GITHUB)|\"NEW_(PAGER|CHAT)\"")
_NO_GITHUB: Final = '# github: "@organisation/team"            # who reviews the files of this team'
_PLAIN: Final = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z][a-z0-9_.-]*\Z")
"""What YAML reads as a text without quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChoices:
    """
    What a new project is called, who owns it and is notified.

    ``github`` may be empty, and so may both handles where there is no monitor yet.
    """

    project: str
    team: str
    site: str
    pager: str = ""
    chat: str = ""
    github: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """
    A project that is not written yet: the text of each file, and what the reader makes of them.

    ``repository`` is the folder that has, or will have, ``.github``; ``folder`` is where the
    project lies in it, empty for the repository itself.
    """

    root: Path
    repository: Path
    folder: str
    files: Mapping[Path, str]
    project: Project


def wrong_answer(name: str, value: str) -> str:
    """
    Return what is wrong with the answer ``name`` of ``ProjectChoices``; empty where it is right.

    The schemas of project.yaml and teams.yaml decide, so that the reader takes what this takes.
    """
    schema = _schema_of(name)
    longest = schema.get("maxLength", 200)
    if not re.search(schema["pattern"], value) or value.endswith("\n"):
        return f"{value!r} does not fit: it must be {schema['title']}"
    if len(value) > longest:
        return f"it has {len(value)} characters; {longest} are allowed"
    if name in ("pager", "chat"):
        from monitor_sync.language import handles

        if "{{" in value or [*handles.named(value)] != [value]:
            return f"{value!r} is no handle that Datadog would notify, such as @slack-shop-alerts"
    return ""


def _schema_of(name: str) -> Mapping[str, Any]:
    from monitor_sync.project import schema_files

    project = schema_files.bundle("project")["properties"]
    team = schema_files.bundle("teams")["properties"]["teams"]["additionalProperties"]["properties"]
    handle = team["handles"]["additionalProperties"]
    schemas: Mapping[str, Mapping[str, Any]] = {
        "project": project["project"],
        "team": team["on_call"]["properties"]["name"],
        "pager": handle,
        "chat": handle,
        "site": project["site"],
        "github": team["github"],
    }
    return schemas[name]


def draft_project(
    root: Path, answers: ProjectChoices, *, empty: bool = False, github: bool = False
) -> NewProject:
    """
    Return the files of a new project, read and checked, without writing one.

    ``empty`` leaves out the example's monitors, ``github`` adds the workflow.

    Raises:
        UsageError: an answer does not fit, or the workflow would not find the project.
        Refused: a file that would be written, or another file of a project, is there.
    """
    _refuse_wrong(answers, empty=empty)
    texts = _texts(answers, "empty" if empty else "example")
    project = _as_read(texts)
    repository, folder = _repository(root)
    files = {root / name: text for name, text in (texts | _schemas()).items()}
    if github:
        files[repository / _WORKFLOW] = _workflow(folder)
    places = [repository / place for place in PLACES] if github else []
    refuse_existing(root, (*files, *places))
    return NewProject(root=root, repository=repository, folder=folder, files=files, project=project)


def draft_workflow(root: Path) -> NewProject:
    """
    Return the workflow for a project that is there, without writing it.

    Raises WrongFiles, UsageError where the workflow would not find the project, and Refused where
    the repository has a file of that name.
    """
    project = read_whole(root, consequence="so no workflow is written").project
    repository, folder = _repository(root)
    place = repository / _WORKFLOW
    if place.exists() or place.is_symlink():
        raise Refused(
            f"nothing is written: {place} exists",
            hint="init overwrites no file; move it away, then compare the two",
        )
    files = {place: _workflow(folder)}
    return NewProject(root=root, repository=repository, folder=folder, files=files, project=project)


def _repository(root: Path) -> tuple[Path, str]:
    """Return the folder that has ``.github``, and where the project lies in it: empty for it."""
    resolved = root.resolve()
    repository = commits.repository(resolved) or resolved.parent
    folder = resolved.relative_to(repository).as_posix()
    return _typed(repository), "" if folder == "." else folder


def _refuse_wrong(answers: ProjectChoices, *, empty: bool) -> None:
    """Raise UsageError where an answer does not fit, or is missing."""
    without_handles = empty and not answers.pager and not answers.chat
    optional = {"github", "pager", "chat"} if without_handles else {"github"}
    for name in ProjectChoices.__slots__:
        value = getattr(answers, name)
        problem = wrong_answer(name, value) if value or name not in optional else ""
        if problem:
            raise UsageError(f"{name}: {problem}", hint="`monitor-sync init --help` shows examples")


def _typed(repository: Path) -> Path:
    """Return the repository as a path from the working directory, as a person would type it."""
    return Path(os.path.relpath(repository))


def _texts(answers: ProjectChoices, kind: str) -> dict[str, str]:
    """Return the text of each file of a project, by its path below the project's folder."""
    handles = "handles" if answers.pager else "no-handles"
    filled = {
        "NEW_PROJECT": _yaml(answers.project),
        "NEW_TEAM": _yaml(answers.team),
        "NEW_SITE": answers.site,
        "NEW_GITHUB": f'github: "{answers.github}"' if answers.github else _NO_GITHUB,
        '"NEW_PAGER"': json.dumps(answers.pager, ensure_ascii=False),
        '"NEW_CHAT"': json.dumps(answers.chat, ensure_ascii=False),
    }
    texts = {
        path.relative_to(folder).as_posix(): _WORD.sub(
            lambda word: filled[word[0]], path.read_text(encoding="utf-8")
        )
        for folder in (_FIRST_FILES / kind, _FIRST_FILES / handles, _FIRST_FILES / "both")
        for path in (*folder.rglob("*.yaml"), *folder.rglob("*.md"))
    }
    return {name: texts[name] for name in sorted(texts, key=lambda name: (name.count("/"), name))}


def _yaml(name: str) -> str:
    return name if _PLAIN.match(name) else json.dumps(name)


def _schemas() -> dict[str, str]:
    """Return what editors check the files with: copies, since a clone has no schemas of ours."""
    from monitor_sync.project import schema_files

    return {
        f"{_SCHEMAS}/{name}.json": (schema_files.folder() / f"{name}.json").read_text("utf-8")
        for name in (*_EDITOR_SCHEMAS, "definitions")
    }


def _workflow(folder: str) -> str:
    if folder != "monitors":
        raise UsageError(
            "the workflow looks for monitors/ in the repository,"
            f" and the project is in {folder or '.'}/",
            hint="run `monitor-sync init --github` in the repository's own folder, without --root",
        )
    return (_FIRST_FILES / "github/monitors.yml").read_text(encoding="utf-8")


def _as_read(texts: Mapping[str, str]) -> Project:
    """Return what the reader makes of the files. Raises UsageError where it has a warning."""
    from monitor_sync.project import load

    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        loaded = load.load(Path(folder))
        problems = [
            diagnostic for diagnostic in check(loaded) if diagnostic.severity > Severity.NOTE
        ]
    if problems:
        raise UsageError(
            f"these answers give files that are wrong: {problems[0].message}",
            hint=problems[0].hint,
        )
    return loaded.project


def refuse_existing(root: Path, files: Collection[Path] = ()) -> None:
    """Raise Refused where one of these files is there, or a file that the reader would read."""
    existing = [str(path) for path in files if path.exists() or path.is_symlink()]
    if root.is_dir():
        from monitor_sync.project.files import find

        tree = find(root)
        existing += [file.shown for file in tree.files]
        existing += [problem.span.path for problem in tree.diagnostics]
    if existing:
        raise Refused(
            f"nothing is written: these files exist: {listed([*dict.fromkeys(existing)])}",
            hint="init begins a project and overwrites no file; name another folder with --root"
            "\n`init --github` without other options adds the workflow to a project that is there",
        )


def write_project(new: NewProject) -> None:
    """
    Write all files of a new project, or none.

    Raises:
        Refused: one of them has appeared meanwhile.
        UsageError: one cannot be written.
    """
    with contextlib.ExitStack() as undo:
        try:
            for path, text in new.files.items():
                for folder in missing_folders(path.parent):
                    folder.mkdir()
                    undo.callback(folder.rmdir)
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    undo.callback(path.unlink)
                    file.write(text)
        except FileExistsError as error:
            raise Refused(
                f"nothing is written, for {error.filename} is there",
                hint="init begins a project and overwrites no file",
            ) from None
        except OSError as error:
            reason = system_reason(error)
            raise UsageError(
                f"nothing is written: {error.filename or new.root}: {reason}",
                hint="name a folder that is yours to write to with --root",
            ) from None
        undo.pop_all()


def write_schemas(root: Path) -> Path:
    """
    Write the copies of the schemas anew, over those of an older version; return their folder.

    Raises UsageError where ``root`` is no project, or a copy cannot be written.
    """
    from monitor_sync.project.files import PROJECT

    if not (root / PROJECT).is_file():
        raise UsageError(
            f"there is no {root / PROJECT}, so there is no project to write schemas for",
            hint="`monitor-sync init` without --schemas makes one",
        )
    try:
        (root / _SCHEMAS).mkdir(exist_ok=True)
        for name, text in _schemas().items():
            (root / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = system_reason(error)
        raise UsageError(f"cannot write {error.filename or root / _SCHEMAS}: {reason}") from None
    return root / _SCHEMAS
