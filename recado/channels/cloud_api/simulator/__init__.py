"""A simulator of Meta's WhatsApp Cloud API and of people's phones: a program of its own.

It shares no code with the channel, so that neither can hide the other's mistakes. `server.py` describes its API.
"""

from recado.channels.cloud_api.simulator.config import App, ConfigError, Faults, Number, SimulatorConfig
from recado.channels.cloud_api.simulator.server import Simulator, serve

__all__ = ["App", "ConfigError", "Faults", "Number", "Simulator", "SimulatorConfig", "serve"]
