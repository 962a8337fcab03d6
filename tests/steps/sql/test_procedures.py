"""Procedures of people who look after databases, as runbooks, against real servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.support.databases import PASSWORD, Server
from tests.support.program import Program

POSTGRESQL = """\
name: sessions
vars:
  PASSWORD: {type: secret, from: "env:PASSWORD"}
  PORT: {type: integer}
  APP: {default: "idle-%"}
  TABLE: {default: orders, pattern: "[a-z_]+"}
  ROLE: {default: reporting, pattern: "[a-z_]+"}
steps:
  - name: Prepare
    kind: sql
    url: &url "postgresql://app:{{ PASSWORD }}@127.0.0.1:{{ PORT }}/shop?application_name=runbook"
    query: |
      CREATE TABLE {{ TABLE | sql_name }} (
        id serial PRIMARY KEY, customer text, status text, created timestamptz DEFAULT now()
      );
      INSERT INTO {{ TABLE | sql_name }} (customer) SELECT 'c' || g FROM generate_series(1, 900) g;
      DELETE FROM {{ TABLE | sql_name }} WHERE id % 3 = 0;
  - name: Idle
    kind: sql
    url: *url
    read_only: true
    query: |
      -- sessions; that sit in a transaction
      SELECT pid, application_name AS app, now() - state_change AS idle_for, left(query, 40) AS query
      FROM pg_stat_activity
      WHERE state LIKE 'idle in transaction%' AND state_change < now() - {{ "1 millisecond" }}::interval
        AND application_name LIKE {{ APP }} AND pid <> pg_backend_pid()
      ORDER BY state_change;
    capture: {PIDS: "json | map(attribute='pid') | list", APPS: "json | map(attribute='app') | list"}
  - name: End them
    kind: sql
    danger: true
    confirm: "End {{ APPS | join(', ') }}?"
    url: *url
    query: SELECT pid, pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE pid IN ({{ PIDS }})
    assert: "json | rejectattr('ended') | list | length == 0"
  - name: Until they are gone
    kind: sql
    url: *url
    read_only: true
    query: SELECT count(*) AS left FROM pg_stat_activity WHERE pid = ANY (ARRAY[{{ PIDS }}])
    poll: {interval: 100ms, timeout: 1m, until: "json[0].left == 0"}
  - name: Who waits for a lock
    kind: sql
    url: *url
    read_only: true
    query: |
      WITH waiting AS (SELECT pid, unnest(pg_blocking_pids(pid)) AS blocker FROM pg_locks WHERE NOT granted)
      SELECT w.pid, w.blocker, a.query FROM waiting w JOIN pg_stat_activity a ON a.pid = w.blocker;
  - name: Tidy
    kind: sql
    url: *url
    autocommit: true
    query: |
      VACUUM (ANALYZE) {{ TABLE | sql_name }};
      CREATE INDEX CONCURRENTLY by_customer ON {{ TABLE | sql_name }} (customer);
  - name: Backfill
    kind: sql
    url: *url
    query: |
      WITH batch AS (
             SELECT id FROM orders WHERE status IS NULL ORDER BY id LIMIT {{ 400 }} FOR UPDATE SKIP LOCKED
           ),
           done AS (UPDATE orders o SET status = 'new' FROM batch WHERE o.id = batch.id RETURNING o.id)
      SELECT count(*) AS done FROM done;
    poll: {interval: 100ms, timeout: 1m, until: "json[0].done == 0"}
    capture: {ATTEMPTS: json | length}
  - name: Grant
    kind: sql
    url: *url
    query: |
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reporting') THEN CREATE ROLE reporting; END IF;
      END $$;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO {{ ROLE | sql_name }};
      SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = {{ ROLE }};
  - name: Plan
    kind: sql
    url: *url
    read_only: true
    query: EXPLAIN (FORMAT JSON) SELECT * FROM orders WHERE customer = {{ "c7" }}
    capture: {NODE: "json[0]['QUERY PLAN'][0].Plan['Node Type']"}
  - {name: Tell, kind: shell, run: "echo {{ APPS | join(' ') }} {{ NODE }}"}
