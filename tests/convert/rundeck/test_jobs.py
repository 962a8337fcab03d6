from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest

from tests.support.conversions import Conversion


def job(commands: str, more: str = "", sequence: str = "keepgoing: false") -> Conversion:
    text = f"- name: Do it\n  group: ops\n{indent(more, '  ')}\n  sequence:\n    {sequence}\n    commands:\n"
    return Conversion(text + indent(commands, "    "), "jobs.yaml")


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("{name: x}", {"required": False}),
        ("{name: x, required: true}", {}),
        ("{name: x, value: '3'}", {"default": "3"}),
        ("{name: x, values: [a, b], enforced: true, required: true}",
         {"type": "enum", "choices": ["a", "b"]}),
        ("{name: x, values: [a, b], required: true}", {"description": "for example a, b"}),
        ("{name: x, regex: '^([1-9]|10)$', required: true}", {"type": "integer", "min": 1, "max": 10}),
        ("{name: x, regex: '^[a-z]+$', required: true}", {"pattern": "[a-z]+"}),
        ("{name: x, multivalued: true, delimiter: ' ', value: 'a b'}",
         {"type": "list", "default": ["a", "b"]}),
        ("{name: x, secure: true, valueExposed: true, storagePath: keys/a/b, required: true}",
         {"type": "secret", "from": ["keyring:keys/a/b"]}),
        ("{name: x, type: file, required: true}", {"type": "file"}),
        ("{name: x, isDate: true, dateFormat: 'DD.MM.YYYY', required: true}",
         {"pattern": r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}"}),
        ("{name: x, enforced: true, valuesUrl: 'https://example.com/x', required: true}",
         {"type": "enum", "choices_from": "curl -fsS https://example.com/x"}),
    ],
)  # fmt: skip
def test_an_option_is_a_variable(option: str, variable: dict[str, Any]) -> None:
    done = job("- {exec: 'echo ${option.x}'}", f"options: [{option}]")
    made = done.vars["X"]
    if made.get("pattern") == "[^-].*":
        del made["pattern"]
    assert made == variable


def test_a_password_of_rundeck_itself_is_no_variable() -> None:
    done = job("- {exec: ls}", "options: [{name: pw, secure: true, valueExposed: false}]")
    assert done.vars == {}
    assert any("pw" in told for told in done.told("manual"))


def test_references_are_values_wherever_they_stand() -> None:
    done = job(
        "- {exec: 'tool ${option.a} ${job.execid} ${globals.b}'}\n"
        "- {script: \"tool '@option.a@' a@@b\", args: 'x ${option.a}'}\n",
        "options: [{name: a, required: true}]",
    )
    assert done["Tool"]["run"] == "tool {{ A }} {{ run.id }} {{ B }}"
    assert done["Tool 2"]["run"] == "set -e\nset -- x {{ A }}\ntool '{{ A }}' a@b\n"


def test_steps_run_on_their_host_by_its_standard_input() -> None:
    done = job(
        "- {exec: 'df /var'}\n- {script: 'print(1)', scriptInterpreter: 'env A=${option.pw} python3'}\n",
        "options: [{name: pw, secure: true, valueExposed: true, required: true}]\n"
        "nodefilters: {filter: 'name: db-1'}",
    )
    assert done["Look at the disk space"]["run"] == "ssh db-1 bash -s"
    assert done["Look at the disk space"]["stdin"] == "set -e\ndf /var\n"
    assert done["Script"]["run"] == "ssh db-1 bash -s"
    assert "export A={{ PW }}\npython3 - <<'" in done["Script"]["stdin"]
    assert done["Script"]["danger"] is True


def test_several_nodes_are_asked_for() -> None:
    done = job(
        "- {exec: 'df /var', plugins: {LogFilter: "
        "[{type: key-value-data, config: {regex: '(\\d+)%', name: used}}]}}\n"
        "- {exec: 'logger ${data.used}'}\n",
        "nodefilters: {dispatch: {threadcount: '4', keepgoing: true}, filter: 'tags: web'}",
    )  # fmt: skip
    assert done.vars["NODES"]["type"] == "list"
    assert done["Each node"]["foreach"] == "NODES"
    assert done["Each node"]["max_parallel"] == 4
    assert done["Each node"]["keep_going"] is True
    assert list(done["Look at the disk space"]["capture"]) == ["USED"]
    assert "logger {{ USED }}" in done["Logger"]["stdin"]


