from __future__ import annotations

import pytest

from pup_tui.attention import Attention, NotifyChoice, channel_of

TOLD = "pup-tui: deploy waits for you; now"


def called(choice: NotifyChoice, environ: dict[str, str] | None = None) -> str:
    written: list[str] = []
    Attention(choice, environ or {}, written.append).call(TOLD)
    return "".join(written)


@pytest.mark.parametrize(
    ("environ", "channel"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, None),
        ({}, None),
    ],
)
def test_the_terminal_decides_how_it_is_asked(environ: dict[str, str], channel: str | None) -> None:
    assert channel_of(environ) == channel


def test_each_terminal_is_asked_in_its_own_words() -> None:
    assert called("osc9").endswith(f"\x1b]9;{TOLD}\x1b\\")
    assert called("osc777").endswith(
        "\x1b]777;notify;pup-tui;pup-tui: deploy waits for you, now\x1b\\"
    )
    assert called("osc99").endswith(f"\x1b]99;;{TOLD}\x1b\\")
    assert called("auto", {"TERM": "xterm-kitty"}) == called("osc99")


def test_where_nothing_is_known_only_the_bell_and_the_title_tell_it() -> None:
    assert called("auto") == called("bell") == f"\x07\x1b[22;2t\x1b]2;{TOLD}\x1b\\"


def test_never_is_never() -> None:
    assert called("never", {"TERM": "xterm-kitty"}) == ""


def test_the_title_is_kept_once_and_given_back_once() -> None:
    written: list[str] = []
    attention = Attention("bell", {}, written.append)
    attention.call("one")
    attention.call("two")
    attention.seen()
    attention.seen()
    told = "".join(written)
    assert (told.count("\x1b[22;2t"), told.count("\x1b[23;2t")) == (1, 1)
    assert told.endswith("\x1b[23;2t")
