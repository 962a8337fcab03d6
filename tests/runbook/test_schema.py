"""The schema says of a file what the loader says of it, where a schema can say it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from msgspec import Struct

from pup_tui.catalog.places import bundled_dir
from pup_tui.cli.schema import whole_schema
from pup_tui.output.safe_json import safe_json
from pup_tui.runbook import model, yaml
from pup_tui.runbook.allowed import about, does, fields_of
from pup_tui.runbook.load import load, load_files
from pup_tui.runbook.nodes import Mapping, OutOfRange, Scalar, Sequence, YamlNode
from pup_tui.runbook.parts import Section
from pup_tui.runbook.schema import schema
from pup_tui.runbook.steps import KINDS
from tests.support.bundled import BUNDLED, way_to_schema
from tests.support.generated import FILES, Maker
from tests.support.often import often
from tests.support.runbooks import VALID_FILES

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parent.parent.parent
SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def structs() -> list[type[Struct]]:
    """All of the model."""
    waiting: list[type[Struct]] = [Section]
    found: list[type[Struct]] = []
    while waiting:
        derived: list[type[Struct]] = waiting.pop().__subclasses__()
        found += derived
        waiting += derived
    return found


def plain(node: YamlNode) -> Any:
    """The data that an editor's YAML parser makes of a node."""
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    try:
        return node.value
    except OutOfRange:
        return node.text


def complaint(text: bytes, part: str = "") -> str | None:
    """What the schema, or one of its definitions, refuses in a file; None where it accepts it."""
    root, problems = yaml.parse(text, "runbook.yaml")
    assert root is not None, problems
    validator = VALIDATOR
    if part:
        wanted = {"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]}
        validator = Draft202012Validator(wanted)
    error = best_match(validator.iter_errors(plain(root)))
    return None if error is None else f"{error.json_path}: {error.message}"


def readable() -> Iterator[Path]:
    """The hostile files that are YAML of the kind that the loader reads, and as such small."""
    for path in sorted((DATA / "hostile").glob("*.yaml")):
        if path.stat().st_size < 100_000 and yaml.parse(path.read_bytes(), "x")[0] is not None:
            yield path


READABLE = list(readable())
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [
    (f"{document.name}-{number}", text)
    for document in DOCUMENTS
    for number, text in enumerate(
        re.findall(r"^```yaml\n(.*?)^```", document.read_text(), re.S | re.M)
    )
    # What is named by its first line and is no template is a profile or a file of answers.
    if not re.match(r"# (?!_templates/)\S+\.yaml$", text, re.M)
]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere() -> None:
    for pointer in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(SCHEMA)):
        place: Any = SCHEMA
        for part in pointer.split("/"):
            place = place[part]


def test_the_file_beside_the_bundled_runbooks_is_the_schema() -> None:
    written = (bundled_dir() / "runbook.schema.json").read_text()
    assert written == safe_json(whole_schema(), indent=2) + "\n", "run `make schema`"


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_bundled_runbook_names_the_schema_and_fits_it(path: Path) -> None:
    text = path.read_bytes()
    first = text.splitlines()[0].decode()
    assert first == f"# yaml-language-server: $schema={way_to_schema(path)}"
    assert complaint(text) is None


def test_every_key_is_described() -> None:
    for struct in structs():
        for key, field in fields_of(struct).items():
            if (struct, key) != (model.Call, "template"):
                assert about(field).about, (struct, key)


def test_every_kind_is_described() -> None:
    for kind in KINDS.values():
        assert does(kind).endswith("."), kind


def test_every_property_of_the_schema_has_a_description() -> None:
    def missing(part: Any, where: str) -> Iterator[str]:
        if isinstance(part, dict):
            for name, made in part.get("properties", {}).items():
                if isinstance(made, dict) and not {"description", "$ref", "const"} & made.keys():
                    ways = [one for one in made.get("anyOf", []) if one != {"type": "null"}]
                    if not ways or not all({"description", "$ref"} & one.keys() for one in ways):
                        yield f"{where}/{name}"
            for name, value in part.items():
                if name not in ("if", "then", "examples"):
                    yield from missing(value, f"{where}/{name}")
        elif isinstance(part, list):
            for number, value in enumerate(part):
                yield from missing(value, f"{where}/{number}")

    assert list(missing(SCHEMA, "")) == []


