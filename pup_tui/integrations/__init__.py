"""Which integrations there are, whether their credentials work, and one action of them at a time."""
