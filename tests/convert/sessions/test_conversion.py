"""A session as a runbook: steps, variables, secrets, and what a person does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pup_tui.convert.errors import ConversionError
from pup_tui.convert.sessions.secrets import hidden
from pup_tui.convert.sessions.values import repeated_values, with_variables
from pup_tui.convert.shell.secrets import secrets_in
from tests.support.conversions import Conversion
from tests.support.program import program_in
from tests.support.standins import StandIns

DATA = Path(__file__).parent / "data"


def converted(*commands: str) -> Conversion:
    return Conversion("\n".join(commands) + "\n", ".bash_history")


def test_commands_are_steps_and_those_that_change_something_ask() -> None:
    done = converted(
        "kubectl get nodes", "kubectl drain node-7", "uptime", "rm -rf /srv/cache", "reboot"
    )
    assert len(done.names) == 5
    asking = [name for name in done.names if "confirm" in done[name]]
    assert asking == ["Drain node-7", "Remove cache", "Reboot"]
    assert all(done[name]["danger"] for name in asking)
    assert done["Look at nodes"]["run"] == "kubectl get nodes"


def test_values_that_repeat_are_variables_with_what_was_typed_as_default() -> None:
    done = converted(
        "kubectl -n shop get pod web-7f9c",
        "kubectl -n shop delete pod web-7f9c",
        "systemctl status shop",
        "sudo systemctl restart shop",
        'psql -h db-1.example.com -c "select 1"',
        "ssh deploy@db-1.example.com uptime",
    )
    defaults = {name: said["default"] for name, said in done.vars.items()}
    assert defaults == {
        "NAMESPACE": "shop",
        "POD": "web-7f9c",
        "SERVICE": "shop",
        "HOST": "db-1.example.com",
    }
    assert done["Delete the pod"]["run"] == "kubectl -n {{ NAMESPACE }} delete pod {{ POD }}"
    assert done["Restart the service"]["run"] == "sudo systemctl restart {{ SERVICE }}"
    assert "session_value" not in done.text


@pytest.mark.parametrize(
    ("commands", "values"),
    [
        (("aws ec2 describe-instances", "aws ec2 describe-instances --no-cli-pager"), {}),
        (("kubectl get pods -o wide", "kubectl get nodes -o wide"), {}),
        (("tail -n 200 /dev/null", "head -n 200 /dev/null"), {}),
        (("kubectl get pods", "kubectl delete pods --all"), {}),
        (("curl http://127.0.0.1/a", "curl http://127.0.0.1/b"), {}),
        (("tool --region=eu-1 a", "tool --region=eu-1 b"), {"REGION": "eu-1"}),
        (("kubectl logs deploy/api", "kubectl get deploy/api"), {"DEPLOYMENT": "api"}),
        (("scp a.txt web-1:/tmp", "ssh web-1 ls"), {"HOST": "web-1"}),
        (("cat '/etc/app.conf'", 'wc "/etc/app.conf"'), {"FILE": "/etc/app.conf"}),
        (("ping 10.0.0.7", "ssh 10.0.0.7 ls"), {"HOST": "10.0.0.7"}),
        (("tool add 10.0.0.7", "tool drop 10.0.0.7"), {"ADDRESS": "10.0.0.7"}),
        (
            ("aws ec2 stop-instances --instance-ids i-0abc1234567", "tool i-0abc1234567"),
            {"INSTANCE_IDS": "i-0abc1234567"},
        ),
        (("cat $HOME/a.conf", "cat $HOME/a.conf b"), {}),
        (("echo 'it is /etc/app.conf'", "cat 'a /etc/app.conf'"), {}),
        (("tool --path=/a/b1", "tool2 --path=/a/b1"), {"PATH": "/a/b1"}),
    ],
)
def test_which_values_are_found(commands: Sequence[str], values: dict[str, str]) -> None:
    found = repeated_values(commands, set())
    assert {each.name: each.value for each in found} == values


@pytest.mark.parametrize(
    ("command", "put"),
    [
        ("ls /etc/app.conf", 'ls "${session_value_0}"'),
        ("ls '/etc/app.conf'", 'ls "${session_value_0}"'),
        ('ls "/etc/app.conf"', 'ls "${session_value_0}"'),
        ("ls --file=/etc/app.conf", 'ls --file="${session_value_0}"'),
        ("ls /etc/app.conf.old", "ls /etc/app.conf.old"),
        ("echo ä; ls /etc/app.conf", 'echo ä; ls "${session_value_0}"'),
    ],
)
def test_where_a_value_is_put(command: str, put: str) -> None:
    values = repeated_values(["cat /etc/app.conf", "wc /etc/app.conf"], set())
    assert with_variables(command, values) == put


def test_a_name_that_the_commands_use_themselves_is_not_taken() -> None:
    done = converted(
        "HOST=$(hostname)", "echo $HOST | wc", "ssh web-1.example.com a", "ssh web-1.example.com b"
    )
    assert done.vars["HOST_2"]["default"] == "web-1.example.com"


SECRETS = [
    """curl -d '{"user":"a","password":"S3CRET-value"}' https://example.com/login""",
    "curl -u admin:S3CRET-value https://example.com",
    'curl -H "Authorization: Bearer S3CRET-value" https://example.com',
    'curl "https://example.com/x?api_key=S3CRET-value&y=1"',
    "mysql -uroot -pS3CRET-value shop -e 'select 1'",
    "kubectl create secret generic db --from-literal=password=S3CRET-value",
    "echo S3CRET-value | docker login -u me --password-stdin",
    "docker login -u me -p S3CRET-value registry.example.com",
    "export AWS_SECRET_ACCESS_KEY=S3CRET-value",
    "API_TOKEN='S3CRET-value' ./deploy.sh",
    "openssl rsa -in key.pem -passin pass:S3CRET-value -out out.pem",
    "vault kv put secret/app token=S3CRET-value",
    "psql postgres://app:S3CRET-value@db.example.com/app -c 'select 1'",
    "PGPASSWORD=S3CRET-value psql -h db.example.com -c 'select 2'",
    "cat <<X | tee f\npassword: S3CRET-value\nX",
    "vim --password S3CRET-value notes.txt",
    "aws configure set aws_secret_access_key S3CRET-value",
    "sshpass -p S3CRET-value ssh root@web-1 uptime",
    "tool --client-secret S3CRET-value --id 7",
    "tool --token='S3CRET-value' S3CRET-value \"S3CRET-value\"",
    "echo 'S3CRET-value' | sudo -S reboot",
    "mysql --password=S3CRET-value; echo 'unclosed",
    "ssh web-1\nvault login token=S3CRET-value",
]


