"""Runs and steps for other programs: as rows of a table, as lines of JSON, as spans of traces."""
