"""Tools that only write down how they were called and answer what they are told to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TOOL = """\
#!/bin/sh
line=$({{
  printf '%s' {name}
  for word in "$@"; do printf ' %s' "$word"; done
}} | tr '\\n' ' ')
# At once: tools that run side by side write to the same file.
printf '%s\\n' "$line" >> {log}
case " $* " in
{cases}
esac
exit 0
"""


@dataclass(frozen=True)
class StandIns:
    """A folder of tools for PATH, and what was called."""

    folder: Path

    @property
    def path(self) -> str:
        """PATH with the tools before the system's."""
        return f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"

    @property
    def calls(self) -> list[str]:
        """The calls so far, each as its words with a blank between."""
        log = self.folder / "calls"
        return [line.rstrip() for line in log.read_text().splitlines()] if log.exists() else []

    def forget(self) -> None:
        """Begin anew."""
        (self.folder / "calls").unlink(missing_ok=True)

    def add(
        self, name: str, answers: Mapping[str, str] | None = None, *, failing: str = ""
    ) -> None:
        """A tool that prints the first answer whose words stand in its call, and fails where `failing` do."""
        (self.folder / "bin").mkdir(exist_ok=True, parents=True)
        cases = [f"  *{shlex.quote(failing)}*) echo refused >&2; exit 1;;"] if failing else []
        cases += [
            f"  *{shlex.quote(words)}*) printf '%s\\n' {shlex.quote(answer)};;"
            for words, answer in (answers or {}).items()
        ]
        log = shlex.quote(str(self.folder / "calls"))
        text = _TOOL.format(name=shlex.quote(name), log=log, cases="\n".join(cases) or "  *) ;;")
        tool = self.folder / "bin" / name
        tool.write_text(text)
        tool.chmod(0o755)
