"""A whole API on a free port, with a project, an assistant, a line and a conversation in it."""

import asyncio
import json as json_module
import re
import shutil
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

import recado
from recado.api import build_app
from recado.assistants.service import create_assistant
from recado.bulk.service import KIND as BULK_SEND
from recado.channels.service import create_line
from recado.contacts.service import create_contact
from recado.jobs import schedules
from recado.jobs import service as jobs
from recado.jobs.callbacks import call_back
from recado.kit import new_id, now_ms
from recado.kit.destinations import Destinations
from recado.kit.openapi import operations
from recado.kit.serving import Server
from recado.knowledge.service import NewEntry, add_entries
from recado.mailbox import outbox, senders
from recado.mailbox.claims import NewOut
from recado.mailbox.driver import Priority
from recado.mailbox.models import Conversation, InboxMessage
from recado.mailbox.outbox import Mark
from recado.mailbox.people import Arrival
from recado.main import job_kinds
from recado.media.models import Media
from recado.media.service import upload
from recado.messages import Address, InboundMessage, Person, Text
from recado.privacy.service import ask_erasure
from recado.projects.service import Role, create_key, create_project
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings
from tests.databases import Databases, Kind

DESCRIPTION = Path(recado.__file__).parent.parent / "docs" / "reference" / "openapi.json"
PHONE = "51999888777"
TEXT = "hola, a que hora abren?"


@dataclass(frozen=True)
class Answer:
    """What came back. `json` is None when the body is not JSON."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json_module.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        """The code of the problem."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        assert self.json["status"] == self.status
        return self.json["code"]


@dataclass(frozen=True)
class Tenant:
    """A project, a key of each role, and one of everything."""

    project_id: str
    keys: dict[Role, str]
    key_id: str
    assistant_id: str
    entry_id: str
    line_id: str
    contact_id: str
    conversation_id: str
    message_id: str
    inbox_id: str
    job_id: str
    schedule_id: str
    media_id: str
    erasure_id: str
    # No webhook has it.
    webhook_id: str = field(default_factory=new_id)


@cache
def _described() -> list[tuple[str, re.Pattern[str], frozenset[int]]]:
    """(method, path, statuses that are named) of each operation of the description; `test_openapi` holds it current."""
    schema = json_module.loads(DESCRIPTION.read_text("utf-8"))
    return [
        (
            method.upper(),
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path)),
            frozenset(int(status) for status in operation["responses"] if status != "default"),
        )
        for path, method, operation in operations(schema)
    ]


def check_described(method: str, path: str, status: int) -> None:
    """Every status that an operation answers with is named in its description; that it broke (500) never is."""
    bare = path.partition("?")[0]
    for of_method, of_path, statuses in _described():
        if of_method == method and of_path.fullmatch(bare):
            assert status in statuses | {500}, f"{method} {bare}: {status} is not described, but {sorted(statuses)}"


class Api:
    """A client of the running API. It minds what the description says."""

    def __init__(self, runtime: Runtime, url: str, session: aiohttp.ClientSession) -> None:
        self.runtime = runtime
        self.url = url
        self.session = session

    async def call(self, method: str, path: str, key: str | None = None, json: Any = None, **named: Any) -> Answer:
        headers: dict[str, str] = dict(named.pop("headers", {}))
        if key is not None:
            headers["X-API-Key"] = key
        if json is not None:
            named["json"] = json
        async with self.session.request(method, self.url + path, headers=headers, **named) as response:
            check_described(method, path, response.status)
            return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, await response.read())

    async def get(self, path: str, key: str | None = None, **named: Any) -> Answer:
        return await self.call("GET", "/api/v1" + path, key, **named)

    async def post(self, path: str, key: str | None = None, json: Any = None, **named: Any) -> Answer:
        return await self.call("POST", "/api/v1" + path, key, json, **named)


class Tenanted:
    """Databases and data folders in which the tenants that a test asks for are there already: making one takes a third
    of a second, copying it a twentieth.
    """

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._made: dict[str, dict[str, Tenant]] = {}

    def create(self, kind: Kind, slugs: tuple[str, ...], data_dir: Path) -> tuple[str, dict[str, Tenant]]:
        """The URL of a new database whose data goes on in `data_dir`, and the tenants in it."""
        name = "_".join(("tenants", kind, *slugs))
        if name not in self._made:
            self._made[name] = self._databases.add_template(kind, name, lambda url: self._fill(url, name, slugs))
        shutil.copytree(self._folder / name, data_dir, dirs_exist_ok=True)
        return self._databases.create(kind, name), self._made[name]

    async def _fill(self, url: str, name: str, slugs: tuple[str, ...]) -> dict[str, Tenant]:
        async with open_runtime(Settings(database_url=url, data_dir=self._folder / name)) as runtime:
            return {slug: await make_tenant(runtime, slug) for slug in slugs}


