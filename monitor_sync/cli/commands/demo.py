"""``demo``: the whole story in half a minute, against a local Datadog. Needs no key."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from monitor_sync.app.extras import emulator_classes
from monitor_sync.cli import console, options
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count
from monitor_sync.errors import MonitorSyncError, UsageError

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.emulator.core import Emulator
    from monitor_sync.model import Monitor, Project
    from monitor_sync.sync.plan import Plan

_STEPS: Final = 8
_KEYS: Final = {"DD_API_KEY": "demo", "DD_APP_KEY": "demo"}
_HEADERS: Final = {"DD-API-KEY": "demo", "DD-APPLICATION-KEY": "demo"}


@click.command("demo")
@options.root
def command(root: Path) -> None:
    """
    Tell the whole story in half a minute, against a local Datadog. Needs no key.

    Reads the repository's monitors, makes them, and shows what happens when people change, mute
    and clone monitors in Datadog's own pages. Each claim is checked; one that fails exits 1.
    """
    emulator_class, running = emulator_classes()
    root = _folder(root)
    started = time.monotonic()
    narrator = _Narrator()
    project = _read(narrator, root)
    emulator = emulator_class()
    with running(emulator) as url:
        story = _Story(narrator, project, _connected(narrator, project, url), emulator)
        story.make_everything()
        story.plan_again()
        done = story.meanwhile()
        story.find(done)
        story.put_back(done)
        _follow_a_page(narrator, project, emulator, url)
    narrator.say(
        "\nNext: `monitor-sync list` and `monitor-sync show KEY --explain`; then edit a file"
    )
    narrator.say(f"in {root} and plan it against `monitor-sync emulate`.")
    seconds = time.monotonic() - started
    narrator.say(f"Demo done: {_STEPS} steps in {seconds:.1f} s, every claim checked.")


def _folder(root: Path) -> Path:
    """Return the folder of monitors: the one named, or that of the checkout this runs from."""
    import monitor_sync

    checkout = Path(monitor_sync.__file__).parent.parent / "monitors"
    if root.is_dir() or str(root) != "monitors" or not checkout.is_dir():
        return root
    return checkout


class _Narrator:
    """Tells the story: numbered steps, what happens in them, and what is claimed."""

    def __init__(self) -> None:
        self.style = console.out()
        self._number = 0

    def step(self, title: str, typed: str = "") -> None:
        """Print the title of the next step, and the command that does the same."""
        self._number += 1
        number = self.style(f"{self._number}/{_STEPS}", "cyan", bold=True)
        prompt = self.style(f"  $ {typed}", dim=True) if typed else ""
        lead = "\n" if self._number > 1 else ""
        self.say(f"{lead}{number} {self.style(title, bold=True)}{prompt}")

    def tell(self, text: str) -> None:
        """Print a line within a step."""
        self.say(f"    {text}".rstrip())

    def say(self, text: str) -> None:
        """Print a line."""
        console.answer(text + "\n")

    def show(self, plan: Plan) -> None:
        """Print the plan as the command does, indented."""
        from msgspec.structs import replace

        from monitor_sync.render.plan import text

        narrow = replace(self.style, width=self.style.width and self.style.width - 4)
        for line in text(plan, narrow).rstrip("\n").split("\n"):
            self.tell(line)

    def check(self, true: bool, claim: str) -> None:
        """Hold the story to the truth."""
        if not true:
            raise MonitorSyncError(f"the demo claims that {claim}, and that is not so")


def _read(narrator: _Narrator, root: Path) -> Project:
    """Step 1: the files alone."""
    from monitor_sync.app import files

    narrator.step("Read and check the files", "monitor-sync validate")
    start = time.monotonic()
    with files.uncollected():
        project = files.read_whole(root).project
    narrator.tell(
        f"{count(len(project.monitors), 'monitor')} in"
        f" {count(len(project.business_units), 'business unit')}, owned by"
        f" {count(len(project.teams), 'team')}, from {count(project.files, 'file')}."
    )
    narrator.tell(f"Checked in {time.monotonic() - start:.1f} s: no network, no key.")
    return project


def _connected(narrator: _Narrator, project: Project, url: str) -> Client:
    """Step 2: a Datadog to try it on."""
    from monitor_sync.datadog.client import Client

    narrator.step("Start a local Datadog", "monitor-sync emulate")
    site = {"DD_SITE": project.site} if project.site else {}
    client = Client.from_environment({**_KEYS, **site, "DD_HOST": url}, workers=8)
    narrator.tell(f"{url} answers as Datadog's API does, and holds no monitors yet.")
    return client


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meanwhile:
    """What people did in Datadog while nobody looked: whose threshold, which mute, which clone."""

    changed: Monitor
    muted: Monitor
    cloned: Monitor
    clone_id: int


class _Story:
    """The steps from the third on, in order."""

    def __init__(
        self, narrator: _Narrator, project: Project, client: Client, emulator: Emulator
    ) -> None:
        self._narrator = narrator
        self._project = project
        self._client = client
        self._emulator = emulator

    def make_everything(self) -> None:
        """Step 3: the first plan, carried out."""
        self._narrator.step("Make every monitor", "monitor-sync plan; monitor-sync apply --yes")
        plan = self._plan()
        total = len(self._project.monitors)
        self._narrator.check(plan.summary["create"] == total, f"the first plan creates all {total}")
        self._narrator.show(plan)
        start = time.monotonic()
        self._apply(plan)
        self._narrator.check(
            self._emulator.monitor_count == total, f"Datadog then holds {total} monitors"
        )
        self._narrator.tell(f"That took {time.monotonic() - start:.1f} s.")

    def plan_again(self) -> None:
        """Step 4: what was applied is what is there."""
        self._narrator.step("Plan again", "monitor-sync plan")
        plan = self._plan()
        self._narrator.check(not plan.changes, "the second plan is empty")
        self._narrator.show(plan)

    def meanwhile(self) -> _Meanwhile:
        """Step 5: people at work in Datadog's own pages."""
        self._narrator.step("Meanwhile, people work in Datadog")
        changed, muted, cloned = self._picked()
        old, new = self._raise_threshold(changed)
        self._narrator.tell(f"Somebody raises a threshold from {old} to {new}: {changed.key}")
        self._ask("POST", f"/api/v1/monitor/{self._id(muted)}/mute", {})
        self._narrator.tell(f"Somebody mutes a monitor: {muted.key}")
        live = self._ask("GET", f"/api/v1/monitor/{self._id(cloned)}")
        copy = {name: live[name] for name in ("type", "query", "message", "tags", "options")}
        made = self._ask("POST", "/api/v1/monitor", {**copy, "name": f"{live['name']} (copy)"})
        self._narrator.tell(f"Somebody clones a monitor: {cloned.key}")
        return _Meanwhile(changed=changed, muted=muted, cloned=cloned, clone_id=made["id"])

    def find(self, done: _Meanwhile) -> None:
        """Step 6: the plan shows the threshold and the clone, and leaves the mute to people."""
        self._narrator.step("Plan finds it", "monitor-sync plan")
        plan = self._plan()
        self._narrator.show(plan)
        fields = [(change.key, [field.field for field in change.fields]) for change in plan.changes]
        expected = [(done.changed.key, ["options.thresholds.critical", "query"])]
        self._narrator.check(
            [(key, sorted(names)) for key, names in fields] == expected,
            "the plan shows the changed threshold and nothing else",
        )
        clones = [monitor.id for monitor in plan.left_alone if monitor.reason == "clone"]
        self._narrator.check(clones == [done.clone_id], "the clone is reported and left alone")
        self._narrator.tell("The mute is not in it: mutes and downtimes are people's.")

    def put_back(self, done: _Meanwhile) -> None:
        """Step 7: as the files say again."""
        self._narrator.step("Put it back", "monitor-sync apply --yes")
        self._apply(self._plan())
        plan = self._plan()
        self._narrator.check(not plan.changes, "after the apply, nothing is left to do")
        live = self._ask("GET", f"/api/v1/monitor/{self._id(done.muted)}")
        self._narrator.check(
            bool(live["options"].get("silenced")), "the muted monitor is still muted"
        )
        from monitor_sync.render.plan import summary

        self._narrator.tell(summary(plan, self._narrator.style))

    def _plan(self) -> Plan:
        from monitor_sync.resources.monitor import live
        from monitor_sync.sync.plan import make_plan

        monitors = [
            monitor for page in self._client.monitors.pages() for monitor in live.read(page)
        ]
        return make_plan(self._project, monitors, site=self._client.site)

    def _apply(self, plan: Plan) -> None:
        from monitor_sync.render.outcomes import summary
        from monitor_sync.render.outcomes import text as report
        from monitor_sync.sync.apply import carry_out

        with progress(f"writing {count(len(plan.changes), 'change')}", len(plan.changes)) as step:
            outcomes = carry_out(
                plan,
                {"monitor": self._client.monitors},
                on_progress=lambda done: step(done.status == "done"),
            )
        wrong = [outcome for outcome in outcomes if outcome.status != "done" or outcome.altered]
        if wrong:
            self._narrator.say(report(wrong, plan.fingerprint, self._narrator.style))
        self._narrator.check(not wrong, "every change is made, and stored as it was sent")
        self._narrator.tell(summary(outcomes, plan.fingerprint, self._narrator.style))

    def _picked(self) -> Sequence[Monitor]:
        """Return three monitors, always the same; the threshold of the first can be raised."""
        monitors = [self._project.monitors[key] for key in sorted(self._project.monitors)]
        simple = [monitor for monitor in monitors if _raisable(monitor)]
        if not simple:
            raise UsageError(
                "the demo needs a monitor with a critical threshold that a query exceeds",
                hint="leave out --root to run it on the monitors it came with",
            )
        # what a template makes for each service is less of a story than what somebody wrote by hand
        by_hand = [monitor for monitor in simple if "." not in monitor.key.rpartition("/")[2]]
        rest = by_hand or simple
        return rest[0], rest[len(rest) // 3], rest[2 * len(rest) // 3]

    def _raise_threshold(self, monitor: Monitor) -> tuple[str, str]:
        """Do what Datadog's page does when a person edits the threshold: query and option."""
        live = self._ask("GET", f"/api/v1/monitor/{self._id(monitor)}")
        start, _, old = live["query"].rpartition(" ")
        raised = live["options"]["thresholds"]["critical"] * 2
        options = {
            **live["options"],
            "thresholds": {**live["options"]["thresholds"], "critical": raised},
        }
        body = {"query": f"{start} {raised:g}", "options": options}
        self._ask("PUT", f"/api/v1/monitor/{live['id']}", body)
        return old, f"{raised:g}"

    def _id(self, monitor: Monitor) -> int:
        """Return the id of the live monitor with this key: the oldest if there are several."""
        live = self._client.monitors.find(self._project.name, monitor.key)
        return min(int(body["id"]) for body in live)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a request as Datadog's web page would."""
        sent = b"" if body is None else json.dumps(body).encode()
        status, _, answer = self._emulator.handle(method, path, "", _HEADERS, sent)
        self._narrator.check(
            status == 200, f"{method} {path} is answered with 200 (it was {status})"
        )
        return json.loads(answer)


def _follow_a_page(narrator: _Narrator, project: Project, emulator: Emulator, url: str) -> None:
    """Step 8: a page that reaches nobody next Tuesday night."""
    from msgspec.structs import replace

    from monitor_sync.app import Target, on_call_emulator
    from monitor_sync.app.on_call import follow_monitors
    from monitor_sync.render import on_call

    monitors = project.monitors.values()
    paging = (monitor for monitor in monitors if _pages_by_zenduty(project, monitor))
    team = next((monitor.team for monitor in paging), "")
    narrator.step("Does a page reach somebody?", f"monitor-sync on-call verify team:{team}")
    if not team:
        narrator.tell("No team pages through Zenduty here, the one tool that the demo has.")
        return
    on_call_emulator.seed_teams(emulator, project.teams.values(), [f"schedule-gap={team}"])
    narrator.tell(f"A Zenduty for the teams, in which {team} swapped a shift and left a gap:")
    environ = {
        **_KEYS,
        "DD_HOST": url,
        "ZENDUTY_URL": f"{url}/__zenduty",
        "ZENDUTY_API_KEY": "demo",
    }
    of_team = [monitor for monitor in monitors if monitor.team == team]
    verified = follow_monitors(project, of_team, Target(environ=environ))
    narrow = replace(narrator.style, width=narrator.style.width and narrator.style.width - 4)
    for line in on_call.text(verified, narrow).rstrip("\n").split("\n"):
        narrator.tell(line)
    steps = [step.step for path in verified.paths for step in path.steps if step.status == "broken"]
    narrator.check(steps == ["schedule"], "exactly one step is broken, the schedule")


def _pages_by_zenduty(project: Project, monitor: Monitor) -> bool:
    """Return whether a monitor notifies a webhook that is its team's pager, in Zenduty."""
    team = project.teams[monitor.team]
    pager = team.handles.get("pager", "")
    notified = {handle for handles in monitor.recipients.values() for handle in handles}
    return team.tool == "zenduty" and pager.startswith("@webhook-") and pager in notified


def _raisable(monitor: Monitor) -> bool:
    """Return whether the monitor stays valid with twice its critical threshold."""
    critical = monitor.body.get("options", {}).get("thresholds", {}).get("critical")
    return (
        monitor.type == "query alert"
        and isinstance(critical, int | float)
        and critical > 0
        and monitor.query.endswith(f" > {critical:g}")
    )