"""

MYSQL = """\
name: queries
vars:
  PASSWORD: {type: secret, from: "env:PASSWORD"}
  PORT: {type: integer}
  LIKE: {default: "%sleep(601)%"}
  NAME: {default: "O'Brien 100% \\\\ ünï"}
steps:
  - name: Who is on
    kind: sql
    url: &url "mysql://app:{{ PASSWORD }}@127.0.0.1:{{ PORT }}/shop"
    read_only: true
    query: |
      SELECT id, user, time, LEFT(info, 60) AS query FROM information_schema.processlist
      WHERE info LIKE {{ LIKE }} AND id <> CONNECTION_ID() ORDER BY time DESC;
    capture: {IDS: "json | map(attribute='id') | list"}
    poll: {interval: 100ms, timeout: 1m, until: json | length == 1}
  - name: Kill
    kind: sql
    foreach: IDS
    as: ID
    danger: true
    confirm: "Kill {{ IDS }}?"
    url: *url
    query: KILL {{ ID }};
  - name: Look around
    kind: sql
    url: *url
    read_only: true
    query: |
      SHOW FULL PROCESSLIST;
      SHOW ENGINE INNODB STATUS;
      SHOW REPLICA STATUS;
      SHOW GLOBAL STATUS LIKE 'Threads_running';
    capture: {RUNNING: "json[0].Value"}
  - name: Change
    kind: sql
    url: *url
    query: |
      CREATE TABLE IF NOT EXISTS `people` (
        id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) COMMENT 'who; really'
      );
      # a comment; with a semicolon
      INSERT INTO people (name) VALUES ({{ NAME }});
      ALTER TABLE people ADD COLUMN IF NOT EXISTS note TEXT, ALGORITHM=INPLACE, LOCK=NONE;
      ANALYZE TABLE people;
      SELECT name FROM people WHERE name LIKE CONCAT({{ NAME[:3] }}, '%') LIMIT {{ 1 }};
    capture: {FOUND: "json[0].name"}
  - {name: Tell, kind: shell, run: "echo {{ IDS | length }} {{ FOUND }} {{ RUNNING | int > 0 }}"}
"""


@contextmanager
def _idle(server: Server) -> Iterator[Any]:
    """A session that has begun a transaction and does nothing more."""
    session = psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user="app",
        password=PASSWORD,
        dbname="shop",
        application_name="idle-1",
    )
    try:
        session.execute("select 1")
        yield session
    finally:
        session.close()


def test_sessions_of_postgresql(program: Program, postgresql_server: Server) -> None:
    program.write("sessions", POSTGRESQL)
    with _idle(postgresql_server) as session:
        port = f"PORT={postgresql_server.port}"
        done = program("run", "sessions.yaml", "--yes", "--arg", port, PASSWORD=PASSWORD)
        assert done.code == 0, done.err
        with pytest.raises(psycopg.OperationalError):
            session.execute("select 1")
    assert done.out.endswith("idle-1 Index Scan\n")
    assert "End idle-1?" in done.err
    # How wide the column is depends on what else has been granted in the server.
    assert re.search(r"^orders +\| SELECT", done.out, re.MULTILINE)
    assert "pid | blocker | query\n" in done.out
    assert PASSWORD not in done.out + done.err


def test_queries_of_mariadb(program: Program, mariadb_server: Server) -> None:
    program.write("queries", MYSQL)
    program.write("sleeper", MYSQL.partition("steps:")[0] + SLEEPS)
    port = f"PORT={mariadb_server.port}"
    sleeper = program.start("run", "sleeper.yaml", "--arg", port, PASSWORD=PASSWORD)
    done = program("run", "queries.yaml", "--yes", "--arg", port, PASSWORD=PASSWORD)
    sleeper.communicate()
    assert (done.code, sleeper.returncode) == (0, 1), done.err
    assert done.out.endswith("1 O'Brien 100% \\ ünï true\n")
    assert PASSWORD not in done.out + done.err


SLEEPS = """steps:
  - name: Sleep
    kind: sql
    url: "mysql://app:{{ PASSWORD }}@127.0.0.1:{{ PORT }}/shop"
    query: select sleep(601)
"""
