"""How the names of files of runbooks end."""

from typing import Final

SUFFIXES: Final = (".yaml", ".yml")
