"""What all tests share: databases of both kinds, a project, a secret box, and no network but loopback."""

import faulthandler
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, settings

from recado.db import Database
from recado.kit import ids, now_ms
from recado.kit.crypto import SecretBox
from recado.projects.service import create_project
from recado.settings import Settings, variable_name
from tests.cli.terminal import share_first_calls
from tests.databases import KINDS, Databases, Kind
from tests.network import block_network
from tests.redis_server import RedisServer

# A slow or busy machine fails no property, and the same code is tried with the same examples each time, so that a
# failure is due to what was changed. `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("explore"), derandomize=True)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: at the end no worker is at one of them while the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What ends a process that hangs (`faulthandler_timeout`) leaves a test that says it takes longer its own limit."""
    said, stderr = item.get_closest_marker("timeout"), item.config.stash.get(fault_handler_stderr_fd_key, None)
    if said is not None and stderr is not None and said.args[0] >= 180:
        faulthandler.dump_traceback_later(said.args[0] + 60, exit=True, file=stderr)


def pytest_runtest_teardown() -> None:
    """Ids grow, also when the clock goes back: a test that moved it ahead must not make those of the next ones."""
    if ids._last_ms > now_ms() + 1_000:  # pyright: ignore[reportPrivateUsage]
        ids._last_ms = 0  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction] # used by pytest
    with pytest.MonkeyPatch.context() as patch:
        block_network(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_settings_only() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction] # used by pytest
    """What the person who runs the tests has set for their own Recado does not reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for field in Settings.model_fields:
            patch.delenv(variable_name(field), raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_first_call_of_each_command(  # pyright: ignore[reportUnusedFunction] # used by pytest
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    share_first_calls((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "first-calls")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes as many databases as a test wants (see tests/databases.py). Drop those that a test makes itself."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Both kinds in turn: whatever uses this fixture runs on each."""
    return request.param


@pytest.fixture
def database_url(databases: Databases, database_kind: Kind) -> Iterator[str]:
    """The URL of a fresh, migrated database of each kind."""
    url = databases.create(database_kind)
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: Databases, database_kind: Kind) -> Iterator[str]:
    """The URL of a database of each kind that no migration has seen."""
    url = databases.create_empty(database_kind)
    yield url
    databases.drop(url)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database of each kind, open; closed after the test."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def box() -> SecretBox:
    return SecretBox(["a key for tests only"])


@pytest_asyncio.fixture
async def project_id(database: Database) -> str:
    """A project in `database`, called "clinica"."""
    async with database.system() as session:
        return (await create_project(session, "clinica", "Clínica Norte")).id


@pytest_asyncio.fixture
async def other_project_id(database: Database) -> str:
    """A second project in `database`, called "chacra"."""
    async with database.system() as session:
        return (await create_project(session, "chacra", "Chacra Sur")).id


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own."""
    server = RedisServer(tmp_path)
    try:
        yield server
    finally:
        server.stop()
