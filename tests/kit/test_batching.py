"""What is begun by a request and works for everybody: its log lines are not that request's."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import pytest
import structlog

from recado.compat import keys
from recado.compat.keys import OpenKeys
from recado.compat.waiting import Answers
from recado.kit.batching import Batcher
from recado.kit.logs import about, add_ids
from recado.kit.wakeup import Bell
from recado.mailbox.answers import Handed


def ids() -> dict[str, Any]:
    """What a log line of this task would name."""
    return {**structlog.contextvars.get_contextvars(), **add_ids(None, "info", {})}


async def _in_somebodys_task(work: Callable[[], Awaitable[None]]) -> None:
    async def request() -> None:
        with structlog.contextvars.bound_contextvars(request_id="the first"):
            about(("conversation_id", "the first's"))
            await work()
            assert ids() == {"request_id": "the first", "conversation_id": "the first's"}

    await asyncio.wait_for(asyncio.create_task(request()), 60)


async def test_a_batch_is_nobodys() -> None:
    named: list[dict[str, Any]] = []

    async def flush(items: Sequence[int]) -> Sequence[int]:
        named.append(ids())
        return items

    batcher = Batcher(flush, max_batch=10, max_waiting=10)

    async def submit() -> None:
        await batcher.submit(1)

    await _in_somebodys_task(submit)
    assert named == [{}]


async def test_the_look_for_all_answers_is_nobodys() -> None:
    named: list[dict[str, Any]] = []

    class Mailbox:
        answers_bell = Bell()

        async def look_for_answers(self, message_ids: Sequence[str]) -> list[Handed]:
            named.append(ids())
            return [Handed(one, "a conversation", "answered") for one in message_ids]

    answers = Answers(cast(Any, Mailbox()))

    async def ask() -> None:
        await answers.of("m1", 60)

    await _in_somebodys_task(ask)
    assert named == [{}]


async def test_the_look_for_closed_keys_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[dict[str, Any]] = []

    async def closed_of(_: object, of: set[str]) -> set[str]:
        named.append(ids())
        return of

    monkeypatch.setattr(keys, "KEYS_EVERY_S", 0.001)
    monkeypatch.setattr(keys, "closed_of", closed_of)
    opened = OpenKeys(cast(Any, None))

    async def listen() -> None:
        with opened.use("a key") as revoked:
            await revoked.wait()

    await _in_somebodys_task(listen)
    assert named[0] == {}
