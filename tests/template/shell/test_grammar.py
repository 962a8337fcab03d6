"""The grammar of shells: what its queries find."""

from __future__ import annotations

from tree_sitter import Query

from pup_tui.template.shell.grammar import captured, language, read


def test_what_a_query_finds_stands_in_the_order_of_the_script() -> None:
    script = b"a $(b $(c) $(d)) | e\nf() { g; }\n" * 50 + b"h <<E\n$(i)\nE\n"
    _, tree = read(script)
    assert tree is not None
    found = captured(Query(language(), "(command) @c (command_name) @n"), tree.root_node)
    for nodes in found.values():
        places = [(node.start_byte, -node.end_byte) for node in nodes]
        assert places == sorted(places)
    assert not captured(Query(language(), "(if_statement) @if"), tree.root_node)
