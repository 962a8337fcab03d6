"""Texts of others in a runbook that is made by the program."""

from __future__ import annotations


def literal(text: str) -> str:
    """A template that renders to this text, whatever stands in it."""
    return text.replace("{", "{{ '{' }}")
