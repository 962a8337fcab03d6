"""The hash of the texts that a runbook is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def text_tree(files: Mapping[str, bytes]) -> str:
    """The sha256 over all texts and their names, such as `Loaded.files`: it differs once one of them does."""
    tree = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode("utf-8", "surrogatepass")
        tree.update(b"%d:%s %s\n" % (len(encoded), encoded, hashlib.sha256(files[name]).digest()))
    return tree.hexdigest()