def test_going_on_after_failures_and_handlers() -> None:
    done = job("- {exec: one}\n- {exec: two}\n", sequence="keepgoing: true")
    assert done["One"]["on_failure"] == "warn"
    assert "steps.one.outcome == 'warned'" in done["Fail where a step failed"]["if"]
    done = job("- {exec: one, errorhandler: {exec: fix}}\n")
    assert done["Where One failed"]["when"] == "on_failure"
    assert done["Where One failed"]["if"] == "steps.one.outcome == 'failed'"


def test_retries_and_time_limits_are_those_of_a_group() -> None:
    done = job("- {exec: one}\n", "retry: {retry: '2', delay: 5m}\ntimeout: 1h")
    assert done["Do it"]["retry"] == {"attempts": 3, "delay": "5m"}
    assert done["Do it"]["timeout"] == "1h"


def test_rules_are_conditions() -> None:
    rules = "[*] run-in-sequence\\n[2] if:option.env==prod\\n[3] unless:option.env==prod"
    done = job(
        "- {exec: one}\n- {exec: two}\n- {exec: three}\n",
        "options: [{name: env, required: true}]",
        'keepgoing: false\n    strategy: ruleset\n    pluginConfig: {WorkflowStrategy: {ruleset: {rules: "'
        + rules
        + '"}}}',
    )
    assert "if" not in done["One"]
    assert done["Two"]["if"] == "ENV == 'prod'"
    assert done["Three"]["if"] == "not (ENV == 'prod')"


def test_what_has_no_counterpart_is_told() -> None:
    done = job(
        "- {type: jira, configuration: {a: b}}\n- {scripturl: 'https://example.com/x'}\n"
        "- {jobref: {name: other, group: ops}}\n",
        "schedule: {crontab: '0 30 2 ? * MON *'}\n"
        "notification: {onfailure: {email: {recipients: a@example.com}}}",
    )
    assert {step["kind"] for step in done.data["steps"]} == {"manual"}
    assert any("schedule '0 30 2 ? * MON *'" in told for told in done.told("dropped"))
    assert any("onfailure email" in told for told in done.told("dropped"))
    assert done.data["lock"] == "ops-do-it"


def test_a_job_calls_another_of_its_file() -> None:
    done = Conversion(
        """
        - {name: a, sequence: {commands: [{jobref: {name: b, args: '-x 1'}}]}}
        - {name: b, options: [{name: x, required: true}], sequence: {commands: [{exec: 'tool ${option.x}'}]}}
        """,
        "jobs.yaml",
    )
    assert list(done.files) == ["a.yaml", "b.yaml"]
    assert done["b"]["runbook"] == "b"
    assert done["b"]["vars"] == {"X": "1"}


def test_xml_is_the_same() -> None:
    done = Conversion(
        """
        <joblist><job>
          <name>Do it</name><group>ops</group><description>Does it</description>
          <context><options>
            <option name='env' enforcedvalues='true' values='a,b' required='true'/>
            <option name='n' regex='^[1-5]$' value='2'><description>How many</description></option>
          </options></context>
          <retry delay='10s'>1</retry><multipleExecutions>true</multipleExecutions>
          <sequence keepgoing='false' strategy='node-first'>
            <command><description>One</description><exec>tool ${option.env}</exec></command>
            <command><script><![CDATA[set -e
        systemctl stop app
        ]]></script><errorhandler keepgoingOnSuccess='true'><exec>fix</exec></errorhandler></command>
            <command><node-step-plugin type='x'><configuration><entry key='a' value='b'/></configuration></node-step-plugin></command>
          </sequence>
        </job></joblist>
        """,  # noqa: E501
        "jobs.xml",
    )
    assert done.vars["ENV"] == {"type": "enum", "choices": ["a", "b"]}
    assert done.vars["N"]["max"] == 5
    assert done["Do it"]["retry"] == {"attempts": 2, "delay": "10s"}
    assert done["One"]["run"] == "tool {{ ENV }}"
    assert done["Stop app"]["danger"] is True
    assert done["x"]["kind"] == "manual"
    assert "lock" not in done.data


def test_entities_of_xml_are_refused() -> None:
    from pup_tui.convert.errors import ConversionError

    with pytest.raises(ConversionError, match="document type"):
        Conversion(
            '<!DOCTYPE a [<!ENTITY x "y">]><joblist><job><name>&x;</name></job></joblist>', "a.xml"
        )
