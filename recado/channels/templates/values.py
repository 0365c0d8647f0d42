"""A template as it is kept, and whether a message fits it. Pure functions.

Components and limits: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from recado.errors import SendRefused
from recado.messages import OutTemplate, TemplateButton, TemplateValues

APPROVED = "APPROVED"
MARKETING = "MARKETING"
MAX_HEADER_TEXT = 60
MAX_BODY_TEXT = 1024
# A value may not break the line or hold more than four spaces in a row (132018 says so after the fact):
# https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
_UNFIT = re.compile(r"[\n\r\t]| {5,}")
_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
# The languages to fall back on, best first: those of the product.
FALLBACKS = ("es", "en")
_MEDIA_FORMATS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
# What a button needs from the sender, by Meta's name of it. A URL needs something only if it ends in a placeholder.
_BUTTON_KINDS = {"QUICK_REPLY": "quick_reply", "URL": "url", "COPY_CODE": "copy_code", "FLOW": "flow"}
_WHY = {
    "PAUSED": ("template_paused", "Meta has paused it because people did not like it; it comes back by itself"),
    "DISABLED": ("template_disabled", "Meta has disabled it for good; make another one in WhatsApp Manager"),
    "REJECTED": ("template_rejected", "Meta has rejected it; edit it in WhatsApp Manager and hand it in again"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language. `status` and `category` are Meta's words, such as APPROVED and MARKETING."""

    name: str
    language: str
    status: str
    category: str
    components: Sequence[Mapping[str, Any]] = field(default_factory=tuple[Mapping[str, Any], ...])
    parameter_format: str = "POSITIONAL"
    quality: str | None = None
    provider_id: str | None = None


def choose(found: Sequence[Template], message: OutTemplate, language: str | None) -> Template:
    """The one to send: in the language that the message names, else the contact's, else Spanish, English, any.

    Raises `SendRefused`: `template_missing`, `template_language_missing`, or what its status says.
    """
    if not found:
        raise SendRefused(
            f"There is no template {message.name!r} on this line. Is it new? recado line templates sync",
            code="template_missing",
        )
    if message.language is not None:
        exact = next((one for one in found if one.language == message.language), None)
        if exact is None:
            there = ", ".join(sorted(one.language for one in found))
            raise SendRefused(
                f"Template {message.name!r} is not there in {message.language}. It is in: {there}",
                code="template_language_missing",
            )
        return _usable(exact)
    ranked = sorted(found, key=lambda one: (*_distance(one.language, language), one.language))
    return _usable(next((one for one in ranked if one.status == APPROVED), ranked[0]))


def _distance(offered: str, language: str | None) -> tuple[int, int]:
    """How far a language is from what is wanted: (place in the order of wishes, whether only the base is the same)."""
    wishes = [wish for wish in (language, *FALLBACKS) if wish]
    for place, wish in enumerate(wishes):
        if offered == wish:
            return place, 0
        if offered.partition("_")[0] == wish.partition("_")[0]:
            return place, 1
    return len(wishes), 0


def _usable(template: Template) -> Template:
    if template.status == APPROVED:
        return template
    code, why = _WHY.get(template.status, ("template_not_approved", "only an approved one can be sent"))
    raise SendRefused(
        f"Template {template.name!r} ({template.language}) is {template.status.lower()}: {why}", code=code
    )


def check(template: Template, message: OutTemplate) -> None:
    """Raise `SendRefused` (`template_parameters`) where the message does not fit the template, saying where and why."""
    header, body, buttons = _component(template, "HEADER"), _component(template, "BODY"), _buttons(template)
    _check_header(template, header, message)
    _check_text(template, "body", str(body.get("text") or ""), message.body, MAX_BODY_TEXT)
    given = {button.index: button for button in message.buttons}
    for index, button in enumerate(buttons):
        _check_button(template, index, button, given.pop(index, None))
    if given:
        raise _unfit(template, f"it has no button {min(given)} (the first is 0)")