@pytest.mark.parametrize("command", SECRETS)
def test_a_secret_that_was_typed_is_asked_for_and_stands_nowhere(command: str) -> None:
    done = Conversion(f"#1796040000\n{command}\n#1796040001\nuptime\n", "x")
    assert "S3CRET" not in done.text
    assert "S3CRET" not in repr(done.runbooks)
    kinds = {said.get("type") for said in done.vars.values()}
    named = done.told("changed") + done.told("dropped")
    assert "secret" in kinds or any("a secret in what a person does" in each for each in named)


@pytest.mark.parametrize(
    "token",
    [
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "github_pat_abcdefghijklmnopqrstuvwxyz",
        "glpat-abcdefghijklmnopqrst",
        "xoxb-1234567890-abcdef",
        "AKIAABCDEFGHIJKLMNOP",
        "sk_live_abcdefghij1234",
        "hvs.abcdefghijklmnopqrst",
        "npm_abcdefghijklmnopqrstuvwxyz0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.abcdefghijk",
    ],
)
def test_tokens_are_known_by_their_shape(token: str) -> None:
    assert token in secrets_in(f"tool {token}")
    assert token not in hidden(f"tool {token} 'x {token}'", secrets_in(f"tool {token}"))


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get secret db -o yaml",
        'curl -H "Authorization: Bearer $TOKEN" https://example.com',
        "tool --password-file=/run/secrets/x --token-file token.txt",
        "tool password=$PASSWORD token=<token>",
        "passwd alice",
        "vault read secret/app",
        "export PASSWORD=$(cat file)",
        "docker run -d -p 8080:80 nginx",
        "helm upgrade web ./chart -p values",
        "podman run -p 127.0.0.1:8443:443 proxy",
        "tool --password prompt --token=~/.token --secret ./secret.json",
    ],
)
def test_what_is_no_secret(command: str) -> None:
    assert secrets_in(command) == {}


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("a S3CRETS3", 'a "${X}"'),
        ("a 'x S3CRETS3 y'", "a 'x '\"${X}\"' y'"),
        ('a "x S3CRETS3"', 'a "x ${X}"'),
        ("a -pS3CRETS3", 'a -p"${X}"'),
        ("a 'S3CRETS3", 'a \'"${X}"'),
    ],
)
def test_a_secret_is_quoted_as_its_place_needs(text: str, put: str) -> None:
    assert hidden(text, {"S3CRETS3": "X"}) == put


