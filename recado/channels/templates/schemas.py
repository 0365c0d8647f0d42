"""Shapes of templates in the API."""

from typing import Any

from pydantic import Field

from recado.channels.templates.models import TemplateRow
from recado.kit.schemas import Moment, Output


class TemplateOut(Output):
    """One template in one language, as Meta last told it. Only APPROVED ones are sent."""

    id: str
    name: str
    language: str
    status: str = Field(description="Meta's word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED or another.")
    category: str = Field(description="Meta's word: MARKETING, UTILITY or AUTHENTICATION.")
    quality: str | None = Field(description="GREEN, YELLOW, RED or UNKNOWN.")
    parameter_format: str = Field(description="POSITIONAL or NAMED.")
    components: list[dict[str, Any]] = Field(description="Header, body, footer and buttons, as Meta has them.")
    stale: bool = Field(description="Meta said that it changed; it is being fetched.")
    checked_at: Moment


class SyncedOut(Output):
    """What a synchronisation changed; each language of a template counts."""

    added: int
    changed: int
    removed: int
    total: int


def template_out(row: TemplateRow) -> TemplateOut:
    """A kept template as the API shows it."""
    names = ("id", "name", "language", "status", "category", "quality", "parameter_format", "components", "stale")
    return TemplateOut.model_validate({name: getattr(row, name) for name in names} | {"checked_at": row.checked_ms})
