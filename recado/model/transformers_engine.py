"""The engine for Hugging Face causal models as they are (extra `transformers`): each slot a thread with its own cache.

Answers are held to a JSON schema by llguidance, token by token. Slower than llama.cpp on a CPU; for models that are
not converted, and for GPUs. torch is loaded when a model is opened, never before.
"""

import asyncio
import gc
import importlib
import json
import threading
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from recado.errors import BadInput, RecadoError, Unavailable, retry_after
from recado.model.engine import Engine, EngineInfo, EngineLimits, Generation, Located, Piece, Progress, Usage
from recado.model.text_out import TextOut
from recado.model.transformers_prompt import Prompts
from recado.model.words import say

# Between two looks at whether to stop, while a prompt is read.
READ_TOKENS = 256
FAILED_WAIT_S = 5.0
# GPT-2 and its like say how long a text may be by other names.
_LENGTHS = ("max_position_embeddings", "n_positions", "n_ctx", "seq_length")


async def open_transformers(located: Located, limits: EngineLimits, progress: Progress) -> Engine:
    """Load a folder of transformers. Raises `BadInput` (`bad_model`, `extra_missing`)."""
    progress(0)
    engine = await asyncio.to_thread(_load, located, limits)
    progress(100)
    return engine


def modules() -> tuple[Any, Any]:
    """torch and transformers. Raises `BadInput` (`extra_missing`) when the extra is not installed."""
    try:
        torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
        importlib.import_module("llguidance")
    except ImportError:
        raise BadInput(say("no_extra"), code="extra_missing") from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers


def load_model(path: object, device: str) -> tuple[Any, Any, str]:
    """Model, tokenizer and device of a folder; no code of the folder is run. Raises `BadInput` (`bad_model`)."""
    torch, transformers = modules()
    where = _device(torch, device)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            path,
            local_files_only=True,
            trust_remote_code=False,
            # Half precision is slow or missing on CPUs.
            dtype=torch.float32 if where == "cpu" else "auto",
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise BadInput(say("bad_model", path=path, reason=reason), code="bad_model") from None
    return model.to(where).eval(), tokenizer, where


def longest_text(config: Any) -> int | None:
    """How many tokens a model can see at a time, if its configuration says so."""
    known = [getattr(config, name, None) for name in _LENGTHS]
    return min((length for length in known if isinstance(length, int)), default=None)


def _device(torch: Any, wanted: str) -> str:
    has_cuda = bool(torch.cuda.is_available())
    if wanted == "auto":
        return "cuda" if has_cuda else "cpu"
    if wanted != "cpu" and not (wanted.startswith("cuda") and has_cuda):
        raise BadInput(say("no_device", device=wanted), code="bad_model")
    return wanted


def _load(located: Located, limits: EngineLimits) -> "TransformersEngine":
    torch, _ = modules()
    if limits.threads is not None:
        torch.set_num_threads(limits.threads)
    model, tokenizer, device = load_model(located.path, limits.device)
    return TransformersEngine(located, limits, model, tokenizer, device)


