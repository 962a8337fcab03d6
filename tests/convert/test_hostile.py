"""Sources that want to be more than a text, or to take for ever."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pup_tui.convert import bounds
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.formats import converted
from pup_tui.convert.settling import settled_together
from pup_tui.convert.shell.secrets import secrets_in, without_secrets
from pup_tui.convert.ssm.selectors import expression_of
from tests.support.conversions import Conversion

BREAKS_OUT = """x' ~ run.operator ~ "y" }}; touch pwned; {{ '"""


def _option(said: str) -> Conversion:
    job = (
        f"- name: j\n  options: [{said}]\n  sequence:\n    commands:\n"
        "    - {exec: 'echo ${option.x}'}\n"
    )
    return Conversion(job, "jobs.yaml")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/; touch pwned",
        "https://example.com/?a=1&b='; touch pwned; '",
        "https://example.com/$(touch pwned)`touch pwned`",
        "https://example.com/\ntouch pwned",
        "https://example.com/{{ run.id }}",
        "-o pwned https://example.com",
    ],
)
def test_an_address_of_choices_is_one_word(url: str, tmp_path: Path) -> None:
    quoted = url.replace("'", "''").replace("\n", "\n\n      ")
    command = _option(f"{{name: x, enforced: true, valuesUrl: '{quoted}'}}").vars["X"][
        "choices_from"
    ]
    (tmp_path / "curl").write_text('#!/bin/sh\nfor word; do echo "<$word>"; done\n')
    (tmp_path / "curl").chmod(0o755)
    plain = command.replace("{% raw %}", "").replace("{% endraw %}", "")
    done = subprocess.run(
        ["sh", "-c", plain], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"<{url}>" in done.stdout
    assert not (tmp_path / "pwned").exists()
    assert ("{% raw %}" in command) == ("{{" in url)


def test_a_text_of_a_source_is_a_literal_in_every_expression() -> None:
    told = BREAKS_OUT.replace("'", "''")
    made = _option(f"{{name: x, multivalued: true, delimiter: '{told}'}}")
    (step,) = made.data["steps"]
    literal = """("x' ~ run.operator ~ \\"y\\" }" ~ "}; touch pwned; {" ~ "{ '")"""
    assert step["run"] == f"echo {{{{ (X | join({literal})) }}}}"


@pytest.mark.parametrize(
    ("selector", "made"),
    [
        ("$['a b']", "json['a b']"),
        ("$['x or run.operator']", "json['x or run.operator']"),
        ("$.list[*]['x}} touch']", 'json.list | map(attribute=("x}" ~ "} touch")) | list'),
        ("$[?(@.a == 'x\\')]", "json | selectattr('a', '==', \"x\\\\\") | list"),
    ],
)
def test_a_key_of_a_selector_is_a_literal(selector: str, made: str) -> None:
    assert expression_of(selector)[0] == made


def test_a_value_of_an_option_of_a_script_is_a_literal() -> None:
    source = (
        "#!/bin/bash\nMODE=off\nwhile getopts 'm' o; do\n"
        '  case $o in m) MODE="x\' }}; touch pwned; {{ \'" ;; esac\ndone\necho "$MODE"\n'
    )
    made = Conversion(source, "x.sh")
    for step in made.data["steps"]:
        assert (
            "touch pwned; {{ '" not in step.get("run", "").replace('"', "'") or "raw" in step["run"]
        )
        assert "x' }}" not in step.get("run", "")


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        (
            "x.sh",
            "#!/bin/bash\n" + "if true; then\n" * 2_000 + "ls\n" + "fi\n" * 2_000,
            "nests too deep",
        ),
        (
            "x.md",
            "# x\n" + "```sh\nkubectl get pods\n```\nthen\n" * 5_000,
            "too many steps|more commands than",
        ),
    ],
)
def test_what_is_too_much_is_said(
    name: str, source: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "_MOST_JUDGED", 100)
    with pytest.raises(ConversionError, match=told):
        settled_together(converted(source, name))


def test_a_pattern_that_never_ends_is_not_tried() -> None:
    made = _option(r"{name: x, regex: '(\d?){200}-'}")
    assert made.vars["X"]["pattern"] == r"(\d?){200}-"


@pytest.mark.parametrize(
    "command",
    [
        "aws configure set aws_secret_access_key HIDDEN",
        "docker login -u me -p HIDDEN reg.example.com",
        "kubectl create secret generic x --from-literal=password=HIDDEN",
        "openssl enc -aes-256-cbc -k HIDDEN -in x",
        "openssl enc -aes-256-cbc -pass pass:HIDDEN -in x",
        'curl "https://api.example.com/z?api_key=HIDDEN"',
        "htpasswd -b f user HIDDEN",
        "vault login HIDDEN",
        "vault login hvs.CAESIJabcdefghijk0HIDDEN",
        "echo 'HIDDEN' | sudo -S ls",
        "echo HIDDEN | docker login --password-stdin reg.example.com",
        "echo me:HIDDEN | sudo chpasswd",
        """curl -d '{"password":"HIDDEN"}' https://api.example.com/l""",
        "mysql -pHIDDEN -e 'select 1'",
    ],
)
@pytest.mark.parametrize("name", ["x.sh", "x.history"])
def test_no_secret_of_a_command_ends_in_the_file(command: str, name: str, tmp_path: Path) -> None:
    value = "Pa55wordThatIsLong"
    source = command.replace("HIDDEN", value)
    made = Conversion(f"#!/bin/bash\n{source}\n" if name == "x.sh" else f"{source}\nls\n", name)
    assert value not in made.text
    assert [said for said in made.vars.values() if said.get("type") == "secret"]


def test_a_secret_between_single_quotes_is_still_read_by_the_shell() -> None:
    told = without_secrets("""curl -d '{"password":"abcd1234"}' x""", {"abcd1234": "SECRET"})
    done = subprocess.run(
        ["sh", "-c", told.replace("curl", "printf '%s\\n'")], env={"SECRET": "it"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '{"password":"it"}' in done.stdout


def test_secrets_are_looked_for_in_a_long_line_without_waiting() -> None:
    for part in ("mysql ", "docker -", "a.", "echo x|", "set a", "token", "openssl "):
        secrets_in(part * (100_000 // len(part)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("- name: j\n  options: x\n  sequence: {commands: [{exec: ls}]}\n", "jobs.yaml"),
        ("- name: j\n  options: [1]\n  sequence: {commands: [{exec: ls}]}\n", "jobs.yaml"),
        ("- name: j\n  sequence: {commands: 5}\n", "jobs.yaml"),
        ("- hosts: localhost\n  vars_prompt: ask\n  tasks: [{command: ls}]\n", "play.yml"),
        ("- hosts: web\n  roles: true\n", "play.yml"),
        (
            (
                "schemaVersion: '0.3'\nmainSteps:\n- {name: a, action: 'aws:changeInstanceState',"
                " inputs: {DesiredState: [x]}}\n"
            ),
            "doc.yaml",
        ),
    ],
)
def test_data_of_another_shape_is_the_source_s_fault(text: str, name: str) -> None:
    with pytest.raises(ConversionError, match="of the shape"):
        converted(text, name)
