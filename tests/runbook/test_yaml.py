from __future__ import annotations

import json
from typing import Any

import pytest
import yaml as pyyaml

from pup_tui.runbook.nodes import Mapping, OutOfRange, Scalar, Sequence, YamlNode
from pup_tui.runbook.yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse


def plain(node: YamlNode | None) -> Any:
    if isinstance(node, Mapping):
        return {name: plain(entry.value) for name, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


def told(data: bytes | str) -> list[str]:
    data = data.encode() if isinstance(data, str) else data
    return [str(problem) for problem in parse(data, "f")[1]]


def test_texts_stay_as_they_were_typed() -> None:
    text = "{a: NO, b: on, c: 1.10, d: 22:22, e: 2024-01-01, f: 1_000, g: 010, h: '1'}"
    node, problems = parse(text.encode(), "f")
    assert not problems
    assert plain(node) == {
        "a": "NO",
        "b": "on",
        "c": "1.10",
        "d": "22:22",
        "e": "2024-01-01",
        "f": "1_000",
        "g": "010",
        "h": "1",
    }


def test_json_is_read_with_the_characters_that_it_writes_as_two_escapes() -> None:
    value = {"a": "\U0001f600 and \U0001f680", "b": "\\ud83d\\ude00 stays", "c": "\\\U0001f600"}
    node, problems = parse(json.dumps(value).encode(), "f")
    assert not problems
    assert plain(node) == value


def test_a_script_that_writes_two_escapes_stays_as_it_is() -> None:
    node, _ = parse(rb"a: printf '\ud83d\ude00'", "f")
    assert plain(node) == {"a": r"printf '\ud83d\ude00'"}
    assert told(r'{"a": "\ud83d alone"}')
    assert told(r'a: "\ud83d\ude00"')


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("22:22", "22:22"),
        ("2024-01-01", "2024-01-01"),
        ("'5'", "5"),
        ('"true"', "true"),
    ],
)
def test_core_values(typed: str, value: object) -> None:
    node, _ = parse(f"a: {typed}".encode(), "f")
    assert isinstance(node, Mapping)
    scalar = node.entries["a"].value
    assert isinstance(scalar, Scalar)
    assert scalar.value == value
    assert type(scalar.value) is type(value)


