"""Datadog Workflows as runbooks of the catalog."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pup_tui.catalog.catalog import Catalog, UnknownRunbook
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.inputs import resolve_inputs
from pup_tui.catalog.places import Folder
from pup_tui.catalog.value_sources import local_sources
from pup_tui.catalog.workflow_source import Fetched, WorkflowSource
from pup_tui.catalog.workflow_text import runbook_text, stem_of
from pup_tui.core.plan import plan
from pup_tui.core.program import compile_program
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.workflow_list import DatadogWorkflow, WorkflowInput, WorkflowList
from pup_tui.file_stamp import stamp_of
from pup_tui.runbook.load import Loaded, load
from pup_tui.runbook.model import StopStep, WorkflowStep

HOSTILE = (
    "{{ 1/0 }}",
    "{% raw %}{{ run.id }}",
    "}} {# {{{{ #}",
    "\x1b[2J\u202e",
    "': [ & ! | > % @ `\"",
    "a\nsteps: [{name: x, kind: shell, run: id}]\n# ",
    "---\n...\n%YAML 9\n",
    "\udcff\U0001f4a5",
    "\x85\u2028#\ufeff",
    "yes",
    "~",
    "",
)


def loaded(workflow: DatadogWorkflow, folder: Path) -> Loaded:
    path = folder / f"{stem_of(workflow)}.yaml"
    path.write_text(runbook_text(workflow), "utf-8")
    return load(path)


def sent(found: Loaded, **given: object) -> str:
    """What the runbook's step says that it would start, with which inputs."""
    runbook = found.require()
    resolved = asyncio.run(resolve_inputs(runbook, given, local_sources({}, Path("/"))))
    assert not resolved.problems
    program = compile_program(found.id, runbook)
    steps = plan(program, resolved.values, resolved.left_out, "ada", lambda _: True)
    return steps[-1].command


@pytest.mark.parametrize("default", [{"a": "{{ b }}"}, [1, "{"], "{%", ["{x}", "y"]])
def test_a_default_is_told_as_it_could_be_given(default: object, tmp_path: Path) -> None:
    kinds: dict[type, str] = {dict: "OBJECT", list: "ARRAY_STRING", str: "STRING"}
    parameter = WorkflowInput(name="P", type=kinds[type(default)], default=default)
    found = loaded(DatadogWorkflow(id="w", name="W", parameters=(parameter,)), tmp_path)
    variable = found.require().vars["P"]
    assert not variable.default_follows
    told = variable.default_in_words
    texts = [str(item) for item in default] if isinstance(default, list) else default
    assert (told if isinstance(default, str) else json.loads(told)) == texts


@pytest.mark.parametrize("text", HOSTILE)
def test_its_texts_are_data(text: str, tmp_path: Path) -> None:
    parameter = WorkflowInput(name="p", label=text, description=text, default=text)
    listed = WorkflowInput(name=f"{text}q", type="ARRAY_STRING", default=[text, "x"])
    chosen = WorkflowInput(name="c", allowed=(text, "x"), default="x")
    workflow = DatadogWorkflow(
        id="w-1",
        name=text,
        description=text,
        tags=(text, f"{text}:{text}"),
        parameters=(parameter, listed, chosen),
    )
    found = loaded(workflow, tmp_path)
    assert found.errors == ()
    (step,) = found.require().steps
    assert isinstance(step, WorkflowStep)
    assert "\n" not in found.require().name
    shown = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
    whole = " ".join(shown.split())
    command = sent(found)
    if whole:
        assert f'"p":{msgspec.json.encode(whole).decode()}' in command
    assert '"c":"x"' in command


@pytest.mark.parametrize("name", ["n", ""])
@pytest.mark.parametrize("id_", [text for text in HOSTILE if text.strip()])
def test_its_id_is_data_too(id_: str, name: str, tmp_path: Path) -> None:
    assert loaded(DatadogWorkflow(id=id_, name=name), tmp_path).errors == ()


