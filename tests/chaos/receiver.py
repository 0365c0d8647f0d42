"""A system that takes webhooks, badly: a process of its own that writes down everything that was posted to it.

    python -m tests.chaos.receiver --log FILE --seed 7

It says its URL when it is ready. Each line of the log is one post, written before it is answered.
"""

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import TextIO

from aiohttp import web

from tests.chaos.cases import CALLBACK_FAULTS, RECEIVER_FAULTS, ReceiverFaults, stream
from tests.chaos.programs import HOST

# Where answers are posted that are asked for later, and where jobs tell of their end; behind it, whose they are.
CALLBACK, JOB_CALLBACK = "/callback", "/job"
# Longer than the sender waits (10 s).
_HANG_S = 12.0


@dataclass(frozen=True, slots=True)
class Post:
    """One arrival. `answer` is a status, or "cut" or "hang" where none was given. `stamp`, `key` and `project` are
    what a callback says of itself.
    """

    path: str
    body: str
    signature: str
    at_ms: int
    answer: str
    stamp: str = ""
    key: str = ""
    project: str = ""

    @property
    def taken(self) -> bool:
        return self.answer == "204"


def read_posts(log: Path) -> list[Post]:
    """All arrivals in their order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [Post(**json.loads(line)) for line in lines]


@dataclass(slots=True)
class Dice:
    """How each post is answered, as `Post.answer` says it."""

    random: Random
    faults: ReceiverFaults
    hung: int = 0

    def throw(self) -> str:
        if self.hung < self.faults.hangs and self.random.random() < self.faults.hang:
            self.hung += 1
            return "hang"
        dice = self.random.random()
        if dice < self.faults.refuse:
            return "500"
        return "cut" if dice < self.faults.refuse + self.faults.cut else "204"


class Receiver:
    """Answers by dice: `/callback/...` and `/job/...` worse than all else, and leaves up to `hangs` of them hanging."""

    def __init__(self, log: TextIO, seed: int, hangs: int) -> None:
        self._log = log
        self._hooks = Dice(stream(seed, "receiver"), RECEIVER_FAULTS)
        self._callbacks = Dice(stream(seed, "callbacks"), replace(CALLBACK_FAULTS, hangs=hangs))

    def _choose(self, path: str) -> str:
        return (self._callbacks if path.startswith((CALLBACK, JOB_CALLBACK)) else self._hooks).throw()

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        answer = self._choose(request.path)
        said = request.headers.get
        post = Post(
            request.path,
            body,
            said("X-Webhook-Signature") or said("X-Callback-Signature", ""),
            round(time.time() * 1000),
            answer,
            *(said(name, "") for name in ("X-Callback-Timestamp", "X-API-Key", "X-Project-Id")),
        )
        self._log.write(json.dumps(asdict(post)) + "\n")
        self._log.flush()
        if answer == "hang":
            await asyncio.sleep(_HANG_S)
        if answer in ("cut", "hang"):
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=500)
        return web.Response(status=int(answer))


async def _serve(log: Path, seed: int, hangs: int) -> None:
    with log.open("a", encoding="utf-8") as file:  # before anything is served
        app = web.Application()
        app.router.add_post("/{path:.*}", Receiver(file, seed, hangs).take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        print(f"receiver ready on http://{HOST}:{runner.addresses[0][1]}", flush=True)  # noqa: T201 # how it is found
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--hangs", type=int, default=0, help="callbacks that are left without an answer")
    options = parser.parse_args()
    asyncio.run(_serve(options.log, options.seed, options.hangs))


if __name__ == "__main__":
    main()
