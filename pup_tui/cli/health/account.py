"""Datadog: which client, which credentials, whether they work and what they may."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure
from pup_tui.cli.health.diagnosis import Diagnosis, DiagnosisState
from pup_tui.settings.credentials import in_words

if TYPE_CHECKING:
    from pup_tui.cli.credentials import Credentials
    from pup_tui.datadog.checkup import Checkup
    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.datadog.granted import Granted
    from pup_tui.settings.credentials import CredentialPlace
    from pup_tui.settings.settings import Settings

WHAT = "datadog"
PATIENCE = 5.0
"""Seconds for an answer, and for `pup` to tell its version."""

_OTHER_CLIENT = "install it anew, or do without it: PUP_TUI_PUP=builtin"
MOST_SKEW = 60.0
"""Seconds by which clocks may differ before times of metrics and logs are told wrongly."""


class Account:
    """What there is to say of Datadog; nothing is asked of it where that is `offline`."""

    def __init__(self, credentials: Credentials, *, offline: bool, needed: bool) -> None:
        """`needed` tells that an installed runbook asks Datadog, beside the bundled ones."""
        self._credentials = credentials
        self._offline = offline
        self._needed = needed
        self.lacking: frozenset[str] = frozenset()
        """The permissions that the credentials were found not to have."""

    def findings(self) -> Iterator[Diagnosis]:
        yield from client(self._credentials.settings)
        try:
            places, account = self._credentials.survey()
        except Failure as failure:
            told = f"{failure.what}: {failure.where}"
            yield _problem("account", told, failure.todo or "mend what is named there")
            return
        told = account.site if account.is_of_site else f"{account.base_url} in place of a site"
        yield Diagnosis(what=WHAT, subject="site", detail=told)
        yield from self._found(account, places)
        if self._offline or not account.authenticated:
            return
        yield from self._asked(account)

    def _found(
        self, account: DatadogConfiguration, places: Iterable[CredentialPlace]
    ) -> Iterator[Diagnosis]:
        """Each place that has some, or something against it."""
        used = False
        for place in places:
            if place.counts:
                told = "used" if not used else "not needed"
                used = True
                told = f"{in_words(place.has)} in {place.source}: {told}"
                yield Diagnosis(what=WHAT, subject="credentials", detail=told)
            elif place.has or (place.problem and place.source != "keyring"):
                told = f"{in_words(place.has)} in {place.source}: {place.problem}".removeprefix(" ")
                yield Diagnosis(
                    what=WHAT,
                    subject="credentials",
                    state="warning",
                    detail=told,
                    hint="`pup-tui auth login` stores others, or take these away",
                )
        if not used:
            state: DiagnosisState = "problem" if self._needed else "warning"
            yield Diagnosis(
                what=WHAT,
                subject="credentials",
                state=state,
                detail="there are none",
                hint=account.missing,
            )

    def _asked(self, account: DatadogConfiguration) -> Iterator[Diagnosis]:
        checked, found = run_loop(_looked(account))
        state: DiagnosisState = "ok" if checked.works else "problem"
        hint = "" if checked.works else "`pup-tui auth status` tells where they come from"
        if checked.works is None:
            hint = "check the network and the site; --offline asks nothing"
        yield Diagnosis(what=WHAT, subject="works", state=state, detail=checked.detail, hint=hint)
        if checked.skew is not None:
            yield _clock(checked.skew)
        if not found:
            return
        by_word = {
            word: [name for name, given in found.items() if given == word]
            for word in ("yes", "no", "unknown")
        }
        if not checked.works and not by_word["yes"]:
            return  # that every permission is missing would say the same again
        self.lacking = frozenset(by_word["no"])
        if by_word["yes"]:
            told = ", ".join(by_word["yes"])
            yield Diagnosis(what=WHAT, subject="permissions", detail=told)
        if by_word["no"]:
            yield Diagnosis(
                what=WHAT,
                subject="permissions",
                state="warning",
                detail=f"missing: {', '.join(by_word['no'])}",
                hint="give them to the application key, or to its owner's role, where they are needed",
            )
        if by_word["unknown"]:
            told = f"nobody can tell: {', '.join(by_word['unknown'])}"
            hint = "ask again later, or look at the application key in Datadog"
            yield Diagnosis(
                what=WHAT, subject="permissions", state="warning", detail=told, hint=hint
            )


def client(settings: Settings) -> Iterator[Diagnosis]:
    """Who runs subcommands of `pup`."""
    from pup_tui.steps.pup_programs import PUP, pup_program

    choice, path = settings.pup, pup_program(PUP, settings.environ)
    subject = "client"
    if choice == "builtin":
        yield Diagnosis(
            what=WHAT, subject=subject, detail="the built-in one, as the setting `pup` says"
        )
    elif path is not None:
        yield _version(path, settings.environ)
    elif choice == "installed":
        told = "`pup` is to run subcommands, and is not on PATH"
        yield _problem(subject, told, "install it, or set PUP_TUI_PUP=auto")
    else:
        yield Diagnosis(what=WHAT, subject=subject, detail="the built-in one: no `pup` is on PATH")


def _version(path: str, environ: Mapping[str, str]) -> Diagnosis:
    from pup_tui.steps.pup_account import environment

    try:
        done = subprocess.run(  # noqa: S603 - the operator's own `pup`
            [path, "--version"],
            env=environment(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _problem(
            "client", f"{path} does not tell its version within {PATIENCE:g} s", _OTHER_CLIENT
        )
    except OSError as error:
        return _problem("client", f"{path} cannot be started: {error.strerror}", _OTHER_CLIENT)
    said = " ".join(done.stdout[:200].decode("utf-8", "replace").split())
    if done.returncode:
        return _problem("client", f"{path} --version fails: {said}", _OTHER_CLIENT)
    return Diagnosis(what=WHAT, subject="client", detail=f"{said} ({path})")


def _clock(skew: float) -> Diagnosis:
    off = abs(skew) > MOST_SKEW
    which = "ahead of" if skew > 0 else "behind"
    told = f"{abs(skew):.0f} s {which} Datadog's" if off else "as Datadog's"
    return Diagnosis(
        what=WHAT,
        subject="clock",
        state="warning" if off else "ok",
        detail=told,
        hint="set it: relative times (`--from 1h`) are told by it" if off else "",
    )


async def _looked(account: DatadogConfiguration) -> tuple[Checkup, Mapping[str, Granted]]:
    from pup_tui.datadog.checkup import check
    from pup_tui.datadog.granted import granted

    checked = await check(account, time.time, patience=PATIENCE)
    if checked.works is None:
        return checked, {}
    return checked, await granted(account, time.time, patience=PATIENCE)


def _problem(subject: str, detail: str, hint: str) -> Diagnosis:
    return Diagnosis(what=WHAT, subject=subject, state="problem", detail=detail, hint=hint)