@pytest.mark.parametrize(
    "typed", [".nan", "-.inf", "1e999", str(2**63), "9" * 5000, "0x" + "f" * 99]
)
def test_numbers_out_of_range(typed: str) -> None:
    node, _ = parse(f"a: {typed}".encode(), "f")
    assert isinstance(node, Mapping)
    scalar = node.entries["a"].value
    assert isinstance(scalar, Scalar)
    with pytest.raises(OutOfRange):
        _ = scalar.value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f:1:1: the file is empty"),
        ("# only a comment\n", "f:1:1: the file is empty"),
        ("a: 1\n---\nb: 2\n", "f:2:1: more than one document: keep one runbook in a file"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1: `a` is given twice: first on line 1"),
        ("a: !!int 5\n", "f:1:4: tags are not allowed: `!!int`: remove it; quote a text instead"),
        ("a: ! x\n", "f:1:4: tags are not allowed: `!`: remove it; quote a text instead"),
        ("1: x\n", 'f:1:1: a key must be text: `1`: write "1"'),
        ("true: x\n", 'f:1:1: a key must be text: `true`: write "true"'),
        ("[a]: x\n", "f:1:1: a key must be text, not a list"),
        ("a: {{ X }}\n", 'f:1:5: a key must be text, not a map: quote the value: "{{ NAME }}"'),
        ("a: *b && c\n", "f:1:4: `*b` names no anchor above it: where it is text, put the whole"),
        ("- *b\n", "f:1:3: `*b` names no anchor above it: a text that begins with * is quoted"),
        ("a: &a [*a]\n", "f:1:8: `*a` stands inside itself"),
        ("a: &a {b: *a}\n", "f:1:11: `*a` stands inside itself"),
        ("<<: 5\n", "f:1:5: `<<` takes a map or a list of maps, not text"),
        ('a: "\\0"\n', "f:1:4: a NUL character cannot be part of a text"),
        ("a: x\x00y\n", "f:1:5: control character U+0000 at byte 4: remove it"),
        (
            "a: x\x07y\n",
            'f:1:5: control character U+0007 at byte 4: write it as "\\u0007" in double',
        ),
        ("a: x\u2028y\n", "f:1:5: invisible line separator U+2028 at byte 4"),
        (
            "a: x\ry: 1\n",
            "f:1:5: a carriage return without a line feed at byte 4: use LF line ends",
        ),
        (
            '- {a: b, run: curl -H "A: b" x}\n',
            "quote all of the text of `run`, or write the keys on lines",
        ),
        ("- {run: echo {{ X }}}\n", "and the text in a block (`run: |`"),
        ("- {run: jq .[0] f, a: b}\n", "quote all of the text of `run`"),
        ("- {a: b run: c}\n", "a comma or the closing bracket is missing"),
        ("- {run: b c\n", "a comma or the closing bracket is missing"),
        ("a:\n\tb: 1\n", "indent with spaces, not with a tab"),
        (
            "a: `b`\n",
            "f:1:4: not YAML: found character that cannot start any token: quote the value",
        ),
        ("a: b: c\n", "put the whole text in a block (`a: |`, and the text below it)"),
        ('run: echo "n: {{ X }}" && x\n', "put the whole text in a block (`run: |`, and the text"),
        ('- run: "echo" && x\n', "put the whole text in a block (`run: |`, and the text"),
        ("run: [ -f x ] && x\n", "put the whole text in a block (`run: |`, and the text"),
        ('run: "echo" > out\n', "put the whole text in a block (`run: |`, and the text"),
        ("run: 'echo' | cat\n", "put the whole text in a block (`run: |`, and the text"),
        ("- a: - b\n", "put the whole text in a block (`a: |`, and the text below it)"),
        ("run: {{ X }} && x\n", "put the whole text in a block (`run: |`, and the text"),
        ("- run: {{ X }}/bin\n", "put the whole text in a block (`run: |`, and the text"),
        ("- a: b\n   c: d\n  e: f\n", "it is indented deeper than the line above"),
        ("a:\n  b: c\n    d: e\n", "it is indented deeper than the line above"),
        ("a:\n  b: c\n    d: e: f\n", "it is indented deeper than the line above"),
        ("a:\n  run: |\n  echo x\n", "the text of `run` must be indented deeper"),
        ("- run: |\n  echo x\n  echo y\n", "the text of `run` must be indented deeper"),
        ("a: | b\n", "nothing may follow | or > on its line"),
        ("a: b\n  c: d\n", "it is indented deeper than the line above"),
        ('a: "\\d"\n', "in double quotes a backslash is written"),
        ("a:\n  b: {{ X }}: c\n", "or quote all of it"),
        ('a: "b\nc: d\n', "f:1:4: not YAML: the quote that opens here is never closed"),
        ("a: [b\nc: d\n", "not YAML"),
        ('a: "b" c\n', "put the whole text in a block (`a: |`, and the text below it)"),
    ],
)
def test_problem_is_told_with_its_place(text: str, problem: str) -> None:
    first = told(text)[0]
    assert problem in first
    assert first.startswith("f:")


@pytest.mark.parametrize(
    ("text", "place", "indent"),
    [
        ("a:\n  run: |\n    x\n  echo hi\n", "4:3", 4),
        ("a:\n  run: |\n    x\n  echo hi\n  b: c\n", "4:3", 4),
        ("a:\n  run: |\n      x\n    echo hi: there\n      y\n", "4:5", 6),
        ("a:\n  - run: >-  # why\n        x\n      y\n    b: c\n", "4:7", 8),
        ("a:\n  run: |\n    cat <<E\nhello: x\nE\n", None, 0),
        ("a:\n  run: |\n    cat <<E\nhello\nE\n  b: c\n", "4:1", 4),
        ("a:\n  run: |\n    x\n   # cut\n    y\n", "4:4", 4),
        ("a:\n  run: |\n    x\n  - y\n", "4:3", 4),
        ("a:\n  run: |\n\n      \n    x\n", "5:5", 6),
        ("a:\n  - |\n   x\n  - |+\n    y\n   z\n", "6:4", 4),
        ("a:\n  run: |2\n      x\n    y\n   z\n", "5:4", 4),
        ("a:\n  run: |\n    x\n# next\n  b: 'c' d\n", None, 0),
        ("a:\n  - |\n   x\n  - 'y' z\n", None, 0),
        ("a:\n  run: |\n    x\n   y\n", "4:4", 4),
    ],
)
def test_a_line_that_is_indented_less_than_its_text_began(
    text: str, place: str | None, indent: int
) -> None:
    found = "\n".join(told(text))
    if place is None:
        assert "indented less" not in found
    else:
        assert found.startswith(f"f:{place}: not YAML: the text that begins below line")
        assert f"by {indent} spaces or more" in found


