"""The keys at the top of a file, of its defaults, its variables, and of the maps below them."""

from __future__ import annotations

from tests.format.rows import Row

HELLO = "steps: [{name: a, kind: shell, run: echo hello}]\n"

TOP = [
    Row(
        place="top",
        key="name",
        text="name: Say hello\n" + HELLO,
        prints=("hello",),
        shown=lambda told: told["name"] == "Say hello" and told["id"] == "example",
    ),
    Row(
        place="top",
        key="description",
        text="description: What it is for\n" + HELLO,
        shown=lambda told: told["description"] == "What it is for",
    ),
    Row(
        place="top",
        key="tags",
        text="tags: {team: platform, version: 1.10}\n" + HELLO,
        shown=lambda told: told["tags"] == {"team": "platform", "version": "1.10"},
    ),
    Row(
        place="top",
        key="owner",
        text="owner: ada@example.com\n" + HELLO,
        shown=lambda told: told["owner"] == "ada@example.com",
    ),
    Row(
        place="top",
        key="links",
        text="links: [{title: Board, url: 'https://example.com/b'}]\n" + HELLO,
        shown=lambda told: told["links"] == [{"title": "Board", "url": "https://example.com/b"}],
    ),
    Row(
        place="link",
        key="title",
        text="links: [{title: '[red]Board', url: x}]\n" + HELLO,
        shown=lambda told: told["links"][0]["title"] == "[red]Board",
    ),
    Row(
        place="link",
        key="url",
        text="links: [{title: Board, url: 'https://example.com/b'}]\n" + HELLO,
        shown=lambda told: told["links"][0]["url"] == "https://example.com/b",
    ),
    Row(
        place="top",
        key="vars",
        text="vars: {WHO: world}\nsteps: [{name: a, kind: shell, run: 'echo {{ WHO }}'}]",
        prints=("world",),
    ),
    Row(
        place="top",
        key="import",
        text="import: [hello]\nsteps: [{name: a, template: hello}]",
        files={"_templates/hello.yaml": "kind: shell\nrun: echo imported"},
        prints=("imported",),
    ),
    Row(
        place="top",
        key="defaults",
        text="defaults: {on_failure: ignore}\nsteps: [{name: a, kind: shell, run: exit 1}]",
        steps={"a": "ignored"},
    ),
    Row(
        place="top",
        key="profiles",
        text="profiles: [staging, production]\n" + HELLO,
        refused="it runs with the profiles staging, production only, not without one",
    ),
    Row(
        place="top",
        key="requires",
        text='requires: {sh: "", mytool: ">=2"}\n' + HELLO,
        shown=lambda told: told["requires"] == {"sh": "", "mytool": ">=2"},
    ),
    Row(
        place="requirement",
        key="version",
        text='requires: {mytool: {version: "~=2.1"}}\n' + HELLO,
        shown=lambda told: told["requires"] == {"mytool": {"version": "~=2.1"}},
    ),
    Row(
        place="requirement",
        key="command",
        text='requires: {mytool: {version: ">=2", command: mytool -V}}\n' + HELLO,
        shown=lambda told: told["requires"]["mytool"]["command"] == "mytool -V",
    ),
    Row(
        place="top",
        key="alerts",
        text="alerts: [{match: {alertname: 'Pay*'}, vars: {X: alert.host}}]\nvars: {X: a}\n"
        + HELLO,
        shown=lambda told: (
            told["alerts"] == [{"match": {"alertname": "Pay*"}, "vars": {"X": "alert.host"}}]
        ),
    ),
    Row(
        place="top",
        key="manual_time",
        text="manual_time: 20m\n" + HELLO,
        shown=lambda told: told["manual_time"] == "20m",
    ),
    Row(
        place="top",
        key="agents",
        text="agents: request\n" + HELLO,
        shown=lambda told: told["agents"] == "request",
    ),
    Row(
        place="top",
        key="steps",
        text="steps: [{name: a, kind: shell, run: echo 1}, {name: b, kind: shell, run: echo 2}]",
        prints=("1", "2"),
    ),
    Row(
        place="top",
        key="x-notes",
        text="x-notes: &run echo anchored\nsteps: [{name: a, kind: shell, run: *run}]",
        prints=("anchored",),
    ),
]

