"""Files that come with the program, such as the tables of what others do."""

from __future__ import annotations

import pkgutil
from typing import Any


def own_text(package: str, name: str) -> str:
    """The text of a file below a package.

    Asked of the package's loader: `importlib.resources` would cost a start as much as the whole format does.
    """
    data = pkgutil.get_data(package, name)
    if data is None:
        raise FileNotFoundError(f"{package} has no {name}")
    return data.decode("utf-8")


def own_data(package: str, name: str) -> Any:
    """What a file of YAML below a package holds; of TOML the first one costs a start ten times as much."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(own_text(package, name), Loader=loader)  # noqa: S506 - a safe loader, and our own file
