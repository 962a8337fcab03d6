"""Begins runs: gives each its id, its lock, its place in the journal, its masking, and its driver."""

from __future__ import annotations

import os
import secrets as randomness
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from msgspec import Struct

from pup_tui import __version__
from pup_tui.aside import aside
from pup_tui.core.events import (
    NOTHING_LEFT_OUT,
    BegunUnchecked,
    EditedText,
    LeftOutSteps,
    Lock,
    NoteAdded,
    Resumed,
    RunCreated,
    RunRequest,
    Scheduled,
    Source,
)
from pup_tui.core.program import Program
from pup_tui.core.requests import StepRequest, request_of
from pup_tui.core.standing import half_undone, without_attempts
from pup_tui.drivers.children import never_begun
from pup_tui.drivers.clock import SystemClock
from pup_tui.drivers.directories import working_directory
from pup_tui.drivers.local import LocalRun, Surroundings
from pup_tui.drivers.lock_value import lock_value
from pup_tui.drivers.locks import Breaking, HeldLocks
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.once_per_run import OncePerRun
from pup_tui.journal.errors import JournalError
from pup_tui.journal.pending import PendingRun
from pup_tui.journal.places import journal_path, locks_dir, make_run_dir
from pup_tui.journal.records import RunRecord
from pup_tui.journal.writer import Recorder
from pup_tui.steps.executor import Executor, Terminal, without_changes
from pup_tui.steps.leftovers import Leftovers

if TYPE_CHECKING:
    from pup_tui.drivers.recorded import CurrentText, Recorded
    from pup_tui.drivers.values import Listing, Resolve

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_run_id() -> str:
    """A ULID: 26 characters that sort by the time (in milliseconds) at which they were made."""
    number = (int(time.time() * 1000) << 80) | randomness.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def check_version(past: Recorded, state: Path) -> None:
    """Raise JournalError for a run in the folder `state` that another version of the program has recorded,
    and with which this one would have gone about otherwise.
    """
    from pup_tui.core.legs import legs_of
    from pup_tui.drivers.replay import first_difference

    others = [leg.version for leg in legs_of(past.events) if leg.version != __version__]
    if not others:
        return
    difference = first_difference(past.programs[1], past.events, past.programs)
    if difference is not None:
        told = f"recorded by pup-tui {others[0]}" if others[0] else "recorded by an older pup-tui"
        raise JournalError(
            f"the run was {told}; this is {__version__}, and {difference}",
            journal_path(state),
            "resume it with that version, or run the runbook anew",
        )


class MayChange(Protocol):
    """Finds the steps of a program of which it is not known that they only look."""

    def __call__(self, program: Program, *, is_believed: bool) -> tuple[str, ...]:
        """Their ids, without items."""
        ...


async def _no_credentials() -> Sequence[str]:
    return ()


def _everything(program: Program, *, is_believed: bool) -> tuple[str, ...]:
    """Every step, where nobody tells which of them only look."""
    return tuple(program.by_id)


class ApprovedRun(Struct, frozen=True):
    """A run that somebody has asked for, and the operator's `note` as they approved it."""

    pending: PendingRun
    note: str = ""

    def request(self, masking: Masking) -> RunRequest:
        """What the record says of that."""
        asked = self.pending
        return RunRequest(
            client=masking.text(asked.client),
            version=masking.text(asked.version),
            asked=asked.asked_at,
            digest=asked.digest,
            reason=masking.text(asked.reason),
            note=masking.text(self.note),
        )


