"""What the Model API answers before it has a model, over a real socket: the model's coming is held up by the test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from recado.errors import RecadoError, Unavailable
from recado.model.access import Access
from recado.model.app import ModelApi
from recado.model.engine import Engine, EngineLimits, Located, Progress
from recado.model.places import open_engine
from recado.model.serve import listen, make_server
from recado.model.service import ModelService
from recado.model.settings import ModelSettings

WISH = {"model": "tiny", "messages": [{"role": "user", "content": "hola"}], "max_tokens": 1}


class _Coming:
    """A model that is a third here until `come` is set. `wrong`: it is not there at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.come = asyncio.Event()
        self.begun = asyncio.Event()
        self.wrong = False

    async def locate(self, name: str, revision: str | None, progress: Progress) -> Located:
        progress(33)
        self.begun.set()
        await self.come.wait()
        if self.wrong:
            raise Unavailable("The hub does not answer.", code="hub_unreachable")
        return Located(self.path, name, revision)

    async def open(self, located: Located, limits: EngineLimits, progress: Progress) -> Engine:
        return await open_engine(located, limits, progress)


@pytest.fixture
def coming(tiny_model: Path) -> _Coming:
    return _Coming(tiny_model)


@pytest_asyncio.fixture
async def service(coming: _Coming) -> AsyncIterator[ModelService]:
    one = ModelService(ModelSettings(), coming.locate, coming.open)
    yield one
    await one.close()


@pytest_asyncio.fixture
async def url(service: ModelService) -> AsyncIterator[str]:
    sock = listen("127.0.0.1", 0)
    server = make_server(ModelApi(service, Access(())).app())
    serving = asyncio.create_task(server.serve([sock]))
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_health_tells_how_far_it_is_and_wishes_when_to_come_back(
    service: ModelService, coming: _Coming, url: str
) -> None:
    loading = asyncio.create_task(service.load("tiny"))
    await coming.begun.wait()
    async with aiohttp.ClientSession(url) as http:
        async with http.get("/health") as health:
            told = await health.json()
            assert (health.status, told["ready"], told["percent"], told["model"]) == (200, False, 33, None)
        async with http.post("/chat", json={"system": "", "context": {}}) as early:
            assert (early.status, (await early.json())["code"]) == (503, "model_loading")
            assert int(early.headers["Retry-After"]) >= 1
        for stream in (False, True):
            async with http.post("/v1/chat/completions", json={**WISH, "stream": stream}) as early:
                assert (early.status, (await early.json())["error"]["code"]) == (503, "model_loading")
                assert int(early.headers["Retry-After"]) >= 1
        async with http.get("/v1/models") as models:
            assert (await models.json())["data"] == []
        coming.come.set()
        await loading
        async with http.get("/health") as health:
            told = await health.json()
            assert (told["ready"], told["percent"], told["model"]) == (True, 100, "tiny")
        async with http.post("/v1/chat/completions", json=WISH) as answer:
            assert answer.status == 200


async def test_a_model_that_does_not_come_leaves_the_old_one_whole(service: ModelService, coming: _Coming) -> None:
    coming.come.set()
    coming.wrong = True
    with pytest.raises(RecadoError):
        await service.load("tiny")
    assert (service.info, service.percent) == (None, 0)
    coming.wrong = False
    await service.load("tiny")
    coming.wrong = True
    with pytest.raises(RecadoError):
        await service.load("other")
    assert service.info is not None
    assert (service.info.model, service.percent) == ("tiny", 100)
