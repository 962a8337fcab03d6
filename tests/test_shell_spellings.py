"""However a shell that is here quotes a secret, the spellings know it."""

from __future__ import annotations

import os
import shutil
import string
import subprocess
from pathlib import Path

import pytest

from pup_tui.secret_spellings import spellings
from pup_tui.shell_spellings import shell_spellings

PRINTABLE = [character for character in string.printable if character.isprintable()]
TEXTS = [
    *(f"Kd{character}9f{character}pQx" for character in PRINTABLE),
    *(f"{character}Kd9fpQx" for character in PRINTABLE),
    *(f"Kd9fpQx{character}" for character in PRINTABLE),
    *(f"Kd9:{character}={character}{character}Qx" for character in PRINTABLE),
    *(f"Kd 9{character}'b'' \"fp" for character in PRINTABLE),
    "".join(PRINTABLE),
    *(
        "it's=sec'ret",
        "'a'b''c'd'",
        "A=it's;x'",
        "~it's ~a'~b",
        "''two''ends''",
        "a_1=b c=d",
        "a=é\t'x;y",
    ),
    *("päss wörd!", "päss!'\\wörd", "ключ:от#дома", "秘密~の=鍵、", "🔑key🔑=x", "é'é\\é!b"),
    *(
        "tab\there!",
        "two\nlin'es!",
        "esc\x1bx'y\\z!",
        "a\rb\x07c\x0bd\x01e\x7ff",
        "é\tä'ö\\ü!",
        "x\x7fbcdé",
    ),
]

LOOP = "for v; do {}; printf '\\0'; done"
ANYWHERE = tuple(map(LOOP.format, ('exec 2>&1; set -x; : "$v"; set +x', "export v; export -p")))
ONLY = {
    "bash": (
        *map(
            LOOP.format,
            ('printf %q "$v"', 'printf %s "${v@Q}"', "declare -p v", 'alias a="$v"; alias a'),
        ),
        *map(
            LOOP.format, ('printf %q "user:$v"', 'printf %q "$v-$v"', 'trap -- "$v" USR1; trap -p')
        ),
    ),
    "zsh": tuple(
        LOOP.format(f'print -rn -- "${{({flag})v}}"')
        for flag in ("q", "qq", "qqq", "qqqq", "q-", "q+")
    )
    + tuple(map(LOOP.format, ('printf %q "user:$v"', "typeset -p v"))),
    "ksh": tuple(map(LOOP.format, ('printf %q "$v"', 'printf %q "user $v"', "typeset -p v"))),
    "dash": (),
    "busybox sh": (),
}
"""What each shell quotes, of all that is given to it."""


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    return {text: spellings(text) for text in TEXTS}


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@pytest.mark.parametrize("shell", ONLY)
def test_what_a_shell_quotes_is_known(shell: str, locale: str, known: dict[str, set[str]]) -> None:
    words = shell.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"there is no {words[0]}")
    for script in (*ONLY[shell], *ANYWHERE):
        done = subprocess.run(
            [*words, "-c", script, "sh", *TEXTS],
            env={"PATH": os.environ["PATH"], "LC_ALL": locale},
            capture_output=True,
            timeout=60,
            check=False,
        )
        printed = done.stdout.decode("utf-8", "surrogateescape").split("\0")
        missed = [
            text
            for text, told in zip(TEXTS, printed, strict=False)
            if not any(form in told for form in known[text])
        ]
        assert len(printed) == len(TEXTS) + 1
        assert missed == [], script


def test_no_spelling_is_much_shorter_than_the_secret(known: dict[str, set[str]]) -> None:
    for text, forms in known.items():
        assert min(map(len, forms)) >= len(text.strip()) - 2


def test_a_blank_text_has_no_spelling_of_its_own() -> None:
    assert set(shell_spellings("")) == {""}


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@pytest.mark.parametrize("style", ["-b", "-Q", "--quoting-style=shell-escape-always"])
def test_what_ls_quotes_is_known(
    style: str, locale: str, tmp_path: Path, known: dict[str, set[str]]
) -> None:
    texts = [text for text in TEXTS if "/" not in text]
    for text in texts:
        (tmp_path / text).touch()
    done = subprocess.run(
        ["ls", "-1", "-U", "-d", style, "--", *texts],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": locale},
        capture_output=True,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    missing = [
        line
        for text, line in zip(texts, lines, strict=True)
        if not any(spelled in line for spelled in known[text])
    ]
    assert missing == []
