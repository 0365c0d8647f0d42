"""Live events of several processes: whoever goes on after the last id, at any, misses nothing and sees nothing
twice, whatever dies and in whatever order transactions end.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from recado.db import Database
from recado.events.audiences import attend
from recado.events.models import Event
from recado.events.service import record
from recado.kit.ports import free_port
from recado.projects.models import Project
from tests.cli.terminal import Installation
from tests.mailbox.support import eventually, on_postgres

KEY = "0123456789abcdef"
HEADERS = {"X-API-Key": KEY}
# Events after which a listener goes away and comes back at the other process.
STAYS_FOR = 5
MAKERS = 4
# A process that is dead, or died just now. Every other refusal is a defect.
GONE = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)
TRY_AGAIN = 503


@dataclass
class Listener:
    """Listens at the processes in turn, each time after the last event that it was given."""

    http: aiohttp.ClientSession
    urls: tuple[str, ...]
    turn: int
    by_socket: bool
    seen: list[str]
    heard: list[int] = field(default_factory=lambda: [0, 0])

    async def run(self) -> None:
        while True:
            at = self.turn % len(self.urls)
            self.turn += 1
            events = self._socket(self.urls[at]) if self.by_socket else self._stream(self.urls[at])
            with contextlib.suppress(*GONE):
                left = STAYS_FOR
                async with contextlib.aclosing(events):
                    async for event in events:
                        self.seen.append(event)
                        self.heard[at] += 1
                        left -= 1
                        if not left:
                            break
            await asyncio.sleep(0.01)

    async def _stream(self, url: str) -> AsyncGenerator[str]:
        headers = {**HEADERS, "Last-Event-ID": self.seen[-1]}
        async with self.http.get(f"{url}/api/v1/events/stream", headers=headers) as response:
            if response.status == TRY_AGAIN:
                return
            assert response.status == 200, await response.text()
            fields: dict[str, str] = {}
            while line := (await response.content.readline()).decode():
                if not line.endswith("\n"):
                    return  # cut in the middle of a word
                key, _, value = line.rstrip("\n").partition(": ")
                if key:
                    fields[key] = value
                elif "data" in fields:  # the end of an event, and only then it was given
                    yield fields["id"]
                    fields = {}

    async def _socket(self, url: str) -> AsyncGenerator[str]:
        address = f"{url}/api/v1/events/ws?after={self.seen[-1]}"
        try:
            async with self.http.ws_connect(address, headers=HEADERS) as opened:
                async for message in opened:
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return  # cut
                    yield json.loads(message.data)["id"]
        except aiohttp.WSServerHandshakeError as refused:
            if refused.status != TRY_AGAIN:
                raise


@dataclass
class Makers:
    """People who write through both API processes: a message comes in there, a worker answers and hands some over."""

    http: aiohttp.ClientSession
    urls: tuple[str, ...]
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0

    async def run(self, number: int) -> None:
        count = 0
        while not self.enough.is_set():
            count += 1
            path = f"/v1/conversations/p{number}-{count}/messages"
            text = "quiero hablar con una persona" if count % 3 == 0 else "hola"
            with contextlib.suppress(*GONE):  # whatever became of it stands in the database
                url = self.urls[(number + count) % len(self.urls)]
                async with self.http.post(url + path, json={"text": text}, headers=HEADERS) as answer:
                    assert answer.status == 200 or answer.status >= TRY_AGAIN, await answer.text()
                    self.answered += answer.status == 200


async def _note(database: Database, project_id: str, name: str) -> str:
    async with database.project(project_id) as session:
        return (await record(session, name)).id


async def _told(database: Database, project_id: str) -> list[Event] | None:
    """What listeners are told, in order, once all of it has a place."""
    async with database.project(project_id, read_only=True) as session:
        events = list(await session.scalars(select(Event).order_by(Event.position)))
    return events if all(event.position is not None for event in events) else None


@pytest.mark.slow
@pytest.mark.timeout(300)
@on_postgres
async def test_listeners_of_two_processes_are_told_the_same_whatever_dies(database: Database, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    settings = {
        "RECADO_DATABASE_URL": database.url,
        "RECADO_SECRET_KEY": "a key for tests only",
        "AI_ASSISTANTS_API_KEYS": f"clinic:{KEY}",
        "AI_ASSISTANTS_RATE_LIMIT": "100000/60",
        "RECADO_LIMIT_PER_ADDRESS": "off",
        "RECADO_LIMIT_PER_KEY": "off",
        "RECADO_LIMIT_PER_PROJECT": "off",
    }
    for folder in folders:
        folder.mkdir()
    one, two = (Installation(folder, **settings) for folder in folders)
    async with contextlib.AsyncExitStack() as stack:
        ports = [free_port() for _ in folders]
        dies = stack.enter_context(one.running("api", "--port", str(ports[0]), until="API runs on"))
        stack.enter_context(two.running("api", "--port", str(ports[1]), until="API runs on"))
        stack.enter_context(two.running("worker", until="worker runs"))
        async with database.system(read_only=True) as session:
            project_id = (await session.scalars(select(Project.id))).one()
        connector = aiohttp.TCPConnector(force_close=True)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        urls = tuple(f"http://127.0.0.1:{port}" for port in ports)
        async with database.project(project_id) as session:
            await attend(session, [project_id])
        first = await _note(database, project_id, "first")
        await eventually(lambda: _told(database, project_id))
        listeners = [Listener(http, urls, turn, by_socket, [first]) for turn in (0, 1) for by_socket in (False, True)]
        makers = Makers(http, urls)
        listening = [asyncio.create_task(listener.run()) for listener in listeners]
        making = [asyncio.create_task(makers.run(number)) for number in range(MAKERS)]
        everybody = [*listening, *making]

        def all_saw(at_least: Sequence[int]) -> bool:
            for task in everybody:
                if task.done():
                    task.result()  # raises what went wrong there
            return all(len(one.seen) >= count for one, count in zip(listeners, at_least, strict=True))

        async with database.project(project_id) as session:
            late = (await record(session, "late")).id  # its id is made, and its commit comes after many others'
            await eventually(
                lambda: all_saw([0] * 4) and all(all(one.heard) and max(one.seen) > late for one in listeners)
            )
            before = [list(listener.seen) for listener in listeners]
        await eventually(lambda: all_saw([len(seen) + 4 * STAYS_FOR for seen in before]))
        dies.kill()
        killed = [len(listener.seen) for listener in listeners]
        await eventually(lambda: all_saw([count + 6 * STAYS_FOR for count in killed]))
        makers.enough.set()
        await asyncio.gather(*making)
        last = await _note(database, project_id, "last")
        told = await eventually(lambda: _told(database, project_id))
        assert told is not None
        with contextlib.suppress(AssertionError):  # then it is seen below what is missing
            await eventually(lambda: all_saw([len(told)] * 4), within_s=150.0)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    ids = [event.id for event in told]
    assert [listener.seen for listener in listeners] == [ids] * len(listeners)
    assert {event.name for event in told} >= {"message.received", "conversation.handed_over"}  # of an API, of a worker
    assert ids[0] == first
    assert last in ids
    for seen in before:
        assert late not in seen
        assert max(seen) > late
    assert makers.answered