DEFAULTS = [
    Row(
        place="defaults",
        key="timeout",
        text="defaults: {timeout: 200ms}\nsteps: [{name: a, kind: shell, run: sleep 600}]",
        ends="failed",
        reasons={"a": "timed out"},
    ),
    Row(
        place="defaults",
        key="retry",
        text="""
            defaults: {retry: {attempts: 3, delay: 10ms}}
            steps: [{name: a, kind: shell, run: 'echo x >> tries; cat tries; test -s missing'}]
            """,
        ends="failed",
        prints=("x", "x", "x", "x", "x", "x"),
        sees=lambda played: played.finished["a"].attempts == 3,
    ),
    Row(
        place="defaults",
        key="on_failure",
        text="""
            defaults: {on_failure: warn}
            steps:
              - {name: a, kind: shell, run: exit 1}
              - {name: b, kind: shell, run: exit 1, on_failure: fail}
            """,
        ends="failed",
        steps={"a": "warned", "b": "failed"},
    ),
    Row(
        place="defaults",
        key="env",
        text="""
            vars: {X: '; id'}
            defaults: {env: {A: '{{ X }}', B: default}}
            steps: [{name: a, kind: shell, run: 'echo "$A $B"', env: {B: own}}]
            """,
        prints=("; id own",),
    ),
    Row(
        place="defaults",
        key="cwd",
        text="""
            vars: {WHERE: /}
            defaults: {cwd: '{{ WHERE }}'}
            steps: [{name: a, kind: shell, run: pwd}, {name: b, kind: shell, run: pwd, cwd: /usr}]
            """,
        prints=("/", "/usr"),
    ),
    Row(
        place="defaults",
        key="strict",
        text="""
            defaults: {strict: true}
            steps:
              - {name: a, kind: shell, run: 'false; echo on', strict: false}
              - {name: b, kind: shell, run: print(1), shell: python3}
              - {name: c, kind: shell, run: 'false; echo no'}
            """,
        prints=("on", "1"),
        ends="failed",
    ),
    Row(
        place="defaults",
        key="shell",
        text="""
            defaults: {shell: bash}
            steps:
              - {name: a, kind: shell, run: '[[ a == a* ]] && echo bash'}
              - {name: b, kind: shell, run: "#!/usr/bin/env python3\\nprint(2)"}
              - {name: c, kind: shell, run: print(3), shell: python3}
            """,
        prints=("bash", "2", "3"),
    ),
]


def variable(
    key: str, definition: str, prints: str = "", value: object = None, **more: object
) -> Row:
    """A variable that is given a value, or none, and is printed, or refused."""
    run = 'echo {{ V | default("nothing") }}'
    return Row(
        place="variable",
        key=key,
        text=f"vars:\n  OTHER: ada\n  V: {definition}\nsteps:\n  - name: a\n    kind: shell\n    run: {run}",
        given={} if value is None else {"V": value},
        prints=(prints,) if prints else None,
        **more,  # type: ignore[arg-type]
    )


