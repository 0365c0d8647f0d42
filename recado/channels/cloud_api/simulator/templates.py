"""Templates: what is kept of a business account, and whether a send fits one, with Meta's errors.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components and
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

import re
from collections.abc import Callable
from typing import Any

from recado.channels.cloud_api.simulator.errors import GraphError
from recado.channels.cloud_api.simulator.validation import as_list, as_object, check_media

Json = dict[str, Any]

MAX_BODY = 1024
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_UNFIT = re.compile(r"[\n\r\t]| {5,}")
MEDIA_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "LOCATION": "location"}
FILES = ("image", "video", "document")
_PARAMETERS = {"url": "text", "quick_reply": "payload", "copy_code": "coupon_code", "flow": "action"}


def new_template(body: Json, number: int) -> Json:
    """A template as the control API describes it, completed as Meta would show it."""
    text = str(body.get("body") or "")
    components = as_list(body.get("components")) or [{"type": "BODY", "text": text or "Hola {{1}}"}]
    named = any(not place.isdigit() for c in components for place in _PLACE.findall(str(as_object(c).get("text"))))
    return {
        "name": str(body["name"]),
        "language": str(body.get("language") or "es"),
        "status": str(body.get("status") or "APPROVED"),
        "category": str(body.get("category") or "UTILITY"),
        "id": str(body.get("id") or 590_000_000_000_000 + number),
        "parameter_format": str(body.get("parameter_format") or ("NAMED" if named else "POSITIONAL")),
        "quality_score": {"score": str(body.get("quality") or "UNKNOWN"), "date": 1_767_225_600},
        "components": components,
    }


def check_files(sent: Json, check_id: Callable[[str, object, str], None]) -> None:
    """The files that a send names, by id or by link: Meta looks at parameters before it looks for the template.

    `check_id` gets the kind, the id and the place of each file that is named by its id. Raises GraphError.
    """
    for n, part in enumerate(map(as_object, as_list(sent.get("components")))):
        for m, parameter in enumerate(map(as_object, as_list(part.get("parameters")))):
            kind = str(parameter.get("type")).lower()
            if kind in FILES:
                place = f"template['components'][{n}]['parameters'][{m}]['{kind}']"
                file = as_object(parameter.get(kind))
                check_media(kind, place, file)
                if file.get("id"):
                    check_id(kind, file["id"], place)


def check_send(kept: dict[tuple[str, str], Json], sent: Json) -> Json:
    """The template that a send names, if it fits. Raises GraphError as Meta would."""
    name, code = str(sent["name"]), str(sent["language"]["code"])
    template = kept.get((name, code))
    if template is None:
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    status = template["status"]
    if status == "PAUSED":
        raise GraphError(132015)
    if status == "DISABLED":
        raise GraphError(132016)
    if status != "APPROVED":
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    given = {str(part.get("type")).lower(): part for part in map(as_object, as_list(sent.get("components")))}
    _check_header(template, as_list(given.get("header", {}).get("parameters")))
    _check_values("body", _text(template, "BODY"), as_list(given.get("body", {}).get("parameters")))
    _check_buttons(template, [b for b in map(as_object, as_list(sent.get("components"))) if b.get("type") == "button"])
    return template


def _check_header(template: Json, parameters: list[Any]) -> None:
    header = _component(template, "HEADER")
    wanted = MEDIA_HEADERS.get(str(header.get("format")).upper())
    if wanted is None:
        # Whether the text has placeholders or not.
        given = [str(as_object(one).get("type")).lower() for one in parameters]
        if header and (unfit := next((kind for kind in given if kind in MEDIA_HEADERS.values()), None)):
            raise GraphError(132012, f"header: Format mismatch, expected TEXT, received {unfit.upper()}")
        _check_values("header", _text(template, "HEADER"), parameters)
    elif len(parameters) != 1:
        raise GraphError(132012, f"header: Format mismatch, expected {wanted.upper()}, received UNKNOWN")
    elif (kind := str(as_object(parameters[0]).get("type")).lower()) != wanted:
        raise GraphError(132012, f"header: Format mismatch, expected {wanted.upper()}, received {kind.upper()}")


def _check_values(part: str, text: str, parameters: list[Any]) -> None:
    places = list(dict.fromkeys(_PLACE.findall(text)))
    if len(parameters) != len(places):
        details = (
            f"{part}: number of localizable_params ({len(parameters)}) does not match the expected number of params"
        )
        raise GraphError(132000, f"{details} ({len(places)})")
    named = any(not place.isdigit() for place in places)
    filled = text
    for place, parameter in zip(places, map(as_object, parameters), strict=True):
        value = parameter.get("text")
        if named and parameter.get("parameter_name") not in places:
            raise GraphError(100, "Parameter name is missing or empty", message="(#100) Invalid parameter")
        if not isinstance(value, str) or not value:
            raise GraphError(131008, f"Parameter of type text is missing text value in {part}")
        if _UNFIT.search(value):
            raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        filled = filled.replace("{{" + place + "}}", value)
    if len(filled) > MAX_BODY:
        raise GraphError(132005, f"Translated text too long in {part}")


def _check_buttons(template: Json, given: list[Json]) -> None:
    buttons = [as_object(button) for button in as_list(_component(template, "BUTTONS").get("buttons"))]
    indexes: set[int] = set()
    for part in given:
        index = int(part["index"]) if str(part.get("index")).isdigit() else -1
        kind = str(buttons[index].get("type")).lower() if 0 <= index < len(buttons) else ""
        if kind != part.get("sub_type"):
            raise GraphError(132018, f"Button at index {part.get('index')} is not of type {part.get('sub_type')}")
        parameters = as_list(part.get("parameters"))
        parameter = as_object(parameters[0]) if parameters else {}
        if parameter.get("type") != _PARAMETERS.get(kind):
            raise GraphError(131008, f"Button at index {index} of type {kind} has a wrong parameter")
        indexes.add(index)
    for index, button in enumerate(buttons):
        needs = button.get("type") == "COPY_CODE" or (button.get("type") == "URL" and _PLACE.search(str(button["url"])))
        if needs and index not in indexes:
            raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")


def _component(template: Json, kind: str) -> Json:
    nothing: Json = {}
    parts = map(as_object, as_list(template["components"]))
    return next((part for part in parts if str(part.get("type")).upper() == kind), nothing)


def _text(template: Json, kind: str) -> str:
    return str(_component(template, kind).get("text") or "")
