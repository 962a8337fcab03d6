"""What the record of runs says for a post-mortem, as a page that its readers complete."""
