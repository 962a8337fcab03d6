"""Step templates and groups as steps of a new runbook, each judged by the loader as it would be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pup_tui.catalog.effects import mutates
from pup_tui.convert.source_text import plain
from pup_tui.runbook import yaml
from pup_tui.runbook.files import TEMPLATES, PackFiles, Unreadable
from pup_tui.runbook.load import Loaded, load_files
from pup_tui.runbook.model import Step
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.nodes import Scalar
from pup_tui.skeleton.offer import StepOffer

_PROBE = "probe.yaml"
_MOST = 200
"""Templates that are looked at; each is judged as a runbook is."""

_NOT_DEFINED = re.compile(r"`([A-Za-z_]\w*)` is not defined")
"""What the loader says of a name that a text uses and nothing declares."""


class _Found(NamedTuple):
    """A template: its name, its tree, and the files that it and others may need, as a loader takes them."""

    name: str
    tree: Tree
    files: Mapping[str, bytes]
    is_imported: bool


def template_offers(folder: Path, packs: Sequence[Path]) -> list[StepOffer]:
    """Those beside the runbook, then those of other folders, which are imported. Broken ones are left out."""
    offers = (_offer(found) for found in _templates(folder, packs))
    return [offer for offer in offers if offer is not None]


def _templates(folder: Path, packs: Sequence[Path]) -> Iterable[_Found]:
    seen: set[str] = set()
    others = [pack for pack in packs if pack != folder]
    for is_imported, place in ((False, folder), *((True, pack) for pack in others)):
        files = _files_of(place)
        prefix = "pack-1/" if is_imported else ""
        for path, data in files.items():
            name = path.removeprefix(f"{TEMPLATES}/").rsplit(".", 1)[0]
            tree, problems = yaml.parse(data, path)
            if name in seen or problems or not isinstance(tree, Tree) or len(seen) >= _MOST:
                continue
            seen.add(name)
            beside = {prefix + each: text for each, text in files.items()}
            yield _Found(name, tree, beside, is_imported)


def _files_of(folder: Path) -> dict[str, bytes]:
    files = PackFiles(folder)
    found: dict[str, bytes] = {}
    for name in files.names():
        try:
            data = files.read(name)
        except Unreadable:
            continue
        if data is not None:
            found[name] = data
    return found


def _offer(found: _Found) -> StepOffer | None:
    """The step that a template becomes; None where it cannot be used."""
    title = _title(found)
    variables = _given_to(found.tree)
    keys: dict[str, Any] = {"template": found.name}
    if variables:
        keys["with"] = {name: f"{{{{ {name} }}}}" for name in variables}
    loaded = _judged(found, title, keys, variables)
    missing = {name for each in loaded.errors for name in _NOT_DEFINED.findall(each.message)}
    if missing:
        variables = {name: {} for name in sorted(missing)} | variables
        loaded = _judged(found, title, keys, variables)
    if loaded.runbook is None:
        return None
    return StepOffer(
        key=found.name,
        title=title,
        keys=keys,
        vars=variables,
        imports=(found.name,) if found.is_imported else (),
        asks_before=_has_to_ask(loaded.runbook.steps[0]),
    )


def _judged(
    found: _Found, title: str, keys: Mapping[str, Any], variables: Mapping[str, Any]
) -> Loaded:
    said = {
        "name": "probe",
        "vars": variables,
        "steps": [{"name": title, **keys}],
        **({"import": [found.name]} if found.is_imported else {}),
    }
    files = {**found.files, _PROBE: json.dumps(said, ensure_ascii=False).encode()}
    return load_files("probe", files, Path(_PROBE))


def _title(found: _Found) -> str:
    """What it is called: its name where that is no template, or else that of its file, as words."""
    name = found.tree.get("name")
    if isinstance(name, Scalar) and name.text.strip() and "{" not in name.text:
        return name.text.strip()
    words = re.sub(r"[-_/]+", " ", found.name).strip()
    return words[:1].upper() + words[1:]


def _given_to(tree: Tree) -> dict[str, Any]:
    """The parameters of a group that have to be given, as they are declared."""
    params = tree.get("params")
    if not isinstance(params, Tree):
        return {}
    declared = {name: plain(entry.value) for name, entry in params.entries.items()}
    return {name: said or {} for name, said in declared.items() if _is_needed(said)}


def _is_needed(said: Any) -> bool:
    """Whether a parameter has no default: a value in place of a map is one."""
    if not isinstance(said, dict):
        return said is None
    return "default" not in said and said.get("required") is not False


def _has_to_ask(step: Step) -> bool:
    if step.is_question or step.confirm is not None:
        return False
    return mutates(step, is_believed=True) is not False