def _check_header(template: Template, header: Mapping[str, Any], message: OutTemplate) -> None:
    shape = str(header.get("format") or "TEXT").upper()
    wanted = _MEDIA_FORMATS.get(shape)
    if wanted is not None:
        if message.header_media is None:
            raise _unfit(template, f"its header is a {wanted}: give header_media")
        if message.header_media.media != wanted:
            raise _unfit(template, f"its header is a {wanted}, not a {message.header_media.media}")
    elif message.header_media is not None:
        raise _unfit(template, "its header takes no media")
    if shape == "LOCATION" and (message.header_location is None or not message.header_location.name):
        raise _unfit(template, "its header is a place: give header_location with a name")
    if shape != "LOCATION" and message.header_location is not None:
        raise _unfit(template, "its header takes no place")
    _check_text(
        template, "header", str(header.get("text") or "") if shape == "TEXT" else "", message.header, MAX_HEADER_TEXT
    )


def _check_text(template: Template, part: str, text: str, values: TemplateValues, longest: int) -> None:
    places = placeholders(text)
    if isinstance(values, dict):
        given = set(values)
        if places and all(place.isdigit() for place in places):
            raise _unfit(template, f"its {part} wants its {len(places)} values in order, not by name")
    else:
        if places and not all(place.isdigit() for place in places):
            raise _unfit(template, f"its {part} wants values by name: {', '.join(places)}")
        given = {str(number) for number in range(1, len(values) + 1)}
        if len(values) != len(places):
            raise _unfit(template, f"its {part} wants {len(places)} values, {len(values)} were given")
    if missing := sorted(set(places) - given):
        raise _unfit(template, f"its {part} lacks: {', '.join(missing)}")
    if unknown := sorted(given - set(places)):
        raise _unfit(template, f"its {part} has no: {', '.join(unknown)}")
    filled = text
    for place, value in named(values):
        if _UNFIT.search(value):
            raise _unfit(template, f"{part} value {place} has a line break, a tab or more than four spaces in a row")
        filled = re.sub(r"\{\{\s*" + re.escape(place) + r"\s*\}\}", lambda _, value=value: value, filled)
    if len(filled) > longest:
        raise _unfit(template, f"its {part} would have {len(filled)} characters, {longest} are the most")


def _check_button(template: Template, index: int, button: Mapping[str, Any], given: TemplateButton | None) -> None:
    kind = _BUTTON_KINDS.get(str(button.get("type")).upper())
    needed = kind == "copy_code" or (kind == "url" and bool(placeholders(str(button.get("url") or ""))))
    if given is None:
        if needed:
            raise _unfit(template, f"button {index} ({button.get('text')}) needs a {kind} value")
        return
    if given.kind != kind:
        raise _unfit(template, f"button {index} is of kind {kind or str(button.get('type')).lower()}, not {given.kind}")
    if kind == "url" and not needed:
        raise _unfit(template, f"button {index} opens a fixed address: it takes no value")


def placeholders(text: str) -> tuple[str, ...]:
    """The placeholders of a text, each once, in the order in which they first stand (numbers by their size)."""
    found = tuple(dict.fromkeys(_PLACE.findall(text)))
    return tuple(sorted(found, key=int)) if all(place.isdigit() for place in found) else found


def named(values: TemplateValues) -> list[tuple[str, str]]:
    """(placeholder, value) pairs."""
    if isinstance(values, dict):
        return list(values.items())
    return [(str(number), value) for number, value in enumerate(values, 1)]


def text_of(template: Template) -> str:
    """The body's text with its placeholders."""
    return str(_component(template, "BODY").get("text") or "")


def _component(template: Template, kind: str) -> Mapping[str, Any]:
    nothing: Mapping[str, Any] = {}
    return next((one for one in template.components if str(one.get("type")).upper() == kind), nothing)


def _buttons(template: Template) -> list[Mapping[str, Any]]:
    found = _component(template, "BUTTONS").get("buttons")
    return cast("list[Mapping[str, Any]]", found) if isinstance(found, list) else []


def _unfit(template: Template, why: str) -> SendRefused:
    return SendRefused(f"Template {template.name!r} ({template.language}): {why}", code="template_parameters")
