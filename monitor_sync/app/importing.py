"""``import``: live monitors become files, which are proven before they are written."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from monitor_sync.adopt import other_side, selecting, slo_names
from monitor_sync.adopt import placing as tags
from monitor_sync.adopt.drafting import Doubts, Draft, Drafter, with_placing
from monitor_sync.adopt.existing import ExistingFiles, existing_files
from monitor_sync.adopt.marks import mark_of
from monitor_sync.adopt.other_side import OtherSide
from monitor_sync.adopt.selecting import Left, Selection
from monitor_sync.adopt.templates.suggestion import Suggestion
from monitor_sync.app import baseline, files, listing, slo_lookup
from monitor_sync.app.conversation import Conversation
from monitor_sync.app.landing import land
from monitor_sync.app.rewriting import parsed_files
from monitor_sync.app.trial import Proven, Trial
from monitor_sync.counting import listed
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.errors import UsageError
from monitor_sync.model import Project
from monitor_sync.project.files import PROJECT, find
from monitor_sync.project.load import Loaded
from monitor_sync.sync.identity import match

if TYPE_CHECKING:
    from monitor_sync.adopt.placed import PlacedMonitor
    from monitor_sync.adopt.placing import Placing, TagShare
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import LiveResource


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """
    Which live monitors are imported, and how. One of the first four says which.

    ``since`` is in milliseconds since 1970. ``project`` names the project where there is none yet.
    ``baseline`` is a file that gets the findings which the imported monitors come with, beside
    those that it holds. With
    ``templates`` what monitors have in common is written as templates, with ``tests`` first unit
    tests too. ``state`` is what another tool says of its own resources, as JSON that was read
    (``adopt/other_side.py``); None for none.
    """

    ids: Sequence[int] = ()
    query: str = ""
    everything: bool = False
    since: int | None = None
    project: str = ""
    take_over: bool = False
    dry_run: bool = False
    baseline: Path | None = None
    templates: bool = False
    tests: bool = False
    state: Any = None


class WrittenFile(NamedTuple):
    """A file of the import: its path below the project's folder, its new monitors, new lines."""

    path: str
    monitors: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """
    What an import came to. ``written`` is False where it only shows what it would write.

    ``placing`` says which tags were followed, ``suggested`` whether this import chose them, from
    the ``shares`` of the estate's tags. ``why_not`` has by id why a unit or a team is not known,
    ``inferred`` how many are placed as the others of their service.
    ``findings`` are what the rules say of the imported monitors, ``owned`` by unit how many of its
    live monitors are declared now, and how many it has.
    """

    root: Path
    monitors: tuple[PlacedMonitor, ...]
    already: int
    left: tuple[Left, ...]
    files: tuple[WrittenFile, ...]
    written: bool
    placing: Placing
    suggested: bool
    total: int
    teams: tuple[str, ...] = ()
    shares: tuple[TagShare, ...] = ()
    why_not: Mapping[int, str] = field(default_factory=dict)
    inferred: int = 0
    findings: tuple[Diagnostic, ...] = ()
    baseline: bool = False
    """Whether the findings were kept in a baseline."""
    tests: int | None = None
    """How many first unit tests there are, with ``tests``."""
    ignored: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The rules whose errors imported monitors came with, by id."""
    owned: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)
    """The tools whose marks imported monitors bear, by id: with ``take_over``."""
    in_common: Suggestion = field(default_factory=Suggestion)
    """What the imported monitors have in common, with ``templates``."""
    other_side: OtherSide | None = None
    """What lets go of the imported monitors, where another tool's ``state`` was given."""
    unread_slos: str = ""
    """Why the names of their SLOs could not be read; empty where they were, or none is named."""

    @property
    def keys(self) -> dict[int, str]:
        """The key of each imported monitor, by id."""
        return {monitor.id: monitor.key for monitor in self.monitors}


def import_monitors(
    root: Path, target: Target, options: ImportOptions, conversation: Conversation | None = None
) -> Imported:
    """
    Write live monitors below ``root`` as files that plan nothing but their adoption.

    Raises WrongFiles where the files have errors already, UsageError where nothing says which
    monitors or which project is meant, RemoteError, and Refused where a file changed meanwhile.
    """
    conversation = conversation or Conversation()
    _other_side(options.state, ())  # said before anything is written
    known = baseline.before(options.baseline)
    with files.uncollected():
        before = _bytes(root, options)
        loaded, existing = _read(root) if before else _nothing(options.project)
        texts = {path: content.decode("utf-8-sig") for path, content in before.items()}
        client = target.connect()
        live = listing.list_live(client)
        requested = _asked(client, live, options)
        selection = selecting.select(requested, live, loaded.project, take_over=options.take_over)
        shares = tuple(tags.statistics(monitor.body for monitor in live))
        placing = existing.placing or tags.suggest(shares, len(live))
        texts = texts or {PROJECT: f"project: {options.project}\n"}
        slos = slo_lookup.look_up(client, selection.chosen, existing.slos, texts[PROJECT])
        existing = replace(existing, slos={**existing.slos, **slos.names})
        work = _Work(root, before, texts, loaded, existing, placing, live, slos.names)
        proven = work.proven(selection, conversation, options)
    imported = work.ended(proven, selection, options, shares, known)
    ids = [monitor.id for monitor in imported.monitors]
    return replace(imported, other_side=_other_side(options.state, ids), unread_slos=slos.unread)


