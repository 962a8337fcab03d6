from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from pup_tui.output.overwritten import AGAIN
from pup_tui.output.passage import Line, Passage
from pup_tui.output.spool import SpoolWriter
from pup_tui.output.table import table
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.dialogs.whole_line import WholeLineScreen
from pup_tui.tui.lines import output_lines
from pup_tui.tui.lines.arranged import Arrangements, arrangements
from pup_tui.tui.lines.divided import Parting
from pup_tui.tui.lines.line_text import CLIP, line_text
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.lines.plot import MetricPlot
from pup_tui.tui.programs import open_in
from pup_tui.tui.widgets import output_pane
from pup_tui.tui.widgets.output_pane import OutputPane
from pup_tui.tui.widgets.search_bar import SearchBar
from tests.support.passages import write_lines

STYLES = Path(output_lines.__file__).parent.parent / "styles"
HEIGHT = 10
WIDTH = 80


class Host(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "run.tcss", STYLES / "dialogs.tcss"]

    def compose(self) -> ComposeResult:
        yield OutputPane()


class Shown:
    """A pane that shows a spool, and the writer of that spool."""

    def __init__(self, app: Host, pilot: Pilot[None], path: Path, limit: int) -> None:
        self.app = app
        self.pilot = pilot
        self.pane = app.query_one(OutputPane)
        self.lines = app.query_one(OutputLines)
        self.path = path
        self.folder = path.parent
        self.writer = SpoolWriter(path, limit)

    async def write(self, *texts: str, stream: str = "stdout") -> None:
        lines = [Line("stderr" if stream == "stderr" else "stdout", text) for text in texts]
        write_lines(self.writer, lines)
        await self.look()

    async def look(self) -> None:
        self.pane.refresh_output()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and let what they began come to its end."""
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def search(self, text: str) -> None:
        await self.press("slash", *(events.Key(c, c).key for c in text), "enter")

    def rows(self) -> list[str]:
        lines = self.lines
        return [lines.render_line(y).text.rstrip() for y in range(lines.size.height)]

    def status(self) -> str:
        content = self.app.screen.query_one("#output-status", Static).content
        assert isinstance(content, Content)
        return content.plain

    def status_background(self) -> Color:
        return self.app.screen.query_one("#output-status", Static).styles.background


@asynccontextmanager
async def shown(
    tmp_path: Path, texts: Sequence[str] = (), *, limit: int = 1 << 20
) -> AsyncIterator[Shown]:
    app, path = Host(), tmp_path / "0000-step.log"
    async with app.run_test(size=(WIDTH, HEIGHT + 1)) as pilot:
        s = Shown(app, pilot, path, limit)
        s.pane.show(path, "No output yet.")
        s.lines.focus()
        await s.write(*texts)
        yield s
        s.writer.close()


def numbered(count: int) -> list[str]:
    return [f"line {i}" for i in range(count)]


async def test_an_empty_output_says_what_is_going_on(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        assert "  No output yet." in s.rows()
        assert s.status() == "[stdout+stderr] 0 lines · following"


async def test_the_line_under_an_output_tells_whether_its_keys_answer(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        background = s.status_background()
        await s.press("slash")
        assert s.status_background() == background
        s.app.set_focus(None)
        await s.pilot.pause()
        assert s.status_background() != background
        s.lines.focus()
        await s.pilot.pause()
        assert s.status_background() == background


async def test_the_end_is_followed_until_the_operator_goes_up(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(1204)) as s:
        assert s.rows()[-1] == "  line 1203"
        assert s.status() == "[stdout+stderr] 1,204 lines · following"
        await s.press("k")
        await s.write("more")
        assert s.rows()[-1] == "  line 1203"
        assert "paused at 1,203" in s.status()
        await s.press("G")
        assert s.rows()[-1] == "  more"
        await s.press("space")
        await s.write("and more")
        assert s.rows()[-1] == "  more"
        await s.press("space")
        assert s.rows()[-1] == "  and more"


async def test_keys_reach_every_line(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(100)) as s:
        await s.press("g")
        assert s.rows()[0] == "  line 0"
        await s.press("pagedown")
        assert s.rows()[0] == f"  line {HEIGHT - 1}"
        await s.press("pageup")
        assert s.rows()[0] == "  line 0"
        await s.press(*["j"] * HEIGHT)
        assert s.rows()[-1] == f"  line {HEIGHT}"
        assert s.lines.cursor == HEIGHT
        for _ in range(20):
            await s.press("pagedown")
        assert s.lines.following


async def test_the_wheel_pauses_and_reaching_the_end_follows_again(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(100)) as s:
        s.lines.scroll_relative(y=-3, animate=False)
        await s.pilot.pause()
        assert not s.lines.following
        s.lines.scroll_relative(y=3, animate=False)
        await s.pilot.pause()
        assert s.lines.following


async def test_standard_error_is_marked_and_colours_are_kept(tmp_path: Path) -> None:
    async with shown(tmp_path, ["plain", "\x1b[1;31mred\x1b[0m"]) as s:
        await s.write("trouble", stream="stderr")
        assert s.rows()[:3] == ["  plain", "  red", "▌ trouble"]
        [red] = [seg for seg in s.lines.render_line(1) if seg.text == "red"]
        assert red.style is not None
        assert red.style.bold
        assert red.style.color is not None
        assert red.style.color.number == 1


async def test_unfinished_lines_change_in_place(tmp_path: Path) -> None:
    async with shown(tmp_path, ["done"]) as s:
        s.writer.set_partial("stdout", "10 %")
        await s.look()
        assert s.rows()[:2] == ["  done", "  10 %"]
        s.writer.set_partial("stdout", "90 %")
        await s.look()
        assert s.rows()[:2] == ["  done", "  90 %"]
        await s.write("100 %")
        assert s.rows()[:3] == ["  done", "  100 %", ""]


async def test_lines_that_a_program_goes_back_to_change_in_place(tmp_path: Path) -> None:
    async with shown(tmp_path, ["pulling"]) as s:
        s.writer.set_partial("stdout", f"base: waiting\napp: waiting{AGAIN}app: 10 %")
        await s.look()
        assert s.rows()[:4] == ["  pulling", "  base: waiting", " ⏎app: 10 %", ""]
        s.writer.set_partial("stdout", "base: pulled\napp: 90 %\ndone")
        await s.look()
        assert s.rows()[:4] == ["  pulling", "  base: pulled", "  app: 90 %", "  done"]
        s.writer.set_partial("stdout", "all pulled")
        await s.look()
        assert s.rows()[:3] == ["  pulling", "  all pulled", ""]


@pytest.mark.proves("P6")
@pytest.mark.parametrize(
    "hostile",
    [
        "[/usr/bin] [@click=app.quit]x[/] [bold",
        "\x1b]52;c;AAAA\x07 \x1b[2J \x9b31m \x1b]8;;http://e\x1b\\x",
        "\u202egnp.exe\u2066",
        "a\rb\bc\x00d\x7f",
    ],
)
async def test_what_is_not_sanitized_never_reaches_the_screen(tmp_path: Path, hostile: str) -> None:
    async with shown(tmp_path, [hostile]) as s:
        drawn = "".join(s.rows())
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e\u2066]", drawn)
        await s.press("k", "enter")
        assert not re.search(
            "[\x00-\x1f\x7f-\x9f\u202e\u2066]",
            s.app.export_screenshot(simplify=True).replace("\n", ""),
        )


async def test_a_long_line_is_clipped_and_the_whole_is_one_key_away(tmp_path: Path) -> None:
    text = "x" * 1500 + "END"
    async with shown(tmp_path, [text]) as s:
        assert s.rows()[0].endswith("›")
        for _ in range(80):
            await s.pilot.press("right")
        assert s.rows()[0].endswith("… 503 more characters")
        await s.press("k", "enter")
        screen = s.app.screen
        assert isinstance(screen, WholeLineScreen)
        whole = screen.query_one(OutputLines)
        pieces, all_of_it = whole.text_of(range(whole.count))
        assert all_of_it
        assert pieces.replace("\n", "") == text
        assert "x" * 60 in whole.render_line(1).text
        await s.press("escape")
        assert not isinstance(s.app.screen, WholeLineScreen)


async def test_of_a_line_of_megabytes_the_beginning_is_drawn_and_its_size_told(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path, ["x" * 3_000_000]) as s:
        s.rows()  # What is drawn tells how wide it is, and applications of tests send no frames.
        for _ in range(80):
            await s.pilot.press("right")
            # How wide the lines are is known once they are drawn.
            s.rows()
        assert s.rows()[0].endswith("… 2,999,000 more bytes")
        await s.press("k")
        assert s.app.query_one(OutputLines).text_of(range(1)) == ("x" * 1_000_000, False)


async def test_json_is_laid_out_on_demand(tmp_path: Path) -> None:
    async with shown(tmp_path, ['{"a": [1, 2]}']) as s:
        await s.press("k", "enter", "p")
        whole = s.app.screen.query_one(OutputLines)
        assert whole.render_line(1).text.strip() == '"a": ['


async def test_wrapping_shows_all_of_a_line(tmp_path: Path) -> None:
    words = " ".join(f"word{i}" for i in range(40))
    async with shown(tmp_path, [*numbered(50), words, "last"]) as s:
        await s.press("w")
        rows = s.rows()
        assert rows[-1] == "  last"
        assert "".join(row[2:].ljust(WIDTH - 3) for row in rows).count("word") == 40
        await s.press("k", "k")
        assert "line 49" in "".join(s.rows())
        assert "wrapped" in s.status()
        await s.press("w")
        assert s.rows()[0].startswith("  line")


async def test_wide_characters_are_wrapped_whole(tmp_path: Path) -> None:
    async with shown(tmp_path, ["字" * 100]) as s:
        await s.press("w")
        assert "".join(s.rows()).count("字") == 100


async def test_what_was_overwritten_is_folded_and_one_key_shows_it(tmp_path: Path) -> None:
    async with shown(tmp_path, [f"ERROR data lost{AGAIN}all good", "plain"]) as s:
        assert s.rows()[:2] == [" ⏎all good", "  plain"]
        assert "u shows it" in s.status()
        await s.press("u")
        assert s.rows()[:2] == ["  ERROR data lost ⏎ all good", "  plain"]
        assert "u folds it" in s.status()
        await s.press("u", "g")
        assert s.rows()[0] == " ⏎all good"
        assert s.lines.text_of(range(2)) == ("all good\nplain", True)
        await s.press("enter")
        whole = s.app.screen.query_one(OutputLines)
        texts = [whole.render_line(y).text.strip() for y in range(2)]
        assert texts == ["ERROR data lost ⏎", "all good"]


@pytest.mark.parametrize("keys", [["e"], ["slash", *"lost", "enter"]])
async def test_what_is_found_in_overwritten_text_is_unfolded(
    tmp_path: Path, keys: list[str]
) -> None:
    texts = [f"ERROR data lost{AGAIN}all good", "plain", f"50 %{AGAIN}done"]
    async with shown(tmp_path, texts) as s:
        await s.press(*keys)
        assert s.lines.cursor == 0
        assert s.rows()[:3] == ["  ERROR data lost ⏎ all good", "  plain", " ⏎done"]
        await s.press("y")
        assert s.app.clipboard == "ERROR data lost ⏎ all good"
        await s.press("j")
        assert s.rows()[0] == " ⏎all good"


@pytest.mark.parametrize("column", [1_200, 5_000])
async def test_the_word_for_trouble_in_a_long_line_is_brought_into_sight(
    tmp_path: Path, column: int
) -> None:
    async with shown(tmp_path, ["plain", f"{'x' * column} ERROR data lost {'y' * 3_000}"]) as s:
        await s.press("g", "e")
        assert s.lines.cursor == 1
        assert "ERROR data lost" in s.rows()[1]


async def test_what_was_unfolded_for_a_search_folds_when_that_is_left(tmp_path: Path) -> None:
    async with shown(tmp_path, [f"ERROR data lost{AGAIN}all good", "plain"]) as s:
        await s.search("lost")
        await s.press("escape")
        assert s.rows()[0] == " ⏎all good"


async def test_search_goes_round_and_counts(tmp_path: Path) -> None:
    texts = numbered(300)
    texts[20] = texts[120] = texts[220] = "Needle in it"
    async with shown(tmp_path, texts) as s:
        await s.press("g")
        await s.search("ne+dle")
        assert s.lines.cursor == 20
        assert "match 1 of 3" in s.status()
        await s.press("n")
        assert s.lines.cursor == 120
        assert "match 2 of 3" in s.status()
        await s.press("N", "N")
        assert s.lines.cursor == 220
        assert "match 3 of 3, past the top" in s.status()
        [hit] = [
            g for g in s.lines.render_line(s.rows().index("  Needle in it")) if g.text == "Needle"
        ]
        assert hit.style is not None
        assert hit.style.underline
        await s.search("nothing like it")
        assert "no match" in s.status()
        await s.press("escape")
        assert s.lines.pattern is None
        assert s.pane.check_action("clear", ()) is False


LOGS = {
    "data": [
        {
            "id": str(number),
            "attributes": {
                "timestamp": f"2026-01-01T02:43:{number:02}Z",
                "status": "error" if number % 2 else "info",
                "service": "payments",
                "message": f"[red]request {number}[/] \u202e",
                "attributes": {"http": {"status_code": 500 + number}},
            },
        }
        for number in range(3)
    ]
}
PEOPLE = [{"name": "ada", "age": 36}, {"name": "[b]bob", "age": 4}, {"name": "字", "age": 100}]


async def arranged(s: Shown, text: str, *, at_once: bool = True) -> None:
    s.pane.show(whole(s.folder, text), "", grows=False, arranged=at_once)
    await s.press()


def whole(folder: Path, text: str) -> Path:
    """The spool of an output that has ended."""
    path = folder / "0001-whole.log"
    writer = SpoolWriter(path)
    writer.append(Passage("stdout", f"{text}\n"))
    writer.close()
    return path


async def test_what_is_found_out_when_the_pane_has_left_the_screen_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = threading.Event()

    def found_late(path: Path, newest: int) -> Arrangements:
        left.wait(20)
        return arrangements(path, newest)

    monkeypatch.setattr(output_pane, "arrangements", found_late)
    async with shown(tmp_path) as s:
        s.pane.show(whole(s.folder, json.dumps(PEOPLE)), "", grows=False, arranged=True)
        [work] = [each for each in s.pane.workers if each.group == "arrange"]
        await s.pane.remove_children()
        left.set()
        await work.wait()


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(["x" * 100] * 30_000),
        "\n".join(json.dumps({"n": "x" * 1_000}) for _ in range(3_000)),
        "[" * 100 + ",".join("1" * 30_000) + "]" * 100,
    ],
)
async def test_why_json_is_not_laid_out_is_said(tmp_path: Path, text: str) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, text)
        assert "▲ JSON as printed: too much of it to be laid out · o pager" in s.status()
        await s.press("v")
        told = [each.message for each in s.pane.app._notifications]
        assert "JSON as it was printed: too much of it to be laid out. o opens the pager" in told[0]


async def test_of_other_large_outputs_nothing_is_said(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, "x [1]\n" * 500_000)
        assert "JSON" not in s.status()


async def test_json_is_laid_out_and_folds(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps({"a": {"b": 1}, "c": "x"}))
        assert s.rows()[:5] == ["  {", '    "a": {', '      "b": 1', "    },", '    "c": "x"']
        await s.press("j", "enter")
        assert s.rows()[:4] == ["  {", '    "a": { … 1 key },', '    "c": "x"', "  }"]
        await s.press("enter")
        assert s.rows()[2] == '      "b": 1'
        await s.press("F")
        assert s.rows()[1] == '    "a": { … 1 key },'
        assert s.status().startswith("json of stdout · enter unfolds, F all · v other views")
        await s.press("v")
        assert s.rows()[0] == '  {"a": {"b": 1}, "c": "x"}'
        assert s.status().startswith("[stdout+stderr] 1 line · v other views")


async def test_events_of_a_log_are_a_line_each_and_are_searched_whole(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(LOGS))
        event = "2026-01-01T02:43:01Z  ERROR  payments  [red]request 1[/] \\u202e"
        assert s.rows()[3].strip() == event
        [red] = [segment for segment in s.lines.render_line(3) if segment.text.strip() == event]
        assert red.style is not None
        await s.press("j", "j", "j", "enter")
        assert s.rows()[3].strip() == "{"
        await s.press("F")
        await s.search("502")
        assert s.status().startswith("match 1 of 1")
        assert '"status_code": 502' in s.rows()[HEIGHT // 2 - 1]


def folded_events(s: Shown) -> list[str]:
    """The number of each event that is shown in one line."""
    count = s.lines.count
    texts = [s.lines.text_of(range(line, line + 1))[0] for line in range(count)]
    return [text.split()[4].removesuffix("[/]") for text in texts if "payments  " in text]


async def test_only_what_holds_the_match_is_unfolded_while_it_is_looked_at(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(LOGS))
        assert folded_events(s) == ["0", "1", "2"]
        await s.search("nothing like it")
        assert folded_events(s) == ["0", "1", "2"]
        await s.search("status_code")
        assert folded_events(s) == ["1", "2"]
        await s.press("n")
        assert folded_events(s) == ["0", "2"]
        assert s.status().startswith("match 2 of 3")
        await s.press("N", "N")
        assert folded_events(s) == ["0", "1"]
        assert s.status().startswith("match 3 of 3")
        assert any('"status_code": 502' in row for row in s.rows())
        await s.press("escape")
        assert folded_events(s) == ["0", "1", "2"]
        assert "request 2" in (s.lines.line(s.lines.cursor) or Line("stdout", "")).text


async def test_what_one_folds_and_unfolds_oneself_outlasts_a_search(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(LOGS))
        await s.press("j", "j", "enter")
        assert folded_events(s) == ["1", "2"]
        await s.search("501")
        assert folded_events(s) == ["2"]
        await s.press(*"jjjjj", "enter")
        assert folded_events(s) == []
        await s.press("escape")
        assert folded_events(s) == ["1"]


async def test_a_search_that_is_emptied_is_left(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(LOGS))
        await s.search("501")
        await s.press("slash", "ctrl+u", "enter")
        assert s.lines.pattern is None
        assert folded_events(s) == ["0", "1", "2"]


async def test_a_list_of_flat_objects_is_a_table_that_sorts(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps({"meta": {"n": {}}, "people": PEOPLE}))
        await s.press("v")
        assert s.rows()[:3] == ["  name   | age", "  -------+----", "  ada    | 36"]
        await s.press("full_stop", "full_stop")
        assert [row[2:8].strip() for row in s.rows()[2:5]] == ["[b]bob", "ada", "字"]
        assert "by age ▴" in s.status()
        await s.press("comma")
        assert [row[2:7].strip() for row in s.rows()[2:5]] == ["字", "ada", "[b]bo"]
        await s.press("full_stop")
        assert [row[2:5] for row in s.rows()[2:4]] == ["ada", "[b]"]


HOSTS: list[dict[str, object]] = [
    {"host": "web-10", "größe": 8, "up": "yes"},
    {"host": "web-2", "größe": None, "up": "yes"},
    {"host": "web-1", "größe": 91.5, "up": "no"},
]


async def test_a_sorted_table_says_by_which_column_and_what_is_blank_is_last(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(HOSTS))
        await s.press("v")
        await s.press("full_stop")
        assert s.rows()[0] == "  host▴  | größe | up"
        assert [row.split()[0] for row in s.rows()[2:5]] == ["web-1", "web-2", "web-10"]
        await s.press("full_stop")
        assert s.rows()[0] == "  host   | größe▴| up"
        assert [row.split()[0] for row in s.rows()[2:5]] == ["web-10", "web-1", "web-2"]
        await s.press("comma")
        assert s.rows()[0] == "  host   | größe▾| up"
        assert [row.split()[0] for row in s.rows()[2:5]] == ["web-1", "web-10", "web-2"]
        await s.press("full_stop")
        assert s.rows()[0] == "  host   | größe | up▴"


async def test_a_table_in_no_order_that_is_turned_round_says_by_what_it_is_sorted(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(HOSTS))
        await s.press("v", "comma")
        assert s.rows()[0] == "  host▾  | größe | up"
        assert [row.split()[0] for row in s.rows()[2:5]] == ["web-10", "web-2", "web-1"]
        assert "by host ▾" in s.status()


async def test_a_search_goes_on_in_a_table_that_is_sorted(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(HOSTS))
        await s.press("v")
        await s.search("yes")
        await s.press("n")
        assert "match 2 of 2" in s.status()
        await s.press("full_stop")
        assert "match 1 of 2" in s.status()
        assert s.lines.cursor == 3


async def test_a_click_on_the_head_of_a_column_sorts_by_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(HOSTS))
        await s.press("v")
        for head, first in ((0, "web-1"), (0, "web-10"), (11, "web-10"), (20, "web-1")):
            await s.pilot.click(OutputLines, offset=(2 + head, 0))
            await s.pilot.pause()
            assert s.rows()[2].split()[0] == first
        await s.pilot.click(OutputLines, offset=(2, 3))
        assert s.rows()[0] == "  host   | größe | up▴"


MONITORS: list[dict[str, object]] = [
    {
        "name": name,
        "overall_state": state,
        "overall_state_modified": at,
        "query": "q",
        "options": {"a": {}},
    }
    for name, state, at in (
        ("late", "OK", 1_700_000_000),
        ("early", "Alert", "2021-05-03T13:06:23+00:00"),
    )
]


async def test_things_of_a_kind_are_a_table_first_and_json_on_a_key(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(MONITORS))
        assert s.status().startswith("table of monitors · ")
        assert s.rows()[0].split() == ["name", "|", "state", "|", "since"]
        for _ in range(3):
            await s.press("full_stop")
        assert [row.split()[0] for row in s.rows()[2:4]] == ["early", "late"]
        assert "ago)" in s.rows()[2]
        await s.press("v")
        assert s.status().startswith("json of stdout")
        await s.press("v")
        assert s.rows()[0].strip().startswith("[{")


async def test_one_thing_of_a_kind_is_a_table_of_one_row(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(MONITORS[0]))
        assert s.status().startswith("table of monitors · ")
        assert s.rows()[3].strip() == "(1 row)"


async def test_below_a_part_of_all_there_is_stands_that_there_are_more(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        page = {"meta": {"page": {"total_count": 9}}, "data": MONITORS}
        await arranged(s, json.dumps(page))
        assert s.rows()[4].strip() == "(2 rows; these are 2 of 9 results)"


def series(*values: float | None, scope: str = "*") -> str:
    points = [[1_700_000_000_000 + n * 60_000, value] for n, value in enumerate(values)]
    return json.dumps({"status": "ok", "series": [{"scope": scope, "pointlist": points}]})


async def test_metrics_are_a_plot_that_fills_the_pane(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, series(1, 9, None, 4, None))
        assert s.status().startswith("plot of 1 series · v other views")
        rows = s.rows()
        assert rows[0].strip() == "* · min 1 · max 9 · last 4"
        assert [row.strip()[:3] for row in (rows[1], rows[7])] == ["9 ┤", "1 ┤"]
        assert rows[8].rstrip().endswith("─")
        assert len(rows[8]) <= WIDTH
        await s.pilot.resize_terminal(120, HEIGHT + 11)
        await s.pilot.pause()
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert len(s.rows()[18].rstrip()) > 100
        await s.press("v")
        assert s.status().startswith("table of series")
        await s.press("v")
        assert s.status().startswith("json of stdout")


async def test_a_plot_that_scrolls_leaves_room_for_the_scrollbar(tmp_path: Path) -> None:
    points = [[1_700_000_000_000 + n * 60_000, n] for n in range(3)]
    several = [{"scope": f"host:{name}", "pointlist": points} for name in "abcd"]
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps({"status": "ok", "series": several}))
        assert s.lines.show_vertical_scrollbar
        await s.app.workers.wait_for_complete()
        await s.press("G")
        assert re.search(r" [0-9]{2}:[0-9]{2}:20$", s.rows()[-1].rstrip())


async def test_a_plot_is_never_drawn_where_the_console_would_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    draw = MetricPlot.fit

    def fit(plot: MetricPlot, width: int, height: int) -> None:
        threads.append(threading.current_thread())
        draw(plot, width, height)

    monkeypatch.setattr(MetricPlot, "fit", fit)
    async with shown(tmp_path) as s:
        await arranged(s, series(1, 9, None, 4, None))
        await s.pilot.resize_terminal(120, HEIGHT + 11)
        await s.pilot.pause()
        await s.press("v", "v", "v", "v")
        await s.app.workers.wait_for_complete()
        assert len(threads) > 1
        assert threading.main_thread() not in threads


async def attempt(s: Shown, number: int, text: str) -> None:
    """One more attempt of a poll, which has printed this."""
    await s.write(text)
    s.pane.show(s.path, "", attempts=number)
    await s.press()


async def test_a_plot_follows_the_attempts_of_a_poll(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        path = tmp_path / "0000-step.log"
        await attempt(s, 1, series(5, 6))
        assert s.rows()[0].strip() == "* · min 5 · max 6 · last 6"
        await attempt(s, 2, series(5, 6, 70))
        assert s.rows()[0].strip() == "* · min 5 · max 70 · last 70"
        await s.press("v", "v", "v")
        assert s.status().startswith("[stdout+stderr] 2 lines")
        await attempt(s, 3, series(1))
        assert s.status().startswith("[stdout+stderr] 3 lines")
        s.pane.show(path, "", grows=False, arranged=False)
        await s.app.workers.wait_for_complete()
        assert s.status().startswith("[stdout+stderr] 3 lines")


async def test_what_failed_after_its_attempts_is_shown_as_it_was_printed(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        path = tmp_path / "0000-step.log"
        await s.write(json.dumps(MONITORS))
        s.pane.show(path, "", attempts=1)
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert s.status().startswith("table of monitors")
        s.pane.show(path, "", attempts=1, grows=False, arranged=False)
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert s.status().startswith("[stdout+stderr] 1 line")
        await s.press("v")
        assert s.status().startswith("table of monitors")


async def test_a_search_goes_on_over_the_attempts_of_a_poll(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await attempt(s, 1, json.dumps(MONITORS))
        await s.press("slash", "e", "a")
        await attempt(s, 2, json.dumps(MONITORS[:1]))
        await s.press("r")
        assert s.app.query_one(SearchBar).value == "ear"
        await s.press("enter")
        assert "no match" in s.status()
        await attempt(s, 3, json.dumps(MONITORS))
        await s.press("n")
        assert "match 1 of 1" in s.status()
        s.pane.show(s.path, "", attempts=3, grows=False, arranged=True)
        await s.press("n")
        assert "match 1 of 1" in s.status()
        assert s.status().count("table of monitors") == 1
        await s.press("v", "v")
        assert s.status().startswith("[stdout+stderr] 3 lines")


async def test_what_an_attempt_gave_can_be_left_where_all_of_them_are_nothing_of_a_kind(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as s:
        path, now = tmp_path / "0001-polled.log", 10.0
        writer = SpoolWriter(path, now=lambda: now)
        writer.append(Passage("stdout", "not yet\n"))
        now = 20.0
        writer.append(Passage("stdout", f"{json.dumps(MONITORS)}\n"))
        writer.close()
        for grows in (True, False):
            s.pane.show(
                path, "", marks=[Parting(15, "2")], grows=grows, arranged=not grows, attempts=2
            )
            await s.press()
            assert s.status().startswith("table of monitors")
        await s.press("v", "v")
        assert s.status().startswith("[stdout+stderr] 2 lines")


async def test_what_an_arrangement_leaves_out_is_said(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        path = tmp_path / "0001-both.log"
        writer = SpoolWriter(path)
        writer.append(Passage("stderr", "deprecated\n"))
        writer.append(Passage("stdout", '{"a": 1}\n'))
        writer.close()
        s.pane.show(path, "", grows=False, arranged=True)
        await s.press()
        assert s.rows()[1] == '    "a": 1'
        assert "▲ without 1 line of stderr" in s.status()
        await s.press("v")
        assert s.rows()[0] == "▌ deprecated"
        assert "without" not in s.status()


def test_several_tables_are_no_table_that_sorts(tmp_path: Path) -> None:
    def tables(text: str) -> int:
        path = tmp_path / f"{len(text)}.log"
        writer = SpoolWriter(path)
        writer.append(Passage("stdout", text))
        writer.close()
        return len(arrangements(path).all)

    one = table(["a"], [["1"], ["2"]])
    assert (tables(one), tables(one + one), tables("plain\n")) == (1, 0, 0)


async def test_what_failed_stays_as_it_was_printed_until_one_asks(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await arranged(s, json.dumps(PEOPLE), at_once=False)
        assert s.rows()[0].startswith('  [{"name": "ada"')
        await s.press("v")
        assert s.rows()[0] == "  ["


async def test_lines_that_name_a_bad_level_are_tinted_and_keep_their_own_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with shown(tmp_path, ["fine", "ERROR one", "WARN two", "ERROR \x1b[32mok\x1b[0m"]) as s:

        def colour(row: int, text: str) -> object:
            [found] = [each for each in s.lines.render_line(row) if each.text.strip() == text]
            assert found.style is not None
            return found.style.color

        fine, error, warning = colour(0, "fine"), colour(1, "ERROR one"), colour(2, "WARN two")
        assert len({fine, error, warning}) == 3
        assert colour(3, "ERROR") == error
        assert colour(3, "ok") not in (fine, error)


async def test_times_stand_before_lines_on_demand(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        other = tmp_path / "0001-other.log"
        writer = SpoolWriter(other, now=lambda: 1_800_000_007.0)
        writer.append(Passage("stdout", f"{'x' * 100}\nsecond\n"))
        writer.close()
        s.pane.show(other, "", grows=False)
        await s.press("T")
        time = datetime.fromtimestamp(1_800_000_007).astimezone().strftime("%H:%M:%S")
        assert s.rows()[1] == f"{time}   second"
        assert s.rows()[0] == f"{time}   {'x' * (WIDTH - 12)}›"
        await s.press("w")
        assert s.rows()[1].strip("x") == " " * 11
        await s.press("w", "T")
        assert s.rows()[1] == "  second"


async def test_a_match_is_shown_in_the_middle_and_with_what_was_found(tmp_path: Path) -> None:
    texts = numbered(300)
    texts[150] = f"{'x' * 300} needle {'y' * 300}"
    async with shown(tmp_path, texts) as s:
        await s.press("g")
        await s.search("needle")
        middle = s.rows()[HEIGHT // 2 - 1]  # the line in which one types has gone since
        assert "needle" in middle
        await s.search("line 200")
        assert s.rows()[HEIGHT // 2 - 1] == "  line 200"


async def test_a_text_is_searched_as_it_is_and_capitals_matter_on_demand(tmp_path: Path) -> None:
    async with shown(tmp_path, ["abc", "A(C", "a(c", "end"]) as s:
        await s.press("g", "slash", "a", "left_parenthesis")
        assert "not a regular expression" in s.status()
        await s.press("ctrl+t")
        assert s.status().startswith(
            "as text, ^t as regex · capitals matter where typed, ^y always"
        )
        await s.press("c", "enter")
        assert (s.lines.cursor, s.status().partition(" · ")[0]) == (1, "match 1 of 2")
        await s.press("slash", "ctrl+y", "enter")
        assert (s.lines.cursor, s.status().partition(" · ")[0]) == (2, "match 1 of 1")


async def test_capitals_are_told_apart_only_where_they_are_typed(tmp_path: Path) -> None:
    async with shown(tmp_path, ["error", "Error"]) as s:
        await s.press("g")
        await s.search("E.ror")
        assert s.lines.cursor == 1


async def test_a_broken_expression_is_told_and_searches_nothing(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(3)) as s:
        await s.press("slash", "left_parenthesis", "enter")
        assert s.status().startswith("not a regular expression")
        assert s.app.screen.query_one(Input).display
        await s.press("escape")
        assert not s.app.screen.query_one(Input).display
        assert s.lines.has_focus


async def test_e_goes_from_trouble_to_trouble(tmp_path: Path) -> None:
    async with shown(tmp_path, ["fine", "it FAILED", "it failed again", "fine", "fine"]) as s:
        await s.write("on stderr", stream="stderr")
        await s.write("fine", "fine")
        await s.press("e")
        assert s.lines.cursor == 1
        await s.press("e")
        assert s.lines.cursor == 5
        await s.press("e")
        assert "no error line after this one" in s.status()


async def test_lines_are_copied_as_plain_text(tmp_path: Path) -> None:
    async with shown(tmp_path, ["one", "\x1b[31mtwo\x1b[0m", "three"]) as s:
        await s.press("k", "y")
        assert s.app.clipboard == "two"
        await s.press("V", "j")
        assert "2 selected" in s.status()
        await s.press("y")
        assert s.app.clipboard == "two\nthree"


async def test_all_of_an_output_is_copied_with_how_much_it_was(tmp_path: Path) -> None:
    texts = [f"\x1b[31m{text}\x1b[0m" for text in numbered(1_200)]
    async with shown(tmp_path, texts) as s:
        await s.press("Y")
        assert s.app.clipboard == "\n".join(numbered(1_200))
        [told] = [notification.message for notification in s.app._notifications]
        assert told == f"Copied 1,200 lines, {len(s.app.clipboard):,} characters"


async def test_lines_are_marked_with_a_click(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(5)) as s:
        await s.pilot.click(OutputLines, offset=(5, 2))
        assert s.lines.cursor == 2
        assert not s.lines.following


async def test_what_is_in_sight_stays_when_the_limit_drops_lines_above(tmp_path: Path) -> None:
    async with shown(tmp_path, limit=64 * 1024) as s:
        await s.write(*(f"first {i:06}" for i in range(5_000)))
        await s.press("k", "k")
        marked = s.lines.line(s.lines.cursor)
        before = s.rows()
        for at in range(3):
            await s.write(*(f"more {at} {i:06}" for i in range(300)))
        assert "left out" in s.status()
        assert s.lines.line(s.lines.cursor) == marked
        assert s.rows() == before


async def test_another_output_is_shown_from_its_end(tmp_path: Path) -> None:
    async with shown(tmp_path, numbered(100)) as s:
        await s.press("g")
        other = tmp_path / "0001-other.log"
        writer = SpoolWriter(other)
        writer.append(Passage("stdout", "of another step\n"))
        writer.close()
        s.pane.show(other, "")
        await s.look()
        assert s.rows()[0] == "  of another step"
        assert "1 line · following" in s.status()


async def test_an_output_that_is_whole_begins_at_its_top(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        other = tmp_path / "0001-other.log"
        writer = SpoolWriter(other)
        writer.append(Passage("stdout", "".join(f"{line}\n" for line in numbered(100))))
        writer.close()
        s.pane.show(other, "", grows=False)
        await s.look()
        assert s.rows()[0] == "  line 0"
        assert "line 1" in s.status()


async def test_braces_go_from_attempt_to_attempt(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        other = tmp_path / "0001-other.log"
        now = 10.0
        writer = SpoolWriter(other, now=lambda: now)
        for attempt in range(1, 4):
            now = attempt * 10.0
            lines = "".join(f"{attempt}: {line}\n" for line in numbered(50))
            writer.append(Passage("stdout", lines))
        writer.close()
        marks = [Parting(15, "attempt 2"), Parting(25, "attempt 3")]
        s.pane.show(other, "", marks=marks, grows=False)
        await s.look()
        await s.press("right_curly_bracket")
        assert s.rows()[1] == "  2: line 0"
        assert s.rows()[0].startswith("─ attempt 2 ─")
        await s.press("right_curly_bracket", "j", "left_curly_bracket", "left_curly_bracket")
        assert s.rows()[1] == "  2: line 0"


async def test_what_was_printed_has_its_attempts_where_something_else_is_shown(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as s:
        printed, made = tmp_path / "0001-all.log", tmp_path / "0002-made.log"
        now = 10.0
        writer = SpoolWriter(printed, now=lambda: now)
        for attempt in (1, 2):
            now = attempt * 10.0
            writer.append(Passage("stdout", f"{attempt}: a\n{attempt}: b\n"))
        writer.close()
        writer = SpoolWriter(made, now=lambda: now)
        writer.append(Passage("stdout", '{"attempt": 2}\n'))
        writer.close()
        marks = [Parting(15, "attempt 1 failed · attempt 2")]
        s.pane.show(made, "", printed, marks, grows=False, arranged=True)
        await s.press()
        assert s.rows()[0] == "  {"
        await s.press("v")
        assert [row[:9] for row in s.rows()[:3]] == ["  1: a", "  1: b", "─ attempt"]
        await s.press("right_curly_bracket")
        assert s.lines.cursor == 3
        await s.press("e")
        assert "no error line" in s.status()


async def test_an_output_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    async with shown(tmp_path, ["x"]) as s:
        folder = tmp_path / "folder.log"
        folder.mkdir()
        s.pane.show(folder, "")
        await s.look()
        assert "cannot be read" in "".join(s.rows())


async def test_without_a_terminal_to_give_the_pager_is_refused(tmp_path: Path) -> None:
    async with shown(tmp_path, ["x"]) as s:
        told = await open_in(s.app, tmp_path, "less", {}, "pager")
        assert told == "The pager cannot be opened here."


async def test_an_output_that_grows_lays_nothing_out(tmp_path: Path) -> None:
    async with shown(tmp_path) as s:
        await s.write(*(f"line {n}" for n in range(100)))
        laid_out: list[object] = []
        s.app.screen.screen_layout_refresh_signal.subscribe(s.app, laid_out.append)
        await s.write(*(f"line {n}" for n in range(100, 5_000)))
        assert s.rows()[-1].endswith("line 4999")
        assert s.lines.vertical_scrollbar.window_virtual_size == 5_000
        assert not laid_out


@pytest.mark.parametrize("unread", [0, 7])
@pytest.mark.parametrize("length", [3, CLIP, CLIP + 1, 20 * CLIP])
def test_a_line_without_colours_is_drawn_as_one_with_them(length: int, unread: int) -> None:
    plain = line_text(Line("stdout", "x" * length, unread))
    coloured = line_text(Line("stdout", "\x1b[0m" + "x" * length, unread))
    assert plain.text.plain == coloured.text.plain
    assert plain.text.no_wrap == coloured.text.no_wrap
    assert plain[1:] == coloured[1:]


LONG = json.dumps({"items": list(range(900)), "error": "Deadline", "after": "x" * 2_000})


@pytest.mark.parametrize("colour", ["", "\x1b[31m"])
@pytest.mark.parametrize("wrap", [False, True])
async def test_a_match_far_in_a_long_line_is_shown(tmp_path: Path, wrap: bool, colour: str) -> None:
    long = LONG.replace('"error', f'{colour}"error')
    async with shown(tmp_path, ["first", long, "last"]) as s:
        s.lines.wrap = wrap
        await s.search("Deadline")
        rows = s.rows()
        assert any("Deadline" in row for row in rows)
        begin = LONG.index("Deadline")
        window = s.lines._painter.text(1).plain
        before = int(window.split(" characters … ")[0].replace(",", ""))
        after = int(window.rsplit(" … ", 1)[1].removesuffix(" more characters").replace(",", ""))
        shown_part = window.split(" characters … ")[1].rsplit(" … ", 1)[0]
        assert before < begin
        assert LONG[before : len(LONG) - after] == shown_part
        await s.press("w")
        assert any("Deadline" in row for row in s.rows())
        await s.press("k")
        assert s.lines._painter.text(1).plain.startswith('{"items": [0, 1')


async def test_a_match_in_a_line_of_megabytes_is_shown(tmp_path: Path) -> None:
    async with shown(tmp_path, limit=1 << 24) as s:
        await s.write("é" * 1_500_000 + "Deadline" + "é" * 1_500_000)
        await s.search("Deadline")
        assert any("Deadline" in row for row in s.rows())


async def test_what_tells_how_much_is_left_out_is_no_match(tmp_path: Path) -> None:
    async with shown(tmp_path, ["x" * 1_500 + " more y" + "x" * 1_500]) as s:
        await s.search("more y")
        assert any("x more yx" in row for row in s.rows())


async def test_the_whole_line_opens_at_the_match_and_is_searched(tmp_path: Path) -> None:
    text = "a" * 990 + "Deadline" + "b" * 9_000 + "Deadline" + "c" * 50_000 + "other [end"
    async with shown(tmp_path, [text]) as s:
        await s.search("Deadline")
        await s.press("enter")
        screen = s.app.screen
        assert isinstance(screen, WholeLineScreen)
        whole = screen.query_one(OutputLines)

        def rows() -> str:
            return "".join(
                whole.render_line(y).text.strip().rstrip("▌") for y in range(whole.size.height)
            )

        assert "aDeadlineb" in rows()
        await s.press("n")
        assert "bDeadlinec" in rows()
        await s.press("n")
        assert "aDeadlineb" in rows()
        await s.press("N")
        assert "bDeadlinec" in rows()
        await s.search("other [")
        assert "cother [end" in rows()
        await s.press("escape")
        assert s.app.screen is screen
        pieces, _ = whole.text_of(range(whole.count))
        assert pieces.replace("\n", "") == text
        await s.press("escape")
        assert s.app.screen is not screen


async def test_the_first_error_stays_in_sight_when_the_pane_grows_and_shrinks(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path, [*numbered(12), "Error: denied"]) as s:
        s.pane.show_failure()
        for height in (8, 30, 8):
            await s.pilot.resize_terminal(WIDTH, height)
            await s.pilot.pause()
            assert "  Error: denied" in s.rows()


async def test_a_view_asked_for_before_it_is_known_what_the_output_is_comes_then(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as s:
        await s.write('{"a": [1, 2]}')
        s.pane.show(tmp_path / "0000-step.log", "", grows=False)
        s.pane.action_view()
        await s.app.workers.wait_for_complete()
        await s.pilot.pause()
        assert s.pane._view is not None
        assert not s.app._notifications


async def test_nothing_is_drawn_where_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(tmp_path) as s:
        await s.write("one", "two")
        drawn = []
        monkeypatch.setattr(s.lines, "refresh", lambda *_, **__: drawn.append(1))
        await s.look()
        assert not drawn
        s.writer.set_partial("stdout", "thr")
        await s.look()
        assert drawn
        drawn.clear()
        await s.look()
        assert not drawn
        s.writer.take_back("stdout", 1)
        s.writer.set_partial("stdout", "")
        await s.write("owt")
        assert drawn
        assert s.rows()[1].endswith("owt")
