"""A simulator of the APIs of hosted models (OpenAI, Anthropic, Gemini): a program of its own.

It shares no code with the clients, so that neither can hide the other's mistakes.
"""

from recado.brain.llm.simulator.host import Act, Cut, Fails, Fits, Host, Raw, Says, Silent, host
from recado.brain.llm.simulator.shapes import KINDS, MODELS, TOKENS_IN, TOKENS_OUT, Kind

__all__ = [
    "KINDS",
    "MODELS",
    "TOKENS_IN",
    "TOKENS_OUT",
    "Act",
    "Cut",
    "Fails",
    "Fits",
    "Host",
    "Kind",
    "Raw",
    "Says",
    "Silent",
    "host",
]
