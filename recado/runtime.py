"""One running process: its database, its books, its mailbox, and which channels, brains and skills it has."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from recado.assistants.book import AssistantBook
from recado.brain.llm.opening import open_thinker
from recado.brain.llm.thinking import Thinker
from recado.brain.registry import builtin_brains
from recado.channels.book import LineBook
from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Channel
from recado.channels.templates.shelf import TemplateShelf
from recado.channels.web import WebChannel
from recado.db import Database
from recado.decisions import Brain
from recado.events.feed import Feed
from recado.keyring import open_box
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.knowledge.service import load_entries
from recado.mailbox.directory import Directory
from recado.mailbox.driver import Driver
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import SqliteDriver
from recado.media.outgoing import OutgoingMedia
from recado.media.store import Store, open_store
from recado.migrate import wait_until_migrated
from recado.privacy.repeats import Erased
from recado.projects.auth import closed_of
from recado.settings import Settings
from recado.skills import Skill, Skills
from recado.tracing.service import Tracing, open_tracing
from recado.usage.service import DailyBudget, limits_of


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the parts of a process share. `owner` is the process's id: leases and heartbeats are under it."""

    settings: Settings
    owner: str
    database: Database
    box: SecretBox
    mailbox: Mailbox
    directory: Directory
    channels: Mapping[str, Channel]
    brains: Mapping[str, Brain]
    skills: Skills
    feed: Feed
    store: Store
    erased: Erased
    thinker: Thinker | None = None
    tracing: Tracing | None = None


def open_driver(settings: Settings, database: Database, owner: str) -> Driver:
    """The mailbox's way to the database that the settings name. Call it inside the running loop."""
    if database.is_sqlite:
        return SqliteDriver(database.sqlite_path)
    return PostgresDriver(settings.resolved_database_url, settings.resolved_direct_url, owner, database.standstill)


def _open_feed(database: Database, mailbox: Mailbox) -> Feed:
    feed = Feed(database, partial(closed_of, database))
    mailbox.on_events(feed.bell.ring)
    return feed


@asynccontextmanager
async def open_runtime(
    settings: Settings, skills: Iterable[Skill] = (), *, kind: str = "up"
) -> AsyncGenerator[Runtime]:
    """Open everything, wait until the database is migrated, and close everything at the end.

    `kind` is what traces call the process: up, api or worker.
    """
    owner = new_id()
    async with AsyncExitStack() as opened:  # closed however far this comes, the last one first
        database = Database(settings.resolved_database_url)
        opened.push_async_callback(database.close)
        await wait_until_migrated(database)
        box = await open_box(settings, database)
        directory = Directory(LineBook(database, box), AssistantBook(database, load_entries))
        await directory.refresh()
        erased = Erased(database, box)
        await erased.refresh()  # before the first message comes in, which may be one of them
        tracing = open_tracing(settings, database, owner, kind)
        if tracing is not None:
            opened.push_async_callback(tracing.close)
        thinker = open_thinker(settings, DailyBudget(database, limits_of(settings)))
        if thinker is not None:
            opened.push_async_callback(thinker.close)
        brains: Mapping[str, Brain] = builtin_brains(thinker)
        driver = open_driver(settings, database, owner)
        if tracing is None:
            mailbox = Mailbox(driver, owner)
        else:
            mailbox = traced = tracing.mailbox(driver)
            brains = tracing.brains(brains, traced)
            if thinker is not None:
                tracing.model_of(thinker)
        opened.push_async_callback(mailbox.close)
        mailbox.erased = erased
        store = open_store(settings.media_url, settings.data_dir)
        opened.push_async_callback(store.close)
        web = WebChannel()
        opened.push_async_callback(web.close)
        cloud_api = CloudApiChannel(
            settings.cloud_api_base_url,
            media=OutgoingMedia(database, store),
            templates=TemplateShelf(database),
            public_url=settings.public_url,
            networks=settings.webhook_networks,
        )
        opened.push_async_callback(cloud_api.close)
        yield Runtime(
            settings,
            owner,
            database,
            box,
            mailbox,
            directory,
            {cloud_api.name: cloud_api, web.name: web},
            brains,
            Skills(skills),
            _open_feed(database, mailbox),
            store,
            erased,
            thinker,
            tracing,
        )
