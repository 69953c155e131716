"""A project with a new name takes its monitors along, and nobody else's."""

from __future__ import annotations

from msgspec.structs import replace

from monitor_sync.sync import plan_file, plan_json
from tests.cli.repository import ERRORS, Repository

NAMED = "project: acme\n"
RENAMED = "project: newer\n"
MOVED = "project: newer\nmoved_from: acme\n"


def ids(repository: Repository) -> dict[str, int]:
    return {key: monitor["id"] for key, monitor in repository.live().items()}


def test_a_new_name_alone_is_refused_and_makes_nothing(repository: Repository) -> None:
    before = ids(repository)
    repository.edit("project.yaml", NAMED, RENAMED)

    result = repository.run("apply --yes")

    assert result.exit_code == 5, result.output
    assert "moved_from" in result.output
    assert ids(repository) == before


def test_with_moved_from_every_monitor_keeps_its_id_and_the_next_plan_is_empty(
    repository: Repository,
) -> None:
    before = ids(repository)
    repository.edit("project.yaml", NAMED, MOVED)

    repository.done("apply --yes")

    assert ids(repository) == before
    tags = repository.live()[ERRORS]["tags"]
    assert "monitor_sync_project:newer" in tags
    assert "monitor_sync_project:acme" not in tags
    assert "nothing to do, 2 monitors unchanged" in repository.done("plan").stdout


def test_a_plan_file_takes_over_no_project_that_the_files_do_not_name(
    repository: Repository,
) -> None:
    repository.edit("payments/router.yaml", "critical: 5", "critical: 6")
    repository.done("plan --out reviewed.json")
    file = repository.folder / "reviewed.json"
    honest = plan_file.read(file.read_text(), file.name)
    file.write_text(plan_json.file(replace(honest, moved_from=("theirs",)), commit=""))

    result = repository.run("apply reviewed.json --yes")

    assert result.exit_code == 5, result.output
    assert "takes over the project theirs" in result.stderr
    assert repository.critical(ERRORS) == 5.0


def test_what_the_former_project_had_and_no_file_declares_any_more_is_named_and_stays(
    repository: Repository,
) -> None:
    before = ids(repository)
    repository.edit("project.yaml", NAMED, MOVED)
    (repository.folder / "monitors" / "payments" / "router.yaml").unlink()

    planned = repository.done("plan").stdout

    assert "is left as it is, for no file declares it: payments/router/errors" in planned
    repository.done("apply --yes")
    assert ids(repository) == before
