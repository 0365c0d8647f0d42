"""Every kind of brain, ready for the contract: those that ask a model do so over HTTP, of a provider's simulator or of
`recado model` in a process of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recado.brain.echo import SlowEchoBrain
from recado.brain.hybrid import HybridBrain
from recado.brain.llm.opening import open_thinker
from recado.brain.llm.simulator import KINDS, MODELS, Fits, Kind, host
from recado.brain.registry import builtin_brains
from recado.brain.rules import RulesBrain
from recado.decisions import Brain, Context, Decision
from recado.settings import Settings
from tests.brain.llm.scenes import DOWN, Scripted, says
from tests.brain.llm.scenes import brain as scripted_brain
from tests.model.server import running_server
from tests.model.tiny import write_tiny_model


@dataclass(frozen=True, slots=True)
class Tried:
    """A brain. `examples` is how many turns it is tried with, of a hundred; `repeats` is false for a model that may
    say another thing each time."""

    brain: Brain
    examples: int = 100
    repeats: bool = True

    def of(self, usual: int) -> int:
        """So many examples where a fast brain gets `usual`."""
        return max(1, usual * self.examples // 100)


# The second of waiting is the slow one's only difference from the others; no test needs it.
HERE: Mapping[str, Brain] = builtin_brains() | {
    "slow-echo": SlowEchoBrain(delay_s=0.0),
    "hybrid": scripted_brain(Scripted(says())),
    "model down": scripted_brain(Scripted(DOWN)),
}
HOSTED: Mapping[str, Kind] = {kind: kind for kind in KINDS}
HOSTED_SAY = "Eso no lo sé."
LOCAL = "local"
NAMES = (*HERE, *HOSTED, LOCAL)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A brain whose connections belong to another loop, asked as an assistant of the mode `model` would."""

    inner: HybridBrain
    loop: asyncio.AbstractEventLoop

    @property
    def name(self) -> str:
        return self.inner.name

    async def decide(self, context: Context) -> Decision:
        asked = replace(context, assistant=replace(context.assistant, mode="model"))
        future = asyncio.run_coroutine_threadsafe(self.inner.decide(asked), self.loop)
        return await asyncio.wrap_future(future)


class Brains:
    """Opens brains when they are asked for, and closes them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, Tried] = {name: Tried(brain) for name, brain in HERE.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="brains", daemon=True)
        self._thread.start()
        self._hosts = AsyncExitStack()
        self._processes = ExitStack()

    def __getitem__(self, name: str) -> Tried:
        if name not in self._opened:
            self._opened[name] = self._hosted(HOSTED[name]) if name in HOSTED else self._local()
        return self._opened[name]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hosts.aclose(), self._loop).result()
        self._processes.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _hosted(self, kind: Kind) -> Tried:
        async def start() -> HybridBrain:
            at = await self._hosts.enter_async_context(host(kind, Fits(HOSTED_SAY)))
            return await self._asking(Settings(model=MODELS[kind], model_api_key="any", model_base_url=at.base_url))

        return Tried(Elsewhere(self._run(start), self._loop), examples=10)

    def _local(self) -> Tried:
        file = write_tiny_model(self._folder / "tiny.gguf", seed=2, context=16_384)
        server = self._processes.enter_context(running_server(file, self._folder, N_CTX="16384"))

        async def start() -> HybridBrain:
            return await self._asking(Settings(model="local", model_base_url=f"{server.url}/v1"))

        return Tried(Elsewhere(self._run(start), self._loop), examples=2, repeats=False)

    async def _asking(self, settings: Settings) -> HybridBrain:
        thinker = open_thinker(settings)
        assert thinker is not None
        self._hosts.push_async_callback(thinker.close)
        return HybridBrain(RulesBrain(), thinker)

    def _run(self, start: Callable[[], Coroutine[Any, Any, HybridBrain]]) -> HybridBrain:
        return asyncio.run_coroutine_threadsafe(start(), self._loop).result()
