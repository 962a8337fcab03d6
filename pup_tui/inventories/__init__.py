"""Lists of hosts that others keep, and what of them is a `foreach` asked for."""
