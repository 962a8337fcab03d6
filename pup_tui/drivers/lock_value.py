"""What a runbook's `lock` renders to for one run."""

from __future__ import annotations

from pup_tui.core.events import RunCreated
from pup_tui.core.notices import rfc3339
from pup_tui.core.program import Program
from pup_tui.core.render import render_text
from pup_tui.core.scope import standing_for
from pup_tui.core.secrecy import check_lock
from pup_tui.drivers.locks import InvalidLock
from pup_tui.drivers.masking import Masking
from pup_tui.template.errors import TemplateError


def lock_value(source: str, run: RunCreated, masking: Masking, program: Program) -> str:
    """The lock of `run`: it is rendered before anything of the run of `program` exists but its variables.

    Raises InvalidLock if it cannot be rendered or would tell a secret: a lock's value is shown to whoever
    is refused.
    """
    variables = program.runbook.vars.items()
    left_out = {name: each.type for name, each in variables if name in run.left_out}
    names = {
        **standing_for(left_out),
        **run.values,
        "run": {
            "id": run.run,
            "runbook": run.runbook,
            "operator": run.operator,
            "profile": run.profile,
            "alert": run.alert,
            "started_at": rfc3339(run.at.wall),
            "dir": run.source.directories[0],
        },
    }
    try:
        check_lock(source, run.secrets)
        value = render_text(source, names)
    except TemplateError as error:
        raise InvalidLock(f"`lock` cannot be rendered: {error}") from error
    check_masked(value, masking)
    return value


def check_masked(value: str, masking: Masking) -> None:
    """Raise InvalidLock if a secret stands in a rendered `lock`, wherever it came from."""
    if masking.holds_secret(value):
        raise InvalidLock("`lock` renders to a text with a secret in it: others are told it")