def test_examples_fit_their_keys() -> None:
    parts = {**SCHEMA["$defs"], "runbook": {"properties": SCHEMA["properties"]}}
    for struct in structs():
        name = struct.__name__[0].lower() + struct.__name__[1:]
        name = "everyStep" if struct is model.Step else name
        common = fields_of(model.Step) if struct in KINDS.values() else {}
        for key, field in fields_of(struct).items():
            if key in common:
                continue
            validator = Draft202012Validator(
                {"$ref": f"#/$defs/{name}/properties/{key}", "$defs": parts}
            )
            for example in about(field).examples:
                validator.validate(example)


@pytest.mark.parametrize("text", [text for _, text in SHOWN], ids=[name for name, _ in SHOWN])
def test_what_the_documents_show_fits(text: str) -> None:
    part = ""
    if text.startswith("# _templates/"):
        part = "group" if "\nsteps:" in text else "stepTemplate"
    elif text.startswith("- "):
        text = "name: shown\nsteps:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    elif "\nname:" not in f"\n{text}":
        text = f"name: shown\n{text}"
    assert complaint(text.encode(), part) is None


def test_every_part_of_the_format_fits() -> None:
    assert complaint((DATA / "valid.yaml").read_bytes()) is None


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_what_the_schema_refuses_the_loader_refuses(path: Path) -> None:
    if complaint(path.read_bytes()) is not None:
        assert load(path).errors


SAYABLE = re.compile(
    r"^unknown key|^unknown kind| must be | must not be empty|(?<!a step) has no `|^`.*` cannot be `"
)
NOT_SAYABLE = re.compile(r"a finite number of at most 64 bits")
"""An editor's parser reads such a number as another one before a schema sees it."""


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_what_the_loader_refuses_for_its_form_the_schema_refuses(path: Path) -> None:
    messages = [problem.message for problem in load(path).errors]
    told = [m for m in messages if SAYABLE.search(m) and not NOT_SAYABLE.search(m)]
    if told:
        assert complaint(path.read_bytes()) is not None, told


MADE_UP = [Maker(seed).text().encode() for seed in range(60)]
VALID = [(DATA / "valid.yaml").read_bytes(), *MADE_UP]


@pytest.mark.parametrize("text", MADE_UP)
def test_made_up_runbooks_fit(text: bytes) -> None:
    assert complaint(text) is None


@pytest.mark.parametrize("name", FILES)
def test_what_they_use_fits(name: str) -> None:
    part = {"_templates/look.yaml": "group", "_templates/one.yaml": "stepTemplate"}.get(name, "")
    assert complaint(FILES[name], part) is None


WRONG: list[Any] = [None, True, 3, 0, -1.5, "", "x", [], ["x"], {}, {"x": "y"}, [{}], [None]]
KEYS = ["x", "kind", "template", "name", "until", "steps", "poll", "timeout", "x-note", "undo"]


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A valid runbook with one place changed: another value, another key, or nothing there."""
    root, _ = yaml.parse(draw(st.sampled_from(VALID)), "valid.yaml")
    assert root is not None
    whole = plain(root)
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys)) if keys else None
        inner = place[key] if keys else None
        if not isinstance(inner, dict | list) or draw(st.booleans()):
            break
        place = inner
    if key is None:
        return whole
    how = draw(st.sampled_from(["value", "key", "gone"]))
    if how == "value":
        place[key] = draw(st.sampled_from(WRONG))
    elif how == "gone":
        del place[key]
    elif isinstance(place, dict):
        place[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(WRONG))
    return whole


NO_UNTIL = "`poll` has no `until`"


def depends_on_a_template(part: Any) -> bool:
    """Whether a step polls without `until`, and only its template says that it is no workflow."""
    if isinstance(part, list):
        return any(map(depends_on_a_template, part))
    if not isinstance(part, dict):
        return False
    poll = part.get("poll")
    if "template" in part and isinstance(poll, dict) and poll.get("until") is None:
        return True
    return any(map(depends_on_a_template, part.values()))


@settings(max_examples=often(60, 1000), deadline=None)
@given(changed())
def test_they_agree_on_what_is_wrong_in_one_place(whole: Any) -> None:
    text = json.dumps(whole).encode()
    result = load_files("valid", {**VALID_FILES, **FILES, "valid.yaml": text}, Path("valid.yaml"))
    refused = complaint(text)
    if refused is not None:
        assert result.errors, refused
    messages = [p.message for p in result.errors if SAYABLE.search(p.message)]
    told = [m for m in messages if m != NO_UNTIL or not depends_on_a_template(whole)]
    assert refused is not None or not told, told
