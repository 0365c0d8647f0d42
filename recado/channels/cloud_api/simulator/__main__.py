"""Runs the simulator: `python -m recado.channels.cloud_api.simulator --port 8090`."""

from recado.channels.cloud_api.simulator.command import command

if __name__ == "__main__":
    command(prog_name="simulator")