class Launcher(Struct, frozen=True, kw_only=True):
    """All that runs have in common.

    `locks` is the folder of locks, where it is not that of `state`; `hidden` are secrets that are not
    variables, such as API keys; `resolve` finds the values of what a run calls, `list_items` the items that
    inventories have. `profile` names the operator's profile, empty without one, and `profile_text` is what it
    was read from. `leftovers` read what background processes of ended steps still write. `may_change` finds
    the steps that do not begin where nothing may be changed, as in a `read_only` run. `credentials` looks for
    those that are stored, and gives what must never be seen of them.
    """

    log: Recorder
    state: Path
    locks: Path | None = None
    executors: Mapping[type[StepRequest], Executor]
    environ: Mapping[str, str]
    cwd: Path
    operator: str
    resolve: Resolve
    list_items: Listing | None = None
    hidden: tuple[str, ...] = ()
    profile: str = ""
    profile_text: bytes = b""
    leftovers: Leftovers | None = None
    may_change: MayChange = _everything
    read_only: bool = False
    credentials: Callable[[], Awaitable[Sequence[str]]] = _no_credentials

    async def launch(
        self,
        program: Program,
        *,
        source: Source,
        files: Mapping[str, bytes],
        values: Mapping[str, Any],
        left_out: Iterable[str] = (),
        secrets: Iterable[str] = (),
        made: Iterable[Any] = (),
        without: LeftOutSteps = NOTHING_LEFT_OUT,
        undo: bool = False,
        is_believed: bool = False,
        unchecked: BegunUnchecked | None = None,
        look: bool = False,
        breaking: Breaking | None = None,
        terminal: Terminal | None = None,
        alert: Mapping[str, Any] = {},
        approved: ApprovedRun | None = None,
        scheduled: Scheduled | None = None,
    ) -> LocalRun:
        """Record a new run and return it, ready to be watched and driven.

        `secrets` names the values that are secret beside variables of that type, each of `made` is what was
        made out of secrets on the way to the values. `without` is what the run leaves out, `undo` whether it
        takes back what it did if it fails, `is_believed` that the file's word for steps that only look
        counts, `unchecked` what it is begun past, `look` that it is for a plan. `files` are the exact texts
        that the program was made from; `breaking` says whose lock is to be broken. Raises LockHeld, LockError
        or InvalidLock if the run cannot have its lock, JournalError if it cannot be recorded, and
        AlreadyFired where it is `scheduled` for a moment that is over: it then holds nothing. `terminal` is
        what interactive steps are given, `alert` what the run is about. With `approved` it is the run that
        somebody has asked for; NotPending if that cannot be approved any more.
        """
        variables = program.runbook.vars
        masking = await self._masking(program)
        typed = (name for name in values if name in variables and variables[name].is_secret)
        hidden = masking.find(values, typed, secrets, made)
        clock = SystemClock()
        created = RunCreated(
            at=clock.now(),
            run=new_run_id() if approved is None else approved.pending.run,
            runbook=program.id,
            source=source,
            operator=self.operator,
            host=socket.gethostname(),
            values=dict(values),
            left_out=tuple(left_out),
            secrets=hidden,
            profile=self.profile,
            version=__version__,
            without=masking.left_out(without),
            undo=undo,
            read_only=self.read_only,
            barred=self.may_change(program, is_believed=is_believed) if self.read_only else (),
            cwd=working_directory(self.cwd),
            alert=masking.masked(dict(alert)),
            unchecked=_masked(unchecked, masking),
            look=look,
            request=None if approved is None else approved.request(masking),
            scheduled=scheduled,
        )
        locks = HeldLocks(self.locks or locks_dir(self.state), created)
        async with AsyncExitStack() as held:
            held.callback(locks.release)
            if program.runbook.lock is not None:
                value = lock_value(program.runbook.lock, created, masking, program)
                lock = await _taken(locks, value, created.at.wall, breaking, masking)
                created = msgspec.structs.replace(created, lock=lock)
            record = RunRecord.of(created, name=program.runbook.name, pid=os.getpid())
            await self.log.create_run(record, {**files, **self._profile_file()}, scheduled)
            held.push_async_callback(self.log.let_go, created.run)
            around = self._around(
                program,
                created.run,
                self.cwd,
                clock,
                masking,
                locks,
                terminal,
                is_read_only=self.read_only,
            )
            run = LocalRun(program, created, around)
            held.pop_all()
        return run

    async def _masking(self, program: Program) -> Masking:
        """What hides the secrets of a run; stored credentials are looked for where a step needs them."""
        asked = any(node.step.asks_datadog for node in program.by_id.values())
        return Masking((*self.hidden, *(await self.credentials() if asked else ())))

    def _profile_file(self) -> Mapping[str, bytes]:
        if not self.profile:
            return {}
        from pup_tui.journal.records import profile_file

        return {profile_file(self.profile): self.profile_text}

    async def resume(
        self,
        past: Recorded,
        *,
        cwd: Path | None = None,
        current: CurrentText | None = None,
        secrets: Mapping[str, Any],
        made: Iterable[Any] = (),
        captures: Mapping[str, Mapping[str, Any]] = {},
        again: Iterable[str] = (),
        skipped: Mapping[str, str] = {},
        changed: Mapping[str, Any] = {},
        left_out: Iterable[str] = (),
        edited: Mapping[str, EditedText] = {},
        undo: bool = False,
        only_undo: bool = False,
        only_failed: bool = False,
        done: Mapping[str, Mapping[str, Any]] = {},
        taken_back: Iterable[str] = (),
        unchecked: BegunUnchecked | None = None,
        breaking: Breaking | None = None,
        terminal: Terminal | None = None,
    ) -> LocalRun:
        """Own a past run again and return it, ready to go on where it stood, or from there on with `current`.

        It goes on in `cwd` (`directories.to_go_on_in`), or where the operator is.
        `secrets` are the values of its secret variables, `made` as for `launch`, `captures` what its steps
        captured as secrets, by the step; the steps in `again` run once more for want of theirs, those that
        are `skipped` are left out for the given reason. `changed` are variables with another value,
        `left_out` have none; `edited` is what steps run in place of their texts, which may hold no secret.
        With `only_undo` nothing begins but what takes back, and the cleanup; with `only_failed` of a foreach
        that has begun no item that had not. `done` are steps that did not finish and were done, with what
        they captured, `taken_back` those that were though their undo did not finish. `unchecked` is as for
        `launch`. Raises what that does, RunGoesOn if somebody else has resumed it, and JournalError if
        another version of the program has recorded it, which would have gone on otherwise than this one.
        """
        from pup_tui.core.legs import legs_of
        from pup_tui.drivers.replay import replay
        from pup_tui.journal.records import leg_file

        first, last = past.events[0], past.events[-1]
        assert isinstance(first, RunCreated)
        check_version(past, self.state)
        program = past.program if current is None else current.program
        masking = await self._masking(program)
        masking.find(secrets, secrets, parts=made)
        for captured in captures.values():
            masking.find(captured, captured)
        holding = masking.find(changed, ())
        values = {**secrets, **{name: changed[name] for name in holding}}
        self._check_edited(edited, masking)
        # The run's own clock went on while nobody drove it: waits and deadlines are in its time.
        clock = SystemClock(last.at.clock + max(0.0, time.time() - last.at.wall))
        now, host = clock.now(), socket.gethostname()
        owner = msgspec.structs.replace(
            first,
            at=now,
            operator=self.operator,
            host=host,
            values={**first.values, **secrets, **changed},
        )
        locks = HeldLocks(self.locks or locks_dir(self.state), owner)
        resumed = Resumed(
            at=now,
            by=self.operator,
            host=host,
            values=values,
            captures={step: dict(made) for step, made in captures.items()},
            again=tuple(again),
            skipped={step: masking.text(why) for step, why in skipped.items()},
            changed={name: value for name, value in changed.items() if name not in holding},
            left_out=tuple(left_out),
            edited=dict(edited),
            source=None if current is None else current.source,
            counts_lost=True,
            exact=True,
            asks_again=True,
            undo=undo,
            only_undo=only_undo,
            only_failed=only_failed,
            taken_back=tuple(taken_back),
            done={step: masking.masked(dict(made)) for step, made in done.items()},
            read_only=self.read_only,
            version=__version__,
            cwd=working_directory(cwd or self.cwd),
            unchecked=_masked(unchecked, masking),
        )
        async with AsyncExitStack() as held:
            held.callback(locks.release)
            if program.runbook.lock is not None:
                value = first.lock.value if first.lock is not None else ""
                if current is not None:
                    value = lock_value(program.runbook.lock, owner, masking, program)
                lock = await _taken(locks, value, now.wall, breaking, masking)
                resumed = msgspec.structs.replace(resumed, lock=lock)
            leg = len(legs_of(past.events)) + 1
            files = {} if current is None else current.files
            await self.log.reopen_run(
                first.run,
                len(past.events),
                host=host,
                pid=os.getpid(),
                files={leg_file(leg, name): text for name, text in files.items()},
            )
            held.push_async_callback(self.log.let_go, first.run)
            state = replay(past.programs[1], past.events, past.programs).state
            is_read_only = state.read_only or self.read_only
            around = self._around(
                program,
                first.run,
                cwd or self.cwd,
                clock,
                masking,
                locks,
                terminal,
                is_read_only=is_read_only,
            )
            begun = without_attempts(state, unacted := never_begun(around.outputs, state))
            # A run that is read-only knows of all steps but those that another text brings in.
            is_judged = current is not None if state.read_only else self.read_only
            resumed = msgspec.structs.replace(
                resumed,
                never_begun=tuple(unacted),
                half_undone=tuple(half_undone(program, begun)),
                barred=self.may_change(program, is_believed=False) if is_judged else (),
            )
            run = LocalRun(program, resumed, around, state)
            held.pop_all()
        return run

    async def note(self, past: Recorded, text: str) -> str:
        """Record a remark on a past run, in the operator's name; return it as it is recorded.

        Raises RunGoesOn if the run is under way, JournalError if it cannot be recorded.
        """
        first, last = past.events[0], past.events[-1].at
        assert isinstance(first, RunCreated)
        masking = await self._masking(past.program)
        clock = SystemClock(last.clock + max(0.0, time.time() - last.wall))
        noted = NoteAdded(at=clock.now(), by=self.operator, note=masking.text(text))
        await self.log.add_to_past(first.run, noted)
        return noted.note

    def _check_edited(self, edited: Mapping[str, EditedText], masking: Masking) -> None:
        for step, each in edited.items():
            if masking.is_secret(msgspec.to_builtins(each)):
                raise JournalError(
                    f"the edited text of `{step}` holds a secret, which the record would keep",
                    journal_path(self.state),
                    "let the runbook take it from a variable of the type secret",
                )

    def _around(
        self,
        program: Program,
        run: str,
        cwd: Path,
        clock: SystemClock,
        masking: Masking,
        locks: HeldLocks,
        terminal: Terminal | None,
        *,
        is_read_only: bool,
    ) -> Surroundings:
        kinds = {type(node.step) for node in program.nodes if node.step.has_output}
        return Surroundings(
            # Imported before the run begins: in the middle of it files or memory may have run out.
            executors={
                request: self.executors[request]
                for request in map(request_of, kinds)
                if request in self.executors
            },
            environ=without_changes(self.environ) if is_read_only else self.environ,
            cwd=cwd,
            outputs=make_run_dir(self.state, run),
            clock=clock,
            log=self.log,
            masking=masking,
            locks=locks,
            resolve=OncePerRun(self.resolve),
            list_items=self.list_items,
            terminal=terminal,
            leftovers=self.leftovers,
        )


def _masked(unchecked: BegunUnchecked | None, masking: Masking) -> BegunUnchecked | None:
    if unchecked is None:
        return None
    return BegunUnchecked(
        masking.text(unchecked.reason), tuple(map(masking.text, unchecked.failed))
    )


async def _taken(
    locks: HeldLocks, value: str, wall: float, breaking: Breaking | None, masking: Masking
) -> Lock:
    """A run's own lock, held from now on, as it is recorded."""
    lock = await aside(locks.take, value, wall, breaking)
    return Lock(value, lock.broken, masking.text(lock.reason))
