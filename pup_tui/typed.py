"""Plain values as those of a type, whatever thread asks for them.

What msgspec has to know of a type it finds out when the type is first used. Two threads that do so at the
same time end the program: one uses what the other has not finished, or the collector walks over it. So there
is one at a time, and the collector waits.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_ONE_AT_A_TIME = RLock()
_KNOWN: set[Any] = set()
"""The types that were used before."""


@contextmanager
def _alone(kind: Any) -> Iterator[None]:
    with _ONE_AT_A_TIME:
        if kind in _KNOWN or not gc.isenabled():
            yield
        else:
            gc.disable()
            try:
                yield
            finally:
                gc.enable()
        _KNOWN.add(kind)


@overload
def convert(value: Any, kind: type[T]) -> T: ...
@overload
def convert(value: Any, kind: Any) -> Any: ...
def convert(value: Any, kind: Any) -> Any:
    """A plain value as one of a type. Raises msgspec.ValidationError, RecursionError."""
    with _alone(kind):
        return msgspec.convert(value, kind)


@overload
def decode_json(text: bytes | str, kind: type[T]) -> T: ...
@overload
def decode_json(text: bytes | str, kind: Any) -> Any: ...
def decode_json(text: bytes | str, kind: Any) -> Any:
    """JSON as a value of a type. Raises msgspec.DecodeError, of which a ValidationError is one."""
    with _alone(kind):
        return msgspec.json.decode(text, type=kind)