def test_a_secret_in_what_cannot_be_read_is_hidden_too() -> None:
    assert "S3CRETS3" not in hidden("a 'S3CRETS3 | (", {"S3CRETS3": "X"})


def test_a_short_secret_is_not_cut_out_of_other_words() -> None:
    assert (
        hidden("ls latest -ptest 'a test'", {"test": "X"}) == "ls latest -p\"${X}\" 'a '\"${X}\"''"
    )


def test_an_exported_secret_reaches_the_programs(tmp_path: Path) -> None:
    done = converted("export APP_TOKEN=S3CRET-value", "tool look")
    assert "export APP_TOKEN={{ APP_TOKEN }}" in done["Tool look"]["run"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("vim /etc/hosts", "needs somebody at the terminal"),
        ("ssh web-1", "session on another host"),
        ("psql -h db shop", "Psql opens a session"),
        ("sudo -i", "Sudo opens a shell"),
        ("kubectl exec -it web -- bash", "Kubectl opens a session"),
        ("docker exec -it web sh", "Docker opens a session"),
        ("redis-cli -h cache -p 6379", "Redis-cli opens a session"),
        ("python3", "Python3 opens a session"),
        ("echo 'unclosed", "cannot be read as a command"),
        ("kubectl get pods | (", "cannot be read as a command"),
    ],
)
def test_what_only_a_person_does_is_manual_with_its_text(command: str, why: str) -> None:
    done = Conversion(f"#1796040000\nuptime\n#1796040001\n{command}\n#1796040002\nuptime -p\n", "x")
    manual = done[done.names[1]]
    assert manual["kind"] == "manual"
    assert why in manual["message"]
    assert command in manual["description"]
    assert len(done.names) == 3


@pytest.mark.parametrize(
    "command",
    [
        "psql -h db -c 'select 1'",
        "psql < dump.sql",
        "echo 'select 1' | psql",
        "redis-cli -h cache ping",
        "kubectl exec web -- ls",
        "python3 tool.py",
        "sudo -u app ls",
        "ssh web-1 uptime",
        "bash -c ls",
    ],
)
def test_what_a_step_can_do_is_a_step(command: str) -> None:
    assert all(step["kind"] == "shell" for step in converted(command).data["steps"])


def test_what_was_typed_elsewhere_is_done_there() -> None:
    done = Conversion(
        "Script started on x\n"
        "alice@box:~$ ssh web-1\n"
        "alice@web-1:~$ sudo systemctl restart app\n"
        "alice@web-1:~$ rm -rf /srv/x\n"
        "alice@web-1:~$ exit\n"
        "alice@box:~$ uptime\n",
        "typescript",
    )
    assert [step["kind"] for step in done.data["steps"]] == ["manual", "shell"]
    manual = done["On another host"]
    assert "sudo systemctl restart app\nrm -rf /srv/x" in manual["description"]
    assert manual["danger"] is True


