"""Converts a Hugging Face model to GGUF, for the llama.cpp engine: GPT-2 and Llama, with byte-level BPE tokenizers.

Names and orders of tensors are those that llama.cpp reads (its convert_hf_to_gguf.py and src/llama-model.cpp). What the
converter does not know for sure it refuses, rather than write a file that answers differently.
"""

import importlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from recado.errors import BadInput, RecadoError
from recado.model.transformers_engine import load_model
from recado.model.words import say

Array = npt.NDArray[np.float32]
Kind = Literal["f32", "f16", "q8_0"]

KNOWN = "GPT-2, Llama (byte-level BPE)"
# llama.cpp's GELU is the tanh form, which has these names in transformers.
_GELU = ("gelu_new", "gelu_pytorch_tanh", "gelu_fast")
# How Llama 3 cuts text before its BPE; llama.cpp knows it as "llama-bpe".
LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)


@dataclass(frozen=True, slots=True)
class Converted:
    """`parameters` are the numbers of the model, `size_bytes` the file's."""

    path: Path
    architecture: str
    kind: Kind
    parameters: int
    size_bytes: int


def convert(folder: Path, out: Path, kind: Kind = "f16") -> Converted:
    """Write the model of a folder as a GGUF file, whole or not at all.

    Raises `BadInput` (`not_convertible`, `bad_model`, `extra_missing`) or `RecadoError` (`not_written`).
    """
    model, tokenizer, _ = load_model(folder, "cpu")
    architecture = {"gpt2": "gpt2", "llama": "llama"}.get(model.config.model_type)
    if architecture is None:
        raise _refusal(f"model_type={model.config.model_type}")
    parts: Any = (_Gpt2 if architecture == "gpt2" else _Llama)(model)
    words = _Words(tokenizer, model.config.vocab_size)
    gguf: Any = importlib.import_module("gguf")
    beside = out.with_name(f"{out.name}.part")
    try:
        writer = gguf.GGUFWriter(beside, architecture)
        writer.add_name(folder.name)
        parts.describe(writer)
        words.describe(writer, gguf.TokenType)
        count = _write(writer, gguf, parts.tensors(), kind)
        beside.replace(out)
        return Converted(out, architecture, kind, count, out.stat().st_size)
    except OSError as error:
        shown = say("not_written", path=out, reason=error.strerror or type(error).__name__)
        raise RecadoError(shown, code="not_written") from None
    finally:
        beside.unlink(missing_ok=True)


def _refusal(what: str) -> BadInput:
    return BadInput(say("not_convertible", what=what, known=KNOWN), code="not_convertible")


def _write(writer: Any, gguf: Any, tensors: Iterator[tuple[str, Array]], kind: Kind) -> int:
    """Add the tensors and write the file; the number of parameters."""
    types, files = gguf.GGMLQuantizationType, gguf.LlamaFileType
    wanted = {"f32": types.F32, "f16": types.F16, "q8_0": types.Q8_0}[kind]
    writer.add_file_type({"f32": files.ALL_F32, "f16": files.MOSTLY_F16, "q8_0": files.MOSTLY_Q8_0}[kind])
    if kind == "q8_0":
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    count = 0
    for name, data in tensors:
        count += data.size
        # Vectors and positions stay whole: they are small, and llama.cpp adds them as 32-bit numbers.
        small = data.ndim < 2 or name == "position_embd.weight"
        fits = kind != "q8_0" or data.shape[-1] % gguf.GGML_QUANT_SIZES[types.Q8_0][0] == 0
        to = types.F32 if small else wanted if fits else types.F16
        writer.add_tensor(name, gguf.quantize(data, to), raw_dtype=to)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return count


# --- architectures ------------------------------------------------------------------------------------------------


class _Model:
    """Takes the tensors of a model by name, once each, so that none is left over or forgotten."""

    def __init__(self, model: Any) -> None:
        self.config: Any = model.config
        self._left: dict[str, Any] = dict(model.state_dict())

    def has(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str) -> Array:
        tensor = self._left.pop(name, None)
        if tensor is None:
            raise _refusal(f"a model without {name}")
        return np.ascontiguousarray(tensor.float().numpy())

    def head(self, embedding: Array) -> Iterator[tuple[str, Array]]:
        """What gives the scores; without it llama.cpp takes the embeddings, as tied models do."""
        head = self.take("lm_head.weight")
        if not np.array_equal(head, embedding):
            yield "output.weight", head

    def nothing_is_left(self, *known: str) -> None:
        left = [name for name in self._left if not name.endswith(known)]
        if left:
            raise _refusal(f"a model with {left[0]}")


