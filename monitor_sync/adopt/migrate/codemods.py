"""Every codemod, in the order in which they are listed and run."""

from __future__ import annotations

from typing import Final

from monitor_sync.adopt.migrate import (
    escalation,
    group_delay,
    handle,
    monitor_type,
    no_data,
    rename_metric,
    rename_tag,
    routing,
    spent,
)

CODEMODS: Final = {
    codemod.name: codemod
    for codemod in (
        no_data.CODEMOD,
        monitor_type.CODEMOD,
        group_delay.CODEMOD,
        escalation.CODEMOD,
        routing.CODEMOD,
        spent.CODEMOD,
        rename_metric.CODEMOD,
        rename_tag.CODEMOD,
        handle.CODEMOD,
    )
}
