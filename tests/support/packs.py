"""Packs made for tests: folders, trees and git repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pup_tui.packs.tree import PackTree, TreeFile

ONE = "name: {name}\nsteps: [{{name: a, kind: shell, run: {run}}}]\n"


def runbook(name: str, run: str = "echo hello") -> str:
    """The text of a runbook with one step."""
    return ONE.format(name=name, run=run)


def tree_of(files: Mapping[str, str], programs: frozenset[str] = frozenset()) -> PackTree:
    """A tree of these texts."""
    return PackTree(
        {path: TreeFile(text.encode(), path in programs) for path, text in sorted(files.items())}
    )


def write_pack(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a folder; a text that begins with `#!` is a program."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        if text.startswith("#!"):
            target.chmod(0o755)
    return folder


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, with nothing of who runs the tests."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(folder: Path, files: Mapping[str, str]) -> str:
    """Make a repository with these files in one commit, which is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return commit(folder, files)


def commit(folder: Path, files: Mapping[str, str]) -> str:
    """Commit these files as well; returns the full id."""
    write_pack(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD")
