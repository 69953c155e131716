"""The emulator, by itself and over HTTP."""