class _Gpt2(_Model):
    def describe(self, writer: Any) -> None:
        config = self.config
        if config.activation_function not in _GELU:
            raise _refusal(f"activation_function={config.activation_function}")
        if config.scale_attn_by_inverse_layer_idx or not config.scale_attn_weights:
            raise _refusal("scale_attn_by_inverse_layer_idx")
        writer.add_context_length(config.n_positions)
        writer.add_embedding_length(config.n_embd)
        writer.add_block_count(config.n_layer)
        writer.add_feed_forward_length(config.n_inner or 4 * config.n_embd)
        writer.add_head_count(config.n_head)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)

    def tensors(self) -> Iterator[tuple[str, Array]]:
        embedding = self.take("transformer.wte.weight")
        yield "token_embd.weight", embedding
        yield "position_embd.weight", self.take("transformer.wpe.weight")
        names = {
            "ln_1": "attn_norm",
            "attn.c_attn": "attn_qkv",
            "attn.c_proj": "attn_output",
            "ln_2": "ffn_norm",
            "mlp.c_fc": "ffn_up",
            "mlp.c_proj": "ffn_down",
        }
        for block in range(self.config.n_layer):
            for theirs, ours in names.items():
                weight = self.take(f"transformer.h.{block}.{theirs}.weight")
                # Its layers are "Conv1D": the other way round than everybody's.
                yield f"blk.{block}.{ours}.weight", np.ascontiguousarray(weight.T)
                yield f"blk.{block}.{ours}.bias", self.take(f"transformer.h.{block}.{theirs}.bias")
        yield "output_norm.weight", self.take("transformer.ln_f.weight")
        yield "output_norm.bias", self.take("transformer.ln_f.bias")
        yield from self.head(embedding)
        self.nothing_is_left(".attn.bias", ".attn.masked_bias")  # masks, which older files hold


