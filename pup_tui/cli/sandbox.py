"""`pup-tui sandbox`: the built-in Datadog alone."""

from __future__ import annotations

import asyncio

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import runbooks_option
from pup_tui.cli.stop_signals import told_to_end


@click.command("sandbox")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where to listen; 0 picks a free port."
)
@click.option("--scenario", default="demo", show_default=True, help="Which story it plays.")
@runbooks_option
def sandbox_command(port: int, scenario: str) -> None:
    """A small Datadog on this machine, for trying things out. Prints its address first."""
    from pup_tui.datadog.sandbox.scenarios import SCENARIOS

    if scenario not in SCENARIOS:
        raise Failure(f"there is no scenario `{scenario}`", "", f"one of {', '.join(SCENARIOS)}")
    try:
        asyncio.run(_serve(port, scenario))
    except OSError as error:
        raise Failure(
            f"cannot listen on port {port} ({error.strerror})", "--port", "choose another, or 0"
        ) from error


async def _serve(port: int, scenario: str) -> None:
    from pup_tui.datadog.sandbox.server import Sandbox

    stopped = told_to_end()
    async with Sandbox(scenario, port=port) as sandbox:
        click.echo(sandbox.url)
        click.echo(
            f"The scenario `{scenario}` plays here. Point pup-tui at it:\n"
            f"  export PUP_TUI_DATADOG_URL={sandbox.url} DD_API_KEY=sandbox DD_APP_KEY=sandbox\n"
            "Ctrl-C ends it.",
            err=True,
        )
        await stopped.wait()
