"""Everything that is wrong with a text is told in one round: its mistakes and the names nobody declares."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded

MANUAL = (
    "name: runbook\nvars: {{A: {{}}}}\nsteps:\n  - {{name: a, kind: manual, message: '{text}'}}\n"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ X }} {{ a b }} {{ Y }}", ["`X`", "syntax error: `b`", "`Y`"]),
        ("{{ a b }} {{ A | nope }}", ["syntax error: `b`", "no filter `nope`"]),
        ("{{ X }} {{ steps.z.output }} {{ A", ["`X`", "no step `z`", "{{ without }}"]),
        ("{% if X %}{{ a b }}{% endif %}{{ Y }}", ["`X`", "syntax error: `b`", "`Y`"]),
        ("{% if a b %}{{ X }}{% else %}{{ Y }}{% endif %}", ["syntax error", "`X`", "`Y`"]),
        ("{% for i in a b %}{{ i }}{% endfor %}{{ Y }}", ["syntax error", "`Y`"]),
        ("{% for i in A %}{{ i }}{{ c d }}{% endfor %}", ["syntax error: `d`"]),
        ("{% for i in [1 %}{{ i }}{{ X }}{% endfor %}{{ Y }}", ["syntax error", "`X`", "`Y`"]),
        ("{% if (A %}{{ X }}{% endif %}{{ Y }}", ["syntax error", "`X`", "`Y`"]),
        ("{% if A %}{{ X }}{% else ( %}{{ Y }}{% endif %}", ["`X`", "takes nothing more", "`Y`"]),
        ("{{ X }}{% raw ( %}{{ Z }}{% endraw %}{{ Y }}", ["`X`", "is not closed", "`Y`"]),
        ("{{ X }}{% if A %}", ["`X`", "{% if %} has no {% endif %}"]),
        ("{{ X }}{% endif %}{{ Y }}", ["`X`", "{% endif %} does not close", "`Y`"]),
        ("{% for i in A | nope %}{{ i }}{{ X }}{% endfor %}", ["no filter `nope`", "`X`"]),
        (
            "{% for i in X | nope if Y is oops %}{{ i }}{% endfor %}",
            ["no filter", "no test", "`X`", "`Y`"],
        ),
        ("{% for a, b in A b %}{{ a }}{{ b }}{{ c }}{% endfor %}", ["syntax error", "`c`"]),
        (
            "{% for in A %}{{ i }}{{ A | nope }}{% endfor %}{{ Y }}",
            ["syntax error", "no filter", "`Y`"],
        ),
        (
            "{% for i in A %}{% for k in i | nope %}{{ k }}{{ i }}{{ X }}{% endfor %}{% endfor %}",
            ["no filter `nope`", "`X`"],
        ),
        (
            "{% if A %}{{ X }}{% elif B c %}{{ Y }}{% endif %}{{ Z }}",
            ["`X`", "syntax error", "`Y`", "`Z`"],
        ),
        ("{% if A %}{% elif B | nope %}{% else %}{{ Y }}{% endif %}", ["no filter", "`B`", "`Y`"]),
        (
            "{% if %}{{ X }}{% elif %}{{ Y }}{% endif %}",
            ["needs a cond", "`X`", "needs a cond", "`Y`"],
        ),
        ("{% elif X %}{{ Y }}", ["does not belong", "`X`", "`Y`"]),
        (
            "{% if A x %}{% else b %}{% endif c %}{{ Y }}",
            ["syntax error", "nothing more", "nothing more", "`Y`"],
        ),
        ("{% if A %}{% for i in A %}{% endif %}{{ Y }}", ["does not close", "`Y`"]),
        (
            "{% set x = B | nope %}{{ x }}{{ X }}",
            ["{% set %} is not part", "no filter", "`B`", "`X`"],
        ),
        ("{% macro f(p) %}{{ p }}{{ X }}{% endmacro %}{{ Y }}", ["{% macro %}", "`X`", "`Y`"]),
        ("{{ A | nope | oops }}", ["no filter `nope`", "no filter `oops`"]),
        (
            "{{ A is nope and (X | oops).y(Z | upps) }}",
            ["no test", "no filter", "no filter", "no method", "`X`", "`Z`"],
        ),
        ("{{ [X ** 2, A.__b] }}", ["`**` is not", "begin with `_`", "`X`"]),
        ("{{ }}{{ X }}", ["nothing between", "`X`"]),
    ],
)
def test_mistakes_and_names_are_told_together(
    errors: Callable[..., list[str]], text: str, told: list[str]
) -> None:
    found = errors(MANUAL.format(text=text))
    assert len(found) == len(told)
    assert all(any(part in line for line in found) for part in told)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("kind: shell, run: 'if x; then {{ A | nope }}'", ["cannot be read as shell", "no filter"]),
        (
            "kind: shell, run: 'if x; then {% for i in A | nope %}{{ i }}{{ X }}{% endfor %}'",
            ["cannot be read as shell", "no filter", "`X`"],
        ),
        ("kind: shell, run: 'echo {{ a b }} $(c'", ["cannot be read as shell", "syntax error"]),
        ("kind: shell, run: 'echo \"{{ A }\"; echo {{ X }}'", ["not closed between"]),
        ("kind: shell, run: 'echo {{ f( }} && echo {{ X }}'", ["not closed between", "`X`"]),
        ("kind: shell, run: '{% if A %}{{ A }{% endif %}{{ X }}'", ["not closed between"]),
        ("kind: shell, run: 'read {{ A }}; echo {{ A | nope }}'", ["cannot name", "no filter"]),
        ("kind: pup, run: 'a \"{{ X | nope }}'", ["is not closed", "no filter", "`X`"]),
        ("kind: http, url: 'ftp://x/{{ X | nope }}'", ["a URL begins with", "no filter", "`X`"]),
        (
            "kind: sql, url: 'sqlite:///x', query: 'select ''{{ X }}'', {{ A | nope }}'",
            ["within quotes", "no filter", "`X`"],
        ),
        ("kind: shell, run: 'if then {{ X }}'", ["cannot be read as shell", "`X`"]),
        ("kind: pup, run: 'a \"{{ X }}'", ["is not closed", "`X`"]),
        ("kind: http, url: 'ftp://x/{{ X }}'", ["a URL begins with", "`X`"]),
    ],
)
def test_so_are_names_and_what_is_wrong_with_the_place(
    errors: Callable[..., list[str]], step: str, told: list[str]
) -> None:
    found = errors(f"name: runbook\nvars: {{A: {{}}}}\nsteps:\n  - {{name: a, {step}}}\n")
    assert len(found) == len(told)
    assert all(any(part in line for line in found) for part in told)


@pytest.mark.parametrize("run", ["{{ A | rwa }} x", "echo {{ a b }}; {{ A | rwa }} {{ A | rwa }}"])
def test_a_place_is_not_judged_by_an_expression_that_is_refused(
    errors: Callable[..., list[str]], run: str
) -> None:
    found = errors(
        f"name: runbook\nvars: {{A: {{}}}}\nsteps:\n  - {{name: a, kind: shell, run: '{run}'}}\n"
    )
    assert found
    assert all("no filter `rwa`" in line or "syntax error" in line for line in found)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ else if X }}", "write {% else %} or {% elif … %}"),
        ("{{- else if eq A 1 -}}", "write {% elif eq A 1 %}"),
        ("{{ if A }}", "write {% if A %}; in a Go template operands begin with"),
        ("{{ endif }}", "write {% endif %}"),
        ("{{ for i in A }}", "write {% for … in … %}"),
        ("{{ elif A }}", "write {% elif A %}"),
    ],
)
def test_a_tag_between_the_braces_of_a_value_is_told_how_to_write_it(
    check: Callable[..., Loaded], text: str, hint: str
) -> None:
    problem = check(MANUAL.format(text=text)).errors[0]
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ X + }}", ["`X`"]),
        ("{{ A + X.y * (Y, Z) ~ }}", ["`X`", "`Y`", "`Z`"]),
        ("{{ not X and }}", ["`X`"]),
        ("{{ (X | upper) b }}", ["`X`"]),
        ("{{ X + Y ! }}", ["`X`"]),
        ("{{ A | default(X) + }}", ["`X`"]),
        ("{{ 1 if X else }}", ["`X`"]),
        # None of these surely stands for a value.
        ("{{ A + }}", []),
        ("{{ a word or }}", []),
        ("{{ A is odd + }}", []),
        ("{{ A is not odd + }}", []),
        ("{{ A | nope + }}", []),
        ("{{ f(1) + }}", []),
        ("{{ A.f(b=1) + }}", []),
        ("{{ if ne A }}", []),
        ("{{ it is }}", ["`it`"]),
        ("{{ steps.x + }}", []),
        ("{% for i in A %}{{ i + }}{{ loop.index + }}{% endfor %}", []),
    ],
)
def test_what_can_be_read_of_a_broken_expression_tells_its_names(
    errors: Callable[..., list[str]], text: str, names: list[str]
) -> None:
    found = [line for line in errors(MANUAL.format(text=text)) if "is not defined" in line]
    assert len(found) == len(names)
    assert all(any(name in line for line in found) for name in names)


def test_a_broken_default_tells_its_names(errors: Callable[..., list[str]]) -> None:
    found = errors(
        "name: runbook\nvars: {A: '{{ X }} {{ a b }}', B: '{{ a b }}'}\n"
        "steps:\n  - {name: a, kind: wait, duration: 1s}\n"
    )
    assert [line.partition(": ")[2][:12] for line in found] == [
        "`X` is not a",
        "syntax error",
        "syntax error",
    ]


@pytest.mark.parametrize(
    "run", ["{{ A }}", "{{ A }}/bin", "{{ A }} {{ A }}", "!(*.log)", "!x echo {{ A }}"]
)
def test_one_mistake_of_quoting_is_told_once(errors: Callable[..., list[str]], run: str) -> None:
    text = "name: runbook\nvars: {A: b}\nsteps:\n  - name: a\n    kind: shell\n    run: "
    assert len(errors(f"{text}{run}\n")) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ X | uper }} {{ A | nope }}", ["`X`", "no filter `uper`", "no filter `nope`"]),
        ("{{ X is oops(Y) }}", ["`X`", "`Y`", "no test `oops`"]),
        ("{{ f(X, null) }}", ["no function `f`", "`X`"]),
        ("{{ X.nope() or A }}", ["`X`", "no method `nope`"]),
        ("{{ X | default(1) | uper }}", ["no filter `uper`"]),
        ("{% if X | uper %}{{ Y }}{% endif %}", ["`X`", "no filter `uper`", "`Y`"]),
    ],
)
def test_a_refused_expression_in_a_text_tells_its_names_too(
    errors: Callable[..., list[str]], text: str, told: list[str]
) -> None:
    found = errors(MANUAL.format(text=text))
    assert len(found) == len(told)
    assert all(any(part in line for line in found) for part in told)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ('if: "AA == 1 and CC | uper"', ["`AA`", "`CC`", "no filter `uper`"]),
        ('assert: "AA | uper"', ["`AA`", "no filter `uper`"]),
        ('foreach: "AA | uper"', ["`AA`", "no filter `uper`"]),
        ('if: "A is oops"', ["no test `oops`"]),
        ('if: "A is oops and (AA | uper) ** 2"', ["no test", "no filter", "`**`", "`AA`"]),
        ('if: "AA ="', ["syntax error", "`AA`"]),
        ('if: "AA == "', ["`AA`", "syntax error"]),
        ('if: "A == AA and (BB"', ["`AA`", "`BB`", "syntax error"]),
    ],
)
def test_an_expression_tells_its_names_beside_what_it_lacks(
    errors: Callable[..., list[str]], key: str, told: list[str]
) -> None:
    found = errors(
        f"name: runbook\nvars: {{A: {{}}}}\nsteps:\n  - {{name: a, kind: shell, run: 'true', {key}}}\n"
    )
    assert len(found) == len(told)
    assert all(any(part in line for line in found) for part in told)