def _other_side(state: Any, ids: Collection[int]) -> OtherSide | None:
    """Return what lets go of these monitors; None without a state. Raises UsageError."""
    if state is None:
        return None
    try:
        return other_side.steps(state, ids)
    except other_side.UnknownDocument as error:
        raise UsageError(f"the other tool's state: {error}", hint=_STATES) from None


_STATES: Final = "`terraform show -json > state.json`, then `--state state.json`"


@dataclass(frozen=True, slots=True)
class _Work:
    """One import between the listing and the report."""

    root: Path
    before: Mapping[str, bytes]
    texts: Mapping[str, str]
    loaded: Loaded
    existing: ExistingFiles
    placing: Placing
    live: Sequence[LiveResource]
    slos: Mapping[str, str]

    @property
    def suggests(self) -> bool:
        """Whether the import chooses the tags that say where monitors go."""
        return self.existing.placing is None and self.placing != tags.Placing()

    @property
    def shared(self) -> dict[str, str]:
        """What the import adds to project.yaml: the tags that it went by, the names of SLOs."""
        before = self.texts[PROJECT]
        text = with_placing(before, self.placing) if self.suggests else before
        if self.slos:
            text = slo_names.with_slos(text, self.slos) or text
        return {PROJECT: text} if text != before or not self.before else {}

    def proven(
        self, selection: Selection, conversation: Conversation, options: ImportOptions
    ) -> Proven:
        if not selection.chosen:
            return Proven(draft=Draft(placed=(), texts={}), doubts=Doubts())
        drafter = Drafter(
            selection.chosen,
            self.existing,
            self.placing,
            taken=_taken(self.loaded.project, self.live),
            texts=self.texts,
            schemas=(self.root / ".schemas").is_dir(),
            templates=options.templates,
        )
        trial = Trial(
            name=self.root.resolve().name,
            texts=self.texts,
            shared=self.shared,
            live=self.live,
            before=self.loaded,
            progress=conversation.progress,
            # `validate --baseline` looks for a finding in the file of its exact place
            least=Severity.ERROR if options.baseline is None else Severity.NOTE,
        )
        return trial.proven(drafter)

    def _mark_of_order(self, path: str) -> str:
        """Return the byte order mark with which a file began; empty where it had none."""
        return "\ufeff" if self.before.get(path, b"").startswith(codecs.BOM_UTF8) else ""

    def _tests(self, proven: Proven) -> tuple[dict[str, str], int]:
        """Return files of first unit tests, beside files that have none yet, and their number."""
        from monitor_sync.app.first_tests import first_tests  # the evaluator

        there = {path.relative_to(self.root).as_posix() for path in self.root.glob("*/*.yaml")}
        schema = "../.schemas/tests.json" if (self.root / ".schemas").is_dir() else ""
        keys = [monitor.key for monitor in proven.draft.placed]
        return first_tests(proven.project, keys, there, schema)

    def ended(
        self,
        proven: Proven,
        selection: Selection,
        options: ImportOptions,
        shares: tuple[TagShare, ...],
        known: baseline.Before | None,
    ) -> Imported:
        draft = proven.draft
        changed = {**self.shared, **draft.texts} if draft.placed else {}
        tests, number = self._tests(proven) if options.tests else ({}, None)
        changed |= tests
        written = bool(draft.placed) and not options.dry_run
        if written:
            kept = {self.root / path: content for path, content in self.before.items()}
            texts = {
                self.root / path: self._mark_of_order(path) + text for path, text in changed.items()
            }
            if options.baseline is not None:
                of_monitors = [finding for finding in proven.findings if finding.key]
                texts[options.baseline], _ = baseline.written(
                    of_monitors, PurePosixPath(), known.findings if known else None
                )
                kept |= {options.baseline: known.content} if known else {}
            land(texts, {path: kept[path] for path in texts if path in kept})
        return Imported(
            root=self.root,
            monitors=draft.placed,
            already=len(selection.already),
            left=(*selection.left, *_unproven(selection, proven.doubts)),
            files=tuple(_files(changed, self.texts if self.before else {}, draft)),
            written=written,
            placing=self.placing,
            suggested=PROJECT in changed and self.suggests,
            total=len(selection.chosen) + len(selection.already) + len(selection.left),
            teams=draft.teams,
            shares=shares,
            why_not=draft.why_not,
            inferred=draft.inferred,
            findings=proven.findings,
            baseline=options.baseline is not None,
            tests=number,
            ignored=proven.doubts.ignored,
            owned=_owned(self, draft),
            marks=_marks(draft),
            in_common=draft.in_common,
        )