def test_what_only_steers_the_shell_is_dropped_and_told() -> None:
    done = Conversion(
        "Script started on x\n$ clear\n$ gti status\nbash: gti: command not found\n$ history | tail\n"
        "$ source ~/.bashrc\n$ uptime\n$ uptime\n$ exit\n",
        "typescript",
    )
    assert [step["run"] for step in done.data["steps"]] == ["history | tail", "uptime"]
    assert "perhaps it is a poll" in done.text
    told = "\n".join(done.told("dropped"))
    for each in ("clear", "gti status: the shell knew no such command", "source ~/.bashrc", "exit"):
        assert each in told


def test_what_takes_from_the_command_before_is_written_out() -> None:
    done = converted("systemctl restart app", "sudo !!", "journalctl -u app", "echo !$ | wc")
    runs = [step["run"] for step in done.data["steps"]]
    assert runs[1] == "sudo systemctl restart {{ SERVICE }}"
    assert "!" not in "".join(runs)


def test_only_the_newest_sitting_is_taken() -> None:
    day = 86_400
    rows = [(0, "old 1"), (60, "old 2"), (day, "new 1"), (day + 3600, "new 2")]
    done = Conversion("".join(f"#{1796040000 + at}\n{text}\n" for at, text in rows), "x")
    assert [step["run"] for step in done.data["steps"]] == ["new 1", "new 2"]
    assert "the first 2 commands: they were typed more than 4 hours" in done.told("dropped")[0]
    many = converted(*(f"tool run {at}" for at in range(250)))
    assert len(many.data["steps"]) == 200
    assert "the first 50 commands" in many.told("dropped")[0]


def test_what_the_recording_tells_of_a_command_stands_above_its_step() -> None:
    marks = "\x1b]133;A\x07$ \x1b]133;B\x07{}\n\x1b]133;C\x07\x1b]133;D;{}\x07"
    done = Conversion(marks.format("tool a", 0) + marks.format("tool b", 3), "x")
    assert "# review: it failed in the recording (exit 3)\n  - name: Tool b" in done.text


def test_a_source_without_commands_is_refused() -> None:
    with pytest.raises(
        ConversionError, match="no command can be found in the recording: x: record"
    ):
        Conversion("Script started on x\nhello\n", "x")


def test_nothing_of_an_output_is_taken_over() -> None:
    done = Conversion("Script started on x\n$ cat f\npassword-in-a-file\n$ ls b\n", "x")
    assert "password-in-a-file" not in repr(done.runbooks)


def test_a_recording_of_script_becomes_a_runbook() -> None:
    text = (DATA / "bash.typescript").read_text()
    done = Conversion(text, "what-i-did.typescript")
    assert done.data["name"] == "what-i-did"
    assert "ghp_" not in done.text
    assert done.vars["TOKEN"] == {"type": "secret"}
    assert done.vars["FILE_PATH"]["default"] == "/etc/hostname"


def test_the_calls_are_those_that_were_typed(tmp_path: Path) -> None:
    tools = StandIns(tmp_path)
    tools.add("tool")
    tools.add("other")
    typed = [
        "cd /",
        "tool -n shop-1 get 'two words' \"$PWD\"",
        "REGION=eu",
        "tool -n shop-1 --region $REGION {range .items[*]} {{.Name}}",
        "for each in a b; do tool $each; done",
        "other --token=S3CRET-value && tool last | cat",
    ]
    done = converted(*typed)
    program = program_in(tools.folder)
    program.write("made", done.text)
    (tmp_path / "secrets.yaml").write_text("TOKEN: S3CRET-value\n")
    words = ("--yes", "--json", "--arg-file", str(tmp_path / "secrets.yaml"))
    ended = program("run", "made.yaml", *words, PATH=tools.path)
    assert ended.code == 0, ended.out + ended.err
    assert tools.calls == [
        "tool -n shop-1 get two words /",
        "tool -n shop-1 --region eu {range .items[*]} {{.Name}}",
        "tool a",
        "tool b",
        "other --token=S3CRET-value",
        "tool last",
    ]
