"""Files that come with the program, such as the tables of what others do."""

from __future__ import annotations

import pkgutil


def own_text(package: str, name: str) -> str:
    """The text of a file below a package.

    Asked of the package's loader: `importlib.resources` would cost a start as much as the whole format does.
    """
    data = pkgutil.get_data(package, name)
    if data is None:
        raise FileNotFoundError(f"{package} has no {name}")
    return data.decode("utf-8")
