"""Where `-o` leads: a new file that is its owner's alone, or standard output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pup_tui.cli.failure import Failure, tell_note
from pup_tui.headless.exits import FAILED

Write = Callable[[str], object]
"""Takes in more of a text."""

output_option = click.option(
    "--output",
    "-o",
    "output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to FILE, which must not be there yet.",
)


@contextmanager
def written_to(path: Path | None, option: str = "-o") -> Iterator[Write]:
    """What takes in the text of a new file at `path`, or of standard output where that is None.

    What is written is whole or not there at all. Raises Failure where there is a file already, or none can
    be made; `option` is the one that names it.
    """
    if path is None:
        yield lambda text: click.echo(text, nl=False)
        return
    from pup_tui.place_errors import place_error
    from pup_tui.private import new_private_file

    try:
        with new_private_file(path) as file:
            yield file.write
    except FileExistsError as error:
        told = "there is a file already"
        raise Failure(told, str(path), f"name another one with {option}") from error
    except OSError as error:
        found = place_error(error, path)
        raise Failure(
            f"nothing was written ({found.message})", str(path), found.hint, code=FAILED
        ) from error
    tell_note(f"written: {path}")
