"""Actions with other keys than their usual ones, as `config.yaml` chooses them."""

from tests.support.console import Console, MakeServices, OpenConsole

RUNBOOKS = {
    "one.yaml": "name: one\nsteps: [{name: Ask, kind: confirm, message: Go on?}]\n",
    "two.yaml": "name: two\nsteps: [{name: Ask, kind: confirm, message: Go on?}]\n",
}


def entry(console: Console) -> str:
    return "" if console.main.entry is None else console.main.entry.id


async def test_an_action_has_the_keys_that_are_chosen_and_no_others(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    chosen = {"down": ("k",), "up": ("j", "ctrl+e"), "quit": ("Q",), "run": ("&",), "yes": ("+",)}
    async with open_console(make_services(RUNBOOKS, keys=chosen)) as console:
        console.select("one")
        await console.eventually(lambda: entry(console) == "one")
        await console.press("k")
        await console.eventually(lambda: entry(console) == "two")
        await console.press("ctrl+e")
        await console.eventually(lambda: entry(console) == "one")
        await console.press("down", "r", "q")
        assert (entry(console), console.main.page) == ("one", "overview")
        assert console.app.return_code is None
        await console.press("ampersand")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.sees("Go on?", "Yes  +")
        await console.press("y")
        await console.sees("Go on?")
        await console.press("plus")
        await console.sees("✔ succeeded")
        await console.press("Q")
        await console.eventually(lambda: console.app.return_code == 0)


async def test_every_text_that_names_a_key_names_the_one_that_was_chosen(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    chosen = {"run": ("&",), "group": ("f5",), "help": ("H",), "search": ("ctrl+g", "/")}
    async with open_console(make_services(RUNBOOKS, keys=chosen)) as console:
        console.select("one")
        await console.sees(
            "Run  &", "f5 changes", "^g Filter", "f5 Group by", "H Help", "^g filter"
        )
        await console.press("H")
        await console.sees("closes", "^g search", "f5", "^g /")
