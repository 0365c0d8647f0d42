"""Models served by name from a hub: published, downloaded, swapped under load, damaged and mended. Three processes."""

import asyncio
import json
import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recado.wire import read
from tests.cli.terminal import RECADO, Installation, free_port
from tests.model.hub.hubs import READ, WRITE, LoopbackHub
from tests.model.hugging_face import tiny as tiny_gpt2
from tests.model.hugging_face.needs import NEEDS_TORCH
from tests.model.server import Server
from tests.model.tiny import write_tiny_model

NAME = "ana/clinic"
Publish = Callable[[int], str]
"""Puts a version of the model on the hub; its commit."""


@contextmanager
def serving(hub: LoopbackHub, folder: Path, name: str, **variables: str) -> Generator[Server]:
    """`recado model` with nothing but a name, and its downloads in `folder`."""
    port = free_port()
    installation = Installation(
        folder,
        MODEL_NAME=name,
        MODEL_CACHE_DIR=str(folder / "cache"),
        HF_ENDPOINT=hub.url,
        HF_TOKEN=READ,
        HF_HOME=str(folder / "home"),
        PORT=str(port),
        N_THREADS="1",
        **variables,
    )
    with installation.running("model", until="is ready") as program:
        yield Server(program, f"http://127.0.0.1:{port}")


async def swapped_under_load(server: Server, name: str, revision: str) -> int:
    """Swap the model while six clients ask; how many answers they got. None may fail."""
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
    swapped = await server.post("/admin/model", {"path": name, "revision": revision})
    assert swapped.status == 200, swapped.body
    ended = True
    return sum(await asyncio.gather(*clients))


async def whole_life(hub: LoopbackHub, folder: Path, name: str, publish: Publish) -> None:
    first = publish(1)
    with serving(hub, folder, name) as server:
        assert "Loading the model: 100 %" in server.program.output
        assert (await server.get("/health")).body["revision"] == first
        second = publish(2)
        assert second != first
        assert await swapped_under_load(server, name, second) > 0
        assert (await server.get("/health")).body["revision"] == second
    # What was downloaded is all that is needed.
    hub.reset()
    with serving(hub, folder, name, MODEL_REVISION=second) as server:
        assert hub.asked() == []
    damage(folder / "cache")
    with serving(hub, folder, name, MODEL_REVISION=second) as server:
        assert [one for one in hub.asked() if "/resolve/" in one["path"]]
        answer = await server.post("/chat", {"context": {}, "max_tokens": 20})
        assert read(answer.body["content"])
    hub.reset()
    with serving(hub, folder, name, MODEL_REVISION=second):
        assert hub.asked() == []


def damage(cache: Path) -> None:
    """Change a byte in the middle of each large file; its length and time stay."""
    for blob in cache.glob("models--*/blobs/*"):
        if blob.is_file() and blob.stat().st_size > 100_000:
            times = blob.stat()
            with blob.open("r+b") as file:
                file.seek(times.st_size // 2)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 0xFF]))
            os.utime(blob, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_model_is_served_by_its_name_for_all_its_life(hub: LoopbackHub, tmp_path: Path) -> None:
    def publish(version: int) -> str:
        file = write_tiny_model(tmp_path / f"{version}.gguf", seed=version)
        return hub.put(NAME, {"clinic.gguf": file.read_bytes()})

    await whole_life(hub, tmp_path, NAME, publish)


class TestPublished:
    """The same with `recado model publish`, which measures a model with torch."""

    pytestmark = NEEDS_TORCH

    async def test_what_is_published_is_served(self, hub: LoopbackHub, tmp_path: Path) -> None:
        name = "ana/published"  # the hub keeps what other tests have published

        def publish(version: int) -> str:
            folder = tmp_path / f"model-{version}"
            shutil.copytree(tiny_gpt2.gpt2(tmp_path / f"gpt2-{version}", positions=512), folder)
            (folder / "version.json").write_text(str(version))
            env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE, "HF_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": ""}

            def typed(*arguments: str) -> str:
                command = [sys.executable, "-m", "recado", "model", *arguments]
                done = subprocess.run(command, check=True, capture_output=True, text=True, env=env, timeout=120)
                return done.stdout

            typed("convert", str(folder), str(folder / "clinic-f16.gguf"))
            return json.loads(typed("publish", str(folder), name, "--private", "--device", "cpu", "--json"))["commit"]

        await whole_life(hub, tmp_path, f"{name}:f16", publish)


@pytest.mark.slow
def test_at_a_terminal_the_download_is_seen(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/seen", {"m.gguf": write_tiny_model(tmp_path / "m.gguf").read_bytes()})
    variables = {"MODEL_NAME": "ana/seen", "MODEL_CACHE_DIR": str(tmp_path), "HF_ENDPOINT": hub.url, "PATH": ""}
    variables |= {"PORT": str(free_port()), "HF_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    process, master = pty.fork()
    if process == 0:
        os.execve(RECADO[0], [*RECADO, "model"], variables)  # noqa: S606 # our own program
    seen, limit_s = b"", time.monotonic() + 90
    try:
        while b"is ready" not in seen:
            assert time.monotonic() < limit_s, seen
            seen += os.read(master, 65_536)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(master)
    assert b"\rLoading the model: 100 %" in seen
    assert b"\nThe model" in seen
