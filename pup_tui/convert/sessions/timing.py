"""What `script` recorded together with its file of times, as one cast."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from pup_tui.convert.errors import ConversionError

_CLASSIC = re.compile(r"(?P<delay>\d+(?:\.\d+)?) (?P<size>\d+)")
_STREAMS = re.compile(r"(?P<kind>[IOHS]) (?P<delay>\d+(?:\.\d+)?) (?P<rest>.*)")
_HEAD = re.compile(rb"Script started(?: on|,) [^\n]*\n")
_COLUMNS = re.compile(rb'COLUMNS="(\d{1,4})"')


def with_times(typescript: bytes, times: str, name: str) -> str:
    """The recording as a cast; `name` is that of the file of times, of either format that `script` knows.

    What was put in (`script --log-io`) is left out. Raises ConversionError.
    """
    head = _HEAD.match(typescript)
    body = typescript[head.end() :] if head else typescript
    columns = _COLUMNS.search(head.group()) if head else None
    told = {"version": 2, "width": int(columns[1]) if columns else 0, "height": 24}
    lines = [json.dumps({**told, "recorded_by": "script"})]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    now, place = 0.0, 0
    for kind, delay, size in _steps(times, name):
        now += delay
        data, place = body[place : place + size], place + size
        if kind == "O":
            lines.append(json.dumps([round(now, 6), "o", decoder.decode(data)]))
    return "\n".join(lines) + "\n"


def _steps(times: str, name: str) -> Iterator[tuple[str, float, int]]:
    for number, line in enumerate(times.splitlines(), 1):
        if not line.strip():
            continue
        classic, streams = _CLASSIC.fullmatch(line.strip()), _STREAMS.fullmatch(line.strip())
        if classic is not None:
            yield "O", float(classic["delay"]), int(classic["size"])
        elif streams is not None:
            size = streams["rest"] if streams["kind"] in "IO" else "0"
            if not size.isdigit():
                raise _wrong(name, number)
            yield streams["kind"], float(streams["delay"]), int(size)
        else:
            raise _wrong(name, number)


def _wrong(name: str, number: int) -> ConversionError:
    return ConversionError(
        "this is no line of times of `script`",
        f"{name}:{number}",
        "give the file that `script -T` or `script -t` wrote beside the recording",
    )
