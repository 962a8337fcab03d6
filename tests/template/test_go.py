"""Actions of Go templates pass through a text; what is ours stays ours."""

from __future__ import annotations

import json

import pytest

from pup_tui.template.arguments import compile_arguments
from pup_tui.template.errors import TemplateError
from pup_tui.template.jsontext import render_json, render_json_body
from pup_tui.template.shell.script import compile_shell
from pup_tui.template.text import compile_text
from pup_tui.template.url import render_url

PASSES = [
    "{{json .State.Health}}",
    "{{range .items}}{{.metadata.name}}{{end}}",
    "{{if .State.Running}}up{{else}}down{{end}}",
    "{{len .Mounts}}",
    "{{index .RepoDigests 0}}",
    "{{range .Mounts}}{{.Source}}{{println}}{{end}}",
    "{{range $p, $conf := .Ports}}{{$p}} -> {{(index $conf 0).HostPort}}{{end}}",
    "{{ range $i, $e := .items }}{{ $e }}{{ break }}{{ continue }}{{ end }}",
    "{{ if .A }}a{{ else if .B }}b{{ else with .C }}{{ . }}{{ end }}",
    "{{- with $x := .Foo -}}{{- end -}}",
    '{{ printf "%s}}" .X }}',
    "{{ printf `}}` .X }}",
    "{{ println '}' .X }}",
    '{{ if (eq .Status "running") }}x{{ end }}',
    '{{ join (index (.a) "b") "," }}',
    '{{if eq .State.Status "running"}}up{{else if ne .A .B}}{{else}}down{{end}}',
    "{{- if and .A .B -}}{{ else if or .C .D }}{{ end }}",
    "{{if not .A}}{{else if not $c.ready}}{{end}}",
    "{{if gt (len .items) 0}}{{if lt 1 .N}}{{end}}{{end}}",
    '{{if and (eq .A "x") (not .B)}}{{end}}',
    '{{with index .A 0}}{{else with index .B "k"}}{{end}}',
    "{{range until 5}}{{.}}{{end}}",
    "{{range $i, $e := index .A 0}}{{end}}",
    '{{(.Time).Format "x"}} {{ (($x.a).B).C }}',
    "{{ not .X }}",
    "{{ not (.X) }}",
    "{{ join\t.A }}",
    '{{ template "row" . }}',
    '{{ .X | printf "}}" }}',
    "{{ $x := .Y }}",
    "{{ .it's }}",
    "{{/* it's a comment */}}",
]


IN_DOUBLE_QUOTES = [
    r"{{range \$i := .items}}{{\$i.n}}{{\"\n\"}}{{end}}",
    r"{{- \`x\` -}}",
    r"{{range \$k, \$v := .Labels}}{{\$k}}={{\$v}}{{end}}",
    r"{{ \$x }}{{- \$x.Name -}}{{ \$x | len }}",
    r"{{with \$x := .Foo}}{{end}}",
    r"{{index \$m 0}}{{ len \$m }}{{ not \$m }}",
    r"{{printf \"%s}}\" .X}}{{ printf \"%s\" \$x }}",
    r"{{if eq \$x .A}}{{else if ne .B \$x}}{{end}}",
    r"{{if eq .State \"up\"}}{{end}}",
    r"{{if and (eq \$x .A) (not \$y)}}{{end}}",
    r"{{(index \$c 0).HostPort}}{{ (\$x.a).b }}",
    r"{{ printf \`}}\` .X }}",
]


@pytest.mark.parametrize("text", IN_DOUBLE_QUOTES)
def test_an_action_passes_in_double_quotes_of_a_shell(text: str) -> None:
    compiled = compile_text(f'docker inspect -f "{text}" {{{{ X }}}}')
    assert compiled.names == {"X"}
    script = compile_shell(f'docker inspect -f "{text}" {{{{ X }}}}').render({"X": "a b"})
    assert script.script == f'docker inspect -f "{text}" "${{PUP_TUI_V0}}"'


@pytest.mark.parametrize("text", PASSES)
def test_an_action_passes_as_it_is(text: str) -> None:
    compiled = compile_text(f"a {text} b {{{{ X }}}}")
    assert compiled.names == {"X"}
    assert compiled.render({"X": "x", "end": "!", "json": "!"}) == f"a {text} b x"


@pytest.mark.parametrize("text", PASSES)
def test_an_action_passes_in_every_kind_of_text(text: str) -> None:
    scope = {"X": "a b"}
    quoted = text.replace("'", "'\"'\"'")
    script = compile_shell(f"docker inspect -f '{quoted}' {{{{ X }}}}").render(scope)
    assert script.script == f"docker inspect -f '{quoted}' \"${{PUP_TUI_V0}}\""
    words = compile_arguments(f"-f '{quoted}' {{{{ X }}}}").render(scope)
    assert words == ["-f", text, "a b"]
    assert (
        render_url(compile_text(f"https://h/{text}?{{{{ X }}}}"), scope)
        == f"https://h/{text}?a%20b"
    )
    assert render_json({"a": text}, scope) == {"a": text}
    if '"' not in text and "\t" not in text:
        body = render_json_body(compile_text(f'{{"a": "{text}{{{{ X }}}}"}}'), scope)
        assert json.loads(body) == {"a": f"{text}a b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ not "x" }}', "false"),
        ("{{ not ('') }}", "true"),
        ('{{ "end" }}', "end"),
        ("{% for end in [1, 2] %}{{ end }}{% endfor %}{{ end }}", "12{{ end }}"),
        ("{{ (end) }}", "!"),
        ("{{+ end }}a {{-+ end -}} b", "!a!b"),
        ("{% for x in [{'y': 1}] %}{{ x .y }}{% endfor %}", "1"),
        ("{{ end ~ 1 }}", "!1"),
    ],
)
def test_what_parses_as_ours_is_ours(text: str, expected: str) -> None:
    assert compile_text(text).render({"end": "!"}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{ range .items {{ X }} }}",
        '{{ printf "{{ X }}" .A }}',
        "{{ .a {{ X }} }}",
        "{{ NAME other }}",
        r"{{ NAME \other }}",
        r"{{ \NAME }}",
        r"{{ printf \"not closed .A }}",
        "{{ if X }}",
        '{{ if X == "a" }}',
        "{{ if X and Y }}",
        "{{ if not X }}",
        "{{ if eq .A {{ X }} }}",
        '{% for eq in [1] %}{{ if eq .A "x" }}{% endfor %}',
        "{{ f (X) .a }}",
        '{{ f "not closed }}',
        "{{ range .items",
        "{{ end if }}",
        '{% for x in [1] %}{{ x "y" }}{% endfor %}',
    ],
)
def test_what_is_neither_is_an_error(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text(text)
    assert caught.value.line == 1


def test_a_tag_of_ours_is_not_taken_for_an_action() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text("{% if eq .State 'up' %}x{% endif %}")
    assert "Go template" not in (caught.value.hint or "")


def test_a_text_of_actions_alone_is_literal() -> None:
    assert compile_text("{{ range .a }}{{ end }}").is_literal
    assert compile_shell("echo '{{ range .a }}{{ end }}'", "fish").render({}).env == {}
