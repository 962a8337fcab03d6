"""The grammar of shells: what its queries find."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.language import FoundNodes, nodes_of
from pup_tui.template.shell.tree import ScriptTree


def test_what_is_found_stands_in_the_order_of_the_script() -> None:
    script = b"a $(b $(c) $(d)) | e\nf() { g; }\n" * 50 + b"h <<E\n$(i)\nE\n"
    tree = read(script).tree
    assert tree is not None
    kinds = ("command", "command_substitution")
    nodes = FoundNodes(tree.root_node).of(*kinds)
    assert nodes_of(tree.root_node, *kinds) == nodes
    assert {node.type for node in nodes} == {*kinds}
    places = [(node.start_byte, -node.end_byte) for node in nodes]
    assert places == sorted(places)
    assert not nodes_of(tree.root_node, "if_statement")


def test_what_is_not_known_is_told_of_on_its_line_though_lines_go_on() -> None:
    for script, line in (
        (b"echo a \\\n b\n\necho c \\\n $((1 +))\n", 5),
        (b"{ a \\\n; then; }\n", 2),
    ):
        assert ScriptTree(script, "bash").unknown_line == line


def test_what_is_a_letter_to_shells_and_a_blank_to_the_grammar_is_not_known() -> None:
    for letter in "\f\v\r":
        for script in (f'a{letter}"b"', f"a {letter}#b", f"a \\{letter}#b"):
            assert ScriptTree(script.encode(), "bash").unknown_line
    for letter in "\f\v\r\u2003\u3000":
        script = f"cat <<E{letter}\nx\nE{letter}\n"
        assert ScriptTree(script.encode(), "bash").unknown_line
        for script in (f"'{letter}'", f'"a {letter} b" # {letter}', f"<<E\na {letter}\nE"):
            assert ScriptTree(f"cat {script}\n".encode(), "bash").unknown_line == 0


def test_a_text_that_the_grammar_takes_for_a_command_is_not_known_where_something_is_expanded() -> (
    None
):
    for operator in ("|", "&&", "||"):
        for text, line in (("a b", 0), ("$x", 1), ("`x`", 1), ("a PUPVALUE0E", 1)):
            script = f"sh <<E {operator}\n{text}\nE\ncat\n"
            assert ScriptTree(script.encode(), "bash").unknown_line == line
    assert ScriptTree(b"sh <<E | cat\n$x\nE\n", "bash").unknown_line == 0


def test_scripts_are_read_in_several_threads() -> None:
    interval = sys.getswitchinterval()
    scripts = [b'for i in 1; do continue "$(echo "$V")"; done\n' * n for n in range(1, 100, 7)]
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            trees = [tree for _, tree, *_ in threads.map(read, scripts * 20)]
    finally:
        sys.setswitchinterval(interval)
    assert all(tree is not None and not tree.root_node.has_error for tree in trees)
