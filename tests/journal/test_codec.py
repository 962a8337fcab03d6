from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.core import events
from pup_tui.core.events import AnyEvent, AttemptFinished, AttemptStarted, Findings, Moment, durable
from pup_tui.core.sent import Sent
from pup_tui.journal import codec
from pup_tui.spelling import spelled

texts = st.text(max_size=20)
numbers = st.floats(allow_nan=False)
moments = st.builds(Moment, wall=numbers, clock=numbers)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts | st.just(spelled(1.1, "1.10")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
named = st.dictionaries(texts, values, max_size=4)
names = st.lists(texts, max_size=3).map(tuple)
judgements = st.builds(events.Judgement, holds=st.none() | st.booleans(), reason=texts)
findings = st.builds(
    Findings,
    captures=named,
    missing=st.dictionaries(texts, texts, max_size=3),
    results=named,
    secrets=names,
    until=st.none() | judgements,
    fail_if=st.none() | judgements,
    retry_on=st.none() | judgements,
    assertions=st.lists(judgements, max_size=2).map(tuple),
    value=st.none() | numbers,
    status=st.none() | texts,
)
failures = st.builds(
    events.RenderFailure, message=texts, expression=st.none() | texts, name=st.none() | texts
)
decisions = st.builds(
    events.Decision, step=texts, what=texts, value=values, failure=st.none() | failures
)
sent = st.builds(Sent, **dict.fromkeys(Sent.__struct_fields__, st.none() | texts))
edited_texts = st.builds(
    events.EditedText, text=texts, values=st.dictionaries(texts, texts, max_size=2)
)
left_out = st.builds(
    events.LeftOutSteps,
    steps=st.dictionaries(texts, texts, max_size=2),
    captures=st.dictionaries(texts, named, max_size=2),
    secrets=st.dictionaries(texts, names, max_size=2),
)
step_ends = st.builds(events.EndFacts, waited=numbers, reason=texts)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "alert": named,
    "look": st.booleans(),
    "unchecked": st.none() | st.builds(events.BegunUnchecked, reason=texts, failed=names),
    "request": st.none()
    | st.builds(
        events.RunRequest,
        client=texts,
        asked=st.floats(0, 4e9),
        digest=texts,
        version=texts,
        reason=texts,
        note=texts,
    ),
    "scheduled": st.none() | st.builds(events.Scheduled, name=texts, moment=st.none() | numbers),
    "at": moments,
    "of_ended": st.dictionaries(texts, step_ends, max_size=2),
    "decided": st.lists(decisions, max_size=3).map(tuple),
    "source": st.builds(events.Source, path=texts, sha256=texts),
    "values": named,
    "left_out": names,
    "secrets": names,
    "found": st.booleans(),
    "held": st.booleans(),
    "problems": names,
    "steps": names,
    "edited": st.dictionaries(
        texts,
        edited_texts,
        max_size=2,
    ),
    "ended": st.none() | st.dictionaries(texts, texts, max_size=2),
    "without": left_out,
    "lock": st.none() | st.builds(events.Lock, value=texts, broken=texts, reason=texts),
    "ok": st.booleans(),
    "duration": numbers,
    "seconds": numbers,
    "again_in": st.none() | numbers,
    "exit_code": st.none() | st.integers(),
    "status_code": st.none() | st.integers(),
    "findings": findings,
    "sent": sent,
    "cwd": st.none() | st.builds(events.WorkingDirectory, path=texts, inode=st.integers()),
    "unknown": st.booleans(),
    "unreachable": st.booleans(),
    "by_itself": st.booleans(),
    "kept": st.none() | st.integers(0),
    "captures": st.dictionaries(texts, named, max_size=3),
    "again": names,
    "never_begun": names,
    "half_undone": names,
    "barred": names,
    "read_only": st.booleans(),
    "counts_lost": st.booleans(),
    "exact": st.booleans(),
    "asks_again": st.booleans(),
    "undo": st.booleans(),
    "only_undo": st.booleans(),
    "only_failed": st.booleans(),
    "items": st.lists(values, max_size=3).map(tuple),
    "done": st.dictionaries(texts, named, max_size=3),
    "taken_back": names,
    "skipped": st.dictionaries(texts, texts, max_size=3),
    "changed": named,
}
KINDS: tuple[type[AnyEvent], ...] = AnyEvent.__args__


def events_of(kind: type[AnyEvent]) -> st.SearchStrategy[AnyEvent]:
    """Any event of a kind; what FIELDS does not have is a text."""
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    assert {name for name in types.keys() - FIELDS.keys() if types[name] is not str} == set()
    known = FIELDS | ({"edited": st.none() | edited_texts} if kind is events.Answered else {})
    return st.builds(kind, **{name: known.get(name, texts) for name in types})


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_an_event_comes_back_as_it_was_but_for_its_secrets(
    kind: type[AnyEvent], data: st.DataObject
) -> None:
    event = data.draw(events_of(kind))
    assert codec.decode(codec.encode(event).encode()) == durable(event)


def test_an_attempt_of_an_older_journal_had_nothing_sent() -> None:
    body = (
        b'{"type":"attempt-started","at":{"wall":1.0,"clock":0.0},"attempt":"a#1","command":"cat"}'
    )
    assert codec.decode(body) == AttemptStarted(at=Moment(1.0, 0.0), attempt="a#1", command="cat")


def test_what_common_json_cannot_hold_comes_back() -> None:
    event = AttemptFinished(
        at=Moment(1.0, 2.0),
        attempt="read#1",
        ok=True,
        duration=0.5,
        findings=Findings(captures={"gap": math.nan, "big": 2**70, "file": "caf\udce9"}),
    )
    back = codec.decode(codec.encode(event).encode())
    assert isinstance(back, AttemptFinished)
    captures = back.findings.captures
    assert math.isnan(captures["gap"])
    assert (captures["big"], captures["file"]) == (2**70, "caf\udce9")


@pytest.mark.parametrize("depth", [1, 100_000])
def test_nesting_without_end_is_an_error_not_a_crash(depth: int) -> None:
    nested: Any = []
    for _ in range(depth):
        nested = [nested]
    if depth == 1:
        assert json.loads(codec.to_json(nested)) == [[]]
    else:
        with pytest.raises(ValueError):
            codec.to_json(nested)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"type": "of-tomorrow"}', b"[" * 100_000])
def test_what_is_no_event_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        codec.decode(body)


def test_a_link_depends_on_everything_before_it() -> None:
    first = codec.link(codec.first_link("aa11"), 1, b"{}")
    assert first != codec.link(codec.first_link("bb22"), 1, b"{}")
    assert first != codec.link(codec.first_link("aa11"), 2, b"{}")
    assert first != codec.link(codec.first_link("aa11"), 1, b"{ }")


def test_storable_keeps_text_and_writes_out_what_is_none() -> None:
    assert codec.storable("naïve ✓") == "naïve ✓"
    assert codec.storable("caf\udce9") == "caf\\udce9"
    assert codec.restored(codec.storable("caf\udce9 ✓")) == "caf\udce9 ✓"
