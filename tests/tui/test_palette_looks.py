"""The command palette in front while the looks change, as when the terminal answers late."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widget import Widget

from pup_tui.tui.coloured_app import ColouredApp


async def test_the_command_palette_changes_with_all_else() -> None:
    assert await looks("dark", "light") == await looks("light")


async def looks(*themes: str) -> list[object]:
    """How the palette looks when it was opened with the first of these, and the others came then."""
    app = ColouredApp[None]()
    async with app.run_test() as pilot:
        for theme in themes:
            app.choose_theme(theme)
            await pilot.pause()
            if theme == themes[0]:
                app.push_screen(CommandPalette())
                await pilot.pause()
        return [each.rich_style for each in app.screen.walk_children(Widget)]
