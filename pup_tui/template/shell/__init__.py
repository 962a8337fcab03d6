"""What a value becomes in a script: the shells, their words, and the programs that take text for code."""
