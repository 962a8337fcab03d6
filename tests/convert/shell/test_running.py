"""Converted scripts are run: the same calls in the same order as the script itself makes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.conversions import Conversion
from tests.support.program import program_in
from tests.support.standins import StandIns


@dataclass(frozen=True)
class Case:
    """A script, what it is given there and here, and what the tools answer."""

    script: str
    args: tuple[str, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)
    typed: str = ""
    tools: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    failing: str = ""


CASES = {
    "arguments, environment and options": Case(
        """
        #!/bin/bash
        set -euo pipefail
        REGION=eu
        DRY=
        while getopts "r:n" opt; do
          case $opt in
            r) REGION=$OPTARG ;;
            n) DRY=yes ;;
            *) echo "usage" >&2; exit 2 ;;
          esac
        done
        shift $((OPTIND - 1))
        NAME=${1:?name}
        SIZE="${2:-3}"
        tool create "$NAME" --size "$SIZE" --region "$REGION"
        tool tag "$NAME" "dry=$DRY"
        """,
        ("-r", "us", "-n", "my app"),
        {"NAME": "my app", "REGION": "us", "DRY": "true"},
        tools={"tool": {}},
    ),
    "flags, texts and counts of rounds": Case(
        """
        #!/bin/bash
        FAILED=()
        failed=0
        errors=""
        done=0
        state=good
        for host in web-1 web-2 web-3; do
          if ! tool restart "$host"; then
            failed=1
            errors="$errors $host"
            FAILED+=("$host:restart")
            continue
          fi
          tool look "$host" || FAILED+=("$host:look")
          tool tag "$host" || { FAILED+=("$host:tag"); state=bad; }
          done=$((done + 1))
        done
        tool tell "$failed" "$errors" "$done" "$state" "${FAILED[@]}"
        if [ "$failed" -ne 0 ]; then
          tool page "$done"
          tool sorry "$errors"
        fi
        """,
        tools={"tool": {}},
        failing="restart web-2",
    ),
    "tests at the end of steps": Case(
        """
        #!/bin/bash
        MODE=${1:-full}
        N=$(tool count)
        if [ "$MODE" = full ]; then
          if [ "$N" -gt 3 ]; then
            tool scale down
            tool wait
          fi
        fi
        [ "$N" -gt 5 ] && tool page
        [[ $MODE == full && -n $N ]] && { tool tell "$MODE"; tool log "$N"; }
        tool end "$N"
        """,
        tools={"tool": {"count": "4"}},
    ),
    "what grows before it is used": Case(
        """
        #!/bin/bash
        set -e
        HOSTS=(web-1 web-2)
        HOSTS+=(web-3)
        NAME=x
        NAME="$NAME y"
        NAME+=" z"
        OPTS=(--one)
        [ -n "$NAME" ] && tool name "$NAME"
        OPTS+=("--two=$NAME")
        for h in "${HOSTS[@]}"; do
          tool drain "$h"
          tool restart "$h" --force
        done
        tool count "${#HOSTS[@]}" "${OPTS[@]}"
        """,
        tools={"tool": {}},
    ),
    "files named after the script's process": Case(
        """
        #!/bin/bash
        set -e
        cat > "/tmp/made.$$" <<EOF
        name: shop
        EOF
        tool apply "$(cat "/tmp/made.$$")"
        rm -f /tmp/made.$$
        tool end
        """,
        tools={"tool": {}},
    ),
    "arguments as they come": Case(
        """
        #!/bin/bash
        set -e
        ACTION=$1; shift
        say() { tool say "$@"; }
        case "$ACTION" in
          start) tool start "$@"; tool wait ;;
          stop|halt) tool stop "$@" ;;
        esac
        for each in "$@"; do
          tool drain "$each"
          tool restart "$each" --force
        done
        say end "$*"
        """,
        ("stop", "web-1", "web 2"),
        {"ACTION": "stop", "ARGUMENTS": '["web-1", "web 2"]'},
        tools={"tool": {}},
    ),
    "no arguments as they come": Case(
        """
        #!/bin/bash
        set -e
        tool start "$@"
        tool stop
        """,
        tools={"tool": {}},
    ),
    "a flag that no round sets": Case(
        """
        #!/bin/bash
        failed=no
        count=0
        for host in web-1 web-2; do
          tool restart "$host" || { failed=yes; continue; }
          tool look "$host"
          tool tag "$host"
        done
        [ "$failed" = no ] || exit 1
        tool tell "$failed" "$count"
        """,
        tools={"tool": {}},
    ),
    "long options": Case(
        """
        #!/usr/bin/env bash
        set -e
        ENVIRONMENT=staging
        FORCE=0
        while [[ $# -gt 0 ]]; do
          case "$1" in
            --env) ENVIRONMENT="$2"; shift 2 ;;
            --force) FORCE=1; shift ;;
            *) echo "unknown"; exit 1 ;;
          esac
        done
        tool deploy --to "$ENVIRONMENT"
        if [ "$FORCE" = 1 ]; then
          tool force
          tool done
        fi
        """,
        ("--env", "prod"),
        {"ENVIRONMENT": "prod"},
        tools={"tool": {}},
    ),
    "functions that take words, and one that is called once": Case(
        """
        #!/bin/bash
        set -eu
        BASE=/srv/app
        say() { echo "== $*"; }
        on() { local host=$1; shift; remote "$host" "$@"; }
        finish() {
          say "finishing"
          tool finish "$BASE"
          tool check
        }
        main() {
          on web-1 restart "$BASE/current"
          on web-2 restart "$BASE/current"
          finish
        }
        main "$@"
        """,
        tools={"remote": {}, "tool": {}},
    ),
    "what one command prints another is given": Case(
        """
        #!/bin/bash
        set -e
        ID=$(tool new --quiet)
        STATE=$(tool state "$ID" | tr a-z A-Z)
        tool use "$ID" "$STATE"
        if [ "$STATE" != READY ]; then
          exit 0
        fi
        tool never
        """,
        tools={"tool": {"new": "id 7", "state": "pending"}},
    ),
    "it ends early where there is nothing to do": Case(
        """
        #!/bin/sh
        set -e
        COUNT=$(tool count)
        [ "$COUNT" -gt 5 ] || exit 0
        tool clean
        """,
        tools={"tool": {"count": "3"}},
    ),
    "it goes on where there is something": Case(
        """
        #!/bin/sh
        set -e
        COUNT=$(tool count)
        [ "$COUNT" -gt 5 ] || exit 0
        tool clean
        """,
        tools={"tool": {"count": "9"}},
    ),
    "lists, loops and what they collect": Case(
        """
        #!/bin/bash
        set -u
        HOSTS=(a b "c d")
        FAILED=()
        for host in "${HOSTS[@]}"; do
          tool ping "$host" || FAILED+=("$host")
        done
        for region in eu us; do
          tool sync "$region"
        done
        tool report "${#FAILED[@]}" "${FAILED[@]}"
        """,
        tools={"tool": {}},
        failing="ping b",
    ),
    "a menu by its first argument": Case(
        """
        #!/bin/bash
        set -e
        case "$1" in
          start)
            tool up
            tool check
            ;;
          stop) tool down ;;
          *) echo "usage: $0 start|stop"; exit 2 ;;
        esac
        tool log "$1"
        """,
        ("stop",),
        {"ACTION": "stop"},
        tools={"tool": {}},
    ),
    "rounds of several steps, of which one is left": Case(
        """
        #!/bin/bash
        set -e
        for h in a b c; do
          n=$(tool load "$h")
          if [ "$n" -gt 5 ]; then
            echo "$h is busy"
            continue
          fi
          tool drain "$h" --force
          tool restart "$h" --force
        done
        tool end
        """,
        tools={"tool": {"load a": "3", "load b": "9", "load c": "0"}},
    ),
    "rounds that note what failed": Case(
        """
        #!/bin/bash
        HOSTS=(a "b c" d)
        FAILED=()
        declare -A SIZE
        DAY=$(date +%d)
        for h in "${HOSTS[@]}"; do
          f=/x/$h-$DAY.gz
          if tool dump "$f"; then
            SIZE[$h]=$(tool size "$f")
            tool send "$f" || FAILED+=("$h:send")
          else
            FAILED+=("$h:dump")
            tool drop "$f"
          fi
        done
        tool report "${#SIZE[@]}" "${FAILED[@]}"
        """,
        tools={"tool": {"size": "7"}},
        failing="dump /x/b c",
    ),
    "a round that fails ends them": Case(
        """
        #!/bin/bash
        set -e
        HOSTS="a b c"
        for h in $HOSTS; do
          tool drain "$h" --force
          tool restart "$h" --force
        done
        tool end
        """,
        tools={"tool": {}},
        failing="restart b",
    ),
    "what is done where a command succeeds": Case(
        """
        #!/bin/bash
        set -e
        if tool check; then
          tool go --force
        else
          tool fix --force
        fi
        tool apply --force || {
          tool back --force
          exit 3
        }
        tool end
        """,
        tools={"tool": {}},
        failing="apply",
    ),
    "what is done where a command fails": Case(
        """
        #!/bin/bash
        set -e
        if ! tool check; then
          echo "mending it"
          tool fix --force
        fi
        sleep 0
        tool end
        """,
        tools={"tool": {}},
        failing="check",
    ),
    "a trap cleans up, also after a failure": Case(
        """
        #!/bin/bash
        set -e
        WORK=$(tool mktemp)
        trap 'tool rm "$WORK"' EXIT
        tool build "$WORK"
        tool fail
        tool never
        """,
        tools={"tool": {"mktemp": "/tmp/w"}},
        failing="fail",
    ),
    "here-documents keep their dollars": Case(
        """
        #!/bin/bash
        set -e
        NAME=$1
        tool apply "$(cat <<EOF
        name: $NAME
        literal: \\$HOME
        EOF
        )"
        tool raw "$(cat <<'EOF'
        {{ template }} $NAME
        EOF
        )"
        """,
        ("x y",),
        {"ARG_1": "x y", "NAME": "x y"},
        tools={"tool": {}},
    ),
    "it asks, and goes on after a yes": Case(
        """
        #!/bin/bash
        set -e
        read -p "Really drop $1? (yes/no) " answer
        if [ "$answer" != "yes" ]; then
          echo "aborted"
          exit 1
        fi
        tool drop "$1"
        """,
        ("db",),
        {"ARG_1": "db"},
        "yes\n",
        tools={"tool": {}},
    ),
    "it waits in a loop": Case(
        """
        #!/bin/bash
        set -e
        tool start
        for i in $(seq 1 30); do
          if tool ready; then
            break
          fi
          sleep 1
        done
        while ! tool healthy; do
          echo "not yet"
          sleep 1
        done
        tool use
        """,
        tools={"tool": {}},
    ),
    "folders and masks stay": Case(
        """
        #!/bin/sh
        set -e
        cd /usr
        umask 027
        tool here "$(pwd)" "$(umask)"
        (cd /tmp && tool there "$(pwd)")
        tool back "$(pwd)"
        """,
        tools={"tool": {}},
    ),
    "templates of others": Case(
        """
        #!/bin/sh
        set -e
        NAMES=$(docker ps --format '{{.Names}}')
        for n in $NAMES; do docker inspect -f '{{range .Mounts}}{{.Source}} {{end}}' "$n"; done
        """,
        tools={"docker": {"ps": "one two"}},
    ),
    "tools are looked for first, and helpers end the script": Case(
        """
        #!/bin/bash
        set -euo pipefail
        die() { echo "error: $*" >&2; exit 1; }
        need() { command -v "$1" >/dev/null || die "$1 is missing"; }
        need tool
        need other
        NAMES=$(tool names) || die "no names"
        [ -n "$NAMES" ] || die "nothing found"
        for n in $NAMES; do
          tool check "$n" || die "bad $n"
        done
        other done
        """,
        tools={"tool": {"names": "a b"}, "other": {}},
        failing="check b",
    ),
    "texts and counts that grow": Case(
        """
        #!/bin/bash
        set -eu
        MESSAGE="start"
        COUNT=0
        if tool one; then
          MESSAGE="$MESSAGE, one"
          COUNT=$((COUNT + 1))
        fi
        tool two
        MESSAGE="$MESSAGE, two"
        COUNT=$((COUNT + 1))
        tool tell "$MESSAGE" "$COUNT"
        """,
        tools={"tool": {}},
    ),
    "what stands in the background is waited for": Case(
        """
        #!/bin/bash
        set -e
        slow first &
        slow first &
        wait
        tool after
        """,
        tools={"slow": {}, "tool": {}},
    ),
    "a constant that changes": Case(
        """
        #!/bin/bash
        set -e
        PHASE=one
        tool "$PHASE"
        PHASE=two
        tool "$PHASE"
        export PHASE
        tool "$(sh -c 'echo $PHASE')"
        """,
        tools={"tool": {}},
    ),
    "lines that are read": Case(
        """
        #!/bin/bash
        set -e
        tool list | while read -r name size; do
          tool show "$name" "$size"
        done
        while IFS=, read -r a b; do tool row "$b" "$a"; done < <(printf '1,2\\n3,4\\n')
        tool end
        """,
        tools={"tool": {"list": "x 1"}},
    ),
    "choices within choices": Case(
        """
        #!/bin/bash
        set -e
        ENVIRONMENT=${1:-staging}
        if [ "$ENVIRONMENT" = production ]; then
          tool slow
          if [ "${2:-}" = force ]; then
            tool force
          else
            tool careful
            tool again
          fi
        elif [ "$ENVIRONMENT" = staging ]; then
          tool quick
          tool test
        else
          echo "what?" >&2
          exit 2
        fi
        tool end "$ENVIRONMENT"
        """,
        ("production", "no"),
        {"ENVIRONMENT": "production", "ARG_2": "no", "MODE": "no"},
        tools={"tool": {}},
    ),
    "an early end within a function": Case(
        """
        #!/bin/bash
        set -e
        check() {
          if tool is-done; then
            echo "done already"
            exit 0
          fi
        }
        check
        tool work
        """,
        tools={"tool": {}},
    ),
    "options that are glued, and a rest": Case(
        """
        #!/bin/bash
        set -e
        VERBOSE=
        while [ $# -gt 0 ]; do
          case $1 in
            --name=*) NAME="${1#*=}"; shift ;;
            -v|--verbose) VERBOSE=-v; shift ;;
            *) break ;;
          esac
        done
        tool $VERBOSE run "$NAME"
        """,
        ("--name=x y", "-v"),
        {"NAME": "x y", "VERBOSE": "true"},
        tools={"tool": {}},
    ),
}


def of_script(case: Case, tools: StandIns) -> list[str]:
    """The calls that the script makes, and whether it ends well."""
    file = tools.folder / "script.sh"
    file.write_text(dedent(case.script).lstrip("\n"))
    shell = "bash" if "bash" in case.script.strip().split("\n")[0] else "sh"
    ended = subprocess.run(
        [shell, str(file), *case.args],
        input=case.typed,
        env={**os.environ, "PATH": tools.path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    calls = [*tools.calls, f"ended {'well' if ended.returncode == 0 else 'badly'}"]
    tools.forget()
    return calls


def of_runbook(case: Case, tools: StandIns) -> list[str]:
    """The same of its conversion."""
    done = Conversion(case.script, "script.sh")
    program = program_in(tools.folder)
    program.write("made", done.text)
    given = {name: value for name, value in case.given.items() if name in done.vars}
    words = [word for name, value in given.items() for word in ("--arg", f"{name}={value}")]
    ended = program("run", "made.yaml", "--yes", "--json", *words, PATH=tools.path)
    assert ended.code in (0, 1), ended.err
    return [*tools.calls, f"ended {'well' if ended.code == 0 else 'badly'}"]


@pytest.mark.parametrize("name", CASES)
def test_the_calls_are_those_of_the_script(name: str, tmp_path: Path) -> None:
    case, tools = CASES[name], StandIns(tmp_path)
    for tool, answers in case.tools.items():
        tools.add(tool, answers, failing=case.failing)
    expected = of_script(case, tools)
    assert len(expected) > 1, "the script itself does nothing"
    assert of_runbook(case, tools) == expected, json.dumps(case.script)
