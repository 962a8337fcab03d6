"""Every recipe of the cookbook is whole, small and free of warnings, and prints and ends as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load_files
from tests.docs.test_examples import anchors
from tests.support.manual import Example, examples, is_true, play
from tests.support.program import program_in
from tests.support.stage import Stage

DOCUMENT = Path(__file__).parents[2] / "docs" / "cookbook.md"
RECIPES = examples(DOCUMENT)
each_recipe = pytest.mark.parametrize(
    "recipe", RECIPES, ids=lambda recipe: recipe.title.replace(" ", "-")
)


def recipe_of(title: str) -> Example:
    return next(recipe for recipe in RECIPES if recipe.title == title)


@each_recipe
async def test_a_recipe_does_what_it_says(recipe: Example, stage: Stage) -> None:
    await is_true(recipe, stage)


@each_recipe
def test_a_recipe_is_whole_and_free_of_warnings(recipe: Example) -> None:
    name = re.match(r"name: (\S+)$", recipe.text, re.MULTILINE)
    assert name is not None
    path = Path(f"{name[1]}.yaml")
    files = {path.name: recipe.text, **recipe.files}
    given = {name: text.encode() for name, text in files.items()}
    loaded = load_files(name[1], given, path, linter=linter())
    assert [str(problem) for problem in loaded.problems] == []


@each_recipe
def test_a_recipe_has_at_most_five_lines_of_text(recipe: Example) -> None:
    section = DOCUMENT.read_text().split(f"\n## {recipe.title}\n")[1].split("\n## ")[0]
    text = re.sub(r"```.*?```|<!--.*?-->", "", section, flags=re.DOTALL)
    assert len([line for line in text.splitlines() if line]) <= 5


def test_every_recipe_is_in_the_list_at_the_top() -> None:
    top = DOCUMENT.read_text().split("\n## ")[0]
    assert sorted(re.findall(r"\]\(#([^)]+)\)", top)) == sorted(anchors(DOCUMENT) - {"cookbook"})


async def test_the_channel_is_told_how_it_ended(stage: Stage) -> None:
    played = await play(recipe_of("Tell a channel how it ended"), stage)
    (sent,) = played.requests
    assert sent.path == "/hooks/on-call"
    assert (sent.json["title"], sent.json["message"]) == ("Restart", "The restart: failed")


def test_a_second_run_of_the_recipe_with_a_lock_is_refused(tmp_path: Path) -> None:
    recipe = recipe_of("Let only one run at a time")
    program = program_in(tmp_path)
    program.write("one-at-a-time", recipe.text)
    held = "echo held; until [ -e go ]; do sleep 0.05; done; echo"
    program.write("first", recipe.text.replace("echo", held))
    first = program.start("run", "first.yaml")
    try:
        assert first.stdout.readline() == "held\n"
        second = program("run", "one-at-a-time.yaml")
    finally:
        (program.cwd / "go").touch()
        first.communicate(timeout=200)
    assert (second.code, second.out) == (4, "")
    assert "the lock is held: deploy/payments by ada on " in second.err
    assert program("run", "one-at-a-time.yaml").code == 0
