"""A property that is made once, however many threads ask for it first.

``functools.cached_property`` makes it in each of them (Python 3.12), or lets all objects of the class wait (3.11).
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, RLock
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")

_LOCK = "_making"
_guard = Lock()


class once(Generic[T]):
    """Decorates a method without parameters; while one thread makes a property of an object, others that want one wait."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> T:
        if owner is None:
            return cast(T, self)  # the class itself was asked, for its documentation
        kept: dict[str, Any] = owner.__dict__
        with _guard:
            lock = kept.setdefault(_LOCK, RLock())
        with lock:
            if self._name not in kept:
                kept[self._name] = self._make(owner)
            made: T = kept[self._name]
            return made
