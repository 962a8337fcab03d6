"""What a page says in tables and lists of what its commands name."""

from __future__ import annotations

import pytest

from tests.convert.markdown.test_pages import page


def test_hosts_of_a_table_are_variables_with_their_values_as_defaults() -> None:
    done = page(
        """
        # Fail over

        | Item | Value |
        |------|-------|
        | Primary | `db-1.example.com:5432` |
        | Replica | `db-2.example.com:5432` |
        | Patroni | `http://db-1.example.com:8008` |
        | Channel | #oncall |

        ## Look

        '''bash
        psql -h db-2.example.com -Atc "select 1"
        '''

        ## Fail over

        '''bash
        patronictl failover ledger --candidate db-2 --force
        '''

        ## Wait for it (2 min)

        Repeat until `db-2` is `Leader`:

        '''bash
        patronictl list
        '''

        ## Rollback

        '''bash
        patronictl switchover ledger --candidate db-1 --force
        '''
        """
    )
    assert done.vars == {
        "PRIMARY": {"default": "db-1.example.com"},
        "REPLICA": {"default": "db-2.example.com"},
    }
    assert done["Look"]["run"] == 'psql -h {{ REPLICA }} -Atc "select 1"'
    assert "--candidate {{ REPLICA.split('.')[0] }} --force" in done["Fail over"]["run"]
    assert "--candidate {{ PRIMARY.split('.')[0] }}" in done["Fail over"]["undo"]["run"]
    until = "REPLICA.split('.')[0] in output and 'Leader' in output"
    assert done["Wait for it"]["poll"]["until"] == until


@pytest.mark.parametrize(
    "said",
    [
        "| Role | Host | Notes |\n| --- | --- | --- |\n| Cache host | cache-1 | old |",
        "- Cache host: `cache-1`\n- Team: cache",
        "* **Cache host**: cache-1:6379",
    ],
)
def test_what_a_list_or_a_wide_table_names_is_a_variable(said: str) -> None:
    done = page(f"# Page\n\n{said}\n\n'''bash\nredis-cli -h cache-1 info\n'''\n")
    assert done.vars == {"CACHE_HOST": {"default": "cache-1"}}
    assert done.steps[0]["run"] == "redis-cli -h {{ CACHE_HOST }} info"


@pytest.mark.parametrize(
    "command",
    [
        "ssh app-1 'grep app-1 /etc/hosts && uptime'",
        "psql -c \"select * from hosts where name = 'app-1'\" && ping -c1 app-1",
        "ping -c1 app-10",
        "ping -c1 my-app-1",
        "ping -c1 app-1.example.com",
    ],
)
def test_a_value_within_another_text_stays_everywhere(command: str) -> None:
    done = page(f"# Page\n\n| A | B |\n|---|---|\n| Host | app-1 |\n\n'''sh\n{command}\n'''\n")
    assert done.vars == {}
    assert command in str(done.steps[0]["run"])


def test_words_that_may_mean_others_elsewhere_are_no_facts() -> None:
    done = page(
        "# Page\n\n| A | B |\n|---|---|\n| Database | postgres |\n\n"
        "'''sh\npsql -U postgres -c 'select 1'\n'''\n"
    )
    assert done.vars == {}


def test_a_password_in_a_table_is_a_secret_and_its_value_stands_nowhere() -> None:
    done = page(
        "# Page\n\n| A | B |\n|---|---|\n| Admin password | hunter2-x |\n\n"
        "'''sh\ntool login --as admin hunter2-x\n'''\n"
    )
    assert done.vars == {"ADMIN_PASSWORD": {"type": "secret"}}
    assert "hunter2" not in done.text


def test_what_is_to_be_given_is_asked_for() -> None:
    done = page(
        """
        # Major incident: what to do

        ## First

        - [ ] Give it a severity (see below) and a name
        - [ ] Give the call a title

        | severity | means |
        |---|---|
        | SEV1 | all |
        | SEV2 | some |
        """
    )
    assert list(done.vars) == ["INCIDENT_NAME", "CALL_TITLE", "SEVERITY"]
    assert "Incident name: {{ INCIDENT_NAME }}." in done["First"]["message"]
