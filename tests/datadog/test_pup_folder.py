from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.datadog.pup_folder import pup_folder


@pytest.mark.parametrize(
    ("environ", "platform", "folder"),
    [
        ({}, "linux", "/h/.config/pup"),
        ({"XDG_CONFIG_HOME": "/x"}, "linux", "/x/pup"),
        ({"XDG_CONFIG_HOME": ""}, "linux", "/h/.config/pup"),
        ({"XDG_CONFIG_HOME": "/x"}, "darwin", "/h/Library/Application Support/pup"),
        ({"PUP_CONFIG_DIR": "/own", "XDG_CONFIG_HOME": "/x"}, "linux", "/own"),
        ({"PUP_CONFIG_DIR": "/own"}, "darwin", "/own"),
    ],
)
def test_where_pup_keeps_its_configuration(
    environ: dict[str, str], platform: str, folder: str
) -> None:
    assert pup_folder({"HOME": "/h", **environ}, platform=platform) == Path(folder)
    assert pup_folder(environ, Path("/h"), platform) == Path(folder)
