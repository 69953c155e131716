"""``--base REV``: the part of a plan that is this change, told apart from what differs without."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.app import files, past
from monitor_sync.counting import count
from monitor_sync.errors import FilesInvalid
from monitor_sync.git.history import History

if TYPE_CHECKING:
    from monitor_sync.model import LiveResource, Project
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.loosening import Loosening
    from monitor_sync.sync.plan import Plan
    from monitor_sync.sync.three_way import ThreeWay


class BaseRevision(Struct, frozen=True, kw_only=True, dict=True):
    """
    The revision that a change is counted from.

    ``notify_only`` is as for the files here. With ``reports`` drift is only told, also in business
    units whose policy would put it back. ``deleted`` are ids that no ``adopt`` means any more.
    """

    history: History
    notify_only: str = ""
    reports: bool = False
    deleted: Collection[int] = ()

    @classmethod
    def find(
        cls, root: Path, revision: str, notify_only: str = "", *, reports: bool = False
    ) -> BaseRevision:
        """Return what ``--base`` names for a folder of files. Raises UsageError."""
        folder = root.resolve()
        if not folder.is_dir():
            files.read(root)  # which raises UsageError, and suggests another folder
        history = History.find(folder, revision)
        return cls(history=history, notify_only=notify_only, reports=reports)

    def judged(self, here: Project) -> tuple[Project, tuple[Loosening, ...]]:
        """
        Return the project with the rules of its base where this change loosens them, and what.

        A base with errors counts as far as it can be read: `split` refuses it where it matters.
        """
        from monitor_sync.sync import loosening
        from monitor_sync.sync.review_rules import rules_of

        if self._same:
            return here, ()
        base = self._base.project if self._base else _nothing()
        base = loosening.with_heirs(base, here)
        loosened = loosening.loosenings(rules_of(base), rules_of(here), usual_severities)
        return loosening.judged(base, here), loosened

    def withdrawn(self, here: Project, plan: Plan) -> tuple[Loosening, ...]:
        """Return what the base releases, this change does not, and Datadog still has as ours."""
        from monitor_sync.sync import loosening
        from monitor_sync.sync.change import LEAVING
        from monitor_sync.sync.review_rules import rules_of

        if self._same or self._base is None or not self._base.project.released:
            return ()
        going = {change.key for change in plan.changes if change.action in LEAVING}
        if plan.base is not None:
            going |= {apart.key for apart in plan.base.apart if apart.action in LEAVING}
        return loosening.withdrawn(rules_of(self._base.project), rules_of(here), going)

    def split(self, plan: Plan, here: Project, live: Sequence[LiveResource]) -> Plan:
        """
        Return the part of a plan that is this change, with the rest of it beside it.

        Raises FilesInvalid where the files of the base have errors.
        """
        from monitor_sync.sync import drift, three_way

        history = self.history
        base = drift.Base(revision=history.revision, commit=history.base)
        if not plan.changes and not plan.refused:
            return replace(plan, base=base)
        if self.reports:
            here = replace(here, reverting=frozenset())
        compared = three_way.ThreeWay(plan, here, self._declared(), live)
        explained = self._explain(compared)
        result = compared.result(base)
        assert result.base is not None  # noqa: S101 - result() sets it
        if history.short and not explained and result.base.of("drift"):
            words = "whether what is drift was merged earlier: this clone is shallow, and"
            words += " `fetch-depth: 0` has the whole history"
            result = replace(result, unchecked=(*result.unchecked, words))
        return result

    def _explain(self, compared: ThreeWay) -> bool:
        """Read revisions around the base until every difference is explained: then True."""
        from monitor_sync.sync.three_way import Cause

        unexplained = compared.unexplained
        if not unexplained:
            return True
        units = {key.partition("/")[0] for key in unexplained}
        for candidate in self.history.candidates(units):
            then = self._at(candidate.commit, units)
            compared.explain(
                then.project if then else _nothing(),
                Cause(origin="newer" if candidate.newer else "merged", since=candidate.follower),
            )
            if not compared.unexplained:
                return True
        return False

    def _declared(self) -> Project:
        """Return the project as the base declares it. Raises FilesInvalid."""
        loaded = self._base
        if loaded is None:
            return _nothing()
        if loaded.failed:
            number = len(loaded.errors)
            raise FilesInvalid(
                f"the files at {self.history.revision} ({self.history.base[:8]}) have"
                f" {count(number, 'error')}, so this change cannot be told from others",
                hint="name a revision with --base whose files are right, or plan without --base",
            )
        return loaded.project

    @functools.cached_property
    def _same(self) -> bool:
        """Whether the files here are those of the base: its rules are theirs, and are not read."""
        return self.history.same()

    @functools.cached_property
    def _base(self) -> Loaded | None:
        return self._at(self.history.base)

    def _at(self, commit: str, only: Collection[str] | None = None) -> Loaded | None:
        """Read the files of a commit; None where there were none."""
        if not commit:
            return None
        with tempfile.TemporaryDirectory(prefix="monitor-sync-") as folder:
            # a footer names the folder, so it is called as it is here
            root = Path(folder).resolve() / (self.history.root.name or "root")
            root.mkdir()
            if not self.history.write(commit, root, only):
                return None
            loaded = files.read(root, self.notify_only)
            return replace(loaded, project=past.without(loaded.project, self.deleted))


def _nothing() -> Project:
    """Return a project that declares nothing."""
    from monitor_sync.model import Project

    return Project(name="")


def usual_severities() -> Mapping[str, str]:
    """Return the level of each rule where no policy names one; off is not among them."""
    from monitor_sync.rules.registry import every

    return {rule.name: rule.severity.label for rule in every()}
