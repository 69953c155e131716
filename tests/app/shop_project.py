"""A project with one team and one unit, whose monitors a test writes."""

from __future__ import annotations

from pathlib import Path

TEAMS = """
teams:
  shop:
    name: Shop
    handles: {pager: "@webhook-shop", chat: "@slack-shop"}
    notify: [{alert: [pager, chat], warning: [chat], recovery: [pager, chat]}]
"""


def shop(folder: Path, monitors: str = "") -> Path:
    """Write the project; return its root. ``monitors`` is the text of shop/orders.yaml."""
    root = folder / "monitors"
    (root / "shop").mkdir(parents=True)
    (root / "project.yaml").write_text("project: acme\n")
    (root / "teams.yaml").write_text(TEAMS)
    (root / "shop" / "business-unit.yaml").write_text("name: Shop\nteam: shop\n")
    if monitors:
        (root / "shop" / "orders.yaml").write_text(monitors)
    return root
