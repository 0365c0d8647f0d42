"""What the tests of deliveries share: a project with endpoints, a receiver, and what they wait for."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from sqlalchemy import select, update

from recado.db import Database
from recado.events.service import record
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.kit.destinations import EVERYWHERE, Destinations
from recado.kit.postman import Result
from recado.mailbox.service import Mailbox
from recado.webhooks import service
from recado.webhooks.delivering import Deliverer
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.webhooks.receiver import Receiver

LOOPBACK = (ip_network("127.0.0.0/8"),)
REFUSED = Result(1, 2, 500, None, "no")


@dataclass
class World:
    """A database with a project, a receiver, and what numbers events."""

    database: Database
    project_id: str
    box: SecretBox
    mailbox: Mailbox
    receiver: Receiver

    async def add(self, *events: str, url: str | None = None) -> str:
        async with self.database.project(self.project_id) as session:
            added, _ = await service.add_endpoint(
                session, self.box, Destinations(EVERYWHERE), url or self.receiver.url, ("*",)
            )
            added.events = json.dumps(events or ("*",))  # also names that no event has but those of these tests
        return added.id

    async def happen(self, *names: str) -> list[str]:
        ids: list[str] = []
        for name in names:
            async with self.database.project(self.project_id) as session:
                ids.append((await record(session, name, {"n": len(ids)})).id)
            await self.mailbox.number_events()
        return ids

    def deliverer(self) -> Deliverer:
        return Deliverer(self.database, self.box, new_id(), LOOPBACK)

    async def rows(self) -> list[WebhookDelivery]:
        async with self.database.system(read_only=True) as session:
            return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.position)))

    async def endpoint(self) -> WebhookEndpoint:
        async with self.database.system(read_only=True) as session:
            return (await session.scalars(select(WebhookEndpoint))).one()

    async def set(self, kind: Any, **values: Any) -> None:
        async with self.database.system() as session:
            await session.execute(update(kind).values(values))

    async def time_passes(self) -> None:
        """Whatever comes later is due."""
        await self.set(WebhookDelivery, due_ms=0)
        await self.set(WebhookEndpoint, retry_ms=None)

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    @contextlib.asynccontextmanager
    async def delivering(self, count: int = 1) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self.deliverer().run()) for _ in range(count)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_are(world: World, count: int, state: str) -> bool:
    return await world.states() == [state] * count


async def posts_came(world: World, count: int) -> bool:
    return len(world.receiver.posts) >= count