class _Llama(_Model):
    def describe(self, writer: Any) -> None:
        config, rope = self.config, self._rope()
        if config.hidden_act != "silu":
            raise _refusal(f"hidden_act={config.hidden_act}")
        if rope.get("rope_type", "default") not in ("default", "linear", "llama3"):
            raise _refusal(f"rope_type={rope['rope_type']}")
        writer.add_context_length(config.max_position_embeddings)
        writer.add_embedding_length(config.hidden_size)
        writer.add_block_count(config.num_hidden_layers)
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count(config.num_attention_heads)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_vocab_size(config.vocab_size)
        writer.add_key_length(self._head_size())
        writer.add_value_length(self._head_size())
        writer.add_rope_dimension_count(self._head_size())
        writer.add_rope_freq_base(float(rope["rope_theta"]))
        if rope.get("rope_type") == "linear":
            writer.add_rope_scaling_type(importlib.import_module("gguf").RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(float(rope["factor"]))

    def tensors(self) -> Iterator[tuple[str, Array]]:
        config = self.config
        if self._rope().get("rope_type") == "llama3":
            yield "rope_freqs.weight", _llama3_factors(self._rope(), self._head_size())
        embedding = self.take("model.embed_tokens.weight")
        yield "token_embd.weight", embedding
        names = {
            "input_layernorm": "attn_norm",
            "self_attn.q_proj": "attn_q",
            "self_attn.k_proj": "attn_k",
            "self_attn.v_proj": "attn_v",
            "self_attn.o_proj": "attn_output",
            "post_attention_layernorm": "ffn_norm",
            "mlp.gate_proj": "ffn_gate",
            "mlp.up_proj": "ffn_up",
            "mlp.down_proj": "ffn_down",
        }
        turned = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
        for block in range(config.num_hidden_layers):
            for theirs, ours in names.items():
                for end in ("weight", "bias"):
                    name = f"model.layers.{block}.{theirs}.{end}"
                    if end == "weight" or self.has(name):
                        data = self.take(name)
                        yield f"blk.{block}.{ours}.{end}", _turned(data, turned[ours]) if ours in turned else data
        yield "output_norm.weight", self.take("model.norm.weight")
        yield from self.head(embedding)
        self.nothing_is_left("rotary_emb.inv_freq")

    def _head_size(self) -> int:
        config = self.config
        return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads

    def _rope(self) -> Mapping[str, Any]:
        return self.config.rope_parameters


def _turned(data: Array, heads: int) -> Array:
    """Hugging Face turns the two halves of a head against each other, llama.cpp's Llama its neighbours."""
    halves = data.reshape(heads, 2, data.shape[0] // heads // 2, *data.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(data.shape))


def _llama3_factors(rope: Mapping[str, Any], head: int) -> Array:
    """What Llama 3.1 and later divide the frequencies of positions by (transformers' `_compute_llama3_parameters`)."""
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    length = rope["original_max_position_embeddings"]
    waves = 2 * math.pi * rope["rope_theta"] ** (np.arange(0, head, 2) / head)
    smooth = np.clip((length / waves - low) / (high - low), 0.0, 1.0)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


# --- tokenizers ---------------------------------------------------------------------------------------------------


class _Words:
    """A byte-level BPE, as tokenizer.json describes it. Raises `BadInput` for any other."""

    def __init__(self, tokenizer: Any, size: int) -> None:
        self._tokenizer, self._size = tokenizer, size
        backend = getattr(tokenizer, "backend_tokenizer", None)
        told: dict[str, Any] = {} if backend is None else json.loads(backend.to_str())
        model: dict[str, Any] = told.get("model") or {}
        if model.get("type") != "BPE" or model.get("byte_fallback") or told.get("normalizer"):
            raise _refusal("a tokenizer that is no byte-level BPE")
        self._cut = _cut_of(told.get("pre_tokenizer") or {})
        if bool(model.get("ignore_merges")) != (self._cut == "llama-bpe"):
            raise _refusal(f"ignore_merges={model.get('ignore_merges')}")
        self._vocabulary: dict[str, int] = model["vocab"]
        self._added: list[dict[str, Any]] = told.get("added_tokens") or []
        # Files of different ages write a merge as "a b" or as ["a", "b"].
        self._merges = [one if isinstance(one, str) else " ".join(one) for one in model["merges"]]

    def describe(self, writer: Any, types: Any) -> None:
        tokens = [f"[PAD{n}]" for n in range(self._size)]
        kinds = [types.UNUSED] * self._size
        for text, token in self._vocabulary.items():
            tokens[token], kinds[token] = text, types.NORMAL
        for one in self._added:
            tokens[one["id"]] = one["content"]
            kinds[one["id"]] = types.CONTROL if one["special"] else types.USER_DEFINED
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(self._cut)
        writer.add_token_list(tokens)
        writer.add_token_types(kinds)
        writer.add_token_merges(self._merges)
        tokenizer = self._tokenizer
        if tokenizer.bos_token_id is not None:
            writer.add_bos_token_id(tokenizer.bos_token_id)
        if tokenizer.eos_token_id is not None:
            writer.add_eos_token_id(tokenizer.eos_token_id)
        writer.add_add_bos_token(tokenizer("a").input_ids[:1] == [tokenizer.bos_token_id])
        if isinstance(tokenizer.chat_template, str):
            writer.add_chat_template(tokenizer.chat_template)


def _cut_of(told: Mapping[str, Any]) -> str:
    """llama.cpp's name for the way text is cut before the BPE."""
    if told.get("type") == "ByteLevel" and told.get("use_regex", True) and not told.get("add_prefix_space"):
        return "gpt-2"
    if told.get("type") == "Sequence" and len(told["pretokenizers"]) == 2:
        split, level = told["pretokenizers"]
        plain = (
            level.get("type") == "ByteLevel" and not level.get("use_regex", True) and not level.get("add_prefix_space")
        )
        if plain and split.get("type") == "Split" and split.get("pattern") == {"Regex": LLAMA3_SPLIT}:
            return "llama-bpe"
    raise _refusal("a tokenizer that cuts text in a way of its own")
