"""
What the tool does, as functions: from a folder of files and a ``Target`` to a value.

Nothing here prints, asks or reads the environment: who calls passes an environment to ``Target``
and callbacks in a ``Conversation``. A function is imported when it is first used, so that
``from monitor_sync.app import plan`` costs what a plan needs and nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from monitor_sync.app.adopting_drift import AdoptedDrift, adopt_drift
    from monitor_sync.app.applying import Applied, ApplyOptions, Prepared, apply
    from monitor_sync.app.backtesting import BacktestOptions, Backtests, backtest
    from monitor_sync.app.briefing import Brief, brief
    from monitor_sync.app.conversation import Conversation
    from monitor_sync.app.delivery import JobLog, MergedOptions, merged
    from monitor_sync.app.drifted import DriftOptions, drift
    from monitor_sync.app.health import doctor
    from monitor_sync.app.importing import Imported, ImportOptions, import_monitors
    from monitor_sync.app.migrating import Migration, migrate
    from monitor_sync.app.noisy_monitors import NoiseOptions, NoiseReport, report_noise
    from monitor_sync.app.on_call import VerifiedPaths, keep_issue, verify_on_call
    from monitor_sync.app.on_call_migration import ToolMigration, verify_migration
    from monitor_sync.app.owners import OwnersFile, owners_file
    from monitor_sync.app.owning import report_ownership
    from monitor_sync.app.planning import Planned, PlanOptions, plan
    from monitor_sync.app.posting import PostedPage, post_weekly
    from monitor_sync.app.publishing import publish, refuse_others
    from monitor_sync.app.pull_request import CommentOptions, approvals, comment
    from monitor_sync.app.releasing import Release, ReleaseOptions, release
    from monitor_sync.app.responding import Responded, ResponseOptions, report_sla
    from monitor_sync.app.site import SiteFacts, SiteOptions, site_facts
    from monitor_sync.app.starting import (
        NewProject,
        ProjectChoices,
        draft_project,
        draft_workflow,
        refuse_existing,
        write_project,
        write_schemas,
        wrong_answer,
    )
    from monitor_sync.app.suggesting import Suggested, suggest
    from monitor_sync.app.target import Target
    from monitor_sync.app.unmanaged_monitors import UnmanagedMonitor, unmanaged
    from monitor_sync.app.validation import ValidateOptions, Validation, validate
    from monitor_sync.app.weekly import Weekly, WeeklyOptions, report_weekly

__all__ = [
    "AdoptedDrift",
    "Applied",
    "ApplyOptions",
    "BacktestOptions",
    "Backtests",
    "Brief",
    "CommentOptions",
    "Conversation",
    "DriftOptions",
    "ImportOptions",
    "Imported",
    "JobLog",
    "MergedOptions",
    "Migration",
    "NewProject",
    "NoiseOptions",
    "NoiseReport",
    "OwnersFile",
    "PlanOptions",
    "Planned",
    "PostedPage",
    "Prepared",
    "ProjectChoices",
    "Release",
    "ReleaseOptions",
    "Responded",
    "ResponseOptions",
    "SiteFacts",
    "SiteOptions",
    "Suggested",
    "Target",
    "ToolMigration",
    "UnmanagedMonitor",
    "ValidateOptions",
    "Validation",
    "VerifiedPaths",
    "Weekly",
    "WeeklyOptions",
    "adopt_drift",
    "apply",
    "approvals",
    "backtest",
    "brief",
    "comment",
    "doctor",
    "draft_project",
    "draft_workflow",
    "drift",
    "import_monitors",
    "keep_issue",
    "merged",
    "migrate",
    "owners_file",
    "plan",
    "post_weekly",
    "publish",
    "refuse_existing",
    "refuse_others",
    "release",
    "report_noise",
    "report_ownership",
    "report_sla",
    "report_weekly",
    "site_facts",
    "suggest",
    "unmanaged",
    "validate",
    "verify_migration",
    "verify_on_call",
    "write_project",
    "write_schemas",
    "wrong_answer",
]

_MODULES: Final = {
    "adopting_drift": ("AdoptedDrift", "adopt_drift"),
    "applying": ("Applied", "ApplyOptions", "Prepared", "apply"),
    "backtesting": ("BacktestOptions", "Backtests", "backtest"),
    "briefing": ("Brief", "brief"),
    "conversation": ("Conversation",),
    "delivery": ("JobLog", "MergedOptions", "merged"),
    "drifted": ("DriftOptions", "drift"),
    "health": ("doctor",),
    "importing": ("ImportOptions", "Imported", "import_monitors"),
    "unmanaged_monitors": ("UnmanagedMonitor", "unmanaged"),
    "migrating": ("Migration", "migrate"),
    "noisy_monitors": ("NoiseOptions", "NoiseReport", "report_noise"),
    "on_call": ("VerifiedPaths", "keep_issue", "verify_on_call"),
    "on_call_migration": ("ToolMigration", "verify_migration"),
    "owners": ("OwnersFile", "owners_file"),
    "owning": ("report_ownership",),
    "planning": ("PlanOptions", "Planned", "plan"),
    "posting": ("PostedPage", "post_weekly"),
    "pull_request": ("CommentOptions", "approvals", "comment"),
    "publishing": ("publish", "refuse_others"),
    "releasing": ("Release", "ReleaseOptions", "release"),
    "site": ("SiteFacts", "SiteOptions", "site_facts"),
    "responding": ("Responded", "ResponseOptions", "report_sla"),
    "starting": (
        "ProjectChoices",
        "NewProject",
        "draft_project",
        "draft_workflow",
        "refuse_existing",
        "write_project",
        "write_schemas",
        "wrong_answer",
    ),
    "suggesting": ("Suggested", "suggest"),
    "target": ("Target",),
    "validation": ("ValidateOptions", "Validation", "validate"),
    "weekly": ("Weekly", "WeeklyOptions", "report_weekly"),
}
"""Which module has what is exported. No module is called like something that is exported."""

_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import what is exported when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
