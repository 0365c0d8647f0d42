"""How surprised a model is by a text: the figure of its model card."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recado.errors import BadInput
from recado.model.transformers_engine import load_model, longest_text, modules
from recado.model.words import say

# Longer ones say little more of models that answer chats, and take memory by the square.
WINDOW_TOKENS = 1_024
# Fewer are mere chance.
LEAST_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Perplexity:
    """`value` is e to the mean of the surprise (nats) of `tokens` tokens. `digest` is the text's SHA-256."""

    value: float
    tokens: int
    window: int
    digest: str
    architecture: str
    parameters: int
    context: int


def sample_text() -> str:
    """Forty lines of ordinary chats in both languages, which no model was trained on here."""
    return Path(__file__).with_name("sample.txt").read_text(encoding="utf-8")


def measure(folder: Path, text: str, device: str = "auto") -> Perplexity:
    """Perplexity of the model of a folder on a text. Each token but the first is judged once, most of them after at
    least half a window (https://huggingface.co/docs/transformers/perplexity).

    Raises `BadInput` (`text_too_short`, `bad_model`, `extra_missing`).
    """
    torch, _ = modules()
    model, tokenizer, where = load_model(folder, device)
    ids: list[int] = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids
    if len(ids) < LEAST_TOKENS:
        raise BadInput(say("too_little_text", tokens=len(ids), least=LEAST_TOKENS), code="text_too_short")
    window = min(WINDOW_TOKENS, longest_text(model.config) or WINDOW_TOKENS)
    surprise = sum(_surprises(torch, model, torch.tensor(ids, device=where), window))
    return Perplexity(
        value=math.exp(surprise / (len(ids) - 1)),
        tokens=len(ids),
        window=window,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        architecture=type(model).__name__,
        parameters=sum(one.numel() for one in model.parameters()),
        context=longest_text(model.config) or 0,
    )


def _surprises(torch: Any, model: Any, ids: Any, window: int) -> list[float]:
    """The summed surprise of the tokens of each window that no window before it judged."""
    found: list[float] = []
    judged, step = 1, max(1, window // 2)
    for start in range(0, len(ids), step):
        part = ids[start : start + window]
        new = start + len(part) - judged
        if new > 0:
            with torch.inference_mode():
                scores = model(part.unsqueeze(0)).logits[0, -new - 1 : -1].float()
            found.append(float(torch.nn.functional.cross_entropy(scores, part[-new:], reduction="sum")))
            judged += new
        if start + window >= len(ids):
            break
    return found
