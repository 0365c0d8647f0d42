"""The JSON of media messages: pure functions.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/image-messages and its neighbours.
"""

from recado.channels.cloud_api.shapes import Json
from recado.messages import OutMedia


def media_part(content: OutMedia, provider_media_id: str | None) -> Json:
    """`type` and the part of that name; a file of ours goes by the id that Meta gave to its upload."""
    kind = "audio" if content.media == "voice" else content.media
    part: Json = {"id": provider_media_id} if content.link is None else {"link": content.link}
    if content.media == "voice":
        part["voice"] = True
    if content.caption is not None:
        part["caption"] = content.caption
    if content.filename is not None:
        part["filename"] = content.filename
    return {"type": kind, kind: part}
