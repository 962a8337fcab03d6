"""Pages of Markdown."""
