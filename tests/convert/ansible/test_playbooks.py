from __future__ import annotations

import pytest

from tests.support.conversions import Conversion


def local(tasks: str, more: str = "") -> Conversion:
    lines = "\n".join(f"    {line}" for line in tasks.strip("\n").splitlines())
    return Conversion(f"- hosts: localhost\n{more}  tasks:\n{lines}\n", "play.yml")


def test_tasks_of_this_machine_are_steps() -> None:
    done = local(
        """
- name: Look
  command: tool get {{ who }} -o {.items}
  register: found
- name: Show
  debug: {msg: "{{ (found.stdout | from_json)['a'] }}"}
- name: Sure?
  pause: {prompt: "Go on with {{ who }}? Enter to go on"}
- pause: {minutes: 2}
- name: Only then
  shell: echo "{{ who }}" | tool put
  when: found.rc == 0 and who != 'x'
- name: Wait
  command: tool state
  register: state
  until: state.stdout == 'up'
  retries: 10
  delay: 3
- name: May fail
  command: tool maybe
  register: maybe
  failed_when: maybe.rc not in [0, 2]
  async: 90
- name: Ignored
  command: tool x
  ignore_errors: true
- name: Each
  command: tool {{ item }}
  loop: [a, b]
"""
    )
    assert done.vars["WHO"]["pattern"] == "[^-].*"
    assert done["Look"]["run"] == "tool get {{ WHO }} -o '{.items}'"
    assert done["Look"]["capture"] == "FOUND"
    assert done["Show"]["run"] == "printf '%s\\n' {{ (FOUND | fromjson)['a'] }}"
    assert done["Sure"] == {
        "name": "Sure",
        "id": "sure",
        "kind": "confirm",
        "message": "Go on with {{ WHO }}?",
        "danger": True,
    }
    assert done["Pause"]["duration"] == "2m"
    assert done["Only then"]["if"] == "steps.look.exit_code == 0 and WHO != 'x'"
    assert done["Wait"]["poll"]["until"] == "(output | trim) == 'up'"
    assert done["Wait"]["poll"]["max_attempts"] == 10
    assert done["May fail"]["success_codes"] == [0, 2]
    assert done["May fail"]["timeout"] == "90s"
    assert done["Ignored"]["on_failure"] == "ignore"
    assert done["Each"]["foreach"] == ["a", "b"]


def test_requests_files_and_assertions() -> None:
    done = local(
        """
- uri: {url: "https://example.com/{{ id }}", method: PUT, body_format: json, body: {a: "{{ id }}"}, status_code: [200, 204]}
- stat: {path: /etc/app}
  register: file
- fail: {msg: gone}
  when: not file.stat.exists
- assert: {that: ["id == 'x'"], fail_msg: wrong}
- wait_for: {port: 80, host: web, timeout: 30}
- name: Work
  block:
    - command: tool work
  rescue:
    - command: tool rescue
  always:
    - command: tool tidy
"""  # noqa: E501
    )
    assert done["Uri"]["json"] == {"a": "{{ ID }}"}
    assert done["Uri"]["danger"] is True
    assert done["Fail"]["if"] == "not steps.stat.exit_code == 0"
    assert done["Assert"]["kind"] == "stop"
    assert done["Wait_for"]["poll"]["timeout"] == "30s"
    assert [step.get("when") for step in done["Work"]["steps"]] == [None, "on_failure", "always"]


@pytest.mark.parametrize(
    "play",
    [
        "- {hosts: web, tasks: [{command: ls}]}",
        "- {hosts: localhost, roles: [common]}",
        "- {hosts: localhost, tasks: [{apt: {name: x}}]}",
        "- {hosts: localhost, tasks: [{command: ls, become: true}]}",
        '- {hosts: localhost, tasks: [{command: \'echo {{ lookup("env", "A") }}\'}]}',
        "- {import_playbook: other.yml}",
    ],
)
def test_all_else_is_wrapped(play: str) -> None:
    done = Conversion(play, "site.yml")
    assert done.names == ["Syntax and list of tasks", "What would change", "Run it"]
    assert "--check --diff" in done["What would change"]["run"]
    assert done["Run it"]["danger"] is True
    assert done["Run it"]["timeout"] == "2h"
    assert '"$PUP_TUI_RUNBOOK_DIR/site.yml"' in done["Run it"]["run"]


def test_prompts_and_open_names_are_handed_over_on_standard_input() -> None:
    done = Conversion(
        """
        - hosts: "{{ target | default('staging') }}"
          vars_prompt:
            - {name: ticket, private: no}
            - {name: sudo_pw}
          tasks:
            - assert: {that: ["ticket is match('CHG[0-9]+')"]}
        """,
        "site.yml",
    )
    assert done.vars["TARGET"] == {"default": "staging"}
    assert done.vars["TICKET"] == {"pattern": "CHG[0-9]+"}
    assert done.vars["SUDO_PW"] == {"type": "secret"}
    assert "SUDO_PW" not in done["Run it"]["run"]
    assert "{{ SUDO_PW | json }}" in done["Run it"]["stdin"]


@pytest.mark.parametrize(
    "task",
    [
        "wait_for: {port: 80, timeout: '{{ most }}'}",
        "pause: {seconds: '{{ most }}'}",
        "{command: ls, register: a, until: a.rc == 0, retries: '{{ most }}'}",
        "{command: ls, async: '{{ most }}'}",
    ],
)
def test_numbers_that_are_known_later_are_ansible_s(task: str) -> None:
    done = local(f"- {task}", "  vars: {most: 5}\n")
    assert done.steps[-1]["name"] == "Run it"
    assert any("is known only when the play runs" in each for each in done.told("changed"))
