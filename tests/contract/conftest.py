"""The contract tests ask as those of the emulator do."""

from tests.emulator.conftest import call, clock, emulator

__all__ = ["call", "clock", "emulator"]