def test_bytes_that_are_not_utf8_name_their_offset() -> None:
    assert told(b"a: b\nc: \xff\n") == [
        "f:2:4: not UTF-8: byte 0xff at offset 8: save the file as UTF-8"
    ]


def test_byte_order_mark_and_crlf_are_accepted() -> None:
    node, problems = parse("\ufeffa: 1\r\nb: 2\r\n".encode(), "f")
    assert not problems
    assert plain(node) == {"a": "1", "b": "2"}


def test_merge_keys() -> None:
    text = """
x: &x {a: 1, b: 2}
y: &y {b: 3, c: 4}
z: {<<: [*x, *y], a: 9}
w: {<<: *x}
"""
    node, problems = parse(text.encode(), "f")
    assert not problems
    made = plain(node)
    assert made["z"] == {"a": "9", "b": "2", "c": "4"}
    assert made["w"] == {"a": "1", "b": "2"}


def test_an_error_in_an_alias_stands_where_the_anchor_is() -> None:
    node, _ = parse(b"a: &x {b: 1}\nc: *x\n", "f")
    assert isinstance(node, Mapping)
    assert node.entries["c"].value.line == 1


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_size_limit(count: int) -> None:
    text = "a: 1\n#"
    problems = told(text + "x" * (MAX_BYTES - len(text) + count))
    assert bool(problems) is (count > 0)


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_depth_limit(count: int) -> None:
    depth = MAX_DEPTH + count
    problems = told("[" * (depth - 1) + "1" + "]" * (depth - 1))
    assert bool(problems) is (count > 0)


def test_depth_counts_what_an_alias_stands_for() -> None:
    deep = "[" * 16 + "1" + "]" * 16
    assert not told(f"a: &a {deep}\nb: [[*a]]\n")
    nested = "[" * 16 + "*a" + "]" * 16
    assert "nested deeper than 32 levels" in told(f"a: &a {deep}\nb: {nested}\n")[0]


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_node_limit(count: int) -> None:
    items = MAX_NODES - 1 + count
    assert bool(told("[" + "1," * items + "]")) is (count > 0)


def test_aliases_count_in_full() -> None:
    levels = "".join(f"- &a{i} [{f'*a{i - 1},' * 9}]\n" for i in range(1, 12))
    assert "more than 100,000 nodes" in told("- &a0 [1]\n" + levels)[0]


def test_place_in_a_block() -> None:
    text = "a: |\n  one\n  two {{ X }}\n  {{ X }}\n"
    node, _ = parse(text.encode(), "f")
    assert isinstance(node, Mapping)
    scalar = node.entries["a"].value
    assert isinstance(scalar, Scalar)
    assert scalar.place(2, "X") == (3, 10)
    assert scalar.place(3, "X") == (4, 6)
    assert scalar.place(1) == (2, 3)


def test_place_in_a_folded_text_is_found_by_what_was_typed() -> None:
    text = "a: >\n  one\n  two\n  {{ X }}\n"
    node, _ = parse(text.encode(), "f")
    assert isinstance(node, Mapping)
    scalar = node.entries["a"].value
    assert isinstance(scalar, Scalar)
    assert scalar.place(1, "X") == (4, 6)


def test_json_is_yaml() -> None:
    value = {"a": [{"b": "c"}, "d"], "e": {"f": "g"}}
    node, problems = parse(json.dumps(value, indent=1).encode(), "f")
    assert not problems
    assert plain(node) == value


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: !x 1\n",
        "a: `b`\n",
        "a: b: c\n",
        'a: "b\n',
        'a: "\\ud800"\n',
        "a: &a [*a]\n",
        "[" * 50_000,
        "a: 1\n---\nb: 1\n",
        "a: [b: c\n",
    ],
)
def test_without_the_c_parser_the_same_files_are_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [problem.line for problem in parse(text.encode(), "f")[1]]
    monkeypatch.setattr("pup_tui.runbook.yaml._LOADER", pyyaml.SafeLoader)
    assert lines
    assert [problem.line for problem in parse(text.encode(), "f")[1]] == lines
