"""huggingface_hub, set up as we want it. Imported when a hub or its cache is looked at, never before."""

import os

from recado.errors import BadInput
from recado.model.words import say

# What a cut connection loses. The client's 10 MiB would never be finished on a network that is cut more often.
CHUNK_BYTES = 256 * 1024


def library() -> None:
    """Set up huggingface_hub before anything else of it runs: it draws no bars of its own and logs no addresses.

    Its second protocol, Xet, is left out unless HF_HUB_DISABLE_XET=0: plain HTTP works with every mirror, and goes on
    where it stopped. (Single files of more than 50 GB need Xet; none of the models that run here have one.)
    Raises `BadInput` (`extra_missing`).
    """
    try:
        from huggingface_hub import constants
        from huggingface_hub.utils import disable_progress_bars, logging
    except ImportError:
        raise BadInput(say("no_model_extra"), code="extra_missing") from None
    if "HF_HUB_DISABLE_XET" not in os.environ:
        constants.HF_HUB_DISABLE_XET = True  # not by the environment: transformers may have loaded it already
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK_BYTES
    disable_progress_bars()
    logging.set_verbosity_error()
