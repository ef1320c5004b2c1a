"""A property that threads share is made once."""

import threading
import time

import pytest

from caiwen.once import once


class Slow:
    def __init__(self) -> None:
        self.made = 0

    @once
    def first(self) -> object:
        """Takes a while."""
        time.sleep(0.05)
        self.made += 1
        return object()

    @once
    def second(self) -> object:
        return self.first

    @once
    def broken(self) -> object:
        self.made += 1
        if self.made == 1:
            raise ValueError("not yet")
        return "made"


def test_threads_that_ask_at_once_get_the_same() -> None:
    slow, found = Slow(), []
    threads = [threading.Thread(target=lambda: found.append(slow.first)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slow.made == 1
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_one_property_may_need_another_and_objects_have_their_own() -> None:
    one, other = Slow(), Slow()
    assert one.second is one.first
    assert other.second is not one.second
    assert Slow.first.__doc__ == "Takes a while."


def test_what_fails_is_tried_again() -> None:
    slow = Slow()
    with pytest.raises(ValueError, match="not yet"):
        _ = slow.broken
    assert slow.broken == "made"
