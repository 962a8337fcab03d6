from __future__ import annotations

import pytest

from pup_tui.datadog.permissions import permission_for


@pytest.mark.parametrize(
    ("command", "permission"),
    [
        ("monitors list", "monitors_read"),
        ("monitors update", "monitors_write"),
        ("downtime cancel", "monitors_downtime"),
        ("workflows run", "workflows_run"),
        ("workflows instances list", "workflows_read"),
        ("feature-flags enable", "feature_flag_environment_config_write"),
        ("monitorsx", ""),
        ("", ""),
    ],
)
def test_a_subcommand_needs_the_permission_of_its_longest_beginning(
    command: str, permission: str
) -> None:
    assert permission_for(command) == permission
