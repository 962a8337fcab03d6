from __future__ import annotations

import pytest

from tests.support.conversions import Conversion

FENCE = "```"


def page(text: str, name: str = "page.md") -> Conversion:
    return Conversion(text.replace("'''", FENCE), name)


def test_prompted_lines_are_commands_and_all_else_is_output() -> None:
    done = page(
        """
        # Lag

        First look:

        '''console
        $ tool describe <group> \\
            --verbose
        GROUP  LAG
        $ tool count
        7
        '''
        """
    )
    assert done["Look"]["run"].strip().splitlines()[-1] == "tool count"
    assert "tool describe {{ GROUP }} \\\n    --verbose" in done["Look"]["run"]
    assert "LAG" not in done["Look"]["run"]
    assert list(done.vars) == ["GROUP"]


@pytest.mark.parametrize("block", ["yaml\na: 1", "\nfoo bar", "json\n{}"])
def test_a_text_to_work_with_is_a_persons(block: str) -> None:
    done = page(f"# Page\n\nApply this:\n\n'''{block}\n'''\n")
    assert done["Apply this"]["kind"] == "manual"
    assert block.split("\n")[1] in done["Apply this"]["description"]


@pytest.mark.parametrize(
    "block", ["mermaid\ngraph TD", "yaml\na: 1", "\n- Alert: up == 0", "json\n{}"]
)
def test_what_is_no_command_never_runs(block: str) -> None:
    text = f"# Page\n\nIt looks like:\n\n'''{block}\n'''\n\n- [ ] Somebody looked\n"
    done = page(text)
    assert [step["kind"] for step in done.data["steps"]] == ["manual"]
    assert any("no commands" in told for told in done.told("dropped"))


def test_tasks_are_ticked_and_blanks_are_asked_for() -> None:
    done = page(
        """
        # Incident

        ## At once
        - [ ] Say so
        - [ ] Page the owner

        ## Afterwards
        - [ ] Thank people
        - [ ] Post-mortem: who owns it? ____ when is it? ____
        """
    )
    assert done["At once"]["checklist"] == ["Say so", "Page the owner"]
    assert done["Afterwards"]["checklist"] == ["Thank people"]
    assert len(done["Post-mortem"]["vars"]) == 2


def test_questions_are_asked_and_each_has_its_steps() -> None:
    done = page(
        """
        # Slow

        1. Is the disk full? Clean it:

           '''sh
           find /var/cache/app -mtime +<days> -delete
           '''

        2. Is the network slow? Look at it:

           '''sh
           mtr <host>
           '''
        """
    )
    assert done["What is it"]["kind"] == "input"
    assert done["Clean it"]["if"] == "CHOICE == 'Is the disk full'"
    assert done["Clean it"]["danger"] is True
    assert "danger" not in done["Look at it"]
    assert done.vars["HOST"]["required"] is False


def test_a_rollback_is_the_undo_of_what_was_dangerous() -> None:
    done = page(
        """
        # Scale

        ## Step 1: Scale ⚠️

        '''bash
        kubectl scale deploy/web --replicas=0
        '''

        ## Rollback

        1. `kubectl scale deploy/web --replicas=3`
        """
    )
    assert done["Scale"]["danger"] is True
    assert done["Scale"]["undo"]["run"] == "kubectl scale deploy/web --replicas=3"
    assert done.names == ["Scale"]


def test_limits_are_assertions_and_repeats_are_polls() -> None:
    done = page(
        """
        # Failover

        ## Check the lag

        '''bash
        psql -Atc 'select 1'
        '''

        **If it is above 1.000**, stop: data would be lost.

        ## Wait for it (3 min)

        Repeat until `db-2` is `Leader`:

        '''bash
        patronictl list
        '''
        """
    )
    assert done["Check the lag"]["assert"]["that"] == "value <= 1000"
    assert done["Wait for it"]["poll"] == {
        "interval": "10s",
        "timeout": "3m",
        "until": "'db-2' in output and 'Leader' in output",
    }


def test_a_table_of_commands_asks_which_of_those_that_change() -> None:
    done = page(
        """
        # Memory

        | what | command | careful |
        | --- | --- | --- |
        | look | `redis-cli -h $HOST info memory` | |
        | drop | `redis-cli -h $HOST flushdb` | only once |
        | never | `KEYS *` is slow | |
        """
    )
    assert done.names == ["Look", "Decide", "Drop"]
    assert done["Drop"]["if"] == "DECISION == 'drop'"
    assert done["Drop"]["danger"] is True
    assert "danger" not in done["Look"]


def test_statements_get_values_as_variables_of_the_client() -> None:
    done = page(
        """
        # Customer

        Variables: `ID` (like `c-12`), `TICKET`.

        1. Connect

           '''
           export PGPASSWORD=hunter2-secret
           psql -h db-1 shop
           '''

        2. Delete

           '''sql
           DELETE FROM orders WHERE id = '<ID>';
           '''
        """
    )
    assert "hunter2" not in done.text
    assert done.vars["PGPASSWORD"] == {"type": "secret"}
    assert done.vars["ID"]["pattern"] == "c-[0-9]+"
    assert (
        "psql -h db-1 shop -X -At -v ON_ERROR_STOP=1 -v id={{ ID }} <<'SQL'"
        in done["Delete"]["run"]
    )
    assert "WHERE id = :'id'" in done["Delete"]["run"]
    assert done["Delete"]["danger"] is True


