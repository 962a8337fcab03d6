"""What the parts of a script become: inputs, loops, ends."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.support.conversions import Conversion


def script(text: str) -> Conversion:
    return Conversion(dedent(text).lstrip(), "do.sh")


def test_what_the_environment_must_give_is_no_secret_that_stands_there() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        : "${PGHOST:?PGHOST is required}"
        : "${PGPASSWORD:?PGPASSWORD is required}"
        psql -Atc 'select 1'
        """
    )
    assert done.vars["PGPASSWORD"] == {"type": "secret"}
    # The program reads it by itself.
    assert "export PGHOST PGPASSWORD" in done.steps[0]["run"]


def test_options_that_the_script_insists_on_are_required() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        while getopts "s:r:" opt; do
          case $opt in
            s) SERVICE=$OPTARG ;;
            r) REGION=$OPTARG ;;
          esac
        done
        [ -n "${SERVICE:-}" ] || { echo "usage: do.sh -s SERVICE"; exit 2; }
        tool deploy "$SERVICE" --region "$REGION"
        """
    )
    assert "required" not in done.vars["SERVICE"]
    assert done.vars["REGION"]["required"] is False


def test_a_default_that_tells_the_time_is_one() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        DATE=${2:-$(date +%F)}
        NAME=${1:?name}
        tool load "$NAME" "$DATE"
        """
    )
    assert done.vars["DATE"] == {"required": False}
    assert "DATE={{ DATE }}\nDATE=${DATE:-$(date +%F)}\n" in done.steps[0]["run"]


def test_a_loop_over_the_words_of_a_variable_knows_them() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        HOSTS="log-1 log-2"
        for host in $HOSTS; do
          ssh "$host" uptime
        done
        """
    )
    (step,) = done.steps
    assert step["kind"] == "shell"
    assert step["foreach"] == ["log-1", "log-2"]


@pytest.mark.parametrize(
    "ending",
    ['{ echo "no key of $NAME" >&2; exit 3; }', 'die "no key of $NAME"'],
)
def test_a_script_that_gives_up_stops(ending: str) -> None:
    done = script(
        f"""
        #!/bin/bash
        set -e
        NAME=${{1:?name}}
        die() {{ echo "error: $*" >&2; exit 1; }}
        KEY=$(tool key "$NAME")
        [ -n "$KEY" ] || {ending}
        tool use "$KEY"
        """
    )
    _, stop, _ = done.steps
    assert stop["kind"] == "stop"
    assert stop["status"] == "failed"
    assert stop["message"] == "no key of {{ NAME }}"
    assert "KEY" in stop["if"]


@pytest.mark.parametrize(
    ("loop", "attempts"),
    [
        (
            (
                "n=0\nuntil tool up; do\n  n=$((n+1))\n"
                '  if [ "$n" -ge 30 ]; then echo no; exit 1; fi\n  sleep 2\ndone'
            ),
            30,
        ),
        ("for ((i=0; i<20; i++)); do\n  tool up && break\n  sleep 1\ndone", 20),
        (
            (
                "n=0\nwhile true; do\n  ((n++))\n  tool up && break\n"
                "  (( n > 12 )) && exit 3\n  sleep 5\ndone"
            ),
            12,
        ),
    ],
)
def test_loops_that_count_their_rounds_are_polls(loop: str, attempts: int) -> None:
    (step,) = script(f"#!/bin/bash\nset -e\n{loop}\n").steps
    assert step["run"] == "tool up"
    assert step["poll"]["max_attempts"] == attempts


@pytest.mark.parametrize(
    "command",
    [
        "gunzip -c dump.gz | psql db",
        "psql -h db < load.sql",
        "psql -f load.sql db",
        "mysql < x.sql",
    ],
)
def test_statements_that_nobody_sees_are_a_danger(command: str) -> None:
    (step,) = script(f"#!/bin/bash\n{command}\n").steps
    assert step["danger"] is True


@pytest.mark.parametrize("command", ["psql -Atc 'select 1' db", "echo 'select 1' | psql -q"])
def test_statements_that_only_look_are_none(command: str) -> None:
    (step,) = script(f"#!/bin/bash\n{command}\n").steps
    assert "danger" not in step


def test_rounds_that_change_something_by_several_steps_are_a_group() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        DBS=("$@")
        for db in "${DBS[@]}"; do
          echo "== $db"
          n=$(tool jobs "$db")
          [ "$n" -gt 0 ] || { echo "nothing in $db"; continue; }
          tool stop "$db" --force
          sleep 5
          until tool is-up "$db"; do sleep 1; done
        done
        """
    )
    assert done.vars["DATABASES"]["type"] == "list"
    (group,) = done.steps
    assert group["name"] == "Each database"
    assert group["foreach"] == "DATABASES"
    assert group["danger"] is True
    first, *others = group["steps"]
    assert list(first["capture"]) == ["N"]
    assert [each["kind"] for each in others] == ["shell", "wait", "shell"]
    assert {each["if"] for each in others} == {"(N | int > 0)"}


