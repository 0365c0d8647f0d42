"""Channels: the transports that messages come in and go out on, and the lines that are connected to them."""
