"""What `sent` says, and which texts it is."""

from __future__ import annotations

import pytest

from pup_tui.rehearsal.tape import matches


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("kubectl get pods", "kubectl get pods", True),
        ("kubectl get pods\n", "kubectl get pods", True),
        ("kubectl get pods", "kubectl get pods -A", False),
        ("kubectl get", "kubectl get pods", False),
        ("kubectl * pods", "kubectl get pods", True),
        ("kubectl * pods", "kubectl pods", False),
        ("*", "anything\nat all", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("ab*ba", "aba", False),
        ("rm *.log", "rm *.log", True),
        ("x ***", "x ***", True),
        ("a.c", "abc", False),
        ("*b", "ab-b", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_star_stands_for_any_text_and_all_else_for_itself(
    pattern: str, text: str, fits: bool
) -> None:
    assert matches(pattern, text) is fits


def test_many_stars_cost_little() -> None:
    assert not matches("*a" * 5000 + "b", "a" * 100_000)
