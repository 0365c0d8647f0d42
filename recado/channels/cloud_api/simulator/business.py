"""The Graph API beside messages: a business account's templates and subscriptions, a number's block list.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-account/template-api
https://developers.facebook.com/documentation/business-messaging/whatsapp/block-users
https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/subscribed_apps
https://developers.facebook.com/docs/graph-api/reference/app/subscriptions/
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from recado.channels.cloud_api.simulator.config import WINDOW_S, ConfigError, Number
from recado.channels.cloud_api.simulator.errors import GraphError, unknown_object
from recado.channels.cloud_api.simulator.payloads import Phone
from recado.channels.cloud_api.simulator.phones import split_address
from recado.channels.cloud_api.simulator.validation import as_list, as_object, check_product
from recado.channels.cloud_api.simulator.world import World

Json = dict[str, Any]

MAX_BLOCKED_AT_ONCE = 1_000
MAX_BLOCKED = 64_000
DEFAULT_PAGE = 25
APP_ID = "670843887433847"
ACCOUNT_OBJECT = "whatsapp_business_account"
# What the guide subscribes to, and the simulator with it.
FIELDS = (
    *("messages", "message_template_status_update", "message_template_quality_update", "template_category_update"),
    *("message_template_components_update", "account_update", "account_alerts", "account_review_update"),
    *("business_capability_update", "phone_number_quality_update", "phone_number_name_update", "security"),
    "user_preferences",
)


class Business:
    """The endpoints of accounts and of block lists. `owner` finds the number or account that a token may see."""

    def __init__(self, world: World, number_of: Callable[[web.Request, str], Number]) -> None:
        self._world = world
        self._number_of = number_of
        self.subscribed = True
        self.subscription_facts: Json = {}

    async def templates(self, request: web.Request) -> web.StreamResponse:
        waba_id = self._account(request)
        status, name = request.query.get("status"), request.query.get("name")
        found = [
            template
            for template in self._world.templates.get(waba_id, {}).values()
            if status in (None, template["status"]) and (name is None or name in template["name"])
        ]
        fields = request.query.get("fields")
        shown = [{key: t[key] for key in ("id", *fields.split(",")) if key in t} for t in found] if fields else found
        return web.json_response(_page(request, shown))

    async def subscribed_apps(self, request: web.Request) -> web.StreamResponse:
        waba_id = self._account(request)
        if not self.subscribed:
            return web.json_response({"data": []})
        link = f"https://www.facebook.com/games/?app_id={APP_ID}"
        app: Json = {"whatsapp_business_api_data": {"id": APP_ID, "link": link, "name": "Recado"}}
        override = self._world.overrides.get(waba_id)
        if override:
            app["override_callback_uri"] = override
        return web.json_response({"data": [app]})

    async def subscriptions(self, request: web.Request) -> web.StreamResponse:
        """What the app is subscribed to; its own token is its id and its secret, with a | between them."""
        if request.match_info["object_id"] != APP_ID:
            raise unknown_object("get", request.match_info["object_id"])
        numbers = self._world.numbers.values()
        secrets = {number.app_secret for number in numbers} | {self._world.app.app_secret}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = {f"{APP_ID}|{secret}" for secret in secrets if secret is not None}
        if known and token not in known:
            raise GraphError(190, message="Invalid OAuth access token signature.")
        urls = [url for one in (self._world.app, *numbers) for url in one.callback_urls]
        if not urls and not self.subscription_facts:
            return web.json_response({"data": []})
        fields = [{"name": name, "version": "v24.0"} for name in FIELDS]
        ours: Json = {"object": ACCOUNT_OBJECT, "callback_url": next(iter(urls), ""), "active": True, "fields": fields}
        return web.json_response({"data": [{**ours, **self.subscription_facts}]})

    def _account(self, request: web.Request) -> str:
        waba_id = request.match_info["object_id"]
        owner = next((n for n in self._world.numbers.values() if n.waba_id == waba_id), None)
        if owner is None:
            raise unknown_object("get", waba_id)
        return self._number_of(request, owner.phone_number_id).waba_id

    # --- The block list -----------------------------------------------------------------------------------

    async def block_users(self, request: web.Request) -> web.StreamResponse:
        number = self._number_of(request, request.match_info["object_id"])
        if request.method == "GET":
            users = [_shown(self._world.phones[key]) for key in self._world.blocked.get(number.phone_number_id, {})]
            return web.json_response(_page(request, [{"messaging_product": "whatsapp", **user} for user in users]))
        body = as_object(_parsed(await request.read()))
        check_product(body)
        items = as_list(body.get("block_users"))
        if not items:
            raise GraphError(100, message="(#100) The parameter block_users is required.")
        if len(items) > MAX_BLOCKED_AT_ONCE:
            raise GraphError(130429, "Too many users in one request.")
        return self._change(number, request.method == "POST", [as_object(item) for item in items])

    def _change(self, number: Number, on: bool, items: Sequence[Json]) -> web.StreamResponse:
        done: list[Json] = []
        failed: list[Json] = []
        for item in items:
            given = str(item.get("user") or item.get("user_id") or "")
            phone = self._person(given)
            if error := self._why_not(number, phone, on):
                failed.append({"input": given, "errors": [error]})
            elif phone is not None:
                self._world.record("blocked", phone_number_id=number.phone_number_id, person=phone.key, on=on)
                done.append({"input": given, **_shown(phone)})
        users: Json = {"added_users" if on else "removed_users": done}
        answer: Json = {"messaging_product": "whatsapp", "block_users": users}
        if not failed:
            return web.json_response(answer)
        users["failed_users"] = failed
        details = "Failed to block some users, see the block_users response list for details"
        raise GraphError(139100, details, beside=answer)

    def _person(self, given: str) -> Phone | None:
        try:
            return self._world.person(*split_address(given)) if given else None
        except ConfigError:  # nobody can have this address
            return None

    def _why_not(self, number: Number, phone: Phone | None, on: bool) -> Json | None:
        """Only somebody who wrote within the last 24 hours can be blocked; strangers get the same error."""
        if phone is not None and not on:
            return None
        if len(self._world.blocked.get(number.phone_number_id, {})) >= MAX_BLOCKED:
            return _error(139101, "Blocklist limit reached", "The blocklist has reached its 64,000 user limit.")
        last_ms = self._world.conversation(number.phone_number_id, phone.key).last_in_ms if phone else 0
        if not last_ms or self._world.now_ms() - last_ms > WINDOW_S * 1000:
            return _error(131047, "Re-engagement required", "User has not messaged in the last 24 hours")
        return None


def _error(code: int, message: str, details: str) -> Json:
    return {"message": message, "code": code, "error_data": {"details": details}}


def _shown(phone: Phone) -> Json:
    if phone.wa_id and not phone.hide_number:
        return {"wa_id": phone.wa_id}
    return {"user_id": phone.user_id}


def _page(request: web.Request, items: Sequence[Json]) -> Json:
    """A page of a list: cursors are always there, `next` only where there is more."""
    limit = max(1, min(1000, int(request.query.get("limit", DEFAULT_PAGE))))
    after = request.query.get("after", "")
    start = int(after) if after.isdigit() else 0
    end = start + limit
    answer: Json = {"data": list(items[start:end]), "paging": {"cursors": {"before": str(start), "after": str(end)}}}
    if end < len(items):
        answer["paging"]["next"] = str(request.url.update_query(after=str(end)))
    return answer


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return {}
