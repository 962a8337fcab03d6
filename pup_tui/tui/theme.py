"""The console's own themes: a calm dark one, a light one, and one with high contrast.

Colours mean something: success, warning and error are kept for statuses, primary for where one stands, accent
for what moves. So the grounds and texts are nearly grey. Muted texts are given as colours: Textual's own are
shares of the contrast, which texts inside a `Content` do not take up.
"""

from __future__ import annotations

from textual.theme import Theme

NIGHT = Theme(
    name="pup-night",
    dark=True,
    background="#10141b",
    surface="#161c25",
    panel="#1d2530",
    foreground="#d3dae4",
    primary="#6ea4f4",
    secondary="#5a7ca6",
    accent="#58c4bb",
    success="#74c58a",
    warning="#e5b65c",
    error="#f07178",
    variables={
        "text-muted": "#8895a7",
        "text-disabled": "#5c6878",
        "block-cursor-background": "#2b4a73",
        "block-cursor-foreground": "#f2f6fb",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#233044",
        "block-cursor-blurred-foreground": "#d3dae4",
        "footer-background": "#161c25",
        "footer-key-foreground": "#6ea4f4",
        "footer-description-foreground": "#94a1b3",
        "scrollbar": "#2b3645",
        "scrollbar-hover": "#3a4a5f",
        "scrollbar-active": "#6ea4f4",
        "scrollbar-background": "#10141b",
        "scrollbar-background-hover": "#10141b",
        "scrollbar-background-active": "#10141b",
        "scrollbar-corner-color": "#10141b",
        "border": "#6ea4f4",
        "border-blurred": "#2b3645",
    },
)

DAY = Theme(
    name="pup-day",
    dark=False,
    background="#fbfbf9",
    surface="#f1f2ef",
    panel="#e5e8e6",
    foreground="#25303b",
    primary="#1d5fb4",
    secondary="#49729f",
    accent="#0b7a75",
    success="#1f7a3d",
    warning="#9a6200",
    error="#b3261e",
    variables={
        "text-muted": "#5d6a76",
        "text-disabled": "#8b959e",
        "block-cursor-background": "#1d5fb4",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#d3deec",
        "block-cursor-blurred-foreground": "#25303b",
        "footer-background": "#e5e8e6",
        "footer-key-foreground": "#1d5fb4",
        "footer-description-foreground": "#4d5a66",
        "scrollbar": "#c3cad0",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-background-hover": "#fbfbf9",
        "scrollbar-background-active": "#fbfbf9",
        "scrollbar-corner-color": "#fbfbf9",
    },
)

CONTRAST = Theme(
    name="pup-contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    foreground="#ffffff",
    primary="#ffd700",
    secondary="#ffffff",
    accent="#00ffff",
    success="#5cff5c",
    warning="#ffd700",
    error="#ff6b6b",
    text_alpha=1.0,
    variables={
        "text-muted": "#e0e0e0",
        "text-disabled": "#c0c0c0",
        "block-cursor-background": "#ffd700",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#5a4c00",
        "block-cursor-blurred-foreground": "#ffffff",
        "footer-background": "#000000",
        "footer-key-foreground": "#ffd700",
        "footer-description-foreground": "#ffffff",
        "border": "#ffd700",
        "border-blurred": "#ffffff",
    },
)

THEMES = (NIGHT, DAY, CONTRAST)
DEFAULT = NIGHT.name
