"""A converted model writes in llama.cpp what it wrote in transformers, token by token."""

import importlib
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from recado.errors import RecadoError
from recado.model.convert import LLAMA3_SPLIT, Kind, convert
from recado.model.transformers_engine import load_model
from tests.model.hugging_face import tiny
from tests.model.hugging_face.hostile import ATTACKS
from tests.model.hugging_face.needs import NEEDS_TORCH

pytestmark = NEEDS_TORCH

COUNT = 48
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
LINEAR_ROPE = {"rope_type": "linear", "rope_theta": 10_000.0, "factor": 4.0}
MODELS: dict[str, Callable[[Path], Path]] = {
    "gpt2": tiny.gpt2,
    "gpt2 with a head of its own": lambda folder: tiny.gpt2(folder, tie_word_embeddings=False),
    "gpt2, wider": lambda folder: tiny.gpt2(folder, n_inner=80, layer_norm_epsilon=1e-3),
    "llama": tiny.llama,
    "llama, tied": lambda folder: tiny.llama(folder, tie_word_embeddings=True),
    "llama 3": lambda folder: tiny.llama(folder, split=LLAMA3_SPLIT, rope_parameters=LLAMA3_ROPE),
    "llama, longer": lambda folder: tiny.llama(folder, rope_parameters=LINEAR_ROPE, attention_bias=True, head_dim=32),
}
PROMPTS = (
    "Hola, quiero una cita para mañana",
    "a",
    "<|user|>The potatoes have stains, 12345!  ok\n\n<|assistant|>",
    " ".join(tiny.SAMPLE),
)


class LlamaCpp:
    """A GGUF file in llama.cpp, asked by its own HTTP."""

    def __init__(self, path: Path) -> None:
        xllamacpp: Any = importlib.import_module("xllamacpp")
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx, params.n_parallel, params.n_gpu_layers = 1024, 1, 0
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        # Whole numbers in its memory too, as transformers has: a rounded one may choose another of two like tokens.
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.warmup = params.fit_params = False
        params.verbosity = -1
        self._server = xllamacpp.Server(params)

    def ask(self, what: str, **body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 # loopback
            f"{self._server.listening_address}/{what}",
            json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def writes(self, prompt: list[int]) -> list[int]:
        told = self.ask(
            "completion", prompt=prompt, n_predict=COUNT, temperature=0, top_k=1, return_tokens=True, ignore_eos=True
        )
        return told["tokens"]


def by_transformers(model: Any, prompt: list[int]) -> list[int]:
    torch = cast("Any", importlib.import_module("torch"))
    told = model.generate(
        torch.tensor([prompt]), max_new_tokens=COUNT, do_sample=False, pad_token_id=0, suppress_tokens=[0]
    )
    return told[0, len(prompt) :].tolist()


@pytest.mark.parametrize("name", MODELS)
def test_the_same_greedy_tokens(name: str, tmp_path: Path) -> None:
    folder = MODELS[name](tmp_path / "model")
    told = convert(folder, tmp_path / "m.gguf", "f32")
    assert told.size_bytes == (tmp_path / "m.gguf").stat().st_size > 4 * told.parameters
    model, tokenizer, _ = load_model(folder, "cpu")
    llama = LlamaCpp(tmp_path / "m.gguf")
    seen: set[tuple[int, ...]] = set()
    for prompt in PROMPTS:
        ids = tokenizer(prompt).input_ids
        assert llama.ask("tokenize", content=prompt, add_special=True, parse_special=True)["tokens"] == ids
        written = by_transformers(model, ids)
        assert llama.writes(ids) == written
        seen.add(tuple(written))
    assert len(seen) == len(PROMPTS)  # the model listens, so the test says something


def test_texts_become_the_same_tokens(tmp_path: Path) -> None:
    for split in (None, LLAMA3_SPLIT):
        folder = tiny.llama(tmp_path / str(split is None), split=split)
        convert(folder, tmp_path / "m.gguf", "f32")
        _, tokenizer, _ = load_model(folder, "cpu")
        llama = LlamaCpp(tmp_path / "m.gguf")
        for text in (*tiny.SAMPLE, *ATTACKS, "I'll  don't 1234567 \n\n  x", "ÁÉ ñ\t\r\n"):
            if "\0" in text:  # ends a text in llama.cpp's C
                continue
            told = llama.ask("tokenize", content=text, add_special=True, parse_special=True)["tokens"]
            assert told == tokenizer(text).input_ids, text


@pytest.mark.parametrize(("kind", "bytes_each"), [("f16", 2.0), ("q8_0", 34 / 32)])
def test_smaller_kinds_are_smaller_and_still_run(kind: Kind, bytes_each: float, llama: Path, tmp_path: Path) -> None:
    told = convert(llama, tmp_path / "m.gguf", kind)
    assert told.size_bytes < told.parameters * bytes_each + 60_000
    model, tokenizer, _ = load_model(llama, "cpu")
    ids = tokenizer(PROMPTS[0]).input_ids
    assert LlamaCpp(tmp_path / "m.gguf").writes(ids)[:2] == by_transformers(model, ids)[:2]


def test_what_cannot_be_converted_is_refused(tmp_path: Path, gpt2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    relu = tiny.gpt2(tmp_path / "relu", activation_function="relu")
    rope = {"rope_type": "yarn", "rope_theta": 10_000.0, "factor": 2.0}
    yarn = tiny.llama(tmp_path / "yarn", rope_parameters=rope)
    cut = tiny.llama(tmp_path / "cut", split=r"\s+")
    for folder, words in (
        (relu, "activation_function=relu"),
        (yarn, "rope_type=yarn"),
        (cut, "ignore_merges|cuts text"),
    ):
        with pytest.raises(RecadoError, match=words) as caught:
            convert(folder, tmp_path / "m.gguf")
        assert caught.value.code == "not_convertible"
        assert not list(tmp_path.glob("m.gguf*"))
    with pytest.raises(RecadoError, match="could not be written") as caught:
        convert(gpt2, tmp_path / "nowhere" / "m.gguf")
    assert caught.value.code == "not_written"
