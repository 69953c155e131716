"""The emulator held to recorded traffic."""
