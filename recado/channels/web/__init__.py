"""Programs that ask over HTTP and get the answer back: a web page, a bridge, a workflow."""

from recado.channels.web.channel import WebChannel

__all__ = ["WebChannel"]
