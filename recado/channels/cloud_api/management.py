"""Calls of the Graph API beside messages: templates and the block list.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-account/template-api
https://developers.facebook.com/documentation/business-messaging/whatsapp/block-users
"""

from collections.abc import Sequence
from typing import Literal

from recado.channels.cloud_api.errors import status_error
from recado.channels.cloud_api.graph import Graph, segment
from recado.channels.cloud_api.ids import name_in
from recado.channels.cloud_api.shapes import Json, as_list, as_object, cleaned, identifier, text
from recado.channels.contract import Blocked, BlockList, Line
from recado.channels.templates.service import account_of
from recado.channels.templates.values import Template
from recado.errors import BadInput, SendError

# Pages of templates; components may be long, and an answer of more than a megabyte is refused.
TEMPLATES_PER_PAGE = 100
# An account has 250 templates, or 6,000 once it is verified, each in several languages:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
MAX_TEMPLATE_PAGES = 200
TEMPLATE_FIELDS = "id,name,language,status,category,components,parameter_format,quality_score"
# https://developers.facebook.com/documentation/business-messaging/whatsapp/block-users: "a maximum of 1,000 users".
MAX_BLOCKED_AT_ONCE = 1_000
# "Failed to block/unblock users": its answer says of each user what became of them.
BLOCKING_FAILED = "block_failed"
_UNKNOWN = "UNKNOWN"


async def fetch_templates(graph: Graph, line: Line) -> list[Template]:
    """All templates of the line's account, page by page. Raises `BadInput` (`no_waba_id`), `SendError` and so on."""
    path = f"{segment(account_of(line))}/message_templates"
    query: dict[str, str | int] = {"fields": TEMPLATE_FIELDS, "limit": TEMPLATES_PER_PAGE}
    found: dict[tuple[str, str], Template] = {}
    for _ in range(MAX_TEMPLATE_PAGES):
        answer = await graph.call(line, "GET", path, query)
        for item in as_list(answer.get("data")):
            template = template_in(as_object(item))
            if template is not None:
                found[template.name, template.language] = template
        after = _next(answer)
        if after is None:
            return list(found.values())
        query["after"] = after
    # Better an error than to forget the rest: what was not fetched would be removed here.
    raise SendError(
        f"The account has more than {MAX_TEMPLATE_PAGES * TEMPLATES_PER_PAGE} templates", code="too_many_templates"
    )


def template_in(item: Json) -> Template | None:
    """One item of a list of templates; None for what has no name or language."""
    name, language = text(item.get("name")), text(item.get("language"))
    if name is None or language is None or len(name) > 512 or len(language) > 16:
        return None
    quality = text(as_object(item.get("quality_score")).get("score"))
    return Template(
        name=name,
        language=language,
        status=(text(item.get("status")) or _UNKNOWN).upper()[:32],
        category=(text(item.get("category")) or _UNKNOWN).upper()[:32],
        components=[cleaned(component) for component in as_list(item.get("components")) if as_object(component)],
        parameter_format=(text(item.get("parameter_format")) or "POSITIONAL").upper()[:16],
        quality=quality.upper()[:16] if quality else None,
        provider_id=(identifier(item.get("id")) or "")[:64] or None,
    )


def _next(answer: Json) -> str | None:
    """The cursor of the next page; Meta gives cursors on the last page too, but no `next`."""
    paging = as_object(answer.get("paging"))
    return text(as_object(paging.get("cursors")).get("after")) if paging.get("next") else None


# --- Blocking ---------------------------------------------------------------------------------------


async def block(graph: Graph, line: Line, users: Sequence[str]) -> Blocked:
    """Only who wrote within the last 24 hours can be blocked. Raises `BadInput` (`bad_user`, `too_many_users`)."""
    return await _change(graph, line, "POST", users, "added_users")


async def unblock(graph: Graph, line: Line, users: Sequence[str]) -> Blocked:
    """Let people write again. Raises as `block` does."""
    return await _change(graph, line, "DELETE", users, "removed_users")


async def _change(
    graph: Graph, line: Line, method: Literal["POST", "DELETE"], users: Sequence[str], done: str
) -> Blocked:
    items = [_user(user) for user in dict.fromkeys(users)]
    if not 1 <= len(items) <= MAX_BLOCKED_AT_ONCE:
        raise BadInput(f"Give 1 to {MAX_BLOCKED_AT_ONCE} people at a time", code="too_many_users")
    body: Json = {"messaging_product": "whatsapp", "block_users": items}
    path = f"{segment(line.address)}/block_users"
    # Some may be done and others not; then the answer is an error, and says of each what became of them.
    answer = await graph.call(line, method, path, body=body, partial="block_users")
    outcome = as_object(answer.get("block_users"))
    return Blocked(
        tuple(_name(as_object(item)) for item in as_list(outcome.get(done))),
        tuple(_failure(as_object(item)) for item in as_list(outcome.get("failed_users"))),
    )


async def blocked(graph: Graph, line: Line, cursor: str | None, limit: int) -> BlockList:
    """Some of the blocked people."""
    query: dict[str, str | int] = {"limit": limit} | ({"after": cursor} if cursor else {})
    answer = await graph.call(line, "GET", f"{segment(line.address)}/block_users", query)
    users = [identifier(item.get("wa_id")) or identifier(item.get("user_id")) for item in _listed(answer)]
    return BlockList(tuple(user for user in users if user), _next(answer))


def _listed(answer: Json) -> list[Json]:
    """The people of a page: `data` is a list of them, or one object with them in `block_users`."""
    data = answer.get("data")
    items = as_list(as_object(data).get("block_users")) or as_list(data)
    found: list[Json] = []
    for item in map(as_object, items):
        inner = as_list(item.get("block_users"))
        found += map(as_object, inner) if inner else [item]
    return found


def _user(user: str) -> Json:
    name = name_in(user)
    if name is None:
        raise BadInput(
            "A person is a number with its country, digits only (59170000001), or a user id (BO.123...)",
            code="bad_user",
        )
    return {"user": name[1]} if name[0] == "phone" else {"user_id": name[1]}


def _name(item: Json) -> str:
    found = identifier(item.get("wa_id")) or identifier(item.get("user_id")) or identifier(item.get("input"))
    return found or ""


def _failure(item: Json) -> tuple[str, str, str]:
    errors = as_list(item.get("errors"))
    code, words = status_error(errors[0]) if errors else (BLOCKING_FAILED, None)
    return identifier(item.get("input")) or _name(item), code, words or ""
