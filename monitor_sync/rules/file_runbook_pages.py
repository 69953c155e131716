"""The manual pages of what is found about pages beside the files: runbooks, SOPs and RCAs."""

from __future__ import annotations

from typing import Final

RUNBOOK_PAGES: Final = {
    "hygiene/runbook-form": """
        A runbook lacks a part of its form.
        Why: whoever opens it was woken a minute ago. The four headings say, in the order in which
        they are asked: what it means for customers, what to look at, how to mitigate, whom to call.
        Example: a page that begins with how the service was built
        Use instead: `## What it means for customers`, `## What to look at`, `## How to mitigate`
        and `## Whom to call`, each with a few short lines; `monitor-sync init` writes examples
        Source: our own practice; Google's SRE workbook asks for a playbook entry for each alert.
        """,
    "references/no-such-heading": """
        A runbook or an SOP names a heading that its page does not have.
        Why: the link opens the page at its top, and whoever is woken searches it for what is meant.
        Example: `runbook: motor/quotes#no-price`, where the heading is "Quotes without a price"
        Use instead: the anchor as GitHub makes it: lower case, blanks as hyphens, no punctuation
        Source: the pages in the folder that `runbooks` of project.yaml names.
        """,
    "references/rca-of-no-such": """
        An RCA names a team or a monitor that the files do not have.
        Why: its actions are asked of nobody, and what recurs is not seen to be what it was about.
        Example: `monitors: [motor/purchase-flow/conversion]` in motor/rca/2026-10-checkout.md
        Use instead: `monitors: [motor/purchase-flow/conversion-drop]`, as `monitor-sync list` says
        Source: our own; a warning, as teams and monitors are renamed and an RCA stays.
        """,
    "references/no-such-runbook": """
        A monitor names a page that is not in the folder of runbooks.
        Why: the link in its message leads nowhere, and that is found out at night.
        Example: `runbook: motor/quotes`, where the folder has no motor/quotes.md
        Use instead: the page, written before the monitor pages anybody. While older pages are still
        elsewhere, `policy: {severity: {references/no-such-runbook: "off"}}` in project.yaml
        Source: the folder that `runbooks: {folder: …, address: …}` of project.yaml names.
        """,
    "references/no-such-sop": """
        A team names a page for whoever is on call that is not there.
        Why: it is read before a first shift, or in the middle of one.
        Example: `sop: runbooks/on-cal.md` in teams.yaml
        Use instead: a page below the folder of project.yaml, or a whole address
        Source: `sop` in teams.yaml; `report ownership` counts the teams without one.
        """,
}