@pytest.mark.parametrize(
    ("parameter", "given", "wanted"),
    [
        (WorkflowInput(name="a"), {"a": "x"}, '{"a":"x"}'),
        (WorkflowInput(name="a", default=""), {}, ""),
        (WorkflowInput(name="a", type="NUMBER"), {"a": "2.5"}, '{"a":2.5}'),
        (WorkflowInput(name="a", type="NUMBER", default=3), {}, '{"a":3}'),
        (WorkflowInput(name="a", type="NUMBER", allowed=(1, 2)), {"a": "2"}, '{"a":2}'),
        (WorkflowInput(name="a", type="BOOLEAN", default=False), {}, '{"a":false}'),
        (WorkflowInput(name="a", type="OBJECT"), {"a": '{"b": [1]}'}, '{"a":{"b":[1]}}'),
        (WorkflowInput(name="a", type="ARRAY_NUMBER", default=[1, 2]), {}, '{"a":[1,2]}'),
        (WorkflowInput(name="a", type="ARRAY_OBJECT", default=[]), {}, ""),
        (WorkflowInput(name="a", type="ARRAY_STRING"), {"a": ["x", "y"]}, '{"a":["x","y"]}'),
        (WorkflowInput(name="a", type="ARRAY_STRING", default=["z"]), {}, '{"a":["z"]}'),
        (WorkflowInput(name="a-b"), {"a_b": "x"}, '{"a-b":"x"}'),
        (WorkflowInput(name="run"), {"input_run": "x"}, '{"run":"x"}'),
        (WorkflowInput(name="1"), {"input_1": "x"}, '{"1":"x"}'),
        (WorkflowInput(name="a", allowed=("x",), takes_others=True), {"a": "y"}, '{"a":"y"}'),
        (WorkflowInput(name="a", allowed=("x",), default="y"), {}, '{"a":"y"}'),
        (WorkflowInput(name="a", default=["x"], allowed=("x",)), {}, '{"a":["x"]}'),
        (WorkflowInput(name="a", default=True, allowed=(1, 2)), {}, '{"a":"true"}'),
        (WorkflowInput(name="a", type="ARRAY_STRING", default="x"), {}, '{"a":"x"}'),
        (WorkflowInput(name="a", type="NUMBER", default="3"), {}, '{"a":3}'),
        (WorkflowInput(name="a", type="NUMBER", default="{{ 3 }}"), {}, '{"a":"{{ 3 }}"}'),
        (WorkflowInput(name="a", type="NUMBER", default=True), {}, '{"a":true}'),
        (WorkflowInput(name="a", type="NUMBER", allowed=("x", 2)), {"a": "2"}, '{"a":2}'),
        (WorkflowInput(name="a", type="BOOLEAN", default=1), {}, '{"a":1}'),
        (WorkflowInput(name="1" * 300), {f"input_{'1' * 190}": "x"}, f'{{"{"1" * 300}":"x"}}'),
    ],
)
def test_inputs_keep_their_types(
    parameter: WorkflowInput, given: dict[str, Any], wanted: str, tmp_path: Path
) -> None:
    found = loaded(DatadogWorkflow(id="w", name="W", parameters=(parameter,)), tmp_path)
    assert found.errors == ()
    assert sent(found, **given).partition("with ")[2] == wanted


def test_what_has_no_default_is_required_and_told_as_the_api_tells_it(tmp_path: Path) -> None:
    asked = WorkflowInput(name="a", label="Service", description="What fails.", allowed=("x", "y"))
    other = WorkflowInput(name="b", type="ARRAY_OBJECT", default=[])
    runbook = loaded(
        DatadogWorkflow(id="w", name="W", parameters=(asked, other)), tmp_path
    ).require()
    first, second = runbook.vars["a"], runbook.vars["b"]
    assert (first.type, first.choices, first.required) == ("enum", ("x", "y"), True)
    assert first.description == "Service: What fails."
    assert (second.type, second.required) == ("json", False)
    assert second.description == "(as JSON: ARRAY_OBJECT)"


