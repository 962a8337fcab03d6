"""Steps on other computers: through the installed `ssh`, with the operator's own configuration of it."""
