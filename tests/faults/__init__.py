"""
Apply under faults, crashes and rivals: nothing twice, nothing lost, nothing wrongly deleted.

    pytest tests/faults                 a pairwise part of the matrix, a few examples and rounds
    pytest tests/faults -m long -s      every cell, five minutes of random stories, fifty races

Each test runs the real command against the emulator over HTTP, in this process or, where it is
interrupted or killed, in one of its own.
"""
