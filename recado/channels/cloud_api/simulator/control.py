"""The simulator's own API under /simulator: what tests, chats and pages call. `server.py` lists its shapes."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from aiohttp import web

from recado.channels.cloud_api.simulator.config import App, ConfigError, Faults, Number, SimulatorConfig, loopback_urls
from recado.channels.cloud_api.simulator.control_business import BusinessControl
from recado.channels.cloud_api.simulator.delivery import Courier
from recado.channels.cloud_api.simulator.errors import KNOWN
from recado.channels.cloud_api.simulator.graph import Graph, Refusal
from recado.channels.cloud_api.simulator.payloads import Json, Phone, user_id_for
from recado.channels.cloud_api.simulator.phones import Phones, QueueFullError, split_address
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.validation import as_list, as_object
from recado.channels.cloud_api.simulator.world import Entry, Event, World

MAX_LIMIT = 1000
MAX_WAIT_S = 60.0
# So often a long run of injected messages lets others work.
_BREATH = 100
_IDLE_POLL_S = 0.01

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """The endpoints. `faults` lives here, because it is set here; the others are given a way to ask."""

    def __init__(self, config: SimulatorConfig, faults: list[Faults]) -> None:
        self._config = config
        self._faults = faults
        self._world: World
        self._stats: Stats
        self._courier: Courier
        self._phones: Phones
        self._graph: Graph
        self._business: BusinessControl

    def bind(self, world: World, stats: Stats, courier: Courier, phones: Phones, graph: Graph) -> None:
        self._world, self._stats, self._courier, self._phones, self._graph = world, stats, courier, phones, graph
        self._business = BusinessControl(world, phones, graph, self._person)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/simulator/health", self._answering(self._health)),
            web.put("/simulator/app", self._answering(self._put_app)),
            web.post("/simulator/numbers", self._answering(self._post_number)),
            web.get("/simulator/numbers", self._answering(self._get_numbers)),
            web.post("/simulator/phones", self._answering(self._post_phone)),
            web.get("/simulator/phones", self._answering(self._get_phones)),
            web.post("/simulator/phones/number", self._answering(self._post_new_number)),
            web.post("/simulator/inject", self._answering(self._post_inject)),
            web.post("/simulator/webhook", self._answering(self._post_webhook)),
            web.post("/simulator/read", self._answering(self._post_read)),
            web.get("/simulator/transcript", self._answering(self._get_transcript)),
            web.get("/simulator/events", self._answering(self._get_events)),
            web.get("/simulator/stats", self._answering(self._get_stats)),
            web.get("/simulator/idle", self._answering(self._get_idle)),
            web.post("/simulator/templates", self._answering(self._post_template)),
            web.get("/simulator/templates", self._answering(self._get_templates)),
            web.post("/simulator/preferences", self._answering(self._post_preference)),
            web.put("/simulator/account", self._answering(self._put_account)),
            web.put("/simulator/faults", self._answering(self._put_faults)),
            web.get("/simulator/faults", self._answering(self._get_faults)),
            web.post("/simulator/refuse", self._answering(self._post_refuse)),
            web.post("/simulator/deliveries", self._answering(self._post_deliveries)),
            web.post("/simulator/verify", self._answering(self._post_verify)),
            web.post("/simulator/clock", self._answering(self._post_clock)),
            web.post("/simulator/reset", self._answering(self._post_reset)),
        ]

    def _answering(self, handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
        async def answering(request: web.Request) -> web.StreamResponse:
            try:
                return web.json_response(await handler(request))
            except (ConfigError, TypeError, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)
            except QueueFullError as error:
                return web.json_response({"error": str(error)}, status=503)

        return answering

    async def _body(self, request: web.Request) -> Json:
        body = await _json(request)
        if not isinstance(body, dict):
            raise ConfigError("the body must be a JSON object")
        return as_object(cast(object, body))

    # --- App and numbers ---------------------------------------------------------------------------------

    async def _health(self, _: web.Request) -> Json:
        return {"status": "ok", "pid": os.getpid(), "epoch": self._world.epoch, "cursor": self._cursor()}

    async def _put_app(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "callback_url", "app_secret", "verify_token", "access_token")
        app = self._world.app
        if "callback_url" in body:
            app = replace(app, callback_urls=loopback_urls(body.pop("callback_url") or []))
        self._world.record("app", app=asdict(replace(app, **{k: _text(k, v) for k, v in body.items()})))
        self._courier.kick()
        return _app_json(self._world.app)

    async def _post_number(self, request: web.Request) -> Json:
        names = ("display_phone_number", "waba_id", "verified_name", "access_token", "app_secret", "verify_token")
        body = _known(await self._body(request), "phone_number_id", "callback_url", *names)
        phone_number_id = str(body.get("phone_number_id") or "")
        if not phone_number_id.isalnum():
            raise ConfigError("phone_number_id is required (example: 123456)")
        old = self._world.numbers.get(phone_number_id)
        number = old or Number(phone_number_id, "15550000000", f"1{phone_number_id}")
        number = replace(number, **{n: _text(n, body[n]) for n in names if n in body})
        if "callback_url" in body:
            number = replace(number, callback_urls=loopback_urls(body["callback_url"] or []))
        self._world.record("number", number=asdict(number))
        self._courier.kick()
        return _number_json(self._world.numbers[phone_number_id])

    async def _get_numbers(self, _: web.Request) -> Json:
        return {"app": _app_json(self._world.app), "numbers": [_number_json(n) for n in self._world.numbers.values()]}

    # --- Accounts ----------------------------------------------------------------------------------------

    async def _post_template(self, request: web.Request) -> Json:
        names = ("name", "language", "status", "category", "body", "components", "quality", "id", "parameter_format")
        body = _known(await self._body(request), "phone_number_id", "delete", *names)
        return self._business.delete_template(body) if body.get("delete") else self._business.put_template(body)

    async def _get_templates(self, _: web.Request) -> Json:
        return {waba_id: list(templates.values()) for waba_id, templates in self._world.templates.items()}

    async def _post_preference(self, request: web.Request) -> Json:
        return self._business.post_preference(_known(await self._body(request), "phone_number_id", "from", "value"))

    async def _put_account(self, request: web.Request) -> Json:
        names = ("number", "token", "subscribed", "subscription", "override_callback_uri")
        return self._business.put_account(_known(await self._body(request), "phone_number_id", *names))

    # --- Phones --------------------------------------------------------------------------------------------

    async def _post_phone(self, request: web.Request) -> Json:
        names = ("name", "username", "hide_number", "reachable", "auto_read")
        body = _known(await self._body(request), "wa_id", "user_id", *names)
        wa_id, _ = split_address(body.get("wa_id"))
        user_id = body.get("user_id")
        if not wa_id and not user_id:
            raise ConfigError("wa_id or user_id is required (example: 51987654321)")
        values = {name: body[name] for name in names if name in body}
        phone = self._world.person(wa_id, user_id)
        if phone is None:
            made = user_id if "user_id" in body else user_id_for(wa_id or "")
            phone = self._world.add_phone(wa_id, made, values.pop("name", None), **values)
        else:
            known = {"wa_id": wa_id or phone.wa_id, "user_id": body.get("user_id", phone.user_id)}
            phone = self._world.change_phone(phone, **known, **values)
        return phone_json(phone)

    async def _get_phones(self, _: web.Request) -> Json:
        return {"phones": [phone_json(phone) for phone in self._world.phones.values()]}

    async def _post_new_number(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "from", "wa_id", "user_id", "phone_number_id")
        phone = self._person(body.get("from"), "from")
        wa_id, _ = split_address(body.get("wa_id"))
        if not wa_id:
            raise ConfigError("wa_id, the new number, is required")
        only = self._phones.number(body["phone_number_id"]) if body.get("phone_number_id") else None
        return phone_json(self._phones.change_number(phone, wa_id, body.get("user_id"), only))

    def _person(self, address: object, name: str) -> Phone:
        phone = self._world.person(*split_address(address))
        if phone is None:
            raise ConfigError(f"{name}: nobody has the number or user id {address!r}")
        return phone

    # --- Messages ------------------------------------------------------------------------------------------

    async def _post_inject(self, request: web.Request) -> Json:
        body = await _json(request)
        if not isinstance(body, list) and "messages" not in as_object(body):
            return self._inject(as_object(body))
        items = cast(object, body) if isinstance(body, list) else as_object(body)["messages"]
        results: list[Json] = []
        for position, item in enumerate(as_list(items)):
            try:
                results.append(self._inject(as_object(item)))
            except (ConfigError, TypeError, ValueError) as error:
                raise ConfigError(f"message {position} of the list: {error} (those before it were taken)") from None
            if position % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        return {"ids": [result["id"] for result in results], "results": results}

    def _inject(self, item: Json) -> Json:
        entry, new = self._phones.inject(item)
        phone = self._world.phones[entry.person]
        names = {"wa_id": phone.wa_id, "user_id": phone.user_id}
        return {"id": entry.id, "cursor": self._world.cursor(entry.seq), **names, "new": new}

    async def _post_webhook(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "phone_number_id", "from", "field", "value")
        number = self._phones.number(body.get("phone_number_id"))
        if not isinstance(body.get("field"), str) or not isinstance(body.get("value"), dict):
            raise ConfigError("field (text) and value (an object) are required")
        phone = self._world.person_or_new(*split_address(body.get("from") or "10000000000"))
        self._phones.send_value(number, phone, body["field"], body["value"])
        return {"queued": True}

    async def _post_read(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "phone_number_id", "from")
        phone = self._person(body.get("from"), "from")
        number = self._phones.number(body.get("phone_number_id"))
        conversation = self._world.conversation(number.phone_number_id, phone.key)
        return {"read": self._phones.read(conversation)}

    async def _get_transcript(self, request: web.Request) -> Json:
        """Waits up to `wait_s` for the first message after the cursor."""
        query = Query(request, self._world)
        deadline = time.monotonic() + query.wait_s
        while True:
            seen = self._world.seq
            entries = query.entries()
            left = deadline - time.monotonic()
            if entries or left <= 0 or self._graph.stopping.is_set():
                break
            query.after = max(query.after, seen)
            await self._world.changed(left)
        answer: Json = {"entries": [self._entry_json(entry) for entry in entries]}
        answer["cursor"] = self._world.cursor(entries[-1].seq if entries else query.after)
        answer["more"] = len(entries) == query.limit
        if query.number and query.person:
            conversation = self._world.conversation(query.number, query.person)
            answer["typing"] = conversation.typing_until_ms > self._world.now_ms()
        return answer

    async def _get_events(self, request: web.Request) -> Json:
        query = Query(request, self._world)
        deadline = time.monotonic() + query.wait_s
        while True:
            seen = self._world.seq
            events = query.events()
            left = deadline - time.monotonic()
            if events or left <= 0 or self._graph.stopping.is_set():
                break
            query.after = max(query.after, seen)
            await self._world.changed(left)
        last = events[-1].seq if events else query.after
        answer: Json = {"events": [self._event_json(event) for event in events]}
        return {**answer, "cursor": self._world.cursor(last), "more": len(events) == query.limit}

    def _entry_json(self, entry: Entry) -> Json:
        phone = self._world.phones[entry.person]
        return {
            "cursor": self._world.cursor(entry.seq),
            "direction": entry.direction,
            "id": entry.id,
            "phone_number_id": entry.phone_number_id,
            "wa_id": phone.wa_id,
            "user_id": phone.user_id,
            "at_ms": entry.at_ms,
            "type": entry.type,
            "content": entry.content,
            "biz_opaque_callback_data": entry.callback_data,
            "status": entry.statuses[-1]["status"] if entry.statuses else None,
            "statuses": list(entry.statuses),
            "read_by_business": entry.read,
        }

    def _event_json(self, event: Event) -> Json:
        phone = self._world.phones[event.person]
        answer: Json = {
            "cursor": self._world.cursor(event.seq),
            "kind": event.kind,
            "phone_number_id": event.phone_number_id,
            "wa_id": phone.wa_id,
            "user_id": phone.user_id,
        }
        if event.entry is not None:
            return {**answer, "message": self._entry_json(event.entry)}
        return {**answer, **{k: v for k, v in (event.detail or {}).items() if k != "person"}}

    # --- Running ------------------------------------------------------------------------------------------

    async def _get_stats(self, _: web.Request) -> Json:
        stats, world = self._stats, self._world
        names = ("injected", "accepted", "graph_calls", "read_marks", "webhook_posts", "webhooks_delivered")
        more = ("webhook_retries", "items_delivered", "bad_signatures_refused", "bad_signatures_not_refused")
        states = ("sent", "delivered", "read", "failed")
        return {
            **{name: stats.counts[name] for name in (*names, *more)},
            "statuses": {state: stats.counts[f"status_{state}"] for state in states},
            "pending_webhooks": len(world.owed),
            "in_flight": self._courier.in_flight,
            "scheduled_statuses": self._phones.scheduled,
            "paused": self._courier.paused,
            "graph_errors": dict(stats.errors),
            "webhook_answers": dict(stats.webhook_answers),
            "faults": dict(stats.faults),
            "last_failure": stats.last_failure,
            "phones": len(world.phones),
            "numbers": len(world.numbers),
            "entries": len(world.entries),
        }

    async def _get_idle(self, request: web.Request) -> Json:
        """Waits up to `wait_s` until no webhook and no status is owed."""
        deadline = time.monotonic() + _wait_s(request)
        while True:
            owed = len(self._world.owed) + self._phones.scheduled + self._courier.busy
            if not owed or time.monotonic() >= deadline or self._graph.stopping.is_set():
                return {"idle": not owed, "owed": owed}
            await asyncio.sleep(_IDLE_POLL_S)

    async def _put_faults(self, request: web.Request) -> Json:
        """Sets all of them: what the body leaves out is off. `seed` begins the random choices anew."""
        body = await self._body(request)
        seed = body.pop("seed", None)
        self._faults[0] = Faults().changed(body)
        if seed is not None:
            for part in (self._courier, self._phones, self._graph, self._graph.files):
                part.dice.begin_anew(int(seed))
        return asdict(self._faults[0])

    async def _get_faults(self, _: web.Request) -> Json:
        return asdict(self._faults[0])

    async def _post_refuse(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "code", "times", "phone_number_id", "to", "as", "http_status")
        code = body.get("code")
        if code not in KNOWN:
            raise ConfigError(f"code must be one of {sorted(KNOWN)}")
        if body.get("as", "response") not in ("response", "status"):
            raise ConfigError("as must be response or status")
        person = self._world.person_or_new(*split_address(body["to"])).key if body.get("to") else None
        number = str(body["phone_number_id"]) if body.get("phone_number_id") else None
        as_status = body.get("as") == "status"
        refusal = Refusal(int(code), int(body.get("times", 1)), number, person, as_status, body.get("http_status"))
        self._graph.refusals.append(refusal)
        return {"refusals": len(self._graph.refusals)}

    async def _post_deliveries(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "paused", "retry_now")
        if "paused" in body:
            self._courier.pause(bool(body["paused"]))
        if body.get("retry_now"):
            self._courier.kick()
        return {"paused": self._courier.paused, "pending_webhooks": len(self._world.owed)}

    async def _post_verify(self, request: web.Request) -> Json:
        """The handshake that Meta makes when a callback URL is entered.

        https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
        """
        body = _known(await self._body(request), "phone_number_id", "callback_url", "verify_token")
        app = self._world.app
        number = self._world.numbers.get(str(body.get("phone_number_id")))
        urls = loopback_urls(body["callback_url"]) if body.get("callback_url") else ()
        urls = urls or (number.callback_urls if number else ()) or app.callback_urls
        token = body.get("verify_token") or (number.verify_token if number else None) or app.verify_token
        if not urls or token is None:
            raise ConfigError("a callback_url and a verify_token are needed (in the body, the number or the app)")
        challenge = str(int.from_bytes(os.urandom(4), "big"))
        query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token})
        return await _handshake(urls[0], query, challenge)

    async def _post_clock(self, request: web.Request) -> Json:
        body = _known(await self._body(request), "advance_s")
        advance_s = body.get("advance_s", 0)
        if not isinstance(advance_s, int | float):
            raise ConfigError("advance_s must be a number of seconds (example: 86400)")
        self._world.record("clock", offset_ms=self._world.offset_ms + round(advance_s * 1000))
        return {"now_ms": self._world.now_ms(), "offset_ms": self._world.offset_ms}

    async def _post_reset(self, _: web.Request) -> Json:
        self._courier.clear()
        self._phones.clear()
        self._graph.limits.reset()
        self._graph.refusals.clear()
        self._graph.files.clear()
        self._world.reset()
        self._stats.reset()
        self._faults[0] = self._config.faults
        for part in (self._courier, self._phones, self._graph, self._graph.files):
            part.dice.begin_anew(self._config.seed)
        return {"epoch": self._world.epoch}

    def _cursor(self) -> str:
        return self._world.cursor(self._world.seq)


class Query:
    """What a reader asked for. A person that nobody knows yet may turn up while the reader waits."""

    def __init__(self, request: web.Request, world: World) -> None:
        self._world = world
        query = request.query
        self.after = world.after(query.get("after", ""))
        self.limit = max(1, min(MAX_LIMIT, int(query.get("limit", "100"))))
        self.wait_s = _wait_s(request)
        self.number = query.get("phone_number_id") or None
        self._wa_id, self._user_id = split_address(query.get("wa_id"))
        self._user_id = query.get("user_id") or self._user_id

    @property
    def person(self) -> str | None:
        phone = self._world.person(self._wa_id, self._user_id)
        return phone.key if phone is not None else None

    def entries(self) -> list[Entry]:
        return [] if self._nobody() else self._world.entries_after(self.after, self.number, self.person, self.limit)

    def events(self) -> list[Event]:
        return [] if self._nobody() else self._world.events_after(self.after, self.number, self.person, self.limit)

    def _nobody(self) -> bool:
        """True while the person that was asked for does not exist."""
        return bool(self._wa_id or self._user_id) and self.person is None


async def _handshake(url: str, query: str, challenge: str) -> Json:
    parts = urlsplit(url)
    whole = urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))
    timeout = aiohttp.ClientTimeout(total=10)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answer = await session.get(whole, allow_redirects=False)
            text = (await answer.content.read(1000)).decode(errors="replace")
            ok = answer.status == 200 and text == challenge
            return {"ok": ok, "status": answer.status, "body": text, "challenge": challenge}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"ok": False, "status": None, "body": f"{type(error).__name__}: {error}", "challenge": challenge}


def phone_json(phone: Phone) -> Json:
    return {name: value for name, value in asdict(phone).items() if name != "key"}


def _app_json(app: App) -> Json:
    return {
        "callback_url": list(app.callback_urls),
        "has_app_secret": app.app_secret is not None,
        "has_verify_token": app.verify_token is not None,
        "has_access_token": app.access_token is not None,
    }


def _number_json(number: Number) -> Json:
    return {
        "phone_number_id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "waba_id": number.waba_id,
        "verified_name": number.verified_name,
        "callback_url": list(number.callback_urls),
        "has_app_secret": number.app_secret is not None,
        "has_verify_token": number.verify_token is not None,
        "has_access_token": number.access_token is not None,
    }


def _known(body: Json, *names: str) -> Json:
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise ConfigError(f"unknown field {', '.join(unknown)}; known: {', '.join(names)}")
    return dict(body)


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str | int):
        raise ConfigError(f"{name} must be text")
    return None if value is None else str(value)


async def _json(request: web.Request) -> object:
    try:
        return json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise ConfigError(f"the body is not JSON: {error}") from None


def _wait_s(request: web.Request) -> float:
    return max(0.0, min(MAX_WAIT_S, float(request.query.get("wait_s", "0"))))
