"""Random stories of authors, people in Datadog, faults and crashes; what must never happen."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor_sync.datadog import client as door
from monitor_sync.emulator.server import running
from monitor_sync.model import KEY_TAG, PROJECT_TAG
from tests.faults.crashing_client import FATE, CrashingClient, Killed
from tests.faults.estate import Machine, Ran, Spec, remaining, write
from tests.faults.fault_strategies import FAULTS, LAG
from tests.faults.recording_emulator import CREATE, DELETE, UPDATE, RecordingEmulator, tag

_UNITS = ("motor", "payments")
_NAMES = ("a", "b", "c", "d")
KEYS = st.builds("{}/flow/{}".format, st.sampled_from(_UNITS), st.sampled_from(_NAMES))
PAIRS = st.builds("{}/pairs/{}".format, st.sampled_from(_UNITS), st.sampled_from(("x", "y")))
KINDS = st.sampled_from(["query", "query", "log"])
THRESHOLDS = st.integers(2, 9)
CHOICE = st.integers(0, 1000)

counts = {"stories": 0, "steps": 0, "runs": 0, "crashes": 0, "writes": 0}
"""How much was tried; the long test prints it."""


class Stories(RuleBasedStateMachine):
    """One project in one account, with everything that happens to both."""

    def __init__(self) -> None:
        super().__init__()
        self.context = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="stories-"))
        self.emulator = RecordingEmulator()
        url = self.context.enter_context(running(self.emulator))
        self.context.enter_context(mock.patch.object(door, "Client", CrashingClient))
        self.machine = Machine(folder=self.folder, url=url, timeout=0.25, backoff=0.004)
        self.project: dict[str, Spec] = {}
        self.written: dict[str, Spec] | None = None
        self.versions: list[dict[str, Spec]] = []
        self.reviewed: dict[str, Spec] | None = None
        self.planned = self.applied = False
        self.foreign: dict[int, Mapping[str, Any]] = {}
        self.muted: set[int] = set()
        self.checked = 0
        self.edited_at = 0.0
        self.story: list[str] = []
        counts["stories"] += 1

    def teardown(self) -> None:
        try:
            if not isinstance(sys.exc_info()[1], AssertionError):  # one failure a story
                self._ends_well()
        finally:
            self.context.close()
            self.emulator.close()
            shutil.rmtree(self.folder)

    # What authors do

    @initialize(keys=st.lists(KEYS, min_size=2, max_size=6, unique=True))
    def there_is_a_project(self, keys: list[str]) -> None:
        self.project = {key: Spec() for key in keys}
        stranger = Spec().declared("motor/flow/stranger") | {
            "query": "avg(last_5m):sum:x{*} > 5",
            "options": {"thresholds": {"critical": 5}},
        }
        del stranger["thresholds"]
        tags = [["team:x"], [f"{PROJECT_TAG}:other", f"{KEY_TAG}:elsewhere/a/b"], [f"{KEY_TAG}:x"]]
        for number, its in enumerate(tags):
            sent = {**stranger, "name": f"Stranger {number}", "tags": its}
            made = self.emulator.by_hand("POST", "/api/v1/monitor", sent)
            self.foreign[made["id"]] = self.emulator.monitors()[made["id"]]

    @rule(key=KEYS, kind=KINDS, threshold=THRESHOLDS)
    def declare(self, key: str, kind: str, threshold: int) -> None:
        before = self.project.get(key)
        moved = before.moved_from if before else ""
        self._declare(key, Spec(kind=kind, threshold=threshold, moved_from=moved))

    @rule(key=PAIRS, which=CHOICE, other=CHOICE)
    def declare_a_composite(self, key: str, which: int, other: int) -> None:
        plain = sorted(name for name, spec in self.project.items() if spec.kind != "composite")
        if len(plain) >= 2:
            first = plain[which % len(plain)]
            rest = [name for name in plain if name != first]
            members = (first, rest[other % len(rest)])
            before = self.project.get(key)
            moved = before.moved_from if before else ""
            self._declare(key, Spec(kind="composite", members=members, moved_from=moved))

    @precondition(lambda self: self.project)
    @rule(which=CHOICE, title=st.sampled_from(["One", "Two"]))
    def rename_in_words(self, which: int, title: str) -> None:
        key = self._declared_key(which)
        self.project[key] = replace(self.project[key], title=title)

    @precondition(lambda self: self.project)
    @rule(which=CHOICE)
    def remove(self, which: int) -> None:
        gone = {self._declared_key(which)}
        gone |= {key for key, spec in self.project.items() if gone & set(spec.members)}
        for key in gone:
            del self.project[key]
        self._note("remove", *gone)

    @precondition(lambda self: self.project)
    @rule(which=CHOICE, to=KEYS)
    def move(self, which: int, to: str) -> None:
        key = self._declared_key(which)
        spec = self.project[key]
        if spec.kind == "composite" or to in self.project or spec.moved_from:
            return
        if any(spec.moved_from in (key, to) for spec in self.project.values()):
            return
        del self.project[key]
        self.project[to] = replace(spec, moved_from=key)
        for other, its in self.project.items():
            first, second = (to if member == key else member for member in its.members)
            self.project[other] = replace(its, members=(first, second))
        self._note("move", key, to)

    @rule()
    def forget_moves_that_are_done(self) -> None:
        keyed = self.emulator.keyed()
        for key, spec in self.project.items():
            if spec.moved_from and key in keyed and spec.moved_from not in keyed:
                self.project[key] = replace(spec, moved_from="")

    def _declare(self, key: str, spec: Spec) -> None:
        for other, its in self.project.items():
            if its.moved_from == key:
                self.project[other] = replace(its, moved_from="")
        self.project[key] = spec
        self._note("declare", key, spec)

    def _declared_key(self, which: int) -> str:
        return sorted(self.project)[which % len(self.project)]

    # What people do in Datadog

    def _live(self, which: int, *, plain: bool = False) -> dict[str, Any] | None:
        """One of the monitors that carry our tags, if there is any."""
        live = self.emulator.monitors()
        ours = [number for ids in self.emulator.keyed().values() for number in ids]
        ours = [number for number in ours if not plain or live[number]["type"] != "composite"]
        self.edited_at = time.monotonic()
        return live[sorted(ours)[which % len(ours)]] if ours else None

    @rule(which=CHOICE, critical=THRESHOLDS, also=st.booleans())
    def edit_by_hand(self, which: int, critical: int, also: bool) -> None:
        monitor = self._live(which)
        if monitor is not None:
            change: dict[str, Any] = {"name": f"By hand {critical}"}
            if also:
                change["tags"] = [*dict.fromkeys((*monitor["tags"], "by:hand"))]  # no tag twice
            self._by_hand("PUT", monitor["id"], change)

    @rule(which=CHOICE)
    def mute_by_hand(self, which: int) -> None:
        monitor = self._live(which, plain=True)
        if monitor is not None:
            self._by_hand("POST", monitor["id"], {}, "/mute")
            self.muted.add(monitor["id"])

    @rule(which=CHOICE)
    def clone_by_hand(self, which: int) -> None:
        monitor = self._live(which, plain=True)
        if monitor is not None:
            fields = ("type", "query", "message", "tags", "options", "priority")
            copy = {name: monitor[name] for name in fields if monitor.get(name) is not None}
            copy["name"] = f"{monitor['name']} (copy {len(self.emulator.writes)})"
            self.emulator.ask("POST", "/api/v1/monitor", copy)
            self._note("clone", monitor["id"], tag(monitor, KEY_TAG))

    @rule(which=CHOICE)
    def delete_by_hand(self, which: int) -> None:
        monitor = self._live(which)
        if monitor is not None:
            self.emulator.ask("DELETE", f"/api/v1/monitor/{monitor['id']}")
            self._note("delete by hand", monitor["id"], tag(monitor, KEY_TAG))

    @rule(which=CHOICE, both=st.booleans())
    def take_our_tags_off(self, which: int, both: bool) -> None:
        monitor = self._live(which, plain=True)
        if monitor is not None:
            ours = (f"{KEY_TAG}:", f"{PROJECT_TAG}:") if both else (f"{KEY_TAG}:",)
            tags = [text for text in monitor["tags"] if not text.startswith(ours)]
            self._by_hand("PUT", monitor["id"], {"tags": tags})
            self.foreign[monitor["id"]] = self.emulator.monitors()[monitor["id"]]

    def _by_hand(self, method: str, number: int, body: Any, more: str = "") -> None:
        self.emulator.by_hand(method, f"/api/v1/monitor/{number}{more}", body)
        self._note("by hand", method, number, more, body)

    # What our tool does

    @rule(faults=FAULTS, at=st.integers(0, 6), after=st.booleans(), workers=st.sampled_from("18"))
    def apply(self, faults: list[Any], at: int, after: bool, workers: str) -> None:
        self._versions(self.project)
        self._run(["apply", "--yes", "--workers", workers], faults, at, after=after)

    @rule(faults=FAULTS)
    def plan_for_review(self, faults: list[Any]) -> None:
        self.planned = True
        ran = self._run(["plan", "--out", str(self.folder / "plan.json")], faults, 0)
        if ran is not None and ran.code == 0:
            self.reviewed = dict(self.project)

    # whether the plan was made may hang on a race, and hypothesis wants the same rules each time
    @precondition(lambda self: self.planned)
    @rule(faults=FAULTS, at=st.integers(0, 6), after=st.booleans())
    def apply_what_was_reviewed(self, faults: list[Any], at: int, after: bool) -> None:
        self.applied = True
        if self.reviewed is None:
            return
        self._versions(self.reviewed)
        self._run(["apply", str(self.folder / "plan.json"), "--yes"], faults, at, after=after)

    @precondition(lambda self: self.applied)
    @rule(faults=FAULTS, at=st.integers(0, 6), after=st.booleans())
    def resume(self, faults: list[Any], at: int, after: bool) -> None:
        if self.versions:
            self._run(["apply", "--resume", "--yes"], faults, at, after=after)

    @rule()
    def apply_in_peace(self) -> None:
        self._versions(self.project)
        self._run(["apply", "--yes"], [], 0)
        self._plans_what_remains()

    def _versions(self, project: Mapping[str, Spec]) -> None:
        """What the next writes, or those of a run that is resumed, may be about."""
        self.applied = True
        self.versions.append(dict(project))

    def _run(
        self, arguments: list[str], faults: list[Any], at: int, *, after: bool = False
    ) -> Ran | None:
        """Run a command under faults, perhaps to its death; None where it was killed."""
        self._write()
        if any(fault["kind"] == "lagging" for fault in faults):
            time.sleep(max(0.0, self.edited_at + 2 * LAG - time.monotonic()))
        self.emulator.inject(faults)
        FATE.at, FATE.after, FATE.seen, FATE.dead = at, after, 0, False
        self._note("run", *arguments[:2], faults, at, after)
        counts["runs"] += 1
        try:
            ran = self.machine.run(*arguments, *(["--deadline", "3s"] if faults else []))
        except Killed:
            counts["crashes"] += 1
            ran = None
        finally:
            FATE.at, FATE.dead = 0, False
            self.emulator.inject([])
        self.story.append("killed" if ran is None else f"exit {ran.code}\n{ran.said}")
        if ran is not None:
            assert ran.code in (0, 1, 2, 5, 6), self._as_text()
            assert "Traceback" not in ran.said, self._as_text()
        return ran

    def _write(self) -> None:
        """Write the files, unless they are there: a third of a story's time went into that."""
        if self.written != self.project:
            write(self.machine.root, self.project)
            self.written = dict(self.project)

    # What must hold

    @invariant()
    def every_write_was_right(self) -> None:
        counts["steps"] += 1
        fresh = self.emulator.writes[self.checked :]
        self.checked = len(self.emulator.writes)
        counts["writes"] += sum(done.by_us for done in fresh)
        for done in fresh:
            if done.by_us:
                self._right(done)

    @invariant()
    def what_is_not_ours_is_as_people_left_it(self) -> None:
        live = self.emulator.monitors()
        for number, monitor in self.foreign.items():
            assert live.get(number) == monitor, f"#{number} was touched\n{self._as_text()}"
        for number in self.muted & live.keys():
            assert live[number]["options"]["silenced"], f"#{number} unmuted\n{self._as_text()}"

    def _right(self, done: Any) -> None:
        said = f"{done.route} #{done.id} {done.key}, beside {dict(done.others)}\n{self._as_text()}"
        if done.before is not None:
            assert tag(done.before, PROJECT_TAG) == "acme", f"not ours: {said}"
            assert done.key, f"not ours: {said}"
        specs = [version[done.key] for version in self.versions if done.key in version]
        if done.route == CREATE:
            made = {spec.type for spec in specs}
            assert not made or made - set(done.others.values()), f"made twice: {said}"
        elif done.route == UPDATE:
            assert not any(other < done.id for other in done.others) or done.others, said
        elif done.route == DELETE:
            kind = (done.before or {}).get("type")
            gone = any(done.key not in version for version in self.versions)
            retyped = any(spec.type != kind for spec in specs)
            assert gone or retyped, f"declared, and deleted: {said}"
            assert kind not in done.others.values(), f"deleted beside its clone: {said}"

    def _plans_what_remains(self) -> None:
        self._write()
        seen, _ = self.machine.plan()
        assert seen == remaining(self.project, self.emulator), f"{seen}\n{self._as_text()}"

    def _ends_well(self) -> None:
        """Without faults and clones the files come true, and stay so."""
        self._plans_what_remains()
        self._versions(self.project)
        for ids in self.emulator.keyed().values():
            for clone in ids[1:]:
                kept = self.emulator.monitor(clone)
                if kept is not None and kept["type"] == self.emulator.monitors()[ids[0]]["type"]:
                    self.emulator.ask("DELETE", f"/api/v1/monitor/{clone}")
        for _ in range(3):
            self._write()
            seen, plan = self.machine.plan()
            if not seen:
                break
            self._run(["apply", "--yes", "--expect", plan["fingerprint"]], [], 0)
            self.every_write_was_right()
            self.what_is_not_ours_is_as_people_left_it()
        self._plans_what_remains()
        keyed = self.emulator.keyed()
        assert remaining(self.project, self.emulator) == set(), self._as_text()
        assert self.project.keys() <= keyed.keys(), self._as_text()
        assert all(len(keyed[key]) == 1 for key in self.project), f"{keyed}\n{self._as_text()}"

    def _note(self, *what: object) -> None:
        self.story.append(" ".join(map(str, what)))

    def _as_text(self) -> str:
        return "\n".join(self.story)


_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def test_no_story_makes_anything_twice_loses_it_or_wrongly_deletes_it() -> None:
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=_QUIET,
        ),
    )


@pytest.mark.long
def test_no_story_of_many_does(capsys: pytest.CaptureFixture[str]) -> None:
    """
    As many stories as STORIES says, 300 unless it does.

    A story that fails is shown as it went and is not shortened: its workers race, so that most of
    the many replays that this takes go another way, which took longer than all stories together.
    """
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=int(os.environ.get("STORIES", "300")),
            stateful_step_count=25,
            deadline=None,
            print_blob=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=_QUIET,
        ),
    )
    with capsys.disabled():
        print("\n" + ", ".join(f"{number} {what}" for what, number in counts.items()))
