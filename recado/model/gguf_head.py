"""What a GGUF file says of itself before its weights (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""

import struct
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from recado.errors import BadInput, NotFound

MAGIC = b"GGUF"
VERSIONS = (2, 3)
# Far more than any file has; a number beyond them is damage, and must not make us read or allocate that much.
MAX_ENTRIES = 100_000
MAX_ITEMS = 5_000_000
MAX_TEXT_BYTES = 16 * 1024 * 1024
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _LIST = 8, 9
# Kinds of tokens (`tokenizer.ggml.token_type`).
_CONTROL, _USER_DEFINED = 3, 4


@dataclass(frozen=True, slots=True)
class GgufHead:
    """`context_tokens` is what the model was trained for. `control_tokens` are the texts that steer a chat, such as
    "<|im_end|>". `pads_words`: its tokenizer puts a space before a text (SentencePiece's dummy prefix)."""

    context_tokens: int | None
    pads_words: bool
    control_tokens: tuple[str, ...] = field(repr=False)


def read_head(path: Path) -> GgufHead:
    """The head of a file. Raises `NotFound` (`model_not_found`) or `BadInput` (`bad_model`), saying what to do."""
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise BadInput(
                    f"{path} is no GGUF model: it does not begin with GGUF. Was its download cut, or is it a page of "
                    "the site it came from? Download it again.",
                    code="bad_model",
                )
            return _head(_values(file))
    except FileNotFoundError:
        raise NotFound(
            f"There is no model at {path}. Set LOCAL_MODEL_PATH to a .gguf file.", code="model_not_found"
        ) from None
    except OSError as error:
        raise BadInput(f"The model {path} cannot be read: {error.strerror}.", code="bad_model") from None
    except (struct.error, ValueError, KeyError, UnicodeDecodeError):
        raise damaged(path) from None


def damaged(path: Path) -> BadInput:
    """The error of a file that begins like a model and is none."""
    return BadInput(
        f"The model {path} is damaged or incomplete, or of a kind that this llama.cpp does not know. Compare its size "
        "and hash with those where it came from, and download it again.",
        code="bad_model",
    )


def _head(values: dict[str, Any]) -> GgufHead:
    architecture = values["general.architecture"]
    tokens: list[str] = values.get("tokenizer.ggml.tokens", [])
    kinds: list[int] = values.get("tokenizer.ggml.token_type", [])
    return GgufHead(
        context_tokens=values.get(f"{architecture}.context_length"),
        pads_words=values.get("tokenizer.ggml.model") == "llama"
        and values.get("tokenizer.ggml.add_space_prefix", True),
        control_tokens=tuple(token for token, kind in zip(tokens, kinds, strict=False) if _steers(token, kind)),
    )


def _steers(token: str, kind: int) -> bool:
    return len(token) > 2 and (kind == _CONTROL or (kind == _USER_DEFINED and token[0] in "<["))


def _values(file: BufferedReader) -> dict[str, Any]:
    version, _tensors, entries = struct.unpack("<IQQ", file.read(20))
    if version not in VERSIONS or entries > MAX_ENTRIES:
        raise ValueError
    values: dict[str, Any] = {}
    for _ in range(entries):
        name = _text(file)
        values[name] = _value(file, _scalar(file, 4))
    return values


def _value(file: BufferedReader, kind: int) -> Any:
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        return _scalar(file, kind)
    of, count = _scalar(file, 4), _scalar(file, 10)
    if count > MAX_ITEMS:
        raise ValueError
    if of in _SCALARS:
        one = struct.Struct(_SCALARS[of])
        return [value for (value,) in one.iter_unpack(_exactly(file, count * one.size))]
    return [_value(file, of) for _ in range(count)]


def _scalar(file: BufferedReader, kind: int) -> Any:
    form = _SCALARS[kind]
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _text(file: BufferedReader) -> str:
    size: int = _scalar(file, 10)
    if size > MAX_TEXT_BYTES:
        raise ValueError
    return _exactly(file, size).decode("utf-8", "replace")


def _exactly(file: BufferedReader, size: int) -> bytes:
    read = file.read(size)
    if len(read) != size:
        raise ValueError
    return read
