from __future__ import annotations

import shlex

import pytest

from pup_tui.datadog.commands import CommandError, mutates, resolve


def test_quotes_decide_what_one_argument_is() -> None:
    invocation = resolve(shlex.split('logs search --query="service:x status:error" --from=5m'))
    assert invocation.row.name == "logs search"
    assert invocation.given == {"--query": ["service:x status:error"], "--from": ["5m"]}


@pytest.mark.parametrize(
    ("line", "command", "mutates", "alias"),
    [
        ("monitors list", "monitors list", False, False),
        ("pup monitors list", "monitors list", False, False),
        ("-o json monitors list --yes", "monitors list", False, False),
        ("--output=json monitors list -ojson", None, False, False),
        ("monitors list --output=json", "monitors list", False, False),
        ("monitors list --service payments", "monitors list", False, True),
        ("slos list --query payments", "slos list", False, False),
        ("slos list --service payments", "slos list", False, True),
        ("incidents list --limit 3", "incidents list", False, False),
        ("incidents list --state active", "incidents list", False, True),
        ("downtime create --file d.json", "downtime create", True, False),
        ("downtime create --scope service:x --duration 1h", "downtime create", True, True),
        ("downtime cancel abc", "downtime cancel", True, False),
        ("downtime delete abc", "downtime delete", True, True),
        ("feature-flags get my-flag", "feature-flags get", False, True),
        ("feature-flags disable my-flag --env production", "feature-flags disable", True, True),
        ("deployments list --service payments", "deployments list", False, True),
        ("workflows run abc", "workflows run", True, False),
        ("api /api/v1/monitor", "api", False, False),
        ("api -X POST /api/v1/monitor", "api", True, False),
        ("api -XDELETE v1/monitor/1", "api", True, False),
        ("api --method=head v1/monitor/1", "api", False, False),
        ("monitors get -- -5", "monitors get", False, False),
    ],
)
def test_what_words_mean(line: str, command: str | None, mutates: bool, alias: bool) -> None:
    if command is None:
        with pytest.raises(CommandError, match="twice"):
            resolve(shlex.split(line))
        return
    invocation = resolve(shlex.split(line))
    row = invocation.row
    assert (row.name, invocation.mutates, row.alias) == (command, mutates, alias)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("", "no subcommand", "monitors list"),
        ("monitors", "`monitors` is not whole", "`monitors list`"),
        ("monitor list", "unknown command `monitor list`", "did you mean `monitors list`?"),
        ("monitors lst", "unknown command `monitors lst`", "did you mean `monitors list`?"),
        ("teleport now", "does not know `teleport now`", "install `pup`"),
        ("monitors list --tag x", "unknown flag --tag", "did you mean --tags?"),
        ("monitors list --name a --name b", "--name is given twice", ""),
        ("monitors list --name", "--name needs a value", "--name=-"),
        ("monitors list --name --tags x", "--name needs a value", "--name=-"),
        ("monitors list --limit ten", "--limit: 'ten' is no whole number", ""),
        ("monitors list --limit=1.5", "--limit: '1.5' is no whole number", ""),
        ("monitors list --yes=1", "--yes takes no value", ""),
        ("monitors list -o yaml", "--output: 'yaml' is unknown", ""),
        ("monitors list --org b", "only an installed `pup`", ""),
        ("monitors list extra", "'extra' is one word too many", "`monitors list`"),
        ("monitors list --state on-fire", "'on-fire' is unknown", ""),
        ("monitors get", "monitor_id is missing", "`monitors get MONITOR_ID`"),
        ("monitors get abc", "'abc' is no whole number", ""),
        ("monitors get ''", "monitor_id is empty", ""),
        ("slos get ..", "would change the path", ""),
        ("slos status abc --from 1h", "--to is missing", "--from FROM --to TO"),
        ("slos status abc", "--from and --to are missing", "--from FROM --to TO"),
        ("slos list --tags-query a --service b", "cannot be used together", "--service"),
        ("logs search", "--query is missing", "`logs search --query QUERY`"),
        ("logs search --query x --from 1h30m", "'1h30m' is no time", ""),
        ("logs search --query x --storage attic", "'attic' is unknown", ""),
        ("downtime create", "--file is missing", "--scope SCOPE --duration DURATION"),
        ("downtime create --scope x", "--duration is missing", ""),
        ("downtime create --scope x --duration 0s", "'0s' is no duration", ""),
        ("feature-flags flags get my-flag", "is no UUID", "feature-flags get KEY"),
        ("feature-flags enable my-flag prod", "is no UUID", "feature-flags enable KEY --env ENV"),
        ("feature-flags flags list --is-archived maybe", "neither true nor false", ""),
        ("workflows run a --payload {", "not JSON", ""),
        ("workflows run a --payload []", "must be a JSON object", ""),
        ("workflows run a --payload {} --payload-file x", "either --payload or --payload-f", ""),
        ("--read-only downtime cancel abc", "--read-only is given", ""),
    ],
)
def test_words_that_mean_nothing_say_why(line: str, message: str, hint: str) -> None:
    with pytest.raises(CommandError) as caught:
        resolve(shlex.split(line))
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (["pup", "monitors", "get", "{{ ID }}"], False),
        (["slos", "list", "--service={{ SERVICE }}"], False),
        (["downtime", "create", "--scope", "{{ SCOPE }}", "--duration", "1h"], True),
        (["downtime", "create", "--file", "{{ FILE }}"], True),
        (["api", "/v1/monitor/{{ ID }}"], False),
        (["api", "--", "{{ PATH }}"], False),
        (["api", "{{ PATH }}"], None),
        (["api", "{{ FLAG }}", "DELETE", "v1/monitor/5"], None),
        (["api", "v1/monitor/5", "-{{ FLAG }}", "DELETE"], None),
        (["api", "v1/monitor/5", "--{{ FLAG }}=DELETE"], None),
        (["api", "v1/monitor/5", "-H", "X-HTTP-Method-Override: DELETE"], None),
        (["api", "v1/monitor/5", "-Hx-method-override:DELETE"], None),
        (["api", "v1/monitor/5", "--header=X_HTTP_Method_Override: PUT"], None),
        (["api", "v1/monitor/5", "-H", "X-{{ NAME }}: DELETE"], None),
        (["api", "v1/monitor/5", "--header=X-{{ NAME }}: DELETE"], None),
        (["api", "v1/monitor/5?_method=DELETE"], None),
        (["api", "v1/monitor", "-f", "_method=DELETE"], None),
        (["api", "v1/monitor", "-f", "query={{ QUERY }}"], False),
        (["api", "v1/monitor", "-H", "Accept: {{ TYPE }}"], False),
        (["monitors", "list", "{{ FLAG }}"], False),
        (["api", "-X", "{{ METHOD }}", "{{ PATH }}"], True),
        (["-o", "json", "workflows", "run", "{{ ID }}"], True),
        (["workflows", "run", "{{ ID }}", "--help"], True),
        (["workflows", "run", "--{{ FLAG }}", "5", "--help"], True),
        (["tags", "add", "h", "--source", "{{ SOURCE }}", "--help"], True),
        (["workflows", "run", "w-{{ ID }}", "--help"], False),
        (["api", "-X", "GET", "-X", "DELETE", "v1/monitor/5"], True),
        (["--jq", ".", "incidents", "handles", "delete", "x"], True),
        (["-o", "json", "feature-flags", "exposure", "start", "5"], True),
        (["-o", "json", "logs", "patterns"], False),
        (["--org", "b", "slos", "diff", "a", "f"], False),
        (["--org=b", "--yes", "logs", "patterns"], False),
        # The word behind a flag that takes one is its value.
        (["--org", "logs", "patterns", "x"], None),
        (["--jq", "monitors", "list"], None),
        (["--org", "monitors", "list"], None),
        (["logs", "--no-agent", "patterns"], None),
        # A value among the flags before a subcommand may be another flag, or nothing.
        (["-{{ A }}", "monitors", "list"], None),
        (["--{{ A }}", "monitors", "list"], None),
        (["--o{{ A }}", "logs", "patterns"], None),
        (["-o{{ A }}", "monitors", "list"], None),
        (["--org", "{{ A }}", "monitors", "list"], None),
        (["--org", "b{{ A }}", "monitors", "list"], None),
        (["--org", "{{ A }}", "monitors", "delete", "5", "--help"], None),
        (["{{ A }}", "monitors", "list"], None),
        (["--{{ A }}=b", "monitors", "list"], None),
        (["--org={{ A }}", "monitors", "list"], False),
        (["-o={{ A }}", "logs", "patterns"], False),
        (["--org={{ A }}", "downtime", "cancel", "5"], True),
    ],
)
def test_a_plan_knows_the_command_before_its_values(words: list[str], changes: bool | None) -> None:
    assert mutates(words) is changes


def test_a_plan_says_when_it_does_not_know() -> None:
    assert mutates(["{{ COMMAND }}"]) is None
    assert mutates(["teleport", "now"]) is None
    assert mutates([]) is None
