from __future__ import annotations

import gc
import threading

import msgspec
import pytest

from pup_tui.typed import convert, decode_json


class Inner(msgspec.Struct):
    values: dict[str, list[int]]


class Outer(msgspec.Struct):
    inner: Inner
    more: list[Inner]


def test_plain_values_become_typed_ones_and_wrong_ones_are_told() -> None:
    assert convert({"values": {"a": [1]}}, Inner) == Inner({"a": [1]})
    assert decode_json(b'{"values": {}}', Inner) == Inner({})
    with pytest.raises(msgspec.ValidationError):
        convert({"values": 1}, Inner)
    with pytest.raises(msgspec.ValidationError):
        decode_json(b'{"values": []}', Inner)
    assert gc.isenabled()


def test_threads_that_meet_a_type_first_get_the_same() -> None:
    plain = {"inner": {"values": {"a": [1]}}, "more": [{"values": {}}]}
    gate, made = threading.Barrier(8), list[Outer]()

    def work() -> None:
        gate.wait()
        made.append(convert(plain, Outer))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Outer(Inner({"a": [1]}), [Inner({})])] * 8
