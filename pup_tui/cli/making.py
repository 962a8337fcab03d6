"""`pup-tui new`: a new runbook to begin from, or one out of what somebody else wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import pass_settings, runbooks_option
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.convert.draft import ToldChange
    from pup_tui.settings.settings import Settings

_TODO = "give a file, an address that begins with https://, or - for standard input"


@click.command("new")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--from", "source", metavar="FILE|URL|-", help="Convert this; - is standard input.")
@click.option(
    "--output",
    "-o",
    "output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE, or into a folder; nothing that is there is overwritten.",
)
@click.option(
    "--timing",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The times that `script -T` wrote beside the recording that is converted.",
)
@click.option(
    "--type", "type_", metavar="TYPE", help="Its tag `type`, by which the catalog groups."
)
@click.option("--service", metavar="SERVICE", help="Its tag `service`: what it is about.")
@click.option(
    "--step",
    "steps",
    metavar="STEP",
    multiple=True,
    help="Begin with this: look, change, manual, a step template …; may be given again.",
)
@click.option("--no-edit", is_flag=True, help="Do not open a new runbook in your editor.")
@click.option("--report", is_flag=True, help="Say what was kept, changed and dropped, and why.")
@runbooks_option
@pass_settings
def new_command(
    settings: Settings,
    name: str | None,
    source: str | None,
    output: Path | None,
    timing: Path | None,
    type_: str | None,
    service: str | None,
    steps: tuple[str, ...],
    no_edit: bool,
    report: bool,
) -> int:
    """Write a runbook to begin from, or make one out of what somebody else wrote.

    Without --from it is called NAME. On a terminal it asks what is not given, writes the file to your own
    folder and opens it in your editor. Off a terminal it prints it, or writes it to where -o says.

    With --from it converts an Automation document of AWS Systems Manager, a shell script, a page of
    Markdown, jobs of Rundeck, a playbook of Ansible, or the history or recording of a shell, and prints
    what comes of it where -o names no file. What cannot be said in a runbook becomes a step that a person
    does, with the original's text and the reason.
    """
    if source is None:
        from pup_tui.cli.beginning import Beginning, begin

        if report or timing is not None:
            raise Failure("--report and --timing are about a source", "--from", _TODO)
        return begin(settings, Beginning(name, type_, service, steps, output, not no_edit))
    if type_ is not None or service is not None or steps:
        raise Failure(
            "--type, --service and --step are of a runbook that is begun",
            "--from",
            "leave them out: a conversion has what stands in its source",
        )
    return _convert(source, timing, name, output, report)


def _convert(
    source: str, timing: Path | None, name: str | None, output: Path | None, report: bool
) -> int:
    text, told_as = _read(source, timing)
    files, told = _converted(text, told_as, name or _name_of(output))
    for path, made in _placed(files, output).items():
        _write(path, made)
    if output is None:
        click.echo("\n".join(map(safe_text, "---\n".join(files.values()).split("\n"))), nl=False)
    if report:
        for line in told:
            click.echo(safe_text(str(line)), err=output is None)
    return 0


def _name_of(output: Path | None) -> str | None:
    """What a runbook is called by the file that it is written to; None where that can be no name."""
    from pup_tui.skeleton.place import why_not_name

    if output is None or output.is_dir() or why_not_name(output.stem):
        return None
    return output.stem


def _converted(text: str, name: str, called: str | None) -> tuple[dict[str, str], list[ToldChange]]:
    """The files of the runbooks that a text becomes, the first of them `called` so, and the report."""
    from pup_tui.cli.beginning import checked_name
    from pup_tui.convert.errors import ConversionError
    from pup_tui.convert.formats import converted
    from pup_tui.convert.settling import settled_together

    try:
        runbooks = converted(text, name)
        if called is not None:
            runbooks[0].id = checked_name(called)
        files = settled_together(runbooks)
    except ConversionError as error:
        raise Failure(error.what, error.where or name, error.todo) from error
    return files, [line for runbook in runbooks for line in runbook.report]


def _placed(files: dict[str, str], output: Path | None) -> dict[Path, str]:
    """Where each file is written: the first as it is told, others beside it."""
    if output is None:
        return {}
    if output.is_dir():
        return {output / name: text for name, text in files.items()}
    first, *others = files
    return {output: files[first], **{output.parent / name: files[name] for name in others}}


def _write(path: Path, text: str) -> None:
    from pup_tui.skeleton.place import put_schema_beside

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Failure("there is a file already", str(path), "name another one with -o") from error
    put_schema_beside(path, text)
    tell(f"pup-tui: written: {path}")


def _read(source: str, timing: Path | None) -> tuple[str, str]:
    """The text of a source, with its times where they are in a file of their own, and what it is called."""
    from pup_tui.convert.sessions.kinds import MAX_BYTES, session_text

    if source == "-":
        data, name = sys.stdin.buffer.read(MAX_BYTES + 1), "standard input"
    elif source.startswith(("https://", "http://")):
        data, name = _fetched(source, MAX_BYTES)
    else:
        data, name = _of_file(Path(source), MAX_BYTES), source
    if len(data) > MAX_BYTES:
        raise Failure("the source is larger than 16 MiB", name, "convert it in parts")
    if timing is not None:
        return _timed(data, timing, MAX_BYTES), name
    try:
        return session_text(data) or data.decode("utf-8"), name
    except UnicodeDecodeError as error:
        raise Failure("the source is not UTF-8", name, "save it as UTF-8") from error


def _timed(data: bytes, timing: Path, most: int) -> str:
    from pup_tui.convert.errors import ConversionError
    from pup_tui.convert.sessions.timing import with_times

    times = _of_file(timing, most).decode(errors="replace")
    try:
        return with_times(data, times, str(timing))
    except ConversionError as error:
        raise Failure(error.what, error.where, error.todo) from error


def _of_file(path: Path, most: int) -> bytes:
    try:
        if not path.is_file():
            raise Failure("there is no such file", str(path), _TODO)
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        from pup_tui.place_errors import place_error

        raise Failure(str(place_error(error, path))) from error


def _fetched(url: str, most: int) -> tuple[bytes, str]:
    """What stands at an address; only that of this machine may be without https."""
    import asyncio
    from urllib.parse import urlsplit

    from pup_tui.datadog.failures import TransportError
    from pup_tui.datadog.transport import Request, send

    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Failure("the address is not https", url, "give one that begins with https://")
    request = Request("GET", url, {"Accept": "text/plain, */*"})
    try:
        response = asyncio.run(send(request, max_bytes=most, follow_redirects=True))
    except TransportError as error:
        raise Failure(
            str(error), "", "look at the address, or save the page and give the file"
        ) from error
    if response.status != 200:
        raise Failure(f"the server answers {response.status}", request.told, "look at the address")
    if response.content_type == "text/html":
        raise Failure(
            "this is a page of HTML", request.told, "give the address of the text itself (raw)"
        )
    return response.body, parts.path.rstrip("/").rsplit("/", 1)[-1] or "page"
