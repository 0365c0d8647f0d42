"""The process in which llama.cpp runs: `python -m recado.model.llama_process`, started by `recado.model.llama`.

A process of its own, because loading holds Python's lock for as long as it takes, an assertion of llama.cpp ends the
process it is in, and only the end of a process surely gives memory back. It reads one line of JSON on standard input,
writes one on standard output, and ends when its standard input ends: it never outlives whoever started it.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

# What is read between two looks at who has gone and who is new. llama.cpp's own 2,048 made a cancelled long prompt be
# read for half a minute on one core.
BATCH_TOKENS = 256
# Models with a state instead of a cache (Mamba and the like) go back to a copy of it: up to 110 MB each, in every slot
# (https://github.com/ggml-org/llama.cpp/issues/21831). llama.cpp's own number is 32.
STATE_COPIES = 4


def main() -> None:
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever libraries print is not our answer
    order = json.loads(sys.stdin.readline())
    try:
        server = _serve(order)
        said = {"address": server.listening_address}
    except Exception as error:  # said to whoever started us
        said = {"error": type(error).__name__}
    os.write(answer, json.dumps(said).encode() + b"\n")
    os.close(answer)
    if "address" in said:
        sys.stdin.read()
    os._exit(0)  # its threads have nothing to save


def _serve(order: dict[str, Any]) -> Any:
    xllamacpp: Any = import_module("xllamacpp")  # without types
    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.n_ctx = order["slots"] * order["context_tokens"]
    params.n_parallel = order["slots"]
    params.kv_unified = False
    params.cache_idle_slots = False
    params.cache_ram_mib = 0
    params.cache_prompt = order["reuse_prefix"]
    # Models whose layers see a window only (Gemma, gpt-oss) keep what is in it; what conversations share would be read
    # again for each. Kept whole, it takes the memory that it takes in any other model
    # (https://github.com/ggml-org/llama.cpp/pull/13194).
    params.swa_full = order["reuse_prefix"]
    params.n_ctx_checkpoints = STATE_COPIES
    params.slot_prompt_similarity = 0.0
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    # While it writes, its threads wait for each other some hundred times a token, and busily. Where one of them does
    # not get its core, because something else runs, all lose their time slices: a tenth of the speed is left.
    params.cpuparams.n_threads = order["writing_threads"]
    params.cpuparams_batch.n_threads = order["reading_threads"]
    params.n_threads_http = order["slots"] + 2
    if order["device"] == "cpu":
        params.n_gpu_layers = 0
    params.fit_params = False  # it would change the context behind our back
    params.warmup = True
    params.api_keys = [order["key"]]
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = -1  # its logs may repeat prompts
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
