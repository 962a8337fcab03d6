"""Statements of SQL: split as the server's own dialect splits them, with each value as a parameter."""
