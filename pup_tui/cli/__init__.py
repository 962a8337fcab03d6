"""The command line, which is the first that the program imports."""

import gc

_YOUNG = 100_000
"""How many new objects the collector waits for: a start makes fewer, and nearly all of them stay."""

# Most of these are made by imports.
gc.set_threshold(_YOUNG, 10, 10)
