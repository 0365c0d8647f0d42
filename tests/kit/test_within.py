"""A limit ends a wait, and only its own: whoever else cancels the task is heard."""

import asyncio

import pytest

from recado.kit.within import within

LONG_S = 3600.0


async def test_what_takes_too_long_ends_and_the_task_goes_on() -> None:
    with pytest.raises(TimeoutError), within(0.0):
        await asyncio.sleep(LONG_S)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    with within(LONG_S):
        await asyncio.sleep(0)


async def test_the_inner_of_two_limits_ends_alone() -> None:
    with within(LONG_S):
        with pytest.raises(TimeoutError), within(0.0):
            await asyncio.sleep(LONG_S)
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), within(0.0), within(LONG_S):
        await asyncio.sleep(LONG_S)


async def test_an_error_passes_and_the_limit_with_it() -> None:
    with pytest.raises(KeyError), within(0.0):
        raise KeyError
    for _ in range(3):
        await asyncio.sleep(0)  # the limit would strike here


async def test_who_cancels_the_task_is_heard() -> None:
    entered = asyncio.Event()

    async def wait() -> None:
        with within(LONG_S):
            entered.set()
            await asyncio.sleep(LONG_S)

    task = asyncio.create_task(wait())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_cancels_the_task_is_heard_also_when_its_time_is_over() -> None:
    async def wait() -> None:
        loop, task, limit = asyncio.get_running_loop(), asyncio.current_task(), within(LONG_S)
        assert task is not None
        with limit:
            loop.call_soon(limit._end)  # pyright: ignore[reportPrivateUsage] # as its timer would, in the same moment
            loop.call_soon(task.cancel)
            await asyncio.sleep(LONG_S)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(wait())
