"""A tiny real model, made here because none can be downloaded: random weights, the architecture of Llama, a vocabulary
of single bytes and a few hundred pairs of letters. It writes nonsense, which is what a grammar has to hold."""

from pathlib import Path

import gguf
import numpy as np

WIDTH = 64
HEADS = 4
LAYERS = 2
# As SentencePiece has it: unknown, begin, end, then the 256 bytes, then pieces of text.
_SPECIAL = ((b"<unk>", gguf.TokenType.UNKNOWN), (b"<s>", gguf.TokenType.CONTROL), (b"</s>", gguf.TokenType.CONTROL))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "aeiou"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def write_tiny_model(
    path: Path,
    *,
    seed: int = 1,
    context: int = 8192,
    width: int = WIDTH,
    layers: int = LAYERS,
    pads_words: bool = False,
    window: int | None = None,
) -> Path:
    """A `.gguf` file of about a megabyte. The same arguments write the same bytes. One that pads words has a tokenizer
    that puts a space before every text, as Llama 2 does; one with a window is a Gemma 3, of which most layers see only
    so many tokens back."""
    tokens, scores, kinds = _vocabulary()
    writer = gguf.GGUFWriter(str(path), "llama" if window is None else "gemma3")
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // HEADS)
    if window is not None:
        writer.add_key_length(width // HEADS)
        writer.add_value_length(width // HEADS)
        writer.add_sliding_window(window)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_add_space_prefix(pads_words)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(CHAT_TEMPLATE)
    _add_weights(writer, len(tokens), seed=seed, width=width, layers=layers)
    if window is not None:
        _add_norms_of_gemma(writer, width=width, layers=layers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary() -> tuple[list[bytes], list[float], list[int]]:
    special = [(text, 0.0, int(kind)) for text, kind in _SPECIAL]
    every_byte = [(f"<0x{byte:02X}>".encode(), 0.0, int(gguf.TokenType.BYTE)) for byte in range(256)]
    pieces = ["▁", *_LETTERS, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789áéíóúñ¿¡ü", *'"{}[]:,.-_\\/']
    pieces += [a + b for a in _LETTERS for b in _VOWELS]
    text = [(piece.encode(), -float(n), int(gguf.TokenType.NORMAL)) for n, piece in enumerate(pieces)]
    every = special + every_byte + text
    return [t for t, _, _ in every], [s for _, s, _ in every], [k for _, _, k in every]


def _add_weights(writer: gguf.GGUFWriter, words: int, *, seed: int, width: int, layers: int) -> None:
    random = np.random.default_rng(seed)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.3, shape).astype(np.float32))

    def add_ones(name: str) -> None:
        writer.add_tensor(name, np.ones(width, dtype=np.float32))

    add("token_embd.weight", words, width)
    add_ones("output_norm.weight")
    add("output.weight", words, width)
    for layer in range(layers):
        at = f"blk.{layer}"
        add_ones(f"{at}.attn_norm.weight")
        add_ones(f"{at}.ffn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{at}.{part}.weight", width, width)
        add(f"{at}.ffn_gate.weight", 2 * width, width)
        add(f"{at}.ffn_up.weight", 2 * width, width)
        add(f"{at}.ffn_down.weight", width, 2 * width)


def _add_norms_of_gemma(writer: gguf.GGUFWriter, *, width: int, layers: int) -> None:
    sizes = {"attn_q_norm": width // HEADS, "attn_k_norm": width // HEADS}
    sizes |= {"post_attention_norm": width, "post_ffw_norm": width}
    for layer in range(layers):
        for name, size in sizes.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(size, dtype=np.float32))
