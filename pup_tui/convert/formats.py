"""Which format a text has, and its runbooks."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from pup_tui.convert.bounds import bounded
from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.source_text import MAX_BYTES, read_data


def converted(text: str, name: str) -> list[NewRunbook]:
    """The runbooks that a text becomes; `name` is that of its file. Raises ConversionError."""
    if not text.strip():
        raise ConversionError("there is nothing in the source", name, "give a text")
    with bounded(name):
        return _converted(text.removeprefix("\ufeff").replace("\r\n", "\n"), name)


def _converted(text: str, name: str) -> list[NewRunbook]:
    from pup_tui.convert.markdown.conversion import from_page
    from pup_tui.convert.rundeck.conversion import from_jobs
    from pup_tui.convert.rundeck.jobs import is_xml, jobs_of_xml
    from pup_tui.convert.sessions.conversion import from_session
    from pup_tui.convert.sessions.kinds import session_in
    from pup_tui.convert.shell.conversion import from_script

    is_script = _is_script(text, name)
    session = None if is_script or name.endswith(_PAGE_NAMES) else session_in(text, name)
    if session is not None:
        return [from_session(session, _stem(name))]
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ConversionError("the source is larger than 1 MiB", name, "convert it in parts")
    if is_script:
        return [from_script(text, _stem(name))]
    if _is_page(text, name):
        return [from_page(text, _stem(name))]
    if is_xml(text):
        return from_jobs(jobs_of_xml(text, name), _stem(name))
    return _from_data(text, name)


_PAGE_NAMES = (".md", ".markdown", ".mdx", ".mkd")


def _is_page(text: str, name: str) -> bool:
    """Whether it is Markdown: by its name, or by headings and lists where it has none."""
    if name.endswith(_PAGE_NAMES):
        return True
    if "." in PurePosixPath(name).name.lstrip(".") or text.lstrip().startswith(("{", "[", "<")):
        return False
    return _PAGE.search(text) is not None and not _is_known_data(text, name)


_PAGE = re.compile(r"(?m)\A#{1,3} \S|^#{2,3} \S|^```|^[=-]{4,}$")


def _is_known_data(text: str, name: str) -> bool:
    """Whether it is YAML of a format that is known: there a heading is a comment."""
    from pup_tui.convert.ansible.playbook import is_playbook
    from pup_tui.convert.rundeck.jobs import is_jobs
    from pup_tui.convert.ssm.document import is_document

    try:
        data = read_data(text, name)
    except ConversionError:
        return False
    return is_document(data) or is_playbook(data) or is_jobs(data)


_SCRIPT_NAMES = (".sh", ".bash", ".ksh", ".zsh")


def _is_script(text: str, name: str) -> bool:
    first = text.split("\n", 1)[0]
    return name.endswith(_SCRIPT_NAMES) or (
        first.startswith("#!") and re.search(r"\b(?:ba|k|z|da)?sh\b", first) is not None
    )


def _stem(name: str) -> str:
    stem = PurePosixPath(name).name
    stem = stem.rsplit(".", 1)[0] if "." in stem.lstrip(".") else stem
    return re.sub(r"^\d+[-_]", "", stem) or stem or "converted"


def _from_data(text: str, name: str) -> list[NewRunbook]:
    data = read_data(text, name)
    try:
        return _of_data(data, name)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # The readers take the shapes that the formats have: what is of another one is the source's fault.
        told = "something in the source is not of the shape that its format has"
        todo = f"look for it near what this says: {error}"
        raise ConversionError(told, name, todo) from error


def _of_data(data: Any, name: str) -> list[NewRunbook]:
    from pup_tui.convert.ansible.conversion import from_playbook
    from pup_tui.convert.ansible.playbook import is_playbook
    from pup_tui.convert.rundeck.conversion import from_jobs
    from pup_tui.convert.rundeck.jobs import is_jobs, jobs_of
    from pup_tui.convert.ssm.conversion import from_document
    from pup_tui.convert.ssm.document import is_document

    if is_document(data):
        return [from_document(data, _stem(name))]
    if is_playbook(data):
        file = (
            PurePosixPath(name).name if name.endswith((".yml", ".yaml")) else f"{_stem(name)}.yml"
        )
        return [from_playbook(data, _stem(name), file)]
    if is_jobs(data):
        return from_jobs(jobs_of(data), _stem(name))
    raise ConversionError(
        "the format of the source is not known",
        name,
        "give a Systems Manager Automation document, a shell script, a Markdown page, a Rundeck job, "
        "an Ansible playbook or a recorded session",
    )