def test_a_request_and_a_loop_over_words() -> None:
    done = page(
        """
        # Restart

        '''bash
        for h in a b; do
          ssh $h sudo systemctl restart app
        done
        curl -fsS -X DELETE -H "Authorization: Bearer $API_TOKEN" https://example.com/cache/$ID
        '''

        Then:

        '''bash
        for h in a b; do ssh $h sudo systemctl restart app; done
        '''
        """
    )
    request = next(step for step in done.data["steps"] if step["kind"] == "http")
    assert request["method"] == "DELETE"
    assert request["headers"] == {"Authorization": "Bearer {{ API_TOKEN }}"}
    assert done.vars["API_TOKEN"]["type"] == "secret"
    loops = [step for step in done.data["steps"] if "foreach" in step]
    assert [step["foreach"] for step in loops] == [["a", "b"], ["a", "b"]]
    assert all(step["run"] == "ssh {{ item }} sudo systemctl restart app" for step in loops)


def test_front_matter_and_links() -> None:
    done = page(
        "---\nowner: dba\ntags: [db, P0]\n---\n# Page\n\n"
        "See [the board](https://example.com/d).\n\n- [ ] Look\n"
    )
    assert done.data["owner"] == "dba"
    assert done.data["tags"] == {"tags": "db, P0"}
    assert done.data["links"] == [{"title": "the board", "url": "https://example.com/d"}]


def test_what_is_done_under_a_condition_is_asked_about() -> None:
    done = page(
        """
        # Queue grows

        ## What to do

        If there are no consumers, restart the worker:

        ```sh
        kubectl rollout restart deploy/worker
        ```

        If there are consumers but they are slow, scale them:

        ```sh
        kubectl scale deploy/worker --replicas=<REPLICAS>
        ```

        Then look:

        ```sh
        kubectl get pods
        ```

        If nothing helps, run `kubectl delete pod web-0`.
        """
    )
    first, second = (name for name in done.names if done[name]["kind"] == "input")
    choices = done[first]["vars"]["CHOICE"]["choices"]
    assert choices == [
        "If there are no consumers",
        "If there are consumers but they are slow",
        "none of these",
    ]
    assert done["Restart the worker"]["if"] == "CHOICE == 'If there are no consumers'"
    assert done["Scale them"]["if"] == "CHOICE == 'If there are consumers but they are slow'"
    assert "if" not in done["Look"]
    assert done[second]["vars"]["CHOICE_2"]["choices"] == ["If nothing helps", "none of these"]
    assert done.vars["REPLICAS"]["required"] is False


def test_a_pause_in_words_is_one() -> None:
    done = page(
        """
        # Reboot

        1. Reboot it: `ssh $NODE sudo reboot`
        2. Wait for 5 minutes.
        3. Look at it: `kubectl get node $NODE`
        """
    )
    assert done["Wait for 5 minutes"] == {
        "name": "Wait for 5 minutes",
        "id": "wait_for_5_minutes",
        "kind": "wait",
        "duration": "5m",
    }


def test_what_prints_a_table_is_compared_by_a_person() -> None:
    done = page(
        """
        # Depth

        ## Look

        ```sh
        rabbitmqctl list_queues name messages
        ```

        **Expected result**: fewer than 10000 messages.

        ## Count

        ```sh
        rabbitmqctl list_queues name | wc -l
        ```

        **Expected result**: fewer than 100.
        """
    )
    assert "assert" not in done["Look"]
    assert done["Expected result"]["kind"] == "manual"
    assert done["Count"]["assert"]["that"] == "value < 100"


def test_what_a_command_sets_is_the_default_of_what_others_read() -> None:
    done = page(
        """
        # Queue

        ## Look

        ```sh
        export VHOST=payments
        rabbitmqctl list_queues -p $VHOST
        ```

        ## Purge

        > **Warning**: this loses messages. Ask first.

        ```sh
        rabbitmqctl purge_queue -p $VHOST <QUEUE>
        ```
        """
    )
    assert done.vars["VHOST"] == {"default": "payments"}
    assert done["Purge"]["danger"] is True


def test_tabs_are_chosen_from_by_their_names() -> None:
    done = page(
        """
        # Look

        ## Look at it

        === "kubectl"

            ```bash
            kubectl -n <NS> describe certificate <CERT>
            ```

        === "cmctl"

            ```bash
            cmctl status certificate <CERT>
            ```
        """
    )
    (asked,) = (done[name] for name in done.names if done[name]["kind"] == "input")
    assert asked["vars"]["CHOICE"]["choices"] == ["kubectl", "cmctl", "none of these"]
    assert "Look at certificate" in done.names


def test_one_severity_is_nothing_to_choose() -> None:
    done = page("# A\n\n| Severity | Team |\n|---|---|\n| P2 | shop |\n\n```sh\nuptime\n```\n")
    assert "SEVERITY" not in done.vars


def test_a_question_is_asked_where_its_answers_stand() -> None:
    done = page(
        """
        # Load

        1. Find the process: `ps aux`
        2. Is it java? Take a dump: `jcmd 1 Thread.print`
        3. Is it node? Restart it: `systemctl restart node-api`

        <details>
        <summary>How to look at the last deploy</summary>

        '''bash
        helm history api
        '''

        </details>
        """
    )
    assert done.names[:2] == ["Find the process", "What is it"]
    assert "How to look at the last deploy" in done.names
