"""Programs that ask over HTTP and get the answer back: a web page, a bridge, a workflow."""

from recado.channels.web.channel import NAME, WebChannel

__all__ = ["NAME", "WebChannel"]