@pytest.fixture(scope="session")
def tenanted(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Tenanted:
    return Tenanted(databases, tmp_path_factory.mktemp("tenants"))


@pytest.fixture
def place_of_tenants(
    request: pytest.FixtureRequest, tenanted: Tenanted, databases: Databases, database_kind: Kind, tmp_path: Path
) -> Iterator[tuple[str, dict[str, Tenant]]]:
    """A database with those of "ours" and "theirs" in it that the test asks for, and they."""
    slugs = tuple(slug for slug in ("ours", "theirs") if slug in request.fixturenames)
    url, tenants = tenanted.create(database_kind, slugs, tmp_path)
    yield url, tenants
    databases.drop(url)


@pytest.fixture
def database_url(place_of_tenants: tuple[str, dict[str, Tenant]]) -> str:
    return place_of_tenants[0]


@pytest.fixture
def ours(place_of_tenants: tuple[str, dict[str, Tenant]]) -> Tenant:
    return place_of_tenants[1]["ours"]


@pytest.fixture
def theirs(place_of_tenants: tuple[str, dict[str, Tenant]]) -> Tenant:
    return place_of_tenants[1]["theirs"]


@pytest_asyncio.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(Settings(database_url=database_url, data_dir=tmp_path)) as served:
        yield served


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Api]:
    """The API with these settings, on a free port."""
    async with open_runtime(settings) as runtime:
        listening = socket.socket(proto=socket.IPPROTO_TCP)  # without it asyncio leaves TCP_NODELAY off
        listening.bind(("127.0.0.1", 0))
        server = Server(build_app(runtime, kinds=job_kinds(runtime)), stop_s=60, websockets=True)
        running = asyncio.create_task(server.serve([listening]))
        await server.listening.wait()
        try:
            async with aiohttp.ClientSession() as session:
                yield Api(runtime, f"http://127.0.0.1:{listening.getsockname()[1]}", session)
        finally:
            server.should_exit = True
            await running


async def make_tenant(runtime: Runtime, slug: str) -> Tenant:
    """A project with one of everything: a message came in, and one is queued to go out."""
    async with runtime.database.system() as session:
        project = await create_project(session, slug, slug.title())
    async with runtime.database.project(project.id) as session:
        made = {role: await create_key(session, project.id, role.value, role) for role in Role}
        assistant = await create_assistant(
            session, slug="clinic", name="Clinic", brain="rules", brains=runtime.brains.keys()
        )
        (entry,) = await add_entries(session, assistant.id, [NewEntry("hours", "es", "horario", "De 8 a 18")])
        line = await create_line(
            session,
            runtime.box,
            assistant_id=assistant.id,
            channel="cloud-api",
            address=new_id(),
            secrets={"app_secret": f"secret-of-{slug}"},
        )
        order = {"line_id": line.id, "text": f"hola de {slug}", "phones": [PHONE]}
        job = await jobs.submit(session, BULK_SEND, order)
        await call_back(session, runtime.box, Destinations(), job, "https://example.com/jobs", "a-secret-of-example")
        schedule = await schedules.create(
            session,
            job_kinds(runtime),
            name="Weekly",
            kind=BULK_SEND,
            cron="0 9 * * mon",
            timezone="America/Lima",
            given=order,
        )
    await runtime.directory.refresh()
    conversation_id = await arrive(runtime, project.id, line.id, "wamid.1")
    queued = await runtime.mailbox.enqueue(
        project.id, conversation_id, [NewOut(new_id(), '{"type":"text","text":"De 8 a 18"}', "turn")]
    )
    async with runtime.database.project(project.id) as session:
        conversation = await session.get(Conversation, conversation_id)
        assert conversation is not None
        inbox_id = await session.scalar(select(InboxMessage.id))
        assert inbox_id is not None
    async with runtime.database.project(project.id) as session:
        asked = [Address(kind="phone", value="51999888000")]
        gone = await create_contact(session, "Eva", asked)
        erasure = await ask_erasure(session, runtime.box, gone.id, "test")
    media = await upload(runtime.database, runtime.store, project.id, "image/png", None, png(), 1000)
    return Tenant(
        project.id,
        {role: token for role, (_, token) in made.items()},
        made[Role.READ][0].id,
        assistant.id,
        entry.id,
        line.id,
        conversation.contact_id,
        conversation_id,
        queued.ids[0],
        inbox_id,
        job.id,
        schedule.id,
        media.id,
        erasure.id,
    )


async def png() -> AsyncIterator[bytes]:
    yield b"not really a picture"


async def arrive(runtime: Runtime, project_id: str, line_id: str, provider_id: str, text: str = TEXT) -> str:
    """Let a message come in; its conversation."""
    message = InboundMessage(
        provider_message_id=provider_id,
        sender=Person(addresses=(Address(kind="phone", value=PHONE),), name="Ana"),
        sent_ms=now_ms(),
        content=Text(text=text),
    )
    arrival = Arrival(
        project_id, line_id, provider_id, (("phone", PHONE),), "Ana", message.sent_ms, message.model_dump_json()
    )
    (stored,) = await runtime.mailbox.store([arrival])
    return stored.conversation_id


async def make_dead(api: Api, of: Tenant, message_id: str) -> None:
    """Let the sending of the one message that waits fail for good."""
    mailbox = api.runtime.mailbox
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    held = await mailbox.driver.run(lambda tx: senders.take_lines(tx, mailbox.owner, 9), Priority.OTHER)
    rows = await mailbox.claim_heads(of.line_id, held[of.line_id], 9)
    assert [row.id for row in rows] == [message_id]
    mark = Mark(message_id, rows[0].seq, held[of.line_id], "dead", error_code="outside_window", error_text="too late")
    assert await mailbox.driver.run(lambda tx: outbox.mark(tx, [mark]), Priority.MARK) == {message_id}


async def lose(api: Api, of: Tenant, media_id: str) -> None:
    """Make a file one that somebody sent and that was given up."""
    async with api.runtime.database.project(of.project_id) as session:
        row = await session.get_one(Media, media_id)
        row.state, row.message_id, row.error_code = "failed", of.inbox_id, "media_timeout"


async def bury(api: Api, of: Tenant, inbox_id: str) -> None:
    """Mark a message that came in as given up."""
    async with api.runtime.database.project(of.project_id) as session:
        row = await session.get(InboxMessage, inbox_id)
        assert row is not None
        row.dead = True
