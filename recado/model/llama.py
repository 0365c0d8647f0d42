"""The engine on llama.cpp, through xllamacpp, in a process of its own (see `llama_process`), spoken to over HTTP."""

import asyncio
import contextlib
import json
import os
import re
import secrets
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import aiohttp
import structlog

from recado.errors import BadInput, RecadoError, Unavailable, retry_after
from recado.model.engine import EngineInfo, EngineLimits, Generation, Located, Piece, Progress, Usage
from recado.model.gbnf import to_gbnf
from recado.model.gguf_head import GgufHead, damaged, read_head
from recado.model.schemas import bad_schema, held

NAME = "llama.cpp"
# A large model on a slow disk; whoever waits sees `/health`.
LOAD_LIMIT_S = 1_800.0
STOP_LIMIT_S = 5.0
# A process that dies closes its connections first; that it has ended is heard of some moments later.
DEATH_HEARD_S = 1.0
# Loading again after a crash takes some seconds.
CRASH_RETRY_S = 5.0
# Read by llguidance. Compact JSON, as unbounded white space would let a text go on for ever; and `oneOf` as `anyOf`,
# which Pydantic's unions with a discriminator fit: otherwise the text would run free.
_GUIDANCE = {"item_separator": ",", "key_separator": ":", "whitespace_flexible": False, "coerce_one_of": True}
# Stands between the letters of a control token that a person wrote, so that it is read as the text it is.
_BREAK = "\u200b"
# To see whether a grammar is kept to: more than any model wants of a letter that begins no JSON.
_NO_JSON = "x"
_BIAS = 1000.0
_BEGINS_JSON = frozenset('{["-0123456789tfn')
# Grammars that are known to be kept to.
MAX_KEPT_TO = 256
_REPLACEMENT = "\ufffd"
_REPLACED = re.compile(f"{_REPLACEMENT}{{2,}}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Child:
    """A running llama.cpp. `address` is http://127.0.0.1:port, where `key` is demanded."""

    process: asyncio.subprocess.Process
    address: str
    key: str

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    async def cut_off(self) -> None:
        """To be called when its connection broke: returns when its death has been heard of, or soon if it lives."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DEATH_HEARD_S):
                await self.process.wait()

    async def stop(self) -> None:
        """End it; it has nothing to save."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def launch(located: Located, limits: EngineLimits) -> Child:
    """Start llama.cpp with a model. Raises `BadInput` (`bad_model`) when it does not load."""
    key = secrets.token_urlsafe(32)
    cores = len(os.sched_getaffinity(0))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recado.model.llama_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # llama.cpp's words may repeat prompts
        start_new_session=True,  # Ctrl-C is for us; we end it
    )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 # asked for above
    order = {
        "path": str(located.path),
        "slots": limits.slots,
        "context_tokens": limits.context_tokens,
        "reading_threads": limits.threads or cores,
        "writing_threads": limits.threads or max(1, cores - 1),
        "device": limits.device,
        "reuse_prefix": limits.reuse_prefix,
        "key": key,
    }
    child = Child(process, "", key)
    try:
        process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(LOAD_LIMIT_S):
            line = await process.stdout.readline()
        said: dict[str, str] = json.loads(line) if line else {}
    except BaseException:
        await child.stop()
        raise
    if "address" not in said:
        await child.stop()
        raise damaged(located.path)
    return Child(process, said["address"], key)


class LlamaCpp:
    """One model in llama.cpp. A process of it that dies is started again for the next request."""

    def __init__(
        self,
        located: Located,
        limits: EngineLimits,
        head: GgufHead,
        child: Child,
        convert: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self._located = located
        self._limits = limits
        self._control = re.compile("|".join(map(re.escape, head.control_tokens))) if head.control_tokens else None
        self._convert = convert
        self._pads_words = head.pads_words
        self._child = child
        self._kept_to: set[str] = set()
        self._starting = asyncio.Lock()
        # Its HTTP server closes kept connections after some requests, without saying so before.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=STOP_LIMIT_S),
            trust_env=False,
        )

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            self._located.model, self._located.revision, NAME, self._limits.slots, self._limits.context_tokens
        )

    async def close(self) -> None:
        await self._http.close()
        await self._child.stop()

    async def generate(self, generation: Generation, slot: int) -> AsyncGenerator[Piece]:
        """See `recado.model.engine.Engine`."""
        grammar = self._grammar(generation.schema) if generation.schema is not None else None
        child = await self._alive()
        try:
            try:
                prompt = await self._prompt(child, generation)
            except aiohttp.ClientConnectorError:  # it died a moment ago, of something else
                await child.cut_off()
                child = await self._alive()
                prompt = await self._prompt(child, generation)
            body = _body(generation, slot, prompt, grammar)
            if grammar is not None and not generation.own_schema:
                await self._need_held(child, body, grammar)
            async with self._post(child, "/completion", body) as response:
                if response.status != 200:
                    raise _refused(await response.read())
                before = ""
                async for event in _events(response.content):
                    piece = _piece(event)
                    if self._pads_words and grammar is not None:
                        piece = replace(piece, text=_merged(before, piece.text))
                        before = piece.text or before
                    yield piece
                    if piece.finish is not None:
                        return
            raise _crashed()
        except aiohttp.ClientError:
            await child.cut_off()
            raise _crashed() from None

    def _grammar(self, schema: Mapping[str, Any]) -> str:
        clean = held(schema)
        if self._control is not None and self._control.search(json.dumps(clean, ensure_ascii=False)):
            # What a grammar forces is tokenized as text is, and one of these may end the answer.
            raise bad_schema("has one of the model's control tokens in it")
        if self._pads_words:
            return to_gbnf(clean)
        return self._convert({**clean, "x-guidance": _GUIDANCE})

    async def _need_held(self, child: Child, body: Mapping[str, Any], grammar: str) -> None:
        """Raise `bad_schema` for a grammar that llama.cpp does not keep to: it only logs that it cannot be read, or
        that no text fits it, and lets the text run free. Asked once of each, with a bias towards a letter that begins
        no JSON; the prompt that is read for it is not read again."""
        if grammar in self._kept_to:
            return
        trial = {**body, "n_predict": 1, "logit_bias": [[_NO_JSON, _BIAS]], "stop": [], "stream": False}
        async with self._post(child, "/completion", trial) as response:
            answer = await response.read()
            if response.status != 200:
                raise _refused(answer)
        text: str = json.loads(answer)["content"]
        if text[:1] not in _BEGINS_JSON:
            raise bad_schema("cannot be held to: no text fits it, or a part of it is not known")
        if len(self._kept_to) >= MAX_KEPT_TO:
            self._kept_to.clear()
        self._kept_to.add(grammar)

    async def _prompt(self, child: Child, generation: Generation) -> str:
        """The messages as the model's chat template has them."""
        messages = [{"role": one.role, "content": self._plain(one.content)} for one in generation.messages]
        async with self._post(child, "/apply-template", {"messages": messages}) as response:
            body = await response.read()
            if response.status != 200:
                raise _refused(body)
        return json.loads(body)["prompt"]

    def _plain(self, text: str) -> str:
        """The text without anything that the tokenizer would take for a control token."""
        text = text.replace("\x00", "").encode("utf-8", "replace").decode()
        if self._control is None:
            return text
        return self._control.sub(lambda found: found[0][0] + _BREAK + found[0][1:], text)

    def _post(self, child: Child, path: str, body: Mapping[str, Any]) -> Any:
        return self._http.post(
            child.address + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {child.key}", "Content-Type": "application/json"},
        )

    async def _alive(self) -> Child:
        async with self._starting:
            if not self._child.alive:
                log.warning("llama_cpp_died", status=self._child.process.returncode)
                self._child = await launch(self._located, self._limits)
            return self._child


