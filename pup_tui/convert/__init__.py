"""Other people's formats to runbooks: one package a format, over one small graph.

What a format says becomes a `NewRunbook` (`draft`); where it jumps, its steps are first a graph (`graph`)
that is put in an order (`arranging`). What is written is judged by the loader before anybody gets it
(`settling`).
"""