# what there is


def _bytes(root: Path, options: ImportOptions) -> dict[str, bytes]:
    """
    Return the bytes of every file of the project by its path; none where there is no project yet.

    Raises UsageError where there is no project and no name for one, or another name than its own.
    """
    if not (root / PROJECT).is_file():
        if not options.project:
            raise UsageError(
                f"there is no {root / PROJECT}",
                hint="`monitor-sync init --empty` begins a project, or give --project NAME",
            )
        return {}
    return {
        file.path.relative_to(root).as_posix(): file.path.read_bytes() for file in find(root).files
    }


def _nothing(name: str) -> tuple[Loaded, ExistingFiles]:
    """Return a project that has only a name."""
    return Loaded(project=Project(name=name)), ExistingFiles()


def _read(root: Path) -> tuple[Loaded, ExistingFiles]:
    """Return the project as it is. Raises WrongFiles where its files have errors."""
    loaded = files.read_whole(root, consequence="so nothing is imported")
    return loaded, existing_files(parsed_files(root))


def _taken(project: Project, live: Sequence[LiveResource]) -> dict[str, int | None]:
    """Return the declared keys, each with the id of its live monitor where it has one."""
    ours = match(project, live).ours
    return {
        key: int(ours[key].id) if key in ours else monitor.adopt
        for key, monitor in project.monitors.items()
    }


# which are asked for


def _asked(
    client: Client, live: Sequence[LiveResource], options: ImportOptions
) -> Sequence[LiveResource]:
    """Return the live monitors that the options mean. Raises UsageError for an unknown id."""
    if options.ids:
        return _by_id(live, options.ids)
    if options.query:
        matching = {result.get("id") for result in client.monitors.search(options.query)}
        return [monitor for monitor in live if monitor.id in matching]
    if options.since is not None:
        return [monitor for monitor in live if monitor.created >= options.since]
    return live


def _by_id(live: Sequence[LiveResource], ids: Sequence[int]) -> list[LiveResource]:
    known = {monitor.id: monitor for monitor in live}
    unknown = [str(number) for number in dict.fromkeys(ids) if number not in known]
    if unknown:
        raise UsageError(
            f"Datadog has no monitor {listed(unknown)}",
            hint="check the number, and that the keys are of the same organisation",
        )
    return [known[number] for number in dict.fromkeys(ids)]


# what came of it


def _unproven(selection: Selection, doubts: Doubts) -> Iterator[Left]:
    for live in selection.chosen:
        if live.id in doubts.out:
            detail = doubts.out[int(live.id)]
            yield Left(id=live.id, name=live.name, reason="unprovable", detail=detail)


def _files(
    changed: Mapping[str, str], before: Mapping[str, str], draft: Draft
) -> Iterator[WrittenFile]:
    """Yield the files that get text; existing lines stay, so the rest of the lines are new."""
    monitors = Counter(monitor.path for monitor in draft.placed)
    for path, text in sorted(changed.items()):
        yield WrittenFile(path, monitors[path], _lines(text) - _lines(before.get(path, "")))


def _lines(text: str) -> int:
    return text.count("\n") + bool(text and not text.endswith("\n"))


def _owned(work: _Work, draft: Draft) -> dict[str, tuple[int, int]]:
    """Return by unit how many of its live monitors are declared now, and how many it has."""
    unit_of = {placed.id: placed.unit for placed in draft.placed}
    for monitor in work.loaded.project.monitors.values():
        if monitor.adopt is not None:
            unit_of[monitor.adopt] = monitor.business_unit
    declared: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for live in work.live:
        known = work.loaded.project.monitors.get(live.key)
        ours = known.business_unit if known and live.project == work.loaded.project.name else ""
        unit = ours or unit_of.get(int(live.id), "")
        declared[unit] += bool(unit)
        total[unit or tags.place(live.body, work.placing).unit] += 1
    return {unit: (declared[unit], count) for unit, count in sorted(total.items())}


def _marks(draft: Draft) -> dict[int, str]:
    marks = {monitor.id: mark_of(monitor.live)[0] for monitor in draft.placed}
    return {id_: tool for id_, tool in marks.items() if tool}
