"""How a chat becomes tokens for a transformers model: by its own template, if it has one.

What people wrote is text, whatever it says: a template's own markers are special tokens, the same characters in a
message are not, so nobody can end their message and speak as another role.
"""

import importlib
import re
from collections.abc import Sequence
from typing import Any

from recado.errors import BadInput
from recado.model.engine import ChatMessage
from recado.model.words import say

# Of models without a template, such as most fine-tuned GPT-2: the names that dialogues on the web have.
_SPEAKERS = {"system": "", "user": "User: ", "assistant": "Assistant: "}
# Characters for private use stand for the messages while the template is filled in; no template has them.
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")


class Prompts:
    """Of one model's tokenizer. May be used from several threads."""

    def __init__(self, tokenizer: Any, path: object) -> None:
        library: Any = importlib.import_module("tokenizers")
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise BadInput(say("no_tokenizer", path=path), code="bad_model")
        self._tokenizer = tokenizer
        self._template = tokenizer.chat_template is not None
        self._marked: Any = library.Tokenizer.from_str(backend.to_str())
        self._plain: Any = library.Tokenizer.from_str(backend.to_str())
        self._plain.encode_special_tokens = True
        for one in (self._marked, self._plain):
            one.no_padding()
            one.no_truncation()

    def tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The ids of a chat, up to where the assistant writes."""
        if not self._template:
            return self._without_template(messages)
        shown = [{"role": one.role, "content": _MARK.format(n)} for n, one in enumerate(messages)]
        filled = self._tokenizer.apply_chat_template(shown, tokenize=False, add_generation_prompt=True)
        found: list[int] = []
        for n, part in enumerate(_MARKED.split(filled)):
            found += self._text(messages[int(part)].content) if n % 2 else self._ids(self._marked, part)
        return found

    def _without_template(self, messages: Sequence[ChatMessage]) -> list[int]:
        lines = [_SPEAKERS[one.role] + one.content for one in messages]
        start = getattr(self._tokenizer, "bos_token_id", None) if self._starts_with_bos() else None
        text = "\n".join((*lines, _SPEAKERS["assistant"].rstrip()))
        return ([] if start is None else [start]) + self._text(text)

    def _starts_with_bos(self) -> bool:
        return bool(getattr(self._tokenizer, "add_bos_token", False))

    def _text(self, text: str) -> list[int]:
        return self._ids(self._plain, text)

    @staticmethod
    def _ids(tokenizer: Any, text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids) if text else []
