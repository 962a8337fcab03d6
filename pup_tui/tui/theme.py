"""The console's looks as themes of Textual: every variable of its sheets is one of a look's own colours.

Textual makes many colours of its own by mixing. None of them is left: a colour that was not chosen would be
rounded where there are fewer, and nobody has looked whether it can be read.
"""

from __future__ import annotations

from textual.theme import Theme

from pup_tui.tui.looks import CONTRAST, CONTRAST_DAY, DAY, LOOKS, NIGHT, Look

_VARIABLES = {
    **{f"text-{name}": name for name in ("muted", "disabled", "primary", "accent")},
    **{f"text-{name}": name for name in ("success", "warning", "error")},
    "text": "foreground",
    "text-secondary": "primary",
    "boost": "surface",
    "surface-active": "field-focus",
    "foreground-muted": "muted",
    "foreground-disabled": "disabled",
    "primary-muted": "cursor",
    "secondary-muted": "cursor-blurred",
    "accent-muted": "cursor-blurred",
    "success-muted": "cursor-blurred",
    "primary-background": "bar",
    "secondary-background": "bar",
    "block-cursor-foreground": "on-cursor",
    "block-cursor-background": "cursor",
    "block-cursor-blurred-foreground": "foreground",
    "block-cursor-blurred-background": "cursor-blurred",
    "block-hover-background": "hover",
    "border": "primary",
    "screen-selection-background": "selection",
    "screen-selection-foreground": "on-colour",
    "input-cursor-background": "foreground",
    "input-cursor-foreground": "background",
    "input-selection-background": "selection",
    "input-selection-foreground": "on-colour",
    "scrollbar-active": "primary",
    "scrollbar-background": "background",
    "scrollbar-background-hover": "background",
    "scrollbar-background-active": "background",
    "scrollbar-corner-color": "background",
    "button-foreground": "foreground",
    "button-color-foreground": "on-colour",
    "link-color": "primary",
    "link-color-hover": "on-colour",
    "link-background-hover": "primary",
    "footer-foreground": "muted",
    "footer-background": "panel",
    "footer-key-foreground": "primary",
    "footer-description-foreground": "muted",
}
"""Which of a look's colours stands for a variable of Textual that has another name."""

_SHADED = (
    *("primary", "secondary", "background", "primary-background", "secondary-background"),
    *("surface", "panel", "boost", "warning", "error", "success", "accent", "foreground"),
)

_INSTEAD = {
    "bar": "panel",
    "field": "surface",
    "field-focus": "primary-muted",
    "button": "surface",
    "hover": "primary-muted",
    "cursor": "primary-muted",
    "cursor-blurred": "surface",
    "selection": "primary",
    "muted": "foreground",
    "disabled": "foreground",
    "on-cursor": "foreground",
    "on-colour": "background",
}
"""What stands for the console's own variables in a theme of Textual's."""


def _theme_of(look: Look) -> Theme:
    colours = {name: shade.true for name, shade in {**look.grounds, **look.texts}.items()}
    variables = {**colours, **{name: colours[token] for name, token in _VARIABLES.items()}}
    for name in _SHADED:
        base = variables.get(name, colours["primary"])
        for step in (1, 2, 3):
            variables |= {f"{name}-lighten-{step}": base, f"{name}-darken-{step}": base}
    return Theme(
        name=look.name,
        dark=look.dark,
        primary=colours["primary"],
        secondary=colours["primary"],
        accent=colours["accent"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        boost=colours["surface"],
        variables={**variables, "block-cursor-text-style": "bold"},
    )


THEMES = tuple(_theme_of(look) for look in LOOKS)

CHOICES = {
    "auto": (DAY.name, NIGHT.name),
    "dark": (NIGHT.name, NIGHT.name),
    "light": (DAY.name, DAY.name),
    "contrast": (CONTRAST_DAY.name, CONTRAST.name),
}
"""What an operator chooses: the theme on a light ground of the terminal's, and on a dark one."""


def named(choice: str, *, dark: bool) -> str:
    """The name of the theme that a choice means, or that it is the name of."""
    pair = CHOICES.get(choice)
    return pair[dark] if pair else choice


def own_variables(theme: Theme) -> dict[str, str]:
    """The console's own variables in a theme that is not the console's."""
    generated = theme.to_color_system().generate()
    return {name: generated[instead] for name, instead in _INSTEAD.items()}
