"""Each action for Terraform, by the real program over resources that it has itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.integrations import Done, carried_out, proved
from tests.support.terraform import LOCK, Configuration, StateServer, needs_terraform

WHAT = "terraform 1.11"

pytestmark = pytest.mark.library


async def acted(
    action: str, code: Configuration, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    values = {"DIRECTORY": str(code.folder), **(given or {})}
    folder = code.folder.parent / "run"
    return await carried_out("terraform", action, folder, {}, values, around=code.around, **more)


def reasons(done: Done) -> str:
    return "\n".join(step.reason for step in done.state.steps.values() if step.reason)


async def test_the_version_is_told(tmp_path: Path) -> None:
    needs_terraform()
    done = await carried_out("terraform", "version", tmp_path, {})
    assert done.outputs["VERSION"][0].isdigit()
    proved("terraform", "version", "server", WHAT)


async def test_the_workspace_is_told_if_it_is_there(terraform: Configuration) -> None:
    terraform.call("workspace", "new", "staging")
    terraform.call("workspace", "select", "default")
    done = await acted("workspace", terraform)
    assert done.outputs == {"SELECTED": "default", "WORKSPACES": ["default", "staging"]}
    terraform.around["TF_WORKSPACE"] = "production"
    missing = await acted("workspace", terraform)
    assert "There is no workspace production" in reasons(missing)
    proved("terraform", "workspace", "server", WHAT)


async def test_a_backend_without_workspaces_has_one(
    terraform_elsewhere: tuple[Configuration, StateServer],
) -> None:
    code, _ = terraform_elsewhere
    done = await acted("workspace", code)
    assert done.outputs == {"SELECTED": "default", "WORKSPACES": ["default"]}


KINDS = ("CREATED", "UPDATED", "REPLACED", "DESTROYED", "FORGOTTEN", "MOVED", "IMPORTED")
NONE: dict[str, Any] = {**{kind: [] for kind in KINDS}, "OUTPUTS": False}


async def test_a_plan_tells_what_becomes_of_each_resource(terraform: Configuration) -> None:
    assert (await acted("plan", terraform)).outputs == {"DIFFERS": False, **NONE}
    terraform.change("var.size", '"large"')
    terraform.change('"night"', '"late night"')
    terraform.write((terraform.folder / "main.tf").read_text() + _REPLACED)
    terraform.call(
        "apply", "-auto-approve", "-target=terraform_data.base", "-target=terraform_data.top"
    )
    terraform.change("changes = 1", "changes = 2")
    terraform.call("taint", "terraform_data.base")
    planned = await acted("plan", terraform)
    assert planned.outputs == {
        "DIFFERS": True,
        "CREATED": ['terraform_data.worker["late night"]'],
        "UPDATED": ["terraform_data.web"],
        "REPLACED": ["terraform_data.base", "terraform_data.top"],
        "DESTROYED": ['terraform_data.worker["night"]'],
        "FORGOTTEN": [],
        "MOVED": [],
        "IMPORTED": [],
        "OUTPUTS": True,
    }
    assert not any("s3cret-of-terraform" in text for text in planned.texts)
    terraform.write(
        "removed {\n from = terraform_data.web\n lifecycle {\n destroy = false\n }\n}\n"
    )
    assert (await acted("plan", terraform)).outputs["FORGOTTEN"] == ["terraform_data.web"]
    terraform.write("resource {")
    assert not (await acted("plan", terraform)).ok
    proved("terraform", "plan", "server", WHAT)


async def test_a_plan_tells_of_other_names_and_of_what_it_takes_over(
    terraform: Configuration,
) -> None:
    text = (terraform.folder / "main.tf").read_text().replace("data.web", "data.front")
    terraform.write(text.replace('"web"', '"front"') + _TAKEN_OVER)
    planned = await acted("plan", terraform)
    assert planned.outputs == {
        **NONE,
        "DIFFERS": True,
        "MOVED": ["terraform_data.web has moved to terraform_data.front"],
        "IMPORTED": ["terraform_data.known"],
    }


_TAKEN_OVER = """
moved {
  from = terraform_data.web
  to   = terraform_data.front
}
resource "terraform_data" "known" {
}
import {
  to = terraform_data.known
  id = "11111111-2222-3333-4444-555566667777"
}
"""

_REPLACED = """
resource "terraform_data" "base" {
}
resource "terraform_data" "top" {
  triggers_replace = { changes = 1 }
}
"""


async def test_drift_is_what_no_code_has_changed(terraform: Configuration) -> None:
    terraform.change('"small"', '"large"')
    none = {"DRIFTED": False, "CHANGED": [], "GONE": [], "OUTPUTS": False}
    assert (await acted("drift", terraform)).outputs == none
    terraform.change("s3cret-of-terraform", "other-of-terraform")
    assert (await acted("drift", terraform)).outputs == {**none, "DRIFTED": True, "OUTPUTS": True}
    terraform.write("resource {")
    assert not (await acted("drift", terraform)).ok
    proved("terraform", "drift", "server", WHAT)


async def test_the_state_is_read(terraform: Configuration) -> None:
    listed = await acted("state_list", terraform)
    assert listed.outputs["ADDRESSES"] == [
        "terraform_data.web",
        'terraform_data.worker["day shift"]',
        'terraform_data.worker["night"]',
    ]
    below = await acted("state_list", terraform, {"BELOW": "terraform_data.web"})
    assert below.outputs["ADDRESSES"] == ["terraform_data.web"]
    assert not (await acted("state_list", terraform, {"BELOW": "terraform_data.none"})).ok
    proved("terraform", "state_list", "server", WHAT)
    shown = await acted("state_show", terraform, {"ADDRESS": 'terraform_data.worker["day shift"]'})
    assert 'input  = "day shift"' in shown.outputs["RESOURCE"]
    assert len(shown.outputs["ID"]) == 36
    assert not (await acted("state_show", terraform, {"ADDRESS": "terraform_data.none"})).ok
    proved("terraform", "state_show", "server", WHAT)


async def test_an_output_is_read_unless_it_is_sensitive(terraform: Configuration) -> None:
    assert (await acted("output", terraform, {"NAME": "size"})).outputs == {"VALUE": "small"}
    secret = await acted("output", terraform, {"NAME": "password"})
    assert "password is sensitive" in reasons(secret)
    assert not any("s3cret-of-terraform" in text for text in secret.texts)
    missing = await acted("output", terraform, {"NAME": "none"})
    assert any('Output "none" not found' in text for text in missing.texts)
    proved("terraform", "output", "server", WHAT)


PLAN = {"PLAN": "change.tfplan"}


async def test_a_plan_is_saved_for_its_owner_and_taken_back(terraform: Configuration) -> None:
    terraform.change('"small"', '"large"')
    before = terraform.files()
    await acted("save_plan", terraform, PLAN, undone=True)
    assert terraform.files() == before
    saved = await acted("save_plan", terraform, PLAN)
    assert saved.outputs["UPDATED"] == ["terraform_data.web"]
    assert (terraform.folder / "change.tfplan").stat().st_mode & 0o077 == 0
    again = await acted("save_plan", terraform, PLAN)
    assert "there is such a file already" in again.texts
    proved("terraform", "save_plan", "server", WHAT)
    assert (await acted("delete_plan", terraform, PLAN)).ok
    assert terraform.files() == before
    assert (await acted("delete_plan", terraform, PLAN)).ok
    assert not (await acted("delete_plan", terraform, {"PLAN": str(terraform.folder)})).ok
    proved("terraform", "delete_plan", "server", WHAT)


async def test_a_saved_plan_is_applied_once(terraform: Configuration) -> None:
    terraform.change('"small"', '"large"')
    assert (await acted("save_plan", terraform, PLAN)).ok
    applied = await acted("apply", terraform, PLAN)
    assert applied.outputs == {"ADDED": 0, "ALTERED": 1, "TAKEN_AWAY": 0}
    assert terraform.sizes() == "large"
    stale = await acted("apply", terraform, PLAN)
    assert any("Saved plan is stale" in text for text in stale.texts)
    proved("terraform", "apply", "server", WHAT)


async def test_what_destroys_is_applied_by_another_action(terraform: Configuration) -> None:
    terraform.change(', "night"', "")
    assert (await acted("save_plan", terraform, PLAN)).outputs["DESTROYED"]
    refused = await acted("apply", terraform, PLAN)
    assert "The plan destroys terraform_data.worker" in reasons(refused)
    assert "night" in terraform.call("state", "list")
    applied = await acted("apply_destroying", terraform, PLAN)
    assert applied.outputs == {"ADDED": 0, "ALTERED": 0, "TAKEN_AWAY": 1}
    assert "night" not in terraform.call("state", "list")
    assert not (await acted("apply_destroying", terraform, PLAN)).ok
    proved("terraform", "apply_destroying", "server", WHAT)


FREE = {"LOCKED": False, "LOCK_ID": "", "HOLDER": "", "SINCE": "", "OPERATION": ""}
HELD = {
    "LOCKED": True,
    "LOCK_ID": LOCK["ID"],
    "HOLDER": "ci@runner-7",
    "SINCE": "2026-11-30 20:00:00.123456789 +0000 UTC",
    "OPERATION": "OperationTypeApply",
}


async def test_a_lock_tells_of_its_holder(terraform: Configuration) -> None:
    assert (await acted("lock", terraform)).outputs == FREE
    with terraform.locked():
        assert (await acted("lock", terraform)).outputs == HELD
        kept = await acted("unlock", terraform, {"LOCK_ID": LOCK["ID"]})
    assert "LocalState not locked" in "\n".join(kept.texts)
    terraform.write("resource {")
    assert "another reason" in reasons(await acted("lock", terraform))
    proved("terraform", "lock", "server", f"{WHAT}, with a state in a file and behind HTTP")


async def test_of_a_lock_behind_http_only_its_id_is_believed(
    terraform_elsewhere: tuple[Configuration, StateServer],
) -> None:
    code, backend = terraform_elsewhere
    assert (await acted("lock", code)).outputs == FREE
    backend.lock = dict(LOCK)
    held = await acted("lock", code)
    assert held.outputs == {**FREE, "LOCKED": True, "LOCK_ID": LOCK["ID"]}


async def test_a_lock_is_removed_if_it_is_that_one(
    terraform_elsewhere: tuple[Configuration, StateServer],
) -> None:
    code, backend = terraform_elsewhere
    given = {"LOCK_ID": LOCK["ID"]}
    backend.lock = {**LOCK, "ID": "5e1f0d7a-0000-4000-8000-000000000000"}
    assert "It is not locked by" in reasons(await acted("unlock", code, given))
    assert backend.locked_by()
    backend.lock = dict(LOCK)
    assert (await acted("unlock", code, given)).ok
    assert not backend.locked_by()
    assert "The state is not locked." in reasons(await acted("unlock", code, given))
    proved("terraform", "unlock", "server", f"{WHAT}, with a state behind HTTP")
