"""The WhatsApp Business Platform (Cloud API): Meta's own interface, with webhooks in and Graph calls out."""

from recado.channels.cloud_api.channel import CloudApiChannel

__all__ = ["CloudApiChannel"]
