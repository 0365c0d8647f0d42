"""Threads for calls that may hang."""

import asyncio
import subprocess
import sys
import threading

import pytest

from recado.kit.threads import Threads
from tests.mailbox.support import eventually


async def test_they_are_made_when_needed_and_used_again() -> None:
    threads = Threads(3, "test")
    try:
        seen = {await threads.run(threading.get_ident) for _ in range(20)}
        assert len(seen) <= 3  # one, but for a call that comes before its thread says that it is free
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        assert await threads.run(lambda: "on") == "on"
    finally:
        threads.close()


async def test_no_more_than_so_many_and_the_rest_in_its_turn() -> None:
    threads, go = Threads(2, "test"), threading.Event()
    began: list[int] = []

    def hang(number: int) -> int:
        began.append(number)
        go.wait()
        return number

    try:
        calls = [asyncio.create_task(threads.run(lambda number=number: hang(number))) for number in range(4)]
        await eventually(lambda: len(began) == 2)
        calls[2].cancel()  # it was not begun, and never is
        await asyncio.wait([calls[2]])
        calls[0].cancel()  # who is cancelled does not wait for what was begun
        await asyncio.wait([calls[0]])
        go.set()
        assert await asyncio.gather(calls[1], calls[3]) == [1, 3]
        assert sorted(began) == [0, 1, 3]
    finally:
        go.set()
        threads.close()
    await eventually(lambda: not [one for one in threading.enumerate() if one.name == "test"])


HANGS = """
import asyncio, threading
from recado.kit.threads import Threads

async def main() -> None:
    began = threading.Event()
    def hang() -> None:
        began.set()
        threading.Event().wait()
    call = asyncio.create_task(Threads(1, "test").run(hang))
    while not began.is_set():
        await asyncio.sleep(0.01)
    call.cancel()

asyncio.run(main())
print("ended")
"""


def test_a_process_ends_though_one_hangs() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "ended\n"
