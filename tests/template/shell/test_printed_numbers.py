"""Which commands print a number, whatever they read."""

from __future__ import annotations

import pytest

from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.printed_numbers import prints_number
from pup_tui.template.shell.tree import script_tree

NUMBERS = [
    r"$(curl --silent --output /dev/null --write-out '%{http_code}' https://x/)",
    r"""$(curl -so /dev/null -w '%{http_code}' "https://$H/x")""",
    r"$(grep -c x f)",
    r"$(grep -c PUPVALUE1E)",
    r"$(grep -vc x f || true)",
    r"$(grep -vc x f 2>/dev/null || echo 0)",
    r'$(wc -l < "$f" | xargs)',
    r"$(ls | wc -l | tr -d ' ')",
    r"$(awk 'END {print NR}' f)",
    r"$(awk '{s+=$1} END {print s+0}')",
    r"$(awk '/Running/ {n++} END{print n}' f)",
    r"$(awk -F: '$3 > 5 {n++} END{print n}' f)",
    r"$(jq length f)",
    r"""$(jq '.items | length' "./$f")""",
    r"""$(echo "$x" | jq -r '[.[] | select(.a == "b")] | length')""",
    r"""$(curl -s -o /dev/null -w '%{http_code}' "https://$H/x")""",
    r"$(curl -sS -o /dev/null -w %{http_code} --max-time 5 https://PUPVALUE1E/)",
    r"$(getconf _NPROCESSORS_ONLN)",
    r"$(df --output=avail / | tail -1)",
    r"$(df -BG --output=avail / | tail -n 1 | tr -dc '0-9')",
    r'$(date -d "$x" +%s)',
    r"$(date +%s%3N)",
    r'$(expr "$n" + 1)',
    r"$(expr PUPVALUE1E \* 2)",
    r'$(LC_ALL=C grep -c -- "$x" "$f")',
    r"$(nproc --all)",
    r"$(seq 1 5)",
    r"$(seq 0 $((PUPVALUE1E - 1)))",
    r"$(awk '{print int($1)}' /proc/loadavg)",
    r"$(free | awk 'NR==2 {print int($3 / $2 * 100)}')",
    r"$(df --output=pcent /srv/PUPVALUE1E | tail -1 | tr -d '% ')",
    r"$(kubectl -n PUPVALUE1E get deploy web -o jsonpath='{.spec.replicas}')",
    r"$(kubectl get deploy/web -o jsonpath='{.status.readyReplicas}' --context PUPVALUE1E)",
    r"$(aws ec2 describe-instances --filters Name=a,Values=PUPVALUE1E --query 'length(A[])')",
    r'$(wc -l <<< "$a")',
]

TEXTS = [
    r"$(curl --write-out '%{http_code}' -w '%{http_code}' -s https://x/)",
    r'$(grep -c "$x" f)',
    r"$(grep -c x $f)",
    r"$(grep -c x *.log)",
    r"$(grep -c x f g)",
    r"$(grep -rc x .)",
    r"$(grep -- -c f)",
    r"$(grep x f)",
    r"$(wc -l f)",
    r"$(awk '{print $1}' f)",
    r"""$(awk 'END {print n}' "$f")""",
    r"$(awk 'END {print NR}' NR=5)",
    r"""$(awk 'END {print "NR"}')""",
    r"""$(awk -v n="$x" 'END {print n}')""",
    r"$(awk 'PUPVALUE1E {n++} END{print n}')",
    r"$(jq .name f)",
    r"$(jq '.PUPVALUE1E | length' f)",
    r"$(jq '.name # | length' f)",
    r"$(curl -s https://x/)",
    r"$(curl -s -w '%{http_code}' https://x/)",
    r"""$(curl -s -o /dev/null -w '%{http_code}' "$u")""",
    r"$(curl -s -o /dev/null -w '%{url_effective}' https://x)",
    r"$(seq 1 PUPVALUE1E)",
    r"$(echo $((1)) $((2)))",
    r"$(awk '{print int($1), $2}' f)",
    r"$(awk '{print int($1) $2}' f)",
    r"$(kubectl get deploy PUPVALUE1E -o jsonpath='{.spec.replicas}')",
    r"$(kubectl get deploy web -o jsonpath='{.spec.replicas}' -o yaml)",
    r"$(kubectl get deploy web -o jsonpath='{.metadata.name}')",
    r"$(kubectl get deploy web -o jsonpath='{.spec.replicas}{.metadata.name}')",
    r"$(aws ec2 describe-instances --query 'A[].B' --output text)",
    r"$(aws ec2 describe-instances PUPVALUE1E --query 'length(A)')",
    r"$(aws x --query 'length(A)' --query B)",
    r"$(aws x --query 'length(A) | B')",
    r"$(expr PUPVALUE1E : '\(.*\)')",
    r"$(expr $n + 1)",
    r"$(cat f)",
    r"$(cat f | xargs)",
    r'$(echo "$x")',
    r"$(wc -l < f; cat f)",
    r"$(wc -l < f || cat f)",
    r"$(df --output=target /)",
    r"$(df --output=avail PUPVALUE1E /)",
    r"$(date +%F)",
    r"$(true)",
    r"$(tr -d ' ')",
    r"$(wc -l 2>&1 < f)",
    r"$(sort f)",
]


def is_number(substitution: str) -> bool:
    tree = script_tree(f"n={substitution}".encode(), "bash", ())
    return prints_number(nodes_of(tree.root, "command_substitution")[0])


@pytest.mark.parametrize("substitution", NUMBERS)
def test_a_number_is_printed(substitution: str) -> None:
    assert is_number(substitution)


@pytest.mark.parametrize("substitution", TEXTS)
def test_something_else_may_be_printed(substitution: str) -> None:
    assert not is_number(substitution)
