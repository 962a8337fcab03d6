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
    ('x={{ A }}; ls "$x"', ["A"]),
    ('x="{{ A }}"; ls "${x}"', ["A"]),
    ("local x={{ A }}\nls -- $x; ls $x", ["A"]),
    ('x={{ A }}; ls -- "$x"', []),
    ('x={{ A }}; ls "/x/$x"', []),
    ('x=/x/{{ A }}; ls "$x"', []),
    ('x={{ A }}; echo "$x"', []),
    ('x={{ A }}; x=y; ls "$x"', []),
    ('x={{ A }}; ls "${x#-}"', []),
    ('x={{ A }} ls "$x"', []),
    ('x={{ A }}; case $x in -*) exit 1;; esac; ls "$x"', []),
    ('ls "$x"; x={{ A }}', []),
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
    ("sh -c 'rm \"$1\"' _ {{ A }}", []),
    ("python3 -c 'print()' {{ A }}", []),
    ("python3 tool.py {{ A }}", ["A"]),
    ("sudo -u {{ A }} rm {{ B }}", ["B"]),
    ("xargs rm {{ A }}", ["A"]),
    ("docker exec {{ A }} rm {{ B }}", ["A", "B"]),
    ("docker run --rm {{ A }} ls", ["A"]),
    ("docker run --rm --name {{ A }} {{ B }}", ["B"]),
    ("docker rm -f {{ A }}", ["A"]),
    ("docker compose -f {{ A }} up {{ B }}", ["B"]),
    ("docker-compose -f {{ A }} up -d {{ B }}", ["B"]),
    ("git reset --hard {{ A }}", ["A"]),
    ("git commit -m {{ A }}", []),
    ("tool --hard {{ A }}", []),
    ("helm upgrade --install {{ A }} {{ B }}", ["A", "B"]),
    ("helm upgrade --version {{ A }} {{ B }}", ["B"]),
    ("rsync --archive {{ A }} host:/x", ["A"]),
    ("rsync --exclude-from {{ A }} . host:/x", []),
    ("awk '{print}' {{ A }}", []),
    ("tool -list {{ A }}", []),
    ("jq --arg a {{ A }} .b", []),
    ("jq --argjson {{ A }} 1 .b", []),
    ("python3 - {{ A }} <<E\nE", []),
    ("f() { echo; }; f {{ A }}", []),
    ("journalctl -u {{ A }}", []),
    ("head -n {{ A }} {{ B }}", ["B"]),
    ("mkdir -m {{ A }} {{ B }}", ["B"]),
    ("tar -czf {{ A }} {{ B }}", ["B"]),
    ("stat -c {{ A }} {{ B }}", ["B"]),
    ("tool --force {{ A }}", ["A"]),
    ("ls -la {{ A }}", ["A"]),
    ("psql -XAtc {{ A }}", []),
    ("ping -c1 {{ A }}", ["A"]),
    ("ping -c1 -W2 {{ A }}", ["A"]),
    ("ping -qc {{ A }} {{ B }}", ["B"]),
    ("head -n1 {{ A }}", ["A"]),
    ("head -5 {{ A }}", ["A"]),
    ("head -c-5 {{ A }}", ["A"]),
    ("tail -n+2 {{ A }}", ["A"]),
    ("grep -A3 x {{ A }}", ["A"]),
    ("grep -m1 {{ A }} {{ B }}", ["A", "B"]),
    ("grep -rnm {{ A }} {{ B }}", ["B"]),
    ("sort -k2n {{ A }}", ["A"]),
    ("sort -t, -k 2 {{ A }}", ["A"]),
    ("cut -d, -f1 {{ A }}", ["A"]),
    ("kill -TERM {{ A }}", ["A"]),
    ("kill -KILL {{ A }}", ["A"]),
    ("kill -s {{ A }} {{ B }}", ["B"]),
    ("mysql -uroot {{ A }}", ["A"]),
    ("mysql -NBe {{ A }}", []),
    ("ssh -p22 {{ A }}", ["A"]),
    ("ssh -lroot {{ A }}", ["A"]),
    ("kubectl -nprod logs {{ A }}", ["A"]),
    ("tool -c1 {{ A }}", ["A"]),
    ("tool -5 {{ A }}", ["A"]),
    ("tool -s10M {{ A }}", ["A"]),
    ("redis-cli -p6379 {{ A }} {{ B }}", ["A"]),
    ("vault read -field {{ A }}", []),
    ("ssh -tq {{ A }} {{ B }}", ["A"]),
]


@pytest.mark.parametrize(("script", "names"), SCRIPTS)
def test_values_that_may_be_options_of_a_command(script: str, names: list[str]) -> None:
    found = options_in_script(script, "sh")
    assert [place.output.expression.source for place in found] == names


@pytest.mark.parametrize(
    ("script", "takes_dashes"),
    [
        ("rm {{ A }}", True),
        ("/usr/bin/sudo rm {{ A }}", True),
        ("kubectl get pod {{ A }}", True),
        ("kubectl get pod {{ A }} > - && ls -l", True),
        ("kubectl get pod {{ A }} -o yaml", False),
        ("kubectl drain {{ A }} --ignore-daemonsets", False),
        ("service {{ A }} restart", False),
        ("git reset --hard {{ A }}", False),
        ("docker run --rm {{ A }} ls", True),
        ("tar {{ A }} -", True),
        ("git checkout {{ A }}", False),
        ("find {{ A }} -name x", False),
        ("dig {{ A }}", False),
        ("some-tool {{ A }}", False),
    ],
)
def test_programs_whose_options_end_at_two_dashes(script: str, takes_dashes: bool) -> None:
    (place,) = options_in_script(script, "sh")
    assert place.takes_dashes is takes_dashes


@pytest.mark.parametrize(
    ("words", "takes_dashes"),
    [("monitors get {{ A }}", True), ("monitors get {{ A }} --output '{{ A }}'", False)],
)
def test_two_dashes_in_a_list_stand_behind_all_options(words: str, takes_dashes: bool) -> None:
    (place,) = options_in_arguments(words)
    assert place.takes_dashes is takes_dashes


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