@pytest.mark.parametrize(
    ("kind", "default", "given", "told"),
    [
        ("OBJECT", msgspec.UNSET, "{a", "it is not JSON"),
        ("OBJECT", {"b": 1}, "a: 1", "it is not JSON"),
        ("OBJECT", msgspec.UNSET, ' {"a": 1}', ""),
        ("OBJECT", [1], "[1]", ""),
        ("ARRAY_OBJECT", [], "x", "it is not JSON"),
        ("OBJECT", msgspec.UNSET, f'{{"a": "{"x" * 5000}"}}', ""),
        ("ARRAY_NUMBER", msgspec.UNSET, "[1,\n2]", ""),
        ("ANY", msgspec.UNSET, "5", ""),
        ("ANY", msgspec.UNSET, "five", "it is not JSON"),
    ],
)
def test_what_is_no_json_is_told_before_anything_runs(
    kind: str, default: Any, given: str, told: str, tmp_path: Path
) -> None:
    parameter = WorkflowInput(name="a", type=kind, default=default)
    found = loaded(DatadogWorkflow(id="w", name="W", parameters=(parameter,)), tmp_path)
    resolved = asyncio.run(
        resolve_inputs(found.require(), {"a": given}, local_sources({}, Path("/")))
    )
    problems = [str(problem) for problem in resolved.problems]
    assert [told in problem for problem in problems] == ([True] if told else [])


@pytest.mark.parametrize(
    ("facts", "told"),
    [({"published": False}, "not published"), ({"starts_by_api": False}, "no API trigger")],
)
def test_one_that_datadog_would_not_start_says_so_and_starts_nothing(
    facts: dict[str, Any], told: str, tmp_path: Path
) -> None:
    runbook = loaded(DatadogWorkflow(id="w", name="W", **facts), tmp_path).require()
    stop, _ = runbook.steps
    assert isinstance(stop, StopStep)
    assert (stop.status, told in stop.message, told in runbook.description) == (
        "failed",
        True,
        True,
    )


class Account:
    """The workflows of an account, as Datadog gives them; a `refusal` is why it gives none."""

    def __init__(self, state: Path) -> None:
        self.workflows: list[DatadogWorkflow] = []
        self.missing = self.refusal = ""
        self.source = WorkflowSource(state, state / "workflows" / "x", self._fetch)
        self.catalog = Catalog([Folder(self.source.folder, Origin.DATADOG, prefix="workflow")])

    async def _fetch(self) -> WorkflowList:
        if self.refusal:
            raise DatadogError(self.refusal)
        return WorkflowList(workflows=tuple(self.workflows), missing=self.missing)

    def ids(self) -> list[str]:
        return [entry.id for entry in self.catalog.entries()]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "state")


async def test_they_are_listed_without_being_read(account: Account) -> None:
    account.workflows = [
        DatadogWorkflow(id="w", name="Übel & Co", description="D", tags=("team:a", "b"))
    ]
    await account.source.refresh()
    (entry,) = account.catalog.entries()
    assert entry.id.startswith("workflow/bel-co-")
    assert (entry.name, entry.description, entry.steps) == ("Übel & Co", "D", 1)
    assert (entry.tags, entry.origin) == ({"team": "a", "b": ""}, "datadog")
    assert account.catalog.load(entry.path).id == entry.id
    assert account.catalog.lint(entry.path, lambda _: True).warnings == ()
    assert account.catalog.paths == []
    assert account.catalog.packs == ()


async def test_where_a_permission_is_missing_it_is_named(tmp_path: Path) -> None:
    async def fetch() -> WorkflowList:
        raise DatadogError("HTTP 403: Forbidden", 403)

    state = tmp_path / "state"
    found = await WorkflowSource(state, state / "workflows" / "x", fetch).refresh()
    assert found.problem == "HTTP 403: Forbidden; it needs the permission workflows_read"


