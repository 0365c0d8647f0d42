"""Whisper in a process of its own: `python -m recado.voice.whisper_process MODEL`.

It reads audio from stdin, each after a line with its size in bytes, and answers with a line of JSON each, after a first
one when the model is loaded; `code` says what went wrong. It ends with its stdin, in the middle of a note too.
"""

import io
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from recado.errors import MediaError

# What is longer is asked for as text: on two cores a small model needs about a third of the time that was spoken.
MAX_SPOKEN_S = 180.0
RATE = 16_000
_BYTES_PER_SAMPLE = 2


def too_long() -> MediaError:
    """The note is longer than any engine should hear."""
    return MediaError(f"The note is longer than {MAX_SPOKEN_S:.0f} s", code="voice_too_long")


def gathered(pieces: Iterable[bytes]) -> bytes:
    """Samples of 16 bits together; no more is taken than may be heard. Raises `MediaError` (`voice_too_long`)."""
    most = round(MAX_SPOKEN_S * RATE) * _BYTES_PER_SAMPLE
    samples = bytearray()
    for piece in pieces:
        samples += piece
        if len(samples) > most:
            raise too_long()
    return bytes(samples)


def decoded(audio: bytes) -> Iterator[bytes]:
    """The audio piece by piece, as Whisper takes it: a file of 16 MB may hold hours, which fill a gigabyte at once."""
    av = import_module("av")  # it comes with faster-whisper
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(audio), metadata_errors="ignore") as container:
        for packet in container.demux(audio=0):
            with suppress(av.error.InvalidDataError):  # a damaged packet; the others can be heard
                for frame in packet.decode():
                    frame.pts = None  # times may jump
                    for piece in resampler.resample(frame):
                        yield piece.to_ndarray().tobytes()
    for piece in resampler.resample(None):
        yield piece.to_ndarray().tobytes()


def hear(model: Any, audio: bytes) -> dict[str, str | None]:
    """What the content of an audio file says, or the code of why not."""
    numpy = import_module("numpy")
    try:
        pieces = gathered(decoded(audio))
    except MediaError as error:
        return {"code": error.code}
    except Exception:  # its decoder has many ways to say that a file is broken
        return {"code": "voice_unreadable"}
    samples = numpy.frombuffer(pieces, numpy.int16).astype(numpy.float32) / 32768.0
    try:
        segments, about = model.transcribe(samples, vad_filter=True, condition_on_previous_text=False)
        return {"text": " ".join(one.text.strip() for one in segments).strip(), "language": about.language}
    except Exception:  # as when memory is short
        return {"code": "voice_engine_failed"}


def _listen(name: str, notes: "queue.SimpleQueue[bytes]", answers: int) -> None:
    def answer(said: dict[str, str | None]) -> None:
        os.write(answers, json.dumps(said).encode() + b"\n")

    try:
        model = import_module("faster_whisper").WhisperModel(name, device="auto", compute_type="int8")
    except Exception:
        answer({"code": "voice_model_unusable"})
        return
    answer({})
    while True:
        answer(hear(model, notes.get()))


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # also sent to all processes of a service at once; we are ended by ours
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # if memory gets short, rather this process than a worker
    # Libraries may print.
    answers = os.dup(1)
    os.dup2(2, 1)
    notes: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.argv[1], notes, answers), daemon=True).start()
    while size := sys.stdin.buffer.readline():
        notes.put(sys.stdin.buffer.read(int(size)))
    os._exit(0)


if __name__ == "__main__":
    main()
