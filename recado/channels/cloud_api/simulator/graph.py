"""The Graph API side: what a business calls. Any version segment is taken; the shapes are those of v24.0.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from recado.channels.cloud_api.simulator import payloads
from recado.channels.cloud_api.simulator.business import APP_ID, Business
from recado.channels.cloud_api.simulator.config import WINDOW_S, Faults, Number, SimulatorConfig
from recado.channels.cloud_api.simulator.dice import Dice
from recado.channels.cloud_api.simulator.errors import GraphError, unknown_object
from recado.channels.cloud_api.simulator.limits import Limits
from recado.channels.cloud_api.simulator.media import LINK_PATH, Files, find
from recado.channels.cloud_api.simulator.payloads import Json, Phone
from recado.channels.cloud_api.simulator.phones import Phones
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.templates import check_files, check_send
from recado.channels.cloud_api.simulator.validation import (
    MEDIA,
    as_object,
    check_message,
    check_product,
    recipient,
)
from recado.channels.cloud_api.simulator.world import Entry, World, as_json

# The typing indicator goes away after 25 s, or with the answer.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
TYPING_S = 25
_SERVER_ERRORS = (131000, 131016, 2)


@dataclass(slots=True)
class Refusal:
    """An error on order: the next `times` sends (to that number, that person) are refused, or fail with a status."""

    code: int
    times: int
    phone_number_id: str | None
    person: str | None
    as_status: bool
    http_status: int | None


class Graph:
    """The endpoints, and the acceptance of messages."""

    def __init__(
        self,
        config: SimulatorConfig,
        world: World,
        phones: Phones,
        files: Files,
        stats: Stats,
        faults: Callable[[], Faults],
    ) -> None:
        self._config = config
        self._world = world
        self._phones = phones
        self._stats = stats
        self._faults = faults
        self.dice = Dice(config.seed, "graph", stats)
        self.files = files
        self.limits = Limits(config)
        self.refusals: list[Refusal] = []
        self.business = Business(world, self._number)
        self.token_facts: Json = {}
        self.number_facts: Json = {}
        self.stopping = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        version = r"/{version:v\d+\.\d+}"
        return [
            web.post(version + "/{object_id}/messages", self._guarded(self._messages)),
            web.get(version + "/{object_id}/message_templates", self._guarded(self.business.templates)),
            web.get(version + "/{object_id}/subscribed_apps", self._guarded(self.business.subscribed_apps)),
            web.get(version + "/{object_id}/subscriptions", self._guarded(self.business.subscriptions)),
            web.route("*", version + "/{object_id}/block_users", self._guarded(self.business.block_users)),
            web.post(version + "/{object_id}/media", self._guarded(self._upload)),
            web.delete(version + "/{object_id}", self._guarded(self._delete_object)),
            web.get(LINK_PATH, self._guarded(self._download)),
            web.get(version + "/debug_token", self._guarded(self._debug_token)),
            web.get("/debug_token", self._guarded(self._debug_token)),
            web.get(version + "/{object_id}", self._guarded(self._get_object)),
            web.route("*", version + "/{rest:.*}", self._guarded(self._unknown)),
        ]

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            self._stats.count("graph_calls")
            try:
                return await handler(request)
            except GraphError as error:
                self._stats.errors[str(error.code)] += 1
                return web.json_response(error.body(), status=error.http_status)

        return guarded

    # --- Sending --------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        faults = self._faults()
        if self.dice.fault("connection_reset", faults.connection_reset):
            return self._cut(request)
        if self.dice.fault("too_many_requests", faults.too_many_requests):
            raise GraphError(130429)
        if self.dice.fault("server_error", faults.server_error):
            raise GraphError(self.dice.choice(_SERVER_ERRORS))
        hang = self.dice.fault("accepted_then_timeout", faults.accepted_then_timeout)
        slow = self.dice.fault("graph_delay", faults.graph_delay)
        number = self._authorized_number(request, "post")
        try:
            body = as_object(json.loads(raw))
        except ValueError:
            body = {}
        answer = self._mark_read(number, body) if "status" in body else self._accept(number, body)
        if hang:
            await self._wait(faults.hold_s)
            return self._cut(request)
        if slow:
            await self._wait(self.dice.uniform(0.0, faults.delay_max_s))
        return web.json_response(answer)

    def _accept(self, number: Number, body: Json) -> Json:
        message_type = check_message(body)
        media_id = as_object(body.get(message_type)).get("id")
        if message_type in MEDIA and media_id:
            self.files.check_id(message_type, media_id, number)
        if message_type == "template":
            check_files(body["template"], lambda kind, one, place: self.files.check_id(kind, one, number, place))
        kind, address = recipient(body)
        if kind == "phone" and address == "".join(filter(str.isdigit, number.display_phone_number)):
            raise GraphError(131021)
        phone = self._recipient(kind, address)
        template = None
        if message_type == "template":
            template = check_send(self._world.templates.get(number.waba_id, {}), body["template"])
        refusal = self._refusal(number, phone)
        if refusal is not None and not refusal.as_status:
            raise GraphError(refusal.code, http_status=refusal.http_status)
        self.limits.take(number.phone_number_id, phone.key, self._world.now_ms() / 1000)
        failure = refusal.code if refusal is not None else self._failure(number, phone, template)
        entry = self._store(number, phone, body, message_type, kind == "phone", failure)
        self._phones.receive(entry)
        contact = {"wa_id": address} if kind == "phone" else {"user_id": address}
        message: Json = {"id": entry.id}
        if message_type == "template":
            message["message_status"] = "accepted"
        given = str(body["to"]) if kind == "phone" else address
        return {"messaging_product": "whatsapp", "contacts": [{"input": given, **contact}], "messages": [message]}

    def _store(
        self, number: Number, phone: Phone, body: Json, message_type: str, by_number: bool, failure: int | None
    ) -> Entry:
        message_id = payloads.new_wamid(phone.wa_id or phone.user_id or "", outbound=True)
        now_ms = self._world.now_ms()
        plan = self._phones.plan(phone, failure)
        data = body.get("biz_opaque_callback_data")
        whose = (number.phone_number_id, phone.key)
        entry = Entry(0, "out", message_id, *whose, now_ms, message_type, body, data, by_number, plan, failure)
        self._world.record("message", entry=as_json(entry))
        self._stats.count("accepted")
        return self._world.by_id[message_id]

    def _recipient(self, kind: str, address: str) -> Phone:
        if kind == "phone":
            return self._world.person_or_new(address, None)
        phone = self._world.person(None, address)
        if phone is None:
            # A user id is only ever learned from a webhook, so an unknown one belongs to another business.
            raise GraphError(131009, "Recipient is not a known business-scoped user ID of this business.")
        return phone

    def _failure(self, number: Number, phone: Phone, template: Json | None) -> int | None:
        """The error that the failed status of an accepted message will carry. Meta finds these out after its 200.

        The page on blocking says only that a message to somebody blocked "will encounter an error": 131026 is a guess.
        """
        if not phone.reachable or phone.key in self._world.blocked.get(number.phone_number_id, {}):
            return 131026
        if template is not None:
            stopped = phone.key in self._world.stopped.get(number.phone_number_id, {})
            return 131050 if stopped and template["category"] == "MARKETING" else None
        if not self._config.enforce_window:
            return None
        last_ms = self._world.conversation(number.phone_number_id, phone.key).last_in_ms
        return 131047 if self._world.now_ms() - last_ms > WINDOW_S * 1000 else None

    def _refusal(self, number: Number, phone: Phone) -> Refusal | None:
        for refusal in self.refusals:
            if refusal.phone_number_id in (None, number.phone_number_id) and refusal.person in (None, phone.key):
                refusal.times -= 1
                if refusal.times <= 0:
                    self.refusals.remove(refusal)
                return refusal
        return None

    # --- Read marks -----------------------------------------------------------------------------------

    def _mark_read(self, number: Number, body: Json) -> Json:
        """The message and all before it are read; a typing indicator may go with it."""
        check_product(body)
        if body.get("status") != "read":
            raise GraphError(100, message="(#100) Param status must be one of {READ}.")
        message_id = body.get("message_id")
        if not message_id:
            raise GraphError(100, message="(#100) The parameter message_id is required.")
        entry = self._world.by_id.get(str(message_id))
        if entry is None or entry.direction != "in" or entry.phone_number_id != number.phone_number_id:
            raise GraphError(131009, "Message ID is not valid.")
        typing = body.get("typing_indicator")
        if typing is not None and as_object(typing).get("type") != "text":
            raise GraphError(100, message="(#100) Param typing_indicator['type'] must be one of {TEXT}.")
        ids = self._unread_until(entry)
        now_ms = self._world.now_ms()
        if ids:
            self._world.record("read", ids=ids, at_ms=now_ms)
        if typing is not None:
            until_ms = now_ms + TYPING_S * 1000
            self._world.record("typing", phone_number_id=entry.phone_number_id, person=entry.person, until_ms=until_ms)
        self._stats.count("read_marks")
        return {"success": True}

    def _unread_until(self, entry: Entry) -> list[str]:
        ids: list[str] = []
        for other in reversed(self._world.conversation(entry.phone_number_id, entry.person).entries):
            if other.direction != "in" or other.seq > entry.seq:
                continue
            if other.read:
                # A mark reads everything before it, so there is nothing unread further back.
                break
            ids.append(other.id)
        return ids[::-1]

    # --- Media ----------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await self.files.upload(request, self._authorized_number(request, "post"))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self._token(request)
        return await self.files.download(request)

    async def _delete_object(self, request: web.Request) -> web.StreamResponse:
        self._token(request)
        return self.files.remove(find(self.files, "delete", request.match_info["object_id"]))

    # --- Reading ---------------------------------------------------------------------------------------

    async def _get_object(self, request: web.Request) -> web.StreamResponse:
        file = self.files.get(request.match_info["object_id"])
        if file is not None:
            self._token(request)
            return self.files.about(request, file)
        number = self._authorized_number(request, "get")
        callback_urls = number.callback_urls or self._world.app.callback_urls
        everything: Json = {
            "verified_name": number.verified_name,
            "code_verification_status": "VERIFIED",
            "display_phone_number": number.display_phone_number,
            "quality_rating": "GREEN",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "name_status": "APPROVED",
            "status": "CONNECTED",
            "account_mode": "LIVE",
            "is_official_business_account": False,
            "webhook_configuration": {"application": next(iter(callback_urls), "")},
            **self.number_facts,
        }
        default = "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput"
        wanted = request.query.get("fields") or default
        answer = {name: everything[name] for name in wanted.split(",") if name in everything}
        return web.json_response({**answer, "id": number.phone_number_id})

    async def _debug_token(self, request: web.Request) -> web.StreamResponse:
        token = request.query.get("input_token", "")
        if not token:
            raise GraphError(100, message="(#100) The parameter input_token is required.")
        valid = not self._tokens() or token in self._tokens()
        data: Json = {"app_id": APP_ID, "type": "SYSTEM_USER", "application": "Recado simulator", "is_valid": valid}
        if valid:
            data |= {"expires_at": 0, "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"]}
        else:
            data |= {"error": {"code": 190, "message": "Invalid OAuth access token."}, "scopes": []}
        return web.json_response({"data": {**data, **self.token_facts}})

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        rest = request.match_info["rest"].split("/")[0]
        raise unknown_object(request.method.lower(), rest)

    # --- Who may ----------------------------------------------------------------------------------------

    def _number(self, request: web.Request, phone_number_id: str) -> Number:
        return self._authorized_number(request, request.method.lower(), phone_number_id)

    def _authorized_number(self, request: web.Request, method: str, object_id: str | None = None) -> Number:
        token = self._token(request)
        object_id = object_id or request.match_info["object_id"]
        number = self._world.numbers.get(object_id)
        if number is None:
            raise unknown_object(method, object_id)
        wanted = number.access_token or self._world.app.access_token
        if wanted is not None and token != wanted:
            raise unknown_object(method, object_id)
        return number

    def _token(self, request: web.Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            token = request.query.get("access_token", "")
        if not token.strip():
            raise GraphError(104, message="An access token is required to request this resource.", http_status=401)
        known = self._tokens()
        if known and token.strip() not in known:
            raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
        return token.strip()

    def _tokens(self) -> set[str]:
        """Every token that anything here knows; none means that any is taken."""
        tokens = {number.access_token for number in self._world.numbers.values()} | {self._world.app.access_token}
        return {token for token in tokens if token is not None}

    # --- Faults ----------------------------------------------------------------------------------------

    async def _wait(self, time_s: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), time_s)
        except TimeoutError:
            return

    def _cut(self, request: web.Request) -> web.StreamResponse:
        """Close the connection without an answer."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
