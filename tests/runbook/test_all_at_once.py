"""Everything that is wrong with a text is told in one round: its mistakes and the names nobody declares."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
        ("{{ X }}{% if A %}", ["`X`", "{% if %} has no {% endif %}"]),
        ("{{ X }}{% endif %}{{ Y }}", ["`X`", "{% endif %} does not close"]),
    ],
)
def test_mistakes_and_names_are_told_together(
    errors: Callable[..., list[str]], text: str, told: list[str]
) -> None:
    found = errors(MANUAL.format(text=text))
    assert len(found) == len(told)
    assert all(part in line for line, part in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("kind: shell, run: 'if then {{ X }}'", ["cannot be read as shell", "`X`"]),
        ("kind: pup, run: 'a \"{{ X }}'", ["is not closed", "`X`"]),
        ("kind: http, url: 'ftp://x/{{ X }}'", ["a URL begins with", "`X`"]),
    ],
)
def test_so_are_names_and_what_is_wrong_with_the_place(
    errors: Callable[..., list[str]], step: str, told: list[str]
) -> None:
    found = errors(f"name: runbook\nsteps:\n  - {{name: a, {step}}}\n")
    assert all(any(part in line for line in found) for part in told)


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
        ('if: "AA ="', ["syntax error"]),
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
