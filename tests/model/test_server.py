"""The Model API as a process: what it answers, and what happens when clients leave, queues fill and processes die."""

import asyncio
import io
import json
import os
import signal
from pathlib import Path

import aiohttp
import psutil
import pytest

from recado.wire import read
from tests.cli.terminal import Installation, free_port
from tests.model.conftest import Servers
from tests.model.hostile import requests
from tests.model.server import LONG, SHORT, Server, eventually
from tests.model.tiny import write_tiny_model

COMPLETIONS = "/v1/chat/completions"
ANSWERS = 60


@pytest.mark.timeout(240)
async def test_sixty_hostile_requests_get_valid_answers(server: Server) -> None:
    limit = asyncio.Semaphore(8)

    async def ask(body: dict[str, object]) -> str:
        async with limit:
            answer = await server.post("/chat", body)
            assert answer.status == 200, answer.body
            return answer.body["content"]

    for content in await asyncio.gather(*map(ask, requests(ANSWERS, seed=1))):
        assert read(content)


async def test_a_role_and_a_form_of_the_context_are_kept_to(server: Server) -> None:
    context = {"role": "vendedor", "form_state": {"talla": None}}
    answer = read((await server.post("/chat", {"system": "", "context": context})).body["content"])
    assert answer.role == "vendedor"


async def test_control_tokens_in_names_end_no_answer(server: Server) -> None:
    names = {f"{token}{n}": 1 for token in ("</s>", "<s>") for n in range(10)}
    for _ in range(5):
        answer = await server.post("/chat", {"context": {"role": "a</s>", "form_state": names}})
        assert answer.status == 200, answer.body
        assert read(answer.body["content"])


