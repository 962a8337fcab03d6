from __future__ import annotations

import pytest

from pup_tui.template.options import options_in_arguments, options_in_script

SCRIPTS = [
    ("rm {{ A }}", ["A"]),
    ("rm -rf {{ A }}", ["A"]),
    ("rm -r {{ A }} {{ B }}", ["A", "B"]),
    ("rm -- {{ A }}", []),
    ('rm "{{ A }}"', ["A"]),
    ("rm '{{ A }}'", ["A"]),
    ("rm {{ A }}/x", ["A"]),
    ("rm /x/{{ A }}", []),
    ('rm "/x/{{ A }}"', []),
    ("{{ A }} x", []),
    ("X={{ A }} y", []),
    ("y > {{ A }}", []),
    ("tool -n {{ A }}", []),
    ("tool --name {{ A }}", []),
    ("tool --name=x {{ A }}", ["A"]),
    ("tool --name={{ A }}", []),
    ("sudo rm {{ A }}", ["A"]),
    ("/bin/rm -r {{ A }}", ["A"]),
    ("echo {{ A }}", []),
    ("echo $(rm {{ A }})", ["A"]),
    ("rm $(cat {{ A }})", ["A"]),
    ("if true; then rm {{ A }}; fi", ["A"]),
    ("{% if A %}rm {{ B }}{% else %}ls {{ C }}{% endif %}", ["B", "C"]),
    ("[ {{ A }} = x ]", []),
    ("# rm {{ A }}", []),
    ("cat <<X\n{{ A }}\nX", []),
    ("rm {{ A | raw }}", []),
]


@pytest.mark.parametrize(("script", "names"), SCRIPTS)
def test_values_that_may_be_options_of_a_command(script: str, names: list[str]) -> None:
    found = options_in_script(script, "sh")
    assert [place.output.expression.source for place in found] == names


ARGUMENTS = [
    ("monitors get {{ A }}", ["A"]),
    ("monitors get '{{ A }}'", ["A"]),
    ("monitors get -- {{ A }}", []),
    ("monitors list --tags {{ A }}", []),
    ("monitors list --tags={{ A }} {{ B }}", ["B"]),
    ("monitors list x{{ A }}", []),
    ("{{ A }}", []),
]


@pytest.mark.parametrize(("words", "names"), ARGUMENTS)
def test_values_that_may_be_options_in_a_list(words: str, names: list[str]) -> None:
    found = options_in_arguments(words)
    assert [place.output.expression.source for place in found] == names
