"""What the tests of deliveries need."""

from collections.abc import AsyncIterator

import pytest_asyncio

from recado.db import Database
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import SqliteDriver
from tests.webhooks.receiver import receiving
from tests.webhooks.support import World


@pytest_asyncio.fixture
async def world(database: Database, project_id: str, box: SecretBox) -> AsyncIterator[World]:
    owner = new_id()
    driver = (
        SqliteDriver(database.sqlite_path) if database.is_sqlite else PostgresDriver(database.url, database.url, owner)
    )
    mailbox = Mailbox(driver, owner)
    async with receiving() as receiver:
        yield World(database, project_id, box, mailbox, receiver)
    await mailbox.close()