VARIABLES = [
    variable(
        "description",
        "{description: What V is, default: x}",
        "x",
        shown=lambda told: told["vars"]["V"]["description"] == "What V is",
    ),
    variable("type", "{type: string}", "1.10", "1.10"),
    variable(
        "type", "{type: text}", value="two\nlines", sees=lambda p: p.printed() == ["two", "lines"]
    ),
    variable("type", "{type: json}", '{"a": 1.10}', '{"a": 1.10}'),
    variable("type", "{type: json}", value="{a: 1}", refused="it is not JSON"),
    variable("type", "{type: integer}", "7", "7"),
    variable("type", "{type: integer}", value="7.5", refused="is not a whole number"),
    variable("type", "{type: number}", "7.50", "7.50"),
    variable("type", "{type: number}", value="x", refused="is not a number"),
    variable("type", "{type: boolean}", "true", "yes"),
    variable("type", "{type: boolean}", value="maybe", refused="neither true nor false"),
    variable("type", "{type: enum, choices: [a, b]}", "b", "b"),
    variable("type", "{type: duration}", "1h30m", "1h30m"),
    variable("type", "{type: duration}", value="soon", refused="is not a duration"),
    variable("type", "{type: url}", "https://example.com/x", "https://example.com/x"),
    variable("type", "{type: url}", value="ftp://example.com", refused="must be a URL"),
    variable("type", "{type: file}", "notes.txt", "notes.txt"),
    variable("type", "{type: file}", value=" ", refused="the path of a file"),
    variable("type", "{type: list}", '["a b", "1.10", "; id"]', '["a b", 1.10, "; id"]'),
    variable("type", "{type: list}", '["[a, b"]', "[a, b"),
    variable("type", "{type: list}", value='["a", {"b": 1}]', refused="item 2 must be text"),
    variable("type", "{type: list}", value="[]", refused="`V`: it is required"),
    variable("type", "{type: secret}", "***", "s3cret-value"),
    variable("type", "{type: secret}", value="short", refused="at least 6 characters"),
    variable("required", "{required: false}", "nothing"),
    variable("required", "{required: true}", refused="`V` is required"),
    variable("default", "{default: '{{ OTHER | upper }} L'}", "ADA L"),
    variable("default", "NO", "NO"),
    variable(
        "default", "{type: list, default: [NO, 3.10, '{{ OTHER }} l']}", '["NO", "3.10", "ada l"]'
    ),
    variable("default", "{type: list, default: []}", "[]"),
    variable("choices", "{type: enum, choices: [a, {value: b, label: Bee}]}", "b", "b"),
    variable("choices", "{type: enum, choices: [alpha, beta]}", value="alpa", refused="alpha"),
    variable(
        "choices", "{type: list, choices: [a, {value: b, label: Bee}]}", '["b", "a"]', '["b", "a"]'
    ),
    variable("choices", "{type: list, choices: [alpha, beta]}", value="alpa", refused="item 1: "),
    variable(
        "choices_from", "{type: enum, choices_from: 'echo {{ OTHER }}; echo b'}", "ada", "ada"
    ),
    variable("choices_from", "{type: enum, choices_from: 'echo a'}", value="c", refused="choices"),
    variable("choices_from", "{type: list, choices_from: 'echo a; echo b'}", '["b"]', "b"),
    variable(
        "choices_from",
        "{type: list, choices_from: 'echo a'}",
        value='["a", "c"]',
        refused="item 2: `c` is not one of the choices",
    ),
    variable("pattern", "{pattern: '[a-z]+'}", "abc", "abc"),
    variable("pattern", "{pattern: '[a-z]+'}", value="abc; id", refused="does not match"),
    variable("pattern", "{type: list, pattern: '[a-z]+'}", '["ab", "c"]', '["ab", "c"]'),
    variable(
        "pattern", "{type: list, pattern: '[a-z]+'}", value='["ab", "C"]', refused="item 2: `C`"
    ),
    variable("min", "{type: integer, min: 3}", "3", "3"),
    variable("min", "{type: integer, min: 3}", value="2", refused="at least 3"),
    variable("max", "{type: number, max: 0.5}", "0.5", "0.5"),
    variable("max", "{type: number, max: 0.5}", value="0.51", refused="at most 0.5"),
    variable("min_length", "{min_length: 2}", "äö", "äö"),
    variable("min_length", "{min_length: 2}", value="ä", refused="at least 2"),
    variable("min_length", "{type: list, min_length: 2}", value="abc", refused="at least 2 items"),
    variable("min_length", "{type: list, min_length: 0}", "[]", ""),
    variable("max_length", "{type: list, max_length: 1}", '["abc"]', "abc"),
    variable(
        "max_length", "{type: list, max_length: 1}", value='["a", "b"]', refused="most 1 item"
    ),
    variable("max_length", "{max_length: 2}", "äö", "äö"),
    variable("max_length", "{max_length: 2}", value="äöü", refused="at most 2"),
    variable("from", "{from: 'env:HOME_REGION'}", "eu1", environ={"HOME_REGION": "eu1"}),
    variable("from", "{from: 'file:region.txt'}", "us3", files={"region.txt": "us3\n"}),
    variable("from", "{from: 'command:echo {{ OTHER }}'}", "ada"),
    variable("from", "{from: 'keyring:pup-tui/ada'}", "from the keyring"),
    variable("from", "{from: 'env:NOT_THERE', default: fallback}", "fallback"),
    variable(
        "from",
        "{from: ['env:NOT_THERE', 'env:BLANK', 'file:region.txt', 'command:exit 1']}",
        "us3",
        environ={"BLANK": " "},
        files={"region.txt": "us3\n"},
    ),
    variable("from", "{from: 'env:HOME_REGION'}", "given", "given"),
    variable(
        "from",
        "{type: list, from: ['env:NONE', 'command:echo \"[1.10]\"']}",
        '["1.10"]',
        environ={"NONE": " [ ] "},
    ),
    variable("when", "{when: 'OTHER == \"grace\"'}", "nothing"),
    variable("when", "{when: 'OTHER == \"ada\"'}", refused="`V` is required"),
]

CHOICES = [
    Row(
        place="choice",
        key="value",
        text="""
            vars: {V: {type: enum, choices: [{value: 1.10, label: One}]}}
            steps: [{name: a, kind: shell, run: 'echo {{ V }}'}]
            """,
        given={"V": "1.10"},
        prints=("1.10",),
    ),
    Row(
        place="choice",
        key="label",
        text="vars: {V: {type: enum, choices: [{value: a, label: The first}], default: a}}\n"
        + HELLO,
        shown=lambda told: told["vars"]["V"]["choices"] == [{"value": "a", "label": "The first"}],
    ),
    Row(
        place="choices_from",
        key="run",
        text="""
            vars: {V: {type: enum, choices_from: {run: "echo '[\\"a b\\"]'"}}}
            steps: [{name: a, kind: shell, run: 'echo {{ V }}'}]
            """,
        given={"V": "a b"},
        prints=("a b",),
    ),
    Row(
        place="choices_from",
        key="items",
        text="""
            vars:
              OFFERED: {type: list, default: [a, b c]}
              V: {type: enum, choices_from: {items: OFFERED}}
            steps: [{name: a, kind: shell, run: 'echo {{ V }}'}]
            """,
        given={"V": "b c"},
        prints=("b c",),
    ),
    Row(
        place="choices_from",
        key="items",
        text="vars: {V: {type: enum, choices_from: {items: '[1, 2]'}}}\n" + HELLO,
        given={"V": "3"},
        refused="`3` is not one of the choices",
    ),
    Row(
        place="choices_from",
        key="timeout",
        text="vars: {V: {type: enum, choices_from: {run: sleep 600, timeout: 200ms}}}\n" + HELLO,
        given={"V": "a"},
        sees=lambda played: "within 0.2 s" in played.notes[0],
    ),
]

ROWS = [*TOP, *DEFAULTS, *VARIABLES, *CHOICES]
