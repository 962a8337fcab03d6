"""What a pack says of itself, and whether this program can run it."""

from __future__ import annotations

import pup_tui
from pup_tui.catalog.folder_files import PACK_FILE
from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import PackTree
from pup_tui.runbook.pack_file import Pack, read_pack, version_of


def about_pack(tree: PackTree) -> Pack:
    """What `pack.yaml` says; nothing where there is none.

    Raises PackError where it is wrong, or the runbooks need a newer program.
    """
    if PACK_FILE not in tree.files:
        return Pack()
    found = read_pack(tree.files[PACK_FILE].data, PACK_FILE)
    if found.problems:
        first = found.problems[0]
        where = f"{first.path}:{first.line}:{first.column}" if first.line else first.path
        raise PackError(first.message, where, first.hint)
    if is_newer(found.said):
        told = f"the pack needs pup-tui {found.said.minimum_version}, and this is {pup_tui.__version__}"
        raise PackError(told, PACK_FILE, "use a newer pup-tui")
    return found.said


def is_newer(pack: Pack) -> bool:
    """Whether a pack needs a newer program than this one."""
    needed = pack.minimum_version
    return bool(needed) and version_of(needed) > version_of(pup_tui.__version__)