async def test_a_name_a_whole_id_and_datadogs_own_id_mean_one(account: Account) -> None:
    account.workflows = [
        DatadogWorkflow(id="w-1", name="Restart it"),
        DatadogWorkflow(id="w-2", name="Other"),
    ]
    await account.source.refresh()
    (wanted,) = [id_ for id_ in account.ids() if "restart" in id_]
    for name in (wanted, "workflow/restart-it", "workflow/Restart it", "workflow/w-1"):
        assert account.catalog.find(name).id == wanted
    for name in ("restart-it", "workflow/", "workflow/it", "workflow/w-3", "workflow/../x"):
        with pytest.raises(UnknownRunbook):
            account.catalog.find(name)


async def test_a_second_one_of_a_name_changes_no_id_and_is_not_taken_for_the_first(
    account: Account,
) -> None:
    account.workflows = [DatadogWorkflow(id="w-1", name="Restart it")]
    await account.source.refresh()
    (before,) = account.ids()
    account.workflows.append(DatadogWorkflow(id="w-2", name="restart IT!"))
    await account.source.refresh()
    assert before in account.ids()
    with pytest.raises(UnknownRunbook) as error:
        account.catalog.find("workflow/restart-it")
    assert all(id_ in error.value.hint for id_ in account.ids())


async def test_a_file_where_one_stands_is_not_taken_for_a_workflow(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.workflows = [DatadogWorkflow(id="w", name="A")]
    await account.source.refresh()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow" / "a").write_text("name: evil")
    assert account.catalog.find("workflow/a").origin is Origin.DATADOG


async def test_what_was_fetched_stays_where_it_cannot_be_fetched(account: Account) -> None:
    account.workflows = [DatadogWorkflow(id="w", name="A")]
    first = await account.source.refresh()
    account.refusal = "HTTP 403"
    second = await account.source.refresh()
    assert (second.at, second.problem) == (first.at, "HTTP 403")
    assert account.source.known() == second
    assert len(account.ids()) == 1
    assert second.at is not None
    told = second.told(second.at + 3 * 3600)
    assert told == "as they were 3 hours ago; they could not be fetched: HTTP 403"


async def test_what_is_no_more_goes_unless_not_all_were_fetched(account: Account) -> None:
    account.workflows = [DatadogWorkflow(id="w-1", name="A"), DatadogWorkflow(id="w-2", name="B")]
    await account.source.refresh()
    account.workflows, account.missing = account.workflows[:1], "after 1 of them: HTTP 500"
    partial = await account.source.refresh()
    assert len(account.ids()) == 2
    assert "not all of them: after 1 of them" in partial.told(partial.at or 0)
    account.missing = ""
    assert (await account.source.refresh()).missing == ""
    assert len(account.ids()) == 1


async def test_a_workflow_that_stays_the_same_is_not_written_again(account: Account) -> None:
    account.workflows = [DatadogWorkflow(id="w", name="A")]
    await account.source.refresh()
    (entry,) = account.catalog.entries()
    stamp = stamp_of(entry.path)
    await account.source.refresh()
    assert stamp_of(entry.path) == stamp


async def test_a_change_is_seen_by_who_looks_for_changes(account: Account) -> None:
    account.workflows = [DatadogWorkflow(id="w", name="A")]
    await account.source.refresh()
    before = account.catalog.stamp()
    account.workflows = [DatadogWorkflow(id="w", name="A", description="other")]
    await account.source.refresh()
    assert account.catalog.stamp() != before


async def test_a_folder_that_others_may_write_is_neither_read_nor_written(
    account: Account, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    account.workflows = [DatadogWorkflow(id="w", name="A")]
    told = await account.source.refresh()
    assert "others may write" in told.problem
    assert account.ids() == []
    assert account.source.known() == Fetched()


def test_new_and_whole_ones_need_no_word() -> None:
    assert Fetched(at=100.0).told(200.0) == ""
    assert Fetched().told(200.0) == ""