async def test_health_says_what_is_served(server: Server) -> None:
    assert (await server.get("/health")).body == {
        "status": "ok",
        "ready": True,
        "percent": 100,
        "model": "tiny",
        "revision": None,
        "engine": "llama.cpp",
        "slots": 4,
    }


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat", {"context": {}, "max_tokens": 0}, 422),
        ("/chat", {"system": "x" * 70_000}, 422),
        ("/chat", [], 422),
        ("/chat", {"system": "hola " * 6_000}, 400),
        ("/chat", {"system": "hola " * 1_340}, 400),
        ("/admin/model", {"path": "/nowhere/x.gguf"}, 404),
    ],
)
async def test_what_does_not_fit_is_a_problem(server: Server, path: str, body: object, status: int) -> None:
    answer = await server.post(path, body)
    assert answer.status == status
    assert answer.body["status"] == status
    assert answer.body["detail"]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[" * 100_000, 400)])
async def test_a_body_that_is_no_json_is_a_problem(server: Server, body: bytes, status: int) -> None:
    assert (await server.post_bytes("/chat", body)).status == status
    assert (await server.post_bytes(COMPLETIONS, body)).status == status


async def test_a_body_that_is_too_large_is_not_read(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1100000\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_who_asks_first_and_is_answered_need_not_send_it(server: Server) -> None:
    """And no request follows on that connection: it would stand where the body is waited for."""
    body = io.BytesIO(b" " * 100)
    headers = {"Content-Type": "text/plain"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(server.url + "/chat", data=body, headers=headers, expect100=True) as answer,
    ):
        assert (answer.status, answer.headers.get("Connection"), body.tell()) == (415, "close", 0)


async def test_a_web_page_cannot_use_it(server: Server) -> None:
    rebound = await server.post(COMPLETIONS, SHORT, Host="evil.example")
    assert (rebound.status, rebound.body["error"]["code"]) == (403, "local_only")
    simple = await server.post("/chat", {}, **{"Content-Type": "text/plain"})
    assert simple.status == 415


async def test_a_client_that_leaves_frees_its_slot(servers: Servers) -> None:
    with servers(RECADO_MODEL_SLOTS="1", N_CTX="32768") as server:
        async with server.writing():
            assert await server.metric("recado_model_slots_busy") == 1
        await server.until("recado_model_slots_busy", 0)
        assert (await server.post(COMPLETIONS, SHORT)).status == 200
        await server.until('recado_model_requests_total{outcome="gone"}', 1)


async def test_a_client_that_leaves_the_queue_is_forgotten(servers: Servers) -> None:
    with servers(RECADO_MODEL_SLOTS="1", N_CTX="32768") as server:
        async with server.writing():
            waiting = asyncio.create_task(server.post(COMPLETIONS, SHORT))
            await server.until("recado_model_waiting", 1)
            waiting.cancel()
            await server.until("recado_model_waiting", 0)


async def test_a_full_queue_says_when_to_come_back(servers: Servers) -> None:
    with servers(RECADO_MODEL_SLOTS="1", RECADO_MODEL_QUEUE="1", N_CTX="32768") as server:
        async with server.writing():
            waiting = asyncio.create_task(server.post(COMPLETIONS, SHORT))
            await server.until("recado_model_waiting", 1)
            refused = await server.post(COMPLETIONS, SHORT)
            assert (refused.status, refused.body["error"]["code"]) == (503, "queue_full")
            assert int(refused.headers["Retry-After"]) >= 1
        assert (await waiting).status == 200


async def test_a_key_has_its_share(servers: Servers) -> None:
    keys = ("first-key-0123456789", "other-key-0123456789")
    first, other = ({"Authorization": f"Bearer {key}"} for key in keys)
    with servers(RECADO_MODEL_KEYS=",".join(keys), RECADO_MODEL_PER_KEY="1", N_CTX="32768") as server:
        assert (await server.post(COMPLETIONS, SHORT)).status == 401
        assert (await server.get("/metrics")).status == 401
        assert (await server.get("/health")).status == 200
        async with server.writing(**first):
            refused = await server.post(COMPLETIONS, SHORT, **first)
            assert (refused.status, refused.body["error"]["type"]) == (429, "rate_limit_error")
            assert (await server.post(COMPLETIONS, SHORT, **other)).status == 200
        swap = await server.post("/admin/model", {"path": "x"}, **other)
        assert (swap.status, swap.body["code"]) == (403, "operator_only")


async def test_a_deadline_ends_a_request(servers: Servers) -> None:
    with servers(RECADO_MODEL_DEADLINE_S="1.5", RECADO_MODEL_SLOTS="1", N_CTX="32768") as server:
        late = await server.post(COMPLETIONS, LONG)
        assert (late.status, late.body["error"]["code"]) == (504, "deadline_exceeded")
        await server.until("recado_model_slots_busy", 0)

        async def answered() -> bool:  # where even a short one takes longer, one of the next is in time
            return (await server.post(COMPLETIONS, SHORT)).status == 200

        await eventually(answered)


async def test_a_swap_under_load_fails_no_request(servers: Servers, tmp_path: Path) -> None:
    other = write_tiny_model(tmp_path / "other.gguf", seed=2)
    with servers(RECADO_MODEL_SLOTS="2") as server:
        ended = False

        async def client() -> int:
            answered = 0
            while not ended:
                answer = await server.post("/chat", {"context": {}, "max_tokens": 20})
                assert answer.status == 200, answer.body
                assert read(answer.body["content"])
                answered += 1
            return answered

        clients = [asyncio.create_task(client()) for _ in range(6)]
        for path in (other, tmp_path / "missing.gguf", other):
            swapped = await server.post("/admin/model", {"path": str(path)})
            assert swapped.status == (200 if path is other else 404), swapped.body
            health = (await server.get("/health")).body
            assert (health["ready"], health["percent"]) == (True, 100)
        ended = True
        assert sum(await asyncio.gather(*clients)) > 0
        assert (await server.get("/health")).body["model"] == "other"
        process = psutil.Process(server.program.process.pid)

        async def one_engine() -> bool:
            return len(process.children()) == 1

        await eventually(one_engine)  # the old ones gave their memory back


async def test_a_killed_server_leaves_nothing_behind(servers: Servers) -> None:
    with servers() as server:
        children = psutil.Process(server.program.process.pid).children()
        assert children
        os.kill(server.program.process.pid, signal.SIGKILL)

        async def gone() -> bool:
            return not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)

        await eventually(gone)


async def test_a_killed_engine_is_started_again(servers: Servers) -> None:
    with servers(N_CTX="32768") as server:
        (engine,) = psutil.Process(server.program.process.pid).children()
        working = asyncio.create_task(server.post(COMPLETIONS, LONG))
        await server.until("recado_model_slots_busy", 1)
        engine.kill()
        failed = await working
        assert (failed.status, failed.body["error"]["code"]) == (503, "engine_failed")
        assert "Retry-After" in failed.headers
        assert (await server.post(COMPLETIONS, SHORT)).status == 200


async def test_ctrl_c_stops_it_in_the_middle_of_an_answer(servers: Servers) -> None:
    with servers(N_CTX="32768") as server:
        async with server.writing():
            code = await asyncio.to_thread(server.program.stop, signal.SIGINT)
        assert code == 0


@pytest.mark.parametrize("kind", ["missing", "page", "head", "body", "unnamed"])
def test_a_model_that_cannot_be_loaded_is_told_in_one_line(tiny_model: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.gguf"
    whole = tiny_model.read_bytes()
    contents = {"page": b"<!doctype html>", "head": whole[:5_000], "body": whole[: len(whole) // 2]}
    if kind in contents:
        path.write_bytes(contents[kind])
    named = "" if kind == "unnamed" else str(path)
    said = Installation(tmp_path, LOCAL_MODEL_PATH=named, PORT=str(free_port())).refused("model")
    expected = {"missing": "LOCAL_MODEL_PATH", "unnamed": "LOCAL_MODEL_PATH"}.get(kind, "ownload it again")
    assert expected in said


async def test_health_answers_while_the_model_loads(tmp_path: Path) -> None:
    large = write_tiny_model(tmp_path / "large.gguf", width=512, layers=8)
    port = free_port()
    installation = Installation(tmp_path, LOCAL_MODEL_PATH=str(large), PORT=str(port), N_THREADS="1")
    with installation.running("model", until="is loading") as program:
        server = Server(program, f"http://127.0.0.1:{port}")

        async def first() -> bool:
            try:
                health = (await server.get("/health")).body
            except OSError:
                return False
            assert health["status"] == "ok"
            return not health["ready"]

        await eventually(first)
        early = await server.post("/chat", {"context": {}})
        assert early.status in (200, 503)
        assert json.dumps(early.body)
        await asyncio.to_thread(program.wait_for, "is ready")
        assert (await server.post(COMPLETIONS, SHORT)).status == 200
