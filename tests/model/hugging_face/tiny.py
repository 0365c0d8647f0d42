"""Tiny real models, made here with random weights: no weights can be had without a network."""

import importlib
import json
from pathlib import Path
from typing import Any

from recado.model.transformers_engine import modules

SAMPLE = [
    "Hola, quiero una cita para mañana por la mañana, por favor.",
    "La papa tiene manchas en las hojas desde el lunes; ¿qué hago?",
    "Good morning, I would like to change my appointment to Friday.",
    '{"role":"consulta","respuesta_chat":"","acciones":{},"estado":{"confianza":0.3}}',
]
END = "<|endoftext|>"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|endoftext|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def tokenizer(*, template: bool = False, split: str | None = None) -> Any:
    """A byte-level BPE of a few hundred tokens: it can write any text. `split` cuts it as Llama 3 does."""
    tokenizers = importlib.import_module("tokenizers")
    _, transformers = modules()
    made = tokenizers.Tokenizer(tokenizers.models.BPE(ignore_merges=split is not None))
    cut = tokenizers.pre_tokenizers
    made.pre_tokenizer = cut.ByteLevel(add_prefix_space=False)
    if split is not None:
        by_words = cut.Split(tokenizers.Regex(split), behavior="isolated")
        made.pre_tokenizer = cut.Sequence([by_words, cut.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.decoder = tokenizers.decoders.ByteLevel()
    special = [END, *(["<|system|>", "<|user|>", "<|assistant|>"] if template else [])]
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=special,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(SAMPLE * 20, trainer)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token=END, bos_token=END)
    if template:
        fast.chat_template = CHAT_TEMPLATE
    return fast


def gpt2(folder: Path, *, template: bool = False, positions: int = 4096, **more: Any) -> Path:
    """A random GPT-2 of two layers, saved as transformers does."""
    torch, transformers = modules()
    words = tokenizer(template=template)
    torch.manual_seed(1)
    config = transformers.GPT2Config(
        # Larger than the tokenizer, as padded vocabularies of real models are.
        vocab_size=len(words) + 5,
        n_positions=positions,
        n_embd=32,
        n_layer=2,
        n_head=2,
        bos_token_id=0,
        eos_token_id=0,
        # Wider than usual, so that the likeliest token depends on what was read.
        initializer_range=0.4,
        **more,
    )
    return _save(transformers.GPT2LMHeadModel(config), words, folder)


def llama(folder: Path, *, split: str | None = None, **more: Any) -> Path:
    """A random Llama with grouped attention."""
    torch, transformers = modules()
    words = tokenizer(template=True, split=split)
    torch.manual_seed(2)
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=0,
        initializer_range=0.2,
        **more,
    )
    return _save(transformers.LlamaForCausalLM(config), words, folder)


def _save(model: Any, words: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["vocab_size"] >= len(words)
    return folder
