"""An import before it is written: its files in a folder of their own, read back, proven, redone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.adopt.drafting import Doubts, Draft, Drafter
from monitor_sync.adopt.proof import Proof, after, neighbours, prove
from monitor_sync.app import files, scratch
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.errors import UsageError
from monitor_sync.model import Project
from monitor_sync.project import load
from monitor_sync.project.load import Loaded

if TYPE_CHECKING:
    from monitor_sync.model import LiveResource

_ATTEMPTS: Final = 10
"""Drafts made at most. Each heeds what the one before proved wrong, so few need more than three."""

_STEPS: Final = 4
"""Of one attempt, for the progress bar: composed, read back, checked, compared."""

_USUAL: Final = 2
"""Attempts of most imports: the second ignores what rules call an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """
    A draft that was read back and holds: what was left out of it and why, and the findings.

    ``project`` is what the files say with it.
    """

    draft: Draft
    doubts: Doubts
    findings: tuple[Diagnostic, ...] = ()
    project: Project = field(default_factory=lambda: Project(name=""))


class SoundFiles:
    """What files without a mistake hold, from one attempt to the next: most do not change."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, bytes], Any] = {}

    def get(self, kind: str, content: bytes) -> Any:
        """Return what was kept, None where nothing is."""
        return self._values.get((kind, content))

    def put(self, kind: str, content: bytes, value: Any) -> None:
        """Keep the values of a file."""
        self._values[kind, content] = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    Where drafts are read back.

    ``name`` is the name of the project's folder, ``texts`` its files as they are, by path, and
    ``shared`` what the import changes in project.yaml. ``before`` is what they say without the
    import. ``live`` are all live monitors. Findings below ``least`` stand at their monitor and not
    at their exact place, which may be in a template.
    """

    name: str
    texts: Mapping[str, str]
    shared: Mapping[str, str]
    live: Sequence[LiveResource]
    before: Loaded = field(default_factory=lambda: Loaded(project=Project(name="")))
    progress: Progress = silent
    least: Severity = Severity.ERROR
    sound: SoundFiles = field(default_factory=SoundFiles)

    def proven(self, drafter: Drafter) -> Proven:
        """Return the first draft that holds. Raises UsageError where none does, or a full disk."""
        doubts = Doubts()
        with self.progress("proving what would be written", _STEPS * _USUAL) as step:
            for _ in range(_ATTEMPTS):
                holding, further = self._attempt(drafter, doubts, step)
                if further is None:
                    return replace(holding, doubts=doubts)
                doubts = further
        raise UsageError(
            "what would be written cannot be proven, so nothing is written",
            hint="import fewer monitors at once, with --query or --id, to see which are the cause",
        )

    def _attempt(
        self, drafter: Drafter, doubts: Doubts, step: Callable[[bool], None]
    ) -> tuple[Proven, Doubts | None]:
        """Return a draft with what was found of it, and what the next must heed: None, none."""
        draft = drafter.draft(doubts)
        step(True)
        keys = {monitor.key for monitor in draft.placed}
        with scratch.written(self.name, self._contents(draft)) as folder:
            loaded = load.load(folder, cache=self.sound)
            step(True)
            beside = set(neighbours(draft, loaded.project))
            checked = files.check(loaded, keys | beside, least=self.least)
            findings = tuple(
                scratch.told_of(finding, folder, Path())
                for finding in checked
                if finding.key not in beside
            )
        step(True)
        caused = self._caused([finding for finding in checked if finding.key in beside])
        proof = prove(draft, loaded.project, findings, self.live, caused=caused)
        step(True)
        attempt = Proven(draft=draft, doubts=doubts, findings=findings, project=loaded.project)
        if proof.holds:
            return attempt, None
        _refuse_shared(proof, findings)
        appended = {path: path.removesuffix(".yaml") for path in draft.texts if path in self.texts}
        return attempt, after(doubts, proof, appended)

    def _caused(self, findings: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Return the errors among findings at declared monitors that are not there yet."""
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        if not errors:
            return []
        checked = files.check(self.before, {error.key for error in errors}, least=Severity.ERROR)
        known = {(finding.rule, finding.key) for finding in checked}
        return [error for error in errors if (error.rule, error.key) not in known]

    def _contents(self, draft: Draft) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the project as it would be, by their path below its folder."""
        for path, text in {**self.texts, **self.shared, **draft.texts}.items():
            yield path, text.encode("utf-8")


def _refuse_shared(proof: Proof, findings: Sequence[Diagnostic]) -> None:
    """Raise UsageError where the import would break a file that all share."""
    for finding in findings:
        if finding.span.path in proof.unreadable and "/" not in finding.span.path:
            raise UsageError(
                f"nothing can be added to {finding.span.path}: {finding.message}",
                hint="write its top-level mappings as blocks, one entry a line",
            )
