"""Warnings about names, and about characters that are not what they look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pup_tui.runbook.lint.subject import Finding, Subject, entries_of
from pup_tui.runbook.nodes import Scalar, YamlNode, shown
from pup_tui.runbook.scope import ATTEMPT_NAMES

_HIDDEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030-\u3299\U0001f000-\U0001faff"
_JOINED = re.compile(f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])")
_LOOKALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_ALIKE = str.maketrans("oOlIi", "00111")
"""What letters look like, by their case: a capital L looks like nothing else."""


def name_differs(subject: Subject) -> Iterator[Finding]:
    """`list` and `run` go by the file's name: another name inside it misleads."""
    name = subject.root.get("name")
    if isinstance(name, Scalar) and _folded(name.text) != _folded(subject.stem):
        told = f"the name {shown(name.text)} differs from the file's name {shown(subject.stem)}"
        yield Finding(name, told, "the runbook is run by the file's name")


def hidden_characters(subject: Subject) -> Iterator[Finding]:
    """Bidirectional and invisible characters make a text look like another one."""
    for node in subject.scalars:
        found = _HIDDEN.search(_JOINED.sub("", node.text))
        if found:
            told = f"invisible character U+{ord(found.group()):04X}"
            yield Finding(node, told, "remove it: the text may not be what it looks like")


def mixed_scripts(subject: Subject) -> Iterator[Finding]:
    """A word of two alphabets looks like another word."""
    names = [entry.key for entry in entries_of(subject.root.get("vars"))]
    given = [step.node.get("name") for step in subject.steps]
    for node in [*names, *(name for name in given if isinstance(name, Scalar))]:
        for word in re.findall(r"\w+", node.text[:200]):
            if not word.isascii() and len(_LOOKALIKE & _scripts(word)) > 1:
                told = f"{shown(word)} mixes letters of several alphabets"
                yield Finding(node, told, "type it again in one alphabet")
                break


def confusable_names(subject: Subject) -> Iterator[Finding]:
    """Two names that look alike are mistaken for each other by whoever reads the runbook."""
    seen: dict[tuple[int, str], str] = {}
    for frame, name, node in _made_names(subject):
        spellings = (f"shape {name.translate(_ALIKE).lower()}", f"case {name.lower()}")
        others = [seen.setdefault((frame, spelling), name) for spelling in spellings]
        other = next((each for each in others if each != name), None)
        if other is not None:
            told = f"{shown(name)} looks like {shown(other)}"
            yield Finding(node, told, "give one of them another name")


def shadowed_names(subject: Subject) -> Iterator[Finding]:
    """A variable that is called as a part of the output hides that part in conditions."""
    for _, name, node in _made_names(subject):
        if name in ATTEMPT_NAMES:
            told = f"{shown(name)} hides the {shown(name)} of a step's attempt in conditions"
            yield Finding(node, told, "give it another name")


def _made_names(subject: Subject) -> Iterator[tuple[int, str, YamlNode]]:
    """Every variable, capture and other made name, with a number for what sees it."""
    frames = []
    for step in subject.steps:
        if step.frame not in frames:
            frames.append(step.frame)
    for number, frame in enumerate(frames):
        if frame.names is not None:
            for name, entry in frame.names.entries.items():
                yield number, name, entry.key
        for step in frame.steps:
            for name, node in step.makes.items():
                yield number, name, node


def _scripts(word: str) -> frozenset[str]:
    return frozenset(unicodedata.name(c, "?").split(" ")[0] for c in word if c.isalpha())


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
