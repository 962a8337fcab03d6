"""What was typed, as recordings of terminals tell it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pup_tui.convert.errors import ConversionError
from pup_tui.convert.sessions.kinds import session_in, session_text
from pup_tui.convert.sessions.screen import RecordedScreen
from pup_tui.convert.sessions.timing import with_times
from pup_tui.convert.sessions.typed import ShellSession

DATA = Path(__file__).parent / "data"

LONG = "echo a very long line that is longer than the eighty columns which the terminal has so that it wraps"
TYPED = [
    "cd /tmp",
    "export TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "cat /etc/hostname",
    "head -1 /etc/hosts; cat /etc/hostname",
    "gti status",
    "for i in 1 2; do\necho round $i\ndone",
    f"{LONG} > /dev/null",
    "ls /etc/hostname",
    "touch /tmp/old/a && rm -rf /tmp/old/a",
    "echo doeX",
    "exit",
]
"""What was typed in the recordings that `script` has made of bash and zsh, with all kinds of corrections."""


def session(data: bytes | str, name: str = "x") -> ShellSession:
    raw = data.encode() if isinstance(data, str) else data
    text = session_text(raw) or raw.decode()
    found = session_in(text.replace("\r\n", "\n"), name)
    assert found is not None
    return found


def texts(found: ShellSession) -> list[str]:
    return [each.text for each in found.commands]


@pytest.mark.parametrize("shell", ["bash", "zsh", "norc"])
def test_commands_are_read_as_they_stood_when_they_were_entered(shell: str) -> None:
    found = session((DATA / f"{shell}.typescript").read_bytes())
    assert found.source == "what `script` recorded"
    assert texts(found) == TYPED
    assert [each.text for each in found.commands if each.is_unknown] == ["gti status"]


def test_a_shell_without_marks_is_known_by_its_prompt() -> None:
    found = session((DATA / "dash.typescript").read_bytes())
    loop = "for i in 1 2; do\necho $i\ndone"
    assert texts(found) == ["cd /tmp", "cat /etc/hostname", "gti status", loop, "exit"]


def cast(version: int, recorded: bytes, times: str) -> str:
    """A recording of `script` as asciinema would have made it."""
    lines = with_times(recorded, times, "timing").splitlines()
    head: dict[str, object]
    events = [json.loads(line) for line in lines[1:]]
    # What was put in is there as well, and must not be read.
    events.insert(3, [events[2][0], "i", "hidden-password\r"])
    if version == 2:
        head = {"version": 2, "width": 80, "height": 24, "timestamp": 1796040000}
        return "\n".join(json.dumps(each) for each in [head, *events, [99, "m", ""]]) + "\n"
    before, relative = 0.0, []
    for time, kind, data in events:
        relative.append([round(time - before, 6), kind, data])
        before = time
    if version == 3:
        head = {"version": 3, "term": {"cols": 80, "rows": 24}}
        rows = [json.dumps(each) for each in [head, *relative, [0.1, "x", "0"]]]
        return "\n".join([rows[0], "# a comment", *rows[1:]]) + "\n"
    stdout = [[delay, data] for delay, kind, data in relative if kind == "o"]
    return json.dumps({"version": 1, "width": 80, "height": 24, "stdout": stdout}, indent=1)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_casts_of_every_version(version: int) -> None:
    recorded = (DATA / "bash.typescript").read_bytes()
    made = cast(version, recorded, (DATA / "bash.timing").read_text())
    found = session(made, "x.cast")
    assert found.source == f"a cast of asciinema (version {version})"
    assert texts(found) == TYPED
    assert "hidden-password" not in repr(found)
    times = [each.at for each in found.commands]
    assert all(at is not None for at in times)
    assert times == sorted(times, key=lambda at: at or 0)


def test_a_cast_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    made = cast(2, (DATA / "bash.typescript").read_bytes(), (DATA / "bash.timing").read_text())
    cut = made[: made.index("gti status") + 4]
    assert texts(session(cut, "x.cast"))[:3] == TYPED[:3]


@pytest.mark.parametrize(
    "event", ["{}", '["x", "o", "y"]', "[1]", "[NaN, 1, 2]", "x", '[1, 2, "y"]', "[" * 5000]
)
def test_a_broken_event_is_told_with_its_line(event: str) -> None:
    broken = f'{{"version": 2, "width": 80, "height": 24}}\n{event}\n[1, "o", "$ ls"]\n'
    with pytest.raises(ConversionError, match=r"an event of the cast is no .*: x:2: "):
        session(broken)


def test_times_of_script_tell_how_long_a_command_took_and_leave_out_what_was_put_in() -> None:
    made = with_times(
        (DATA / "io.typescript").read_bytes(), (DATA / "io.timing").read_text(), "timing"
    )
    assert "typed-and-hidden" not in made
    found = session(made)
    assert found.source == "what `script` recorded"
    assert texts(found) == ["cd /tmp", "read -s SECRET", "cat /etc/hostname", "exit"]
    assert found.commands[1].took is not None
    assert 0.2 < found.commands[1].took < 5


@pytest.mark.parametrize("line", ["x", "1 2 3", "O 1 x", "-1 5", "1e5 2", "I 1 -2"])
def test_a_wrong_line_of_times_is_told(line: str) -> None:
    with pytest.raises(ConversionError, match=r"no line of times of `script`: timing:2: "):
        with_times(b"Script started on today\n$ ls\n", f"0.1 2\n{line}\n", "timing")


MARKED = (
    "\x1b]133;A\x07(main) ~/x %\x1b]133;B\x07 kubectl get pods\n\x1b]133;C\x07one\n\x1b]133;D;0\x07"
    "\x1b]133;A\x1b\\(main) ~/x %\x1b]133;B\x1b\\ false > x\n\x1b]133;C\x1b\\\x1b]133;D;1\x1b\\"
    "\x1b]133;A\x07(main) ~/x %\x1b]133;B\x07 gti\n\x1b]133;C\x07oh\n\x1b]133;D;127\x07"
    "\x1b]133;A\x07(main) ~/x %\x1b]133;B\x07 \n\x1b]133;C\x07\x1b]133;D\x07"
)


def test_marks_of_prompts_tell_commands_and_how_they_ended() -> None:
    found = session(MARKED)
    assert [(each.text, each.exit_code, each.is_unknown) for each in found.commands] == [
        ("kubectl get pods", 0, False),
        ("false > x", 1, False),
        ("gti", 127, True),
    ]


HOSTS = """Script started on Mon Nov 30 12:00:00 2026
alice@box:~$ ssh deploy@web-1
Welcome to web-1
[deploy@web-1 srv]$ sudo systemctl restart app
# comment of an output
> quoted output
[deploy@web-1 srv]$ exit
Connection closed.
alice@box:/var/log$ sudo -i
root@box:~# tail /var/log/syslog
cost $ 5
root@box:~# exit
alice@box:/var/log (main) $ uptime
Script done on Mon Nov 30 12:01:00 2026
"""


def test_where_a_command_was_typed_is_known_by_its_prompt() -> None:
    found = session(HOSTS)
    assert [(each.place, each.text) for each in found.commands] == [
        ("alice@box", "ssh deploy@web-1"),
        ("deploy@web-1", "sudo systemctl restart app"),
        ("deploy@web-1", "exit"),
        ("alice@box", "sudo -i"),
        ("root@box", "tail /var/log/syslog"),
        ("root@box", "exit"),
        ("alice@box", "uptime"),
    ]


def test_a_program_on_the_whole_screen_leaves_nothing() -> None:
    found = session(
        "Script started on x\n$ vim a\n\x1b[?1049h\x1b[2J$ rm -rf /\n~\n\x1b[?1049l$ ls a\n"
    )
    assert texts(found) == ["vim a", "ls a"]


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ("abc\b\bX", "aXc"),
        ("abc\rX", "Xbc"),
        ("abc\r\x1b[KX", "X"),
        ("abc\x1b[1K", "   "),
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("abcd\x1b[2D\x1b[P", "abd"),
        ("abcd\x1b[3D\x1b[2@xy", "axybcd"),
        ("abcd\x1b[4D\x1b[2X", "  cd"),
        ("abc\x1b[Gx", "xbc"),
        ("a\tb", "a       b"),
        ("\x1b]0;title\x07text\x1b(B", "text"),
        ("\x1bPq#0\x1b\\text", "text"),
        ("äöü\b\bX", "äXü"),
    ],
)
def test_what_was_drawn_over_is_gone(printed: str, line: str) -> None:
    for pieces in ([printed], list(printed)):
        screen = RecordedScreen(80)
        for piece in pieces:
            screen.take(piece)
        assert screen.line(0)[0] == line


@pytest.mark.parametrize(
    "printed",
    [
        "\x1b[999999999C",
        "\x1b[999999999B\x1b[9999999A",
        "x\x1b[99999999@",
        "\x1b[;;;;H\x1b[9999C",
        "\t" * 100,
    ],
)
def test_a_hostile_recording_costs_little(printed: str) -> None:
    for width in (80, None):
        screen = RecordedScreen(width)
        screen.take(f"{printed}x" * 1000)
        assert sum(len(row.cells) for row in screen.rows) < 2_100_000


def test_a_line_that_wraps_is_one_also_where_nobody_tells_the_width() -> None:
    screen = RecordedScreen()
    screen.take(f"{'a' * 79} \rb")
    assert screen.line(0) == ("a" * 79 + "b", 2)
