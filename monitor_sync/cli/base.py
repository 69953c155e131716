"""``--base REV``: the plan of this change alone, told apart from what differs without it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.cli import console, files
from monitor_sync.cli.history import History
from monitor_sync.errors import FilesInvalid
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.model import LiveMonitor, Project
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.plan import Plan
    from monitor_sync.sync.three_way import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """
    A revision that this change is counted from.

    ``notify_only`` is as for the files here. ``reports`` says that drift is only told, whatever
    the policy.
    """

    history: History
    notify_only: str = ""
    reports: bool = False

    @classmethod
    def find(cls, revision: str, notify_only: str = "", *, reports: bool = False) -> Base:
        """What ``--base`` names, for the folder of ``--root``. Raises UsageError."""
        root = console.root().resolve()
        if not root.is_dir():
            files.load()  # which says so, and what may have been meant
        history = History.find(root, revision)
        return cls(history=history, notify_only=notify_only, reports=reports)

    def split(self, plan: Plan, here: Project, live: Sequence[LiveMonitor]) -> Plan:
        """
        The part of a plan that is this change, with the rest of it beside it.

        Raises FilesInvalid where the base's files have errors.
        """
        from monitor_sync.sync import drift, three_way

        history = self.history
        base = drift.Base(revision=history.revision, commit=history.base)
        if not plan.changes and not plan.refused:
            return replace(plan, base=base)
        if self.reports:
            here = replace(here, reverting=frozenset())
        compared = three_way.Comparison(plan, here, self._declared(), live)
        looked = self._explain(compared)
        result = compared.result(base)
        assert result.base is not None  # noqa: S101 - result() sets it
        if history.short and not looked and result.base.of("drift"):
            words = "whether what is drift was merged earlier: this clone is shallow, and"
            words += " `fetch-depth: 0` has the whole history"
            result = replace(result, unchecked=(*result.unchecked, words))
        return result

    def _explain(self, compared: Comparison) -> bool:
        """Ask the revisions around the base, until nothing is open: then True."""
        from monitor_sync.sync.three_way import Cause

        open_ = compared.unexplained
        if not open_:
            return True
        units = {key.partition("/")[0] for key in open_}
        for past in self.history.past(units):
            then = self._at(past.commit, units)
            compared.explain(
                then.project if then else _nothing(),
                Cause(origin="newer" if past.newer else "merged", since=past.follower),
            )
            if not compared.unexplained:
                return True
        return False

    def _declared(self) -> Project:
        """The project as the base declares it. Raises FilesInvalid."""
        found = self._at(self.history.base)
        if found is None:
            return _nothing()
        if found.failed:
            number = sum(each.severity.name == "ERROR" for each in found.diagnostics)
            raise FilesInvalid(
                f"the files at {self.history.revision} ({self.history.base[:8]}) have"
                f" {count(number, 'error')}, so this change cannot be told from others",
                hint="name a revision with --base whose files are right, or plan without --base",
            )
        return found.project

    def _at(self, commit: str, only: Collection[str] | None = None) -> Loaded | None:
        """The files at a commit; None where there were none."""
        from monitor_sync.project import load as project

        if not commit:
            return None
        with tempfile.TemporaryDirectory(prefix="monitor-sync-") as folder:
            # a footer names the folder, so it is called as it is here
            root = Path(folder).resolve() / (self.history.root.name or "root")
            root.mkdir()
            if not self.history.write(commit, root, only):
                return None
            return project.load(root, notify_only=self.notify_only)


def _nothing() -> Project:
    """A project that declares nothing."""
    from monitor_sync.model import Project

    return Project(name="")
