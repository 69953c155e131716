"""A small project to work on."""

from tests.cli.conftest import project, repository

__all__ = ["project", "repository"]