class TransformersEngine:
    """One loaded model. Each slot keeps what it has read, and reads only what is new of its next prompt."""

    def __init__(self, located: Located, limits: EngineLimits, model: Any, tokenizer: Any, device: str) -> None:
        llguidance = importlib.import_module("llguidance")
        hf = importlib.import_module("llguidance.hf")
        self._torch, _ = modules()
        self._prompts = Prompts(tokenizer, located.path)
        ends = _ids(getattr(model.generation_config, "eos_token_id", None)) or _ids(tokenizer.eos_token_id)
        self._grammars = _Grammars(
            llguidance, hf.from_tokenizer(tokenizer, n_vocab=model.config.vocab_size, eos_token=ends or None)
        )
        self._ends = frozenset(ends)
        longest = min(limits.context_tokens, longest_text(model.config) or limits.context_tokens)
        self.info = EngineInfo(located.model, located.revision, "transformers", limits.slots, longest)
        self._slots = [_Slot(self._torch, model, device, limits.reuse_prefix) for _ in range(limits.slots)]
        self._threads = ThreadPoolExecutor(limits.slots, thread_name_prefix="model-slot")

    async def generate(self, generation: Generation, slot: int) -> AsyncGenerator[Piece]:
        """As `Engine.generate`."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        stop = threading.Event()

        def write() -> None:
            try:
                for piece in self._write(generation, self._slots[slot], stop):
                    loop.call_soon_threadsafe(pieces.put_nowait, piece)
            finally:
                loop.call_soon_threadsafe(pieces.put_nowait, None)

        work = loop.run_in_executor(self._threads, write)
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
        finally:
            stop.set()
            await asyncio.wait([work])
            failed = work.exception()
        if failed is not None:
            raise failed

    async def close(self) -> None:
        """As `Engine.close`."""
        await asyncio.to_thread(self._threads.shutdown)
        self._slots.clear()
        gc.collect()
        if self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()

    def _write(self, generation: Generation, slot: "_Slot", stop: threading.Event) -> Generator[Piece]:
        try:
            yield from self._pieces(generation, slot, stop)
        except RecadoError:
            raise
        except Exception as error:
            slot.forget()
            # Its own words may repeat the prompt.
            message = f"The model failed ({type(error).__name__})"
            raise Unavailable(message, code="engine_failed", verdict=retry_after(FAILED_WAIT_S)) from None

    def _pieces(self, generation: Generation, slot: "_Slot", stop: threading.Event) -> Generator[Piece]:
        prompt = self._prompts.tokens(generation.messages)
        room = min(generation.max_tokens, self.info.context_tokens - len(prompt))
        if room < 1 or not prompt:
            message = (
                f"The prompt has {len(prompt)} tokens, and the model holds {self.info.context_tokens} with its answer"
            )
            raise BadInput(message, code="context_length_exceeded")
        guide = self._grammars.guide(generation.schema)
        pick = _Picker(self._torch, generation)
        out = TextOut(generation.stop)
        cached, logits = slot.read(prompt, stop)
        count, finish = 0, None
        while finish is None:
            if stop.is_set():
                return
            tokens = guide.next(logits, pick, room - count)
            ended = [n for n, token in enumerate(tokens) if token in self._ends]
            tokens = tokens[: ended[0]] if ended else tokens
            count += len(tokens)
            text = out.add(self._grammars.bytes_of(tokens))
            if ended or out.stopped or guide.complete:
                finish = "stop"
            elif count >= room:
                finish = "length"
            elif text:
                yield Piece(text)
            if finish is None:
                logits = slot.write(tokens)
            else:
                usage = Usage(len(prompt), cached, count)
                yield Piece(text + out.end(), finish, usage)


class _Slot:
    """What one conversation's model remembers: the tokens that were read and their cache."""

    def __init__(self, torch: Any, model: Any, device: str, reuse: bool) -> None:
        self._torch, self._model, self._device, self._reuse = torch, model, device, reuse
        self.forget()

    def forget(self) -> None:
        self._known: list[int] = []
        self._cache: Any = None

    def read(self, prompt: Sequence[int], stop: threading.Event) -> tuple[int, Any]:
        """How many of these tokens were known, and the scores of the next token."""
        same = 0
        for old, new in zip(self._known, prompt[:-1], strict=False):  # the last one must be read for its scores
            if old != new:
                break
            same += 1
        same = self._keep(same if self._reuse else 0)
        logits = None
        for start in range(same, len(prompt), READ_TOKENS):
            if stop.is_set():
                break
            logits = self.write(prompt[start : start + READ_TOKENS])
        return same, logits

    def _keep(self, count: int) -> int:
        """Keep the first tokens of what is known, if this kind of cache can be cut; the number that is left."""
        surplus = len(self._known) - count
        if surplus and count and not all(type(layer).__name__ == "DynamicLayer" for layer in self._cache.layers):
            count = 0
        if not count:
            self.forget()
        elif surplus:
            self._cache.crop(-surplus)
            del self._known[count:]
        return count

    def write(self, tokens: Sequence[int]) -> Any:
        """Read on; the scores of the next token, on the CPU."""
        torch = self._torch
        if self._cache is None:
            self._cache = _transformers().DynamicCache(config=self._model.config)
        ids = torch.tensor([list(tokens)], device=self._device)
        with torch.inference_mode():
            told = self._model(input_ids=ids, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        self._known += tokens
        return told.logits[0, -1].float().cpu()


class _Picker:
    """Chooses a token by its score: the best one at temperature 0, else by chance among the likeliest."""

    def __init__(self, torch: Any, generation: Generation) -> None:
        self._torch = torch
        self._temperature, self._top_p = generation.temperature, generation.top_p
        self._chance = torch.Generator()
        if generation.seed is not None:
            self._chance.manual_seed(generation.seed)
        else:
            self._chance.seed()

    def __call__(self, logits: Any, allowed: Any) -> int:
        torch = self._torch
        if allowed is not None:
            logits = logits.masked_fill(~allowed, -torch.inf)
        if self._temperature <= 0:
            return int(logits.argmax())
        odds = torch.softmax(logits / self._temperature, dim=-1)
        if self._top_p < 1:
            ordered, order = odds.sort(descending=True)
            before = ordered.cumsum(-1) - ordered
            odds = torch.zeros_like(odds).scatter(0, order, ordered.masked_fill(before >= self._top_p, 0.0))
        return int(torch.multinomial(odds, 1, generator=self._chance))


class _Grammars:
    """Makes guides for schemas, over one model's tokens."""

    def __init__(self, llguidance: Any, tokenizer: Any) -> None:
        self._matcher: Any = llguidance.LLMatcher
        self._tokenizer = tokenizer

    def guide(self, schema: Mapping[str, Any] | None) -> "_Guide":
        if schema is None:
            return _Guide(None)
        # Compact, because white space between tokens would be without bounds.
        grammar = self._matcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
        matcher = self._matcher(self._tokenizer, grammar)
        if matcher.is_error():
            reason = str(matcher.get_error()).splitlines()[0]
            raise BadInput(f"The schema cannot be followed: {reason}", code="bad_schema")
        return _Guide(matcher)

    def bytes_of(self, tokens: Sequence[int]) -> bytes:
        """What tokens stand for; special ones stand for nothing."""
        return self._tokenizer.decode_bytes([one for one in tokens if not self._tokenizer.is_special_token(one)])


class _Guide:
    """Where an answer stands in its grammar. Without one, everything goes."""

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher

    @property
    def complete(self) -> bool:
        """Nothing can follow any more."""
        return self._matcher is not None and bool(self._matcher.is_stopped())

    def next(self, logits: Any, pick: _Picker, most: int) -> list[int]:
        """The next tokens, at least one: those that the grammar leaves no choice about, or the chosen one."""
        if self._matcher is None:
            return [pick(logits, None)]
        forced: list[int] = self._matcher.compute_ff_tokens()[:most]
        if not forced:
            forced = [pick(logits, self._allowed(len(logits)))]
        if not self._matcher.consume_tokens(forced):
            raise ValueError("the grammar refused its own token")
        return forced

    def _allowed(self, size: int) -> Any:
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return _torch().from_numpy(np.unpackbits(bits, bitorder="little")[:size].astype(bool))


def _ids(value: int | list[int] | None) -> list[int]:
    if value is None:
        return []
    return [value] if isinstance(value, int) else list(value)


def _torch() -> Any:
    return importlib.import_module("torch")


def _transformers() -> Any:
    return importlib.import_module("transformers")
