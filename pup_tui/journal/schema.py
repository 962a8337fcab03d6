"""The tables of the journal, and how an older journal becomes a current one."""

from __future__ import annotations

APPLICATION_ID = 0x70757074
"""Says in the file's header that it is ours (`pupt`)."""

_VERSION_1 = (
    # `number` is the order in which runs began: the wall clock may jump, and history must not.
    """
    CREATE TABLE run (
        number      INTEGER PRIMARY KEY AUTOINCREMENT,
        run         TEXT    NOT NULL UNIQUE,
        runbook     TEXT    NOT NULL,
        name        TEXT    NOT NULL,
        path        TEXT    NOT NULL,
        sha256      TEXT    NOT NULL,
        operator    TEXT    NOT NULL,
        host        TEXT    NOT NULL,
        pid         INTEGER NOT NULL,
        vars        TEXT    NOT NULL,
        started_at  REAL    NOT NULL,
        status      TEXT    NOT NULL,
        reason      TEXT    NOT NULL DEFAULT '',
        warnings    INTEGER NOT NULL DEFAULT 0,
        duration    REAL,
        ended_wall  REAL
    )
    """,
    "CREATE INDEX run_of_runbook ON run (runbook, number)",
    "CREATE INDEX run_with_status ON run (status, number)",
    # `chain` is a hash over the row before and this one: SQLite does not notice a flipped byte in a body.
    """
    CREATE TABLE event (
        run         INTEGER NOT NULL REFERENCES run (number),
        sequence    INTEGER NOT NULL,
        body        TEXT    NOT NULL,
        chain       BLOB    NOT NULL,
        PRIMARY KEY (run, sequence)
    )
    """,
    """
    CREATE TABLE content (
        sha256      TEXT    PRIMARY KEY,
        bytes       BLOB    NOT NULL
    )
    """,
    """
    CREATE TABLE run_file (
        run         INTEGER NOT NULL REFERENCES run (number),
        name        TEXT    NOT NULL,
        sha256      TEXT    NOT NULL REFERENCES content (sha256),
        PRIMARY KEY (run, name)
    )
    """,
)

_VERSION_2 = (
    # One row for each runbook, by its file: earlier rehearsals than the last one tell nobody anything.
    """
    CREATE TABLE rehearsal (
        path            TEXT    PRIMARY KEY,
        runbook         TEXT    NOT NULL,
        tree            TEXT    NOT NULL,
        rehearsed_at    REAL    NOT NULL,
        cases           INTEGER NOT NULL,
        failed          INTEGER NOT NULL,
        points          INTEGER NOT NULL,
        reached         INTEGER NOT NULL
    )
    """,
)

