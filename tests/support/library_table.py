"""The table in docs/integrations.md, made of what tests have proved; `make library` writes it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.support.integrations import bundled, bundled_names

PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"
BEGIN, END = "<!-- library -->\n", "<!-- end of library -->\n"
HEADS = ("integration", "action", "effect", "proved by", "against")

Proofs = Mapping[tuple[str, str], str]
"""What each action was run against, by the names of integration and action."""


def proofs_in(record: Path) -> Proofs:
    """What the tests have recorded."""
    lines = map(json.loads, record.read_text().splitlines())
    return {(each["integration"], each["action"]): each["what"] for each in lines}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Each action that comes with the program: what its file says of it."""
    for name in bundled_names():
        said = bundled(name).said
        assert said is not None
        for action, each in said.actions.items():
            yield name, action, each.effect, each.verified


def table(proofs: Proofs) -> str:
    """All actions. AssertionError where one that says that it was proved is not in the record."""
    lines = [_row(HEADS), _row(["---"] * len(HEADS))]
    for name, action, effect, verified in rows():
        proved = (name, action) in proofs
        assert proved or verified == "docs", f"{name}/{action} was not proved: {verified}"
        lines.append(_row([name, f"`{action}`", effect, verified, proofs.get((name, action), "")]))
    return "\n".join(lines) + "\n"


def documented() -> list[list[str]]:
    """The cells of the table as it stands in the manual, without its heads."""
    text = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[2:]]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(BEGIN)
    made = table(proofs_in(Path(sys.argv[1])))
    PAGE.write_text(f"{before}{BEGIN}{made}{END}{rest.partition(END)[2]}")