def test_rounds_that_only_look_are_one_step() -> None:
    done = script('#!/bin/bash\nfor h in a b; do\n  ssh "$h" uptime\n  ssh "$h" df\ndone\n')
    (step,) = done.steps
    assert (step["kind"], step["foreach"]) == ("shell", ["a", "b"])


def test_what_follows_a_failure_is_steps_of_its_own() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        if ! kubectl rollout status deploy/web --timeout=2m; then
          echo "deploy failed" >&2
          kubectl rollout undo deploy/web
          exit 1
        fi
        """
    )
    tried, back, stop = done.steps
    assert tried["on_failure"] == "warn"
    assert (back["name"], back["danger"]) == ("Roll back web", True)
    failed = f"steps.{tried['id']}.outcome == 'warned'"
    assert back["if"] == stop["if"] == failed
    assert (stop["kind"], stop["status"]) == ("stop", "failed")


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (
            "if [ $1 = full ]; then ./load_all.pl; else ./load_delta.pl; fi",
            {"type": "enum", "choices": ["full", "delta"]},
        ),
        ("if [ $1 = full ]; then ./load_all.pl; else ./other x; fi", {}),
    ],
)
def test_the_other_way_may_name_the_other_choice(test: str, said: dict[str, object]) -> None:
    assert script(f"#!/bin/sh\n{test}\n").vars["MODE"] == said


def test_what_only_one_way_sets_is_known_to_the_shell_alone() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        ENVIRONMENT=$1
        fail() { echo "$*" >&2; exit 1; }
        case "$ENVIRONMENT" in
          prod) CLUSTER=prod-eu ;;
          stage) CLUSTER=stage-eu ;;
          *) fail "unknown environment $ENVIRONMENT" ;;
        esac
        tool look "$CLUSTER"
        """
    )
    assert done.vars["ENVIRONMENT"] == {"type": "enum", "choices": ["prod", "stage"]}
    chosen, look = done.steps
    assert chosen["name"] == "Cluster"
    assert list(chosen["capture"]) == ["CLUSTER"]
    assert "CLUSTER={{ CLUSTER }}" in look["run"]


def test_a_test_by_a_command_is_no_check_of_the_arguments() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        APP=${1:?app}
        if ! kubectl -n "$APP" rollout status deploy/web; then
          kubectl -n "$APP" rollout undo deploy/web
          exit 1
        fi
        """
    )
    assert [each["kind"] for each in done.steps] == ["shell", "shell", "stop"]


def test_functions_that_ask_are_questions() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        HOST=$1
        ask() { local p="$1"; read -r -p "$p [y/N] " a; [[ $a == y ]]; }
        ask "Really drain $HOST?" || exit 1
        tool drain "$HOST" --force
        if ask "Also empty the cache?"; then
          rm -rf /srv/cache
        fi
        ticket() { read -p "Ticket: " TICKET; }
        ticket
        tool note "$TICKET"
        """
    )
    first, _, second, emptied, third, _ = done.steps
    assert (first["kind"], first["message"]) == ("confirm", "Really drain {{ HOST }}?")
    assert (second["kind"], second["vars"]["GO_ON"]["type"]) == ("input", "boolean")
    assert emptied["if"] == "GO_ON"
    assert (third["kind"], list(third["vars"])) == ("input", ["TICKET"])


