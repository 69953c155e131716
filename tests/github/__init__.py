"""Tests of everything that speaks with GitHub."""
