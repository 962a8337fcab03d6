"""Scripts made at random, with values in them that run a command wherever a shell takes them for code."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from pup_tui.template.shell.tables import tables

SHELLS = ("sh", "bash", "dash", "ksh", "zsh")
COMMANDS = {
    "sh": (["bash", "--posix"], ["dash"], ["busybox", "ash"]),
    "bash": (["bash"],),
    "dash": (["dash"],),
    "ksh": (["ksh"],),
    "zsh": (["zsh", "-f"],),
}
"""What runs a script of each shell; `sh` may be any of three."""

_BAITS = [
    "PATH[$(mkdir pwned)]",
    "a[$(mkdir pwned)]",
    "-vPATH[$(mkdir pwned)]",
    "$(mkdir pwned)",
    "`mkdir pwned`",
    ";mkdir pwned;",
    "\nmkdir pwned\n",
    "x\nE0\nmkdir pwned\nE1\nmkdir pwned\nE2\nmkdir pwned\n",
    "'; mkdir pwned; '",
    '"; mkdir pwned; "',
    "E1\n)\nE0\nmkdir pwned\n",
    "([0]=$(mkdir pwned))",
    "x=PATH[$(mkdir pwned)]",
    "-v",
    "eval",
    "mkdir pwned",
    "-A",
    "!",
    "-eq",
    "-c",
    "%d%n",
    "}\n)\nmkdir pwned\n",
    "\\",
    "\\\nE0\nmkdir pwned\n",
    "1 -o -v PATH[$(mkdir${IFS}pwned)]",
    "PATH[$(mkdir${IFS}pwned)]",
    "-v PATH[$(mkdir${IFS}pwned)]",
]
_NEVER = {
    *("suspend", "fg", "bg", "stop", "kill", "disown", "wait", "vared", "zle", "sched", "log"),
    *("r", "fc", "hist", "read", "select", "clone", "zpty", "zselect", "ttyctl", "sleep", "rm"),
    *("history", "coproc", "bye", "logout", "mapfile", "readarray", "getln", "help", "chmod"),
    *("tail", "cat", "zf_rm", "zf_mkdir", "mkdir", "exec", "[", "test"),
}
_VARIABLES = ["X", "X1", "Y", "n", "a", "m", "REPLY", "IFS", "OPTARG", "LOG", "OPTS"]
_OPERATORS = ["-eq", "-gt", "-lt", "=", "!=", "-nt", "-ef", "-a", "-o", "==", "<", "-ge", "=~"]
_UNARY = ["-n", "-z", "-v", "-t", "-f", "-R", "-o", "!", "-e", "-k", "-X"]
_REDIRECTS = [">", ">>", "<", ">&", "<&", "1>&", "2>&", "&>", ">|", "<>", "<<<", "&>>"]
_TOKENS = [
    *("'", '"', "`", "$(", ")", "${x:-", "${x#", "${x/a/", "}", "$((", "))", "[[ ", " ]]"),
    *(" -eq ", " == ", " =~ ", "<<E0\n", "<<'E1'\n", "\nE0\n", "\nE1\n", "\n", ";", "|", "(", "{ "),
    *(" #", "\\", "a", "x=", "a[", " ", "]", "~", "<<<", "&&", "case x in ", " esac", "let "),
    *("declare -i ", "declare -a ", "export ", "printf '%s' ", " -v ", "test ", "[ ", " 1", "$"),
    *("!", "<(", "unset ", "read ", "-", "do ", "done", "for i in ", "if ", "then ", "fi", "$'"),
    *("x(", "x@(", "$#x[", "time ", "\\\n ", "*("),
    *("((", "local ", "{1..", "@(", ":", "a=(", "${a[", "$[", "typeset -n ", "f() ", "''", "$x"),
    *(
        "builtin ",
        "command ",
        '"$x',
        "+=",
        ">&",
        "<&",
        "&>",
        "printf ",
        "mapfile ",
        "set -- ",
        "$1",
    ),
    *(
        "eval ",
        "x=",
        "$((x))",
        "${!x}",
        "noglob ",
        "repeat ",
        "float ",
        "integer ",
        "print -",
        "shift ",
    ),
]


class Generator:
    """Makes scripts for one shell."""

    def __init__(self, shell: str, random: Random) -> None:
        self._random = random
        found = {name.decode() for table in tables(shell) for name in table.builtins}
        self._builtins = sorted(found - _NEVER)
        self._parameters = sorted(
            name.decode() for table in tables(shell) for name in table.parameters
        )
        self._shell = shell

    def value(self) -> str:
        return self._random.choice(_BAITS)

    def script(self) -> str:
        """Some statements, within each other and after each other."""
        kind = self._random.random()
        if kind < 0.15:
            return self._soup()
        if kind < 0.4:
            return self._documents()
        return "\n".join(self._statement(2) for _ in range(self._random.randint(1, 3)))

    def _soup(self) -> str:
        before = "".join(self._random.choices(_TOKENS, k=self._random.randint(0, 6)))
        after = "".join(self._random.choices(_TOKENS, k=self._random.randint(0, 4)))
        return f"echo {before}{{{{ V }}}}{after}"

    def _documents(self) -> str:
        """Here-documents in substitutions in here-documents."""
        body = self._random.choice(["{{ V }}", "a {{ V }} b", "{{ V }}\n{{ W }}"])
        for depth in range(self._random.randint(1, 3)):
            end = f"E{self._random.choice([0, 1, 2, depth])}"
            quoted = self._random.choice([f"'{end}'", end, f'"{end}"', f"\\{end}", f"-{end}"])
            tail = self._random.choice(["", "", " | cat", " > out", " - {{ W }}"])
            text = f"cat <<{quoted}{tail}\n{body}\n{end}\n"
            body = self._random.choice(_SUBSTITUTIONS).replace("@", text)
        return body if "<<" in body.split("\n")[0] else f"echo {body}"

    def _statement(self, depth: int) -> str:
        choose = self._random.choice
        if depth and self._random.random() < 0.35:
            return choose(_WRAPPERS).replace("@", self._statement(depth - 1))
        return choose([self._command, self._test, self._assignment, self._command, self._use])()

    def _word(self) -> str:
        name = self._random.choice(_VARIABLES)
        return self._random.choice(
            [
                *("{{ V }}", '"{{ V }}"', "'{{ V }}'", "x={{ V }}", "-{{ V }}", "{{ W }}", "a"),
                *(f"${name}", f'"${name}"', f'"${{{name}:-{{{{ V }}}}}}"', "$1", '"$@"', "5", name),
                *(
                    f"{name}={{{{ V }}}}",
                    f"-a{name}",
                    "$(echo {{ V }})",
                    "-n{{ V }}",
                    "%d",
                    "'%s'",
                ),
            ]
        )

    def _command(self) -> str:
        name = self._random.choice(
            [*self._builtins, *self._builtins, "read -r", "printf", "f", "ls"]
        )
        options = "".join(
            f" -{self._random.choice('abcdefnprstuvxACDEFLORTUZ')}"
            for _ in range(self._random.choice([0, 0, 0, 1, 2]))
        )
        words = " ".join(self._word() for _ in range(self._random.randint(0, 3)))
        target = ""
        if self._random.random() < 0.3:
            target = f" {self._random.choice(_REDIRECTS)}{self._word()}"
        prefix = self._random.choice(
            ["", "", "", "command ", "builtin ", "$X ", "exec ", "noglob ", "time ", "> out "]
        )
        name = self._random.choice(
            [name] * 6 + [f"$(echo {name})", f"${{n:-{name}}}", f"{name}$IFS"]
        )
        return f"{prefix}{name}{options} {words}{target} </dev/null"

    def _test(self) -> str:
        left, right = self._word(), self._word()
        operator, unary = self._random.choice(_OPERATORS), self._random.choice(_UNARY)
        inner = self._random.choice(
            [
                *(f"{left} {operator} {right}", f"{unary} {left}", f"{left}", f"{left} {right}"),
                *(
                    f"{left} {operator} {right} -a {unary} {self._word()}",
                    f"! {left} {operator} {right}",
                ),
                f"{unary} {left} {operator} {right}",
            ]
        )
        return self._random.choice([f"[ {inner} ]", f"[[ {inner} ]]", f"test {inner}"])

    def _assignment(self) -> str:
        name = self._random.choice([*_VARIABLES, self._random.choice(self._parameters)])
        word = self._word()
        return self._random.choice(
            [
                *(f"{name}={word}", f"{name}+={word}", f"export {name}={word}", f"{name}=({word})"),
                *(f"typeset -i {name}\n{name}={word}", f": ${{{name}:={word}}}", f"set -- {word}"),
                *(
                    f"for {name} in {word}; do :; done",
                    f"read -r {name} <<< {word}",
                    f"{name}={word} :",
                ),
                *(
                    f"read {name} <<E0\n{{{{ V }}}}\nE0",
                    f"{name}[{word}]={word}",
                    f"set -x; {name}={word}",
                ),
                f"printf -v {name} '%s' {word}",
                *(f"X={word} {name}={{{{ V }}}}", f"{name}=1 Y={word} a[{word}]={word}"),
                *(f"{name}=([{word}]={word})", f"{name}+=([x]={word} [{word}]=1 {word})"),
                *(
                    f"typeset -A {name}\n{name}[{word}]={word}",
                    f"typeset -A {name}=([{word}]={word})",
                ),
                *(f"typeset -a {name}=({word})", f"unset {name}; {name}[{word}]=1"),
            ]
        )

    def _use(self) -> str:
        name = self._random.choice(_VARIABLES)
        return self._random.choice(
            [
                *(
                    f"echo $(({name} + 1))",
                    f"(({name} > 3))",
                    f"echo ${{a[{name}]}}",
                    f"echo ${{a[${name}]}}",
                ),
                *(
                    f"echo ${{!{name}}}",
                    f"let Y={name}",
                    f"echo ${{{name}:1:{name}}}",
                    f'eval "${name}"',
                ),
                *(
                    f"f {name} ${name} {{{{ V }}}}",
                    "f {{ V }}",
                    f"echo ${{{name}@P}}",
                    f"${name} a",
                ),
                *(
                    f"for ((i=0; i<{name}; i++)); do break; done",
                    f"echo $[{name}]",
                    f"echo $(( ${name} ))",
                ),
                *(
                    f"printf %d ${name}",
                    f'read "${name}" </dev/null',
                    f'export "${name}=x"',
                    f"exit ${name}",
                ),
                *(
                    f"$X printf -v {name} %s {{{{ V }}}}",
                    "command set -- {{ V }}",
                    "echo $(($1))",
                    "time f {{ V }}",
                ),
                *(
                    f"echo ${{{name}%%x}} ${{{name}/a/{{{{ V }}}}}}",
                    f"unset ${name}",
                    f">&${name} echo",
                ),
                *(f"echo $((10#${name}))", "echo $((10#{{ V }}))", f"echo $(({name}{{{{ N }}}}))"),
                *(
                    f"echo $((${name}{{{{ V }}}}))",
                    "[[ 16#{{ V }} -gt 3 ]]",
                    f"echo ${{a[${name}]}}",
                ),
                *(
                    f"ls !(*.{{{{ V }}}}|${name})",
                    "echo @({{ V }}|*(b))",
                    f"[[ ${name} == +({{{{ V }}}}) ]]",
                ),
                *(
                    f"case ${name} in a) ;; b@({{{{ V }}}}|${name})) echo {{{{ V }}}} ;; esac",
                    f"[[ ${name} == (a|{{{{ V }}}})* ]]",
                    "ls x({{ V }}|b)(N)",
                ),
                *(
                    f"echo $#{name}[{{{{ V }}}}] $?[${name}]",
                    f"time {name}={{{{ V }}}} echo ${name}",
                    f"! {name}={{{{ V }}}} Y=${name}",
                    f"{name}={{{{ V }}}}\\\n Y={{{{ V }}}} \\\n",
                ),
                *(
                    f"(({name}[{{{{ V }}}}]++))",
                    f"{name}[${name}]=1",
                    f"echo ${{{name}[{{{{ V }}}}]}}",
                ),
                f"for {name} in ; do echo ${name}; done",
            ]
        )


_SUBSTITUTIONS = [
    *("$(@)", '"$(@)"', "${x:-$(@)}", '"${x:-$(@)}"', "$((1 + $(@)))", "<(@)", "`@`"),
    *("$(f() { @}; f)", "$(if true; then @fi)", "$( (@) )", "$({ @})", "$(@ )", "@"),
]
_WRAPPERS = [
    *("f() { @\n}; f {{ V }}", "( @ )", "{ @\n}", "if @\nthen :; fi", "for i in 1; do @\ndone"),
    *("X=$(@)", 'echo "$(@)"', "cat <<E0\n$(@)\nE0", "case x in x) @ ;; esac", "@ | cat"),
    *("time @", "! { @\n}", "time -p { @\n}", "while read -r X; do @\ndone <<< {{ V }}"),
    *("f() { local n=$1; @\n}; f {{ V }} {{ W }}", "f() { shift; @\n}; f a {{ V }}", "! @"),
    *(
        "while @\ndo break; done",
        'f() { "$@"; }; f @',
        'f() { shift 2; "$@"; }; f a {{ V }} @',
        "f() { shift 2; @\n}; f a b {{ V }}",
        "echo `@`",
        "true && @",
        "set -- {{ V }}; @",
    ),
]


@dataclass
class Hunt:
    """A search for scripts in which a value runs; `found` are those."""

    shell: str
    seed: int
    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def one(self, generator: Generator) -> None:
        """Try one script."""
        source = generator.script()
        values = {"V": generator.value(), "W": generator.value(), "N": "1"}
        self.counts["tried"] += 1
        try:
            template = compile_shell.__wrapped__(source, self.shell)
            rendered = template.render(values)
        except TemplateError:
            self.counts["refused"] += 1
            return
        if template.evaluated_again or template.unchecked:
            self.counts["warned"] += 1
            return
        self.counts["run"] += 1
        for command in installed(self.shell):
            if self.runs_a_value(command, rendered.script, rendered.env):
                self.found.append(
                    f"{command} seed {self.seed}\n{source}\n{values}\n{rendered.script}"
                )

    def runs_a_value(self, command: list[str], script: str, values: dict[str, str]) -> bool:
        """Run a script; tell whether the command in one of the values ran."""
        room = self.folder / "room"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        path = self.folder / "script"
        path.write_text(script)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(room), **values}
        process = subprocess.Popen(
            [*command, str(path)],
            env=environment,
            cwd=room,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.counts["stopped"] += 1
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return (room / "pwned").is_dir()


def installed(shell: str) -> list[list[str]]:
    """What runs scripts of a shell here."""
    return [command for command in COMMANDS[shell] if shutil.which(command[0])]


def needs(shell: str) -> None:
    """Skip a test where nothing here runs scripts of the shell."""
    if not installed(shell):
        pytest.skip(f"{shell} is not installed")