def test_a_menu_in_a_loop_is_asked_once() -> None:
    done = script(
        """
        #!/bin/bash
        while true; do
          echo "1) status  2) restart  3) quit"
          read -p "Choice: " c
          case $c in
            1) systemctl status app ;;
            2) systemctl restart app ;;
            3) exit 0 ;;
          esac
        done
        """
    )
    asked, look, change = done.steps
    assert asked["vars"]["C"]["choices"] == ["1", "2", "3"]
    assert (look["if"], change["if"]) == ("C == '1'", "C == '2'")
    assert change["danger"] is True


def test_what_asks_in_the_middle_is_done_by_a_person() -> None:
    done = script(
        """
        #!/bin/bash
        for host in a b; do
          if ! tool check "$host"; then
            read -p "mend $host, then enter "
          fi
        done
        while read -r line; do echo "$line"; done < list
        """
    )
    group, look = done.steps
    (by_hand,) = group["steps"]
    assert by_hand["kind"] == "manual"
    assert "asks somebody" in by_hand["message"]
    assert look["kind"] == "shell"


@pytest.mark.parametrize(
    "command",
    [
        "deployctl apply --env prod",
        "ssh web-1 \"sed -i '/x/d' /etc/hosts\"",
        "vault kv rollback -version=3 secret/app",
    ],
)
def test_what_is_told_to_change_something_asks_first(command: str) -> None:
    (step,) = script(f"#!/bin/bash\n{command}\n").steps
    assert step["danger"] is True


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get deploy web -o name",
        "kubectl describe deploy web",
        "helm history rollback",
        "ssh web-1 kubectl get deploy",
    ],
)
def test_what_only_names_a_thing_by_a_verb_asks_nobody(command: str) -> None:
    (step,) = script(f"#!/bin/bash\n{command}\n").steps
    assert "danger" not in step


def test_what_follows_a_step_that_repeats_is_no_part_of_it() -> None:
    done = script(
        """
        #!/bin/bash
        set -e
        # Stop the writers
        for q in a b; do
          tool stop "$q" || exit 3
        done
        logger "stopped"
        until tool up; do sleep 1; done
        echo "up again"
        echo "waiting for the rest"
        sleep 60
        tool end
        """
    )
    first, noted, wait, pause, _ = done.steps
    assert (first["name"], first["foreach"]) == ("Stop the writers", ["a", "b"])
    assert "logger" in noted["run"]
    assert not {"poll", "foreach"} & noted.keys()
    assert wait["run"] == "tool up"
    assert (pause["kind"], pause["duration"]) == ("wait", "60s")


ROUNDS = """
for db in ledger fraud; do
  pg_dump "$db" > "/backup/$db-$STAMP.sql" || FAILED+=("$db")
  aws s3 cp "/backup/$db-$STAMP.sql" s3://backups/ --delete || FAILED+=("$db")
  kubectl delete job "copy-$db"
done
echo "${FAILED[@]}"
"""


@pytest.mark.parametrize(
    "command", ["date +%F", "date -u +%Y%m%d-%H%M", "date", "date '+%d %b'", 'date +"%H:%M"']
)
def test_a_date_of_all_steps_is_a_variable(command: str) -> None:
    done = script(f"#!/bin/bash\nFAILED=()\nSTAMP=$({command}){ROUNDS}")
    assert done.vars["STAMP"] == {"from": f"command:{command}"}
    assert "STAMP={{ STAMP }}" in str(done.steps[0])
    assert "Stamp" not in done.names


@pytest.mark.parametrize("command", ["date +%s", "date +%s%N", "date -d yesterday +%F", "tool now"])
def test_what_else_is_looked_up_is_a_step(command: str) -> None:
    done = script(f"#!/bin/bash\nFAILED=()\nSTAMP=$({command}){ROUNDS}")
    assert "STAMP" not in done.vars
    assert done.steps[0]["capture"] == {"STAMP": "output | trim"}