def _converter() -> Callable[[Mapping[str, Any]], str]:
    """xllamacpp's way from a schema to a grammar."""
    try:
        xllamacpp: Any = import_module("xllamacpp")  # without types; a hundred megabytes
    except ImportError:
        raise RecadoError(
            "llama.cpp is not installed here: run `make model`, or install recado[model].", code="engine_missing"
        ) from None
    return xllamacpp.json_schema_to_grammar


def _body(generation: Generation, slot: int, prompt: str, grammar: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": generation.max_tokens,
        "temperature": generation.temperature,
        "top_p": generation.top_p,
        "stop": list(generation.stop),
        "id_slot": slot,
        "stream": True,
    }
    if generation.seed is not None:
        body["seed"] = generation.seed
    if grammar is not None:
        body["grammar"] = grammar
    return body


async def _events(stream: aiohttp.StreamReader) -> AsyncGenerator[dict[str, Any]]:
    """Server-sent events; a line may be longer than the reader's limit, for the last one repeats the prompt."""
    rest = b""
    async for part in stream.iter_any():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])
            elif line.startswith(b"error: "):
                raise _refused(b'{"error":%b}' % line[7:])


def _piece(event: Mapping[str, Any]) -> Piece:
    if "error" in event:
        raise _refused(json.dumps(event).encode())
    text = event["content"]
    if not event.get("stop"):
        return Piece(text)
    timings = event["timings"]
    cached = timings["cache_n"]
    usage = Usage(cached + timings["prompt_n"], cached, timings["predicted_n"])
    return Piece(text, "length" if event["stop_type"] == "limit" else "stop", usage)


def _merged(before: str, text: str) -> str:
    """The text with one U+FFFD for several in a row. GBNF takes an overlong form of a letter (bytes that are no UTF-8)
    for one character; as text it would be up to four of these, and longer than the schema allows."""
    return _REPLACED.sub(_REPLACEMENT, before[-1:] + text)[len(before[-1:]) :]


def _refused(body: bytes) -> RecadoError:
    """What llama.cpp says against a request; its words are not repeated, for they may hold the prompt."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return _crashed()
    if error.get("type") == "exceed_context_size_error":
        return BadInput(
            f"The prompt has {error['n_prompt_tokens']} tokens; the model reads {error['n_ctx']}. Shorten it, or raise "
            "N_CTX.",
            code="context_length_exceeded",
            status=400,
        )
    if error.get("code") == 400:
        return BadInput("The model's chat template does not take these messages.", code="bad_messages", status=400)
    return _crashed()


def _crashed() -> Unavailable:
    return Unavailable(
        "The model's engine failed at this request. Try again.",
        code="engine_failed",
        verdict=retry_after(CRASH_RETRY_S),
    )


async def open_llama(located: Located, limits: EngineLimits, progress: Progress) -> LlamaCpp:
    """Load a `.gguf` file. Raises `NotFound` (`model_not_found`) or `BadInput` (`bad_model`)."""
    convert = await asyncio.to_thread(_converter)
    head = await asyncio.to_thread(read_head, located.path)
    context = min(limits.context_tokens, head.context_tokens or limits.context_tokens)
    fitting = EngineLimits(limits.slots, context, limits.threads, limits.device, limits.reuse_prefix)
    progress(0)
    child = await launch(located, fitting)
    progress(100)
    return LlamaCpp(located, fitting, head, child, convert)
