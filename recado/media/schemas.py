"""Shapes of media in the API."""

from typing import Literal

from pydantic import Field

from recado.kit.schemas import Moment, Output
from recado.media.limits import Kind
from recado.media.models import Media

State = Literal["pending", "stored", "failed", "refused"]


class TranscriptOut(Output):
    """What an audio says, as a machine heard it."""

    state: Literal["pending", "done", "failed"]
    text: str | None
    language: str | None


class MediaOut(Output):
    """A file. Its content can be had while `state` is stored.

    pending: it is being fetched; failed: that was given up; refused: it is too large or of a wrong type.
    """

    id: str
    kind: Kind
    voice: bool
    state: State
    mime_type: str | None
    filename: str | None
    size_bytes: int | None
    sha256: str | None = Field(description="In hex; while pending, as the provider announced it.")
    message_id: str | None
    conversation_id: str | None
    transcript: TranscriptOut | None = Field(description="Only of audio that is heard, voice notes and others.")
    error_code: str | None
    created_at: Moment
    stored_at: Moment | None


def media_out(row: Media) -> MediaOut:
    """A file as the API shows it."""
    heard = {"state": row.hearing, "text": row.transcript, "language": row.transcript_language}
    names = (
        *("id", "kind", "voice", "state", "mime_type", "filename", "size_bytes", "sha256"),
        *("message_id", "conversation_id", "error_code"),
    )
    return MediaOut.model_validate(
        {name: getattr(row, name) for name in names}
        | {
            "transcript": heard if row.hearing is not None else None,
            "created_at": row.created_ms,
            "stored_at": row.stored_ms,
        }
    )
