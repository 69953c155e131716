"""A local, stateful Datadog over HTTP, for the demo, the tests and other people's tools.

It shares no code with the rest of the package, so that it cannot share our mistakes.
"""