_VERSION_3 = (
    # What a run that is over came to, out of its events (`journal.ended`). `seconds` it took if it succeeded,
    # `waited` is for people alone, `recovered` from the beginning of its alert to its end if it succeeded. A
    # run that only looked, for a plan, has none of these.
    """
    CREATE TABLE ended_run (
        run         INTEGER PRIMARY KEY REFERENCES run (number),
        runbook     TEXT    NOT NULL,
        began       REAL    NOT NULL,
        profile     TEXT    NOT NULL,
        look        INTEGER NOT NULL,
        status      TEXT    NOT NULL,
        seconds     REAL,
        waited      REAL,
        recovered   REAL,
        retries     INTEGER NOT NULL,
        undone      INTEGER NOT NULL,
        warnings    INTEGER NOT NULL
    )
    """,
    # How many runs of a runbook ended how, and which are the newest: all that is asked stands in these.
    """
    CREATE INDEX ended_run_how ON ended_run
        (runbook, look, status, profile, run, began, retries, undone, warnings)
    """,
    "CREATE INDEX ended_run_newest ON ended_run (runbook, look, run, began, status, seconds)",
    # What so many of a hundred stay within is found by its place in these, without a look at the rows.
    "CREATE INDEX ended_run_seconds ON ended_run (runbook, seconds, began)",
    "CREATE INDEX ended_run_waited ON ended_run (runbook, waited, began)",
    """
    CREATE INDEX ended_run_recovered ON ended_run (runbook, recovered, began)
        WHERE recovered IS NOT NULL
    """,
    # The ids of steps stand once, since there is a row for each of them in each run.
    """
    CREATE TABLE step_name (
        number      INTEGER PRIMARY KEY,
        runbook     TEXT    NOT NULL,
        step        TEXT    NOT NULL,
        UNIQUE (runbook, step)
    )
    """,
    # What a step, or an item of one, came to in one run: `core.ended.EndedStep` has what each column means.
    """
    CREATE TABLE ended_step (
        step        INTEGER NOT NULL REFERENCES step_name (number),
        run         INTEGER NOT NULL REFERENCES run (number),
        item        INTEGER NOT NULL,
        began       REAL    NOT NULL,
        is_first    INTEGER NOT NULL,
        is_known    INTEGER NOT NULL,
        seconds     REAL,
        waited      REAL,
        retries     INTEGER NOT NULL,
        failed      INTEGER NOT NULL,
        undone      INTEGER NOT NULL,
        message     TEXT    NOT NULL,
        PRIMARY KEY (step, run, item)
    ) WITHOUT ROWID
    """,
    # A run is removed with what it came to.
    "CREATE INDEX ended_step_of_run ON ended_step (run)",
    "CREATE INDEX ended_step_seconds ON ended_step (step, seconds, began) WHERE seconds IS NOT NULL",
    "CREATE INDEX ended_step_waited ON ended_step (step, waited, began) WHERE waited > 0",
    "CREATE INDEX ended_step_failed ON ended_step (step, message, began) WHERE failed = 1",
    # Alerts as they came from outside, without secrets, one row for each that is the same. `alike` finds the
    # row of one that ends under another id. They are kept for days, and are no part of any run's record.
    """
    CREATE TABLE inbox (
        number          INTEGER PRIMARY KEY AUTOINCREMENT,
        system          TEXT    NOT NULL,
        key             TEXT    NOT NULL,
        alike           TEXT    NOT NULL,
        status          TEXT    NOT NULL,
        alert           TEXT    NOT NULL,
        text            TEXT    NOT NULL,
        first_at        REAL    NOT NULL,
        last_at         REAL    NOT NULL,
        times           INTEGER NOT NULL,
        aside_at        REAL,
        UNIQUE (system, key)
    )
    """,
    # What is too old or too much goes with each alert that comes.
    "CREATE INDEX inbox_by_age ON inbox (last_at)",
    # A moment of a schedule has one row: the run that is for it, or else what became of it. It stays when the
    # run is removed, so that the moment does not come again.
    """
    CREATE TABLE fire (
        schedule    TEXT    NOT NULL,
        moment      REAL    NOT NULL,
        run         TEXT,
        outcome     TEXT    NOT NULL DEFAULT '',
        why         TEXT    NOT NULL DEFAULT '',
        at          REAL    NOT NULL,
        PRIMARY KEY (schedule, moment)
    ) WITHOUT ROWID
    """,
    # Runs that were asked for and wait for a person: `run` is the id that one gets when it is approved.
    """
    CREATE TABLE pending_run (
        run         TEXT    PRIMARY KEY,
        runbook     TEXT    NOT NULL,
        profile     TEXT    NOT NULL,
        given       TEXT    NOT NULL,
        vars        TEXT    NOT NULL,
        alert       TEXT    NOT NULL,
        digest      TEXT    NOT NULL,
        client      TEXT    NOT NULL,
        version     TEXT    NOT NULL,
        reason      TEXT    NOT NULL,
        asked_at    REAL    NOT NULL,
        status      TEXT    NOT NULL,
        decided_by  TEXT    NOT NULL,
        decided_at  REAL,
        note        TEXT    NOT NULL
    )
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1, _VERSION_2, _VERSION_3)
"""The statements that lead from each version (`PRAGMA user_version`, 0 is an empty file) to the next."""

VERSION = len(MIGRATIONS)
"""The version that this program reads and writes."""

ENDS_SINCE = 3
"""The version since which there are rows of what runs came to: they are filled in for older runs."""

TABLES = {
    "run": "number, run, runbook, name, path, sha256, operator, host, pid, vars, started_at, status, reason,"
    " warnings, duration, ended_wall",
    "event": "run, sequence, body, chain",
    "content": "sha256, bytes",
    "run_file": "run, name, sha256",
    "rehearsal": "path, runbook, tree, rehearsed_at, cases, failed, points, reached",
    "ended_run": "run, runbook, began, profile, look, status, seconds, waited, recovered, retries, undone,"
    " warnings",
    "step_name": "number, runbook, step",
    "ended_step": "step, run, item, began, is_first, is_known, seconds, waited, retries, failed, undone,"
    " message",
    "inbox": "number, system, key, alike, status, alert, text, first_at, last_at, times, aside_at",
    "fire": "schedule, moment, run, outcome, why, at",
    "pending_run": "run, runbook, profile, given, vars, alert, digest, client, version, reason, asked_at,"
    " status, decided_by, decided_at, note",
}
"""The tables of this version, and the columns of each."""

IS_RESUMED = """substr(body, 1, 17) = '{"type":"resumed"'"""
"""Says of an event that another leg of its run begins with it."""

IS_NOTE = """substr(body, 1, 20) = '{"type":"note-added"'"""
"""Says of an event that somebody remarks something, be it after the end of the run."""

INDEXES = (f"CREATE INDEX IF NOT EXISTS event_of_leg ON event (run) WHERE {IS_RESUMED}",)
"""What finds things faster and is made wherever it is missing: a journal of any version goes without."""