@pytest.mark.parametrize(
    "test",
    [
        'if [ "$a" = "y" ]; then tool change; fi',
        'if [ "$a" != "y" ]; then echo no; else tool change; fi',
        "[[ $a =~ ^[Yy]$ ]] && tool change",
        '[ "$a" = n ] || tool change',
        '[ "$a" = y -o "$a" = Y ] && { echo yes; tool change; }',
        'if [[ ! "$a" =~ ^[Nn]$ ]]; then tool change; fi',
        'case "$a" in [Yy]*) tool change ;; *) echo "left as it is" ;; esac',
        "case $a in n|N|no) ;; *) tool change ;; esac",
    ],
)
def test_an_answer_that_leads_both_ways_is_a_truth_value(test: str) -> None:
    done = script(f'#!/bin/bash\nset -e\nread -p "Change it too? [y/N] " a\n{test}\ntool end\n')
    asked, change, end = done.steps
    assert (asked["kind"], list(asked["vars"])) == ("input", ["CHANGE_IT_TOO"])
    assert asked["vars"]["CHANGE_IT_TOO"] == {"type": "boolean", "default": False}
    assert change["if"] == "CHANGE_IT_TOO"
    assert "tool change" in change["run"]
    assert "$a" not in change["run"]
    assert "if" not in end


def test_what_is_done_after_each_answer_is_done_after_that() -> None:
    done = script(
        """
        #!/bin/bash
        read -p "Fast? (y/n) " how
        if [ "$how" = y ]; then tool fast; else tool slow; fi
        """
    )
    assert [each.get("if") for each in done.steps] == [None, "FAST", "not FAST"]


def test_what_stands_beside_the_end_of_a_no_is_done_after_a_yes() -> None:
    done = script(
        """
        #!/bin/bash
        read -p "Go on? [y/N] " a
        if [ "$a" = y ]; then tool one; else echo bye; exit 1; fi
        tool two
        """
    )
    assert [each["kind"] for each in done.steps] == ["confirm", "shell", "shell"]
    assert "tool one" in done.steps[1]["run"]


def test_a_message_has_what_the_script_puts_together() -> None:
    done = script(
        """
        #!/bin/bash
        TAG=${1:?tag}
        NAME=shop
        IMAGE="registry.example.com/$NAME:$TAG"
        WHEN=$(hostname)
        read -p "Deploy ${IMAGE} from $WHEN? [y/N] " a
        [ "$a" = y ] || exit 1
        tool deploy "$IMAGE"
        """
    )
    message = done.steps[0]["message"]
    assert message == "Deploy registry.example.com/shop:{{ TAG }} from $WHEN?"


@pytest.mark.parametrize(
    "command",
    [
        "vault kv get -field=password secret/db",
        "aws secretsmanager get-secret-value --secret-id db --query SecretString --output text",
        "aws ssm get-parameter --name /db --with-decryption --query Parameter.Value",
        "kubectl get secret db -o jsonpath='{.data.password}' | base64 -d",
        "openssl rand -hex 24",
    ],
)
def test_a_secret_that_a_command_gives_is_one_of_the_run(command: str) -> None:
    done = script(f'#!/bin/bash\nset -e\nX=$({command})\ntool one "a$X"\ntool delete "a$X"\n')
    assert done.vars == {"X": {"type": "secret", "from": f"command:{command}"}}
    assert all("capture" not in each for each in done.steps)


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ("", "tool find password"),
        ("", "date +%F"),
        ("export VAULT_ADDR=https://vault.example.com", "vault kv get -field=x secret/db"),
        ("cd /srv", "vault kv get -field=x secret/db"),
        ("tool delete it", "vault kv get -field=x secret/db"),
        ("APP=${1:?app}", 'vault kv get -field=x "secret/$APP"'),
    ],
)
def test_what_needs_the_script_is_looked_up_by_a_step(before: str, command: str) -> None:
    text = f'set -e\n{before}\nX=$({command})\ntool one "a$X"\ntool delete "a$X"\n'
    done = script(f"#!/bin/bash\n{text}")
    captured = [each["capture"]["X"] for each in done.steps if "capture" in each]
    assert "X" not in done.vars
    assert len(captured) == 1
    assert isinstance(captured[0], dict) == ("vault" in command)
