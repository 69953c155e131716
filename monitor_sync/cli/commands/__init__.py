"""One module a command: read the options, call one function of ``app``, render, exit."""
