"""Webhooks: check the signature, convert, commit, and only then answer 200. Nothing acts in here.

No framework: this is the hottest path of the product, and one would cost a third of it. What comes whole, as nearly all
does, does not even come by ASGI (`WebhookApp.take`).
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import partial
from time import monotonic
from typing import Any, Protocol
from urllib.parse import parse_qs

import pydantic_core
import structlog

from recado.channels.contract import Happening, Line, Received, ReceivesWebhooks
from recado.channels.service import WABA_ID
from recado.errors import RecadoError
from recado.kit.gate import REQUEST_ID_HEADER, header, next_piece, request_id_of
from recado.kit.logs import about
from recado.kit.short_way import Answer, Headers
from recado.mailbox.driver import Priority
from recado.mailbox.erased import ForgetsErased, WasErased
from recado.mailbox.inbox import Stored
from recado.mailbox.outbox import Status
from recado.mailbox.people import Arrival, ArrivedFile
from recado.mailbox.service import Mailbox
from recado.mailbox.unrouted import Stray, store_strays
from recado.media.limits import digest_in_hex
from recado.messages import DELIVERY_RANK, InboundMessage, Media, StatusUpdate, System

# Meta's largest delivery: https://developers.facebook.com/docs/graph-api/webhooks/getting-started ("up to 3MB").
MAX_BODY_BYTES = 3 * 1024 * 1024
# As the table has it.
MAX_ADDRESS = 160
SIGNATURE_HEADER = b"x-hub-signature-256"
_PLAIN_TEXT = (b"content-type", b"text/plain; charset=utf-8")
# A wrong secret is told so often at most: anybody may send us what is not signed.
UNSIGNED_TOLD_S = 60.0
# As many lines are named with it.
MAX_TOLD_LINES = 5
_HALVES = re.compile("[\ud800-\udfff]")
# What we sent along as `biz_opaque_callback_data`: anything else was not sent by us.
_OUR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = structlog.get_logger(__name__)
_level = logging.getLogger(__name__)


class Refused(Exception):
    """The request is answered with this status and nothing is stored."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Directory(Protocol):
    """Where a webhook finds lines by their provider's address."""

    async def lines_at(self, channel: str, addresses: frozenset[str]) -> Mapping[str, Line]:
        """The lines known at these addresses; looks again in the database for those that are not."""
        ...

    def lines_of(self, channel: str) -> list[Line]: ...

    def settle_ms(self, line_id: str) -> int: ...


class TakesHappenings(Protocol):
    """Who takes up what a provider says of its accounts."""

    async def take(self, lines: Sequence[Line], happening: Happening) -> None: ...

    async def take_number(self, line: Line, number: str) -> None: ...


class _Proof:
    """Whether a body was signed with a line's own secret; each secret is tried once."""

    def __init__(self, channel: ReceivesWebhooks, body: bytes, signature: str) -> None:
        self._channel = channel
        self._body = body
        self._signature = signature
        self._valid: dict[str, bool] = {"": False}

    def holds(self, line: Line) -> bool:
        secret = line.secrets.get("app_secret", "")
        if secret not in self._valid:
            self._valid[secret] = self._channel.signature_is_valid(secret, self._body, self._signature)
        return self._valid[secret]


class _Refusals:
    """Tells now and then of what was refused with one status: 401 where none of our lines' secrets had signed it, 400
    where one had, and it could not be read. The provider delivers it again for days, and then it is lost.
    """

    def __init__(self, channel: str, status: int) -> None:
        self._channel = channel
        self._status = status
        self._count = 0
        self._line_ids: set[str] = set()
        self._told_s = float("-inf")

    def note(self, code: str, lines: Iterable[Line] = ()) -> None:
        """One was refused; `lines` are those that it names (nothing else of it is to be believed, or told)."""
        self._count += 1
        self._line_ids.update(line.id for line in lines)
        now_s = monotonic()
        if now_s < self._told_s + UNSIGNED_TOLD_S:
            return
        line_ids = sorted(self._line_ids)[:MAX_TOLD_LINES]
        # The guides name the status: it is what the provider shows, too.
        log.warning(
            "webhook_refused", status=self._status, code=code, channel=self._channel, count=self._count,
            line_ids=line_ids,
        )  # fmt: skip
        self._count, self._told_s = 0, now_s
        self._line_ids.clear()


class WebhookApp:
    """`GET|POST /webhooks/...` of one channel."""

    def __init__(
        self,
        name: str,
        channel: ReceivesWebhooks,
        directory: Directory,
        mailbox: Mailbox,
        happenings: TakesHappenings | None = None,
        erased: ForgetsErased | None = None,
    ) -> None:
        self._name = name
        self._channel = channel
        self._directory = directory
        self._mailbox = mailbox
        self._happenings = happenings
        self._erased = erased
        self.received = 0
        self.refused = 0
        self._unsigned = _Refusals(name, 401)
        self._unreadable = _Refusals(name, 400)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            doing = self._take(header(scope, SIGNATURE_HEADER), partial(_read, scope, receive))
        else:
            doing = self._verify(scope)
        answer = await self._answered(doing, header(scope, REQUEST_ID_HEADER))
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def take(self, headers: Headers, body: bytes) -> Answer:
        """A POST that came whole (`recado.kit.short_way.Taker`): the same as by ASGI."""
        signature = request_id = None
        for name, value in headers:
            if name == SIGNATURE_HEADER and signature is None:
                signature = value.decode("latin-1")
            elif name == REQUEST_ID_HEADER and request_id is None:
                request_id = value.decode("latin-1")

        async def whole() -> bytes:
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413, "body_too_large")
            return body

        return await self._answered(self._take(signature, whole), request_id)

    async def _answered(self, doing: Awaitable[bytes], asked_id: str | None) -> Answer:
        request_id = request_id_of(asked_id)
        about(("request_id", request_id))
        status, body = await self._outcome(doing)
        return Answer(status, (_PLAIN_TEXT, (REQUEST_ID_HEADER, request_id.encode())), body)

    async def _outcome(self, doing: Awaitable[bytes]) -> tuple[int, bytes]:
        """Do what the request asks; the status and the body of the answer."""
        try:
            return 200, await doing
        except Refused as refused:
            self.refused += 1
            return refused.status, refused.code.encode()
        except RecadoError as error:
            # Not stored, so not acknowledged: the provider delivers again.
            log.warning("webhook_not_stored", code=error.code)
            return 503, error.code.encode()
        except Exception:  # whatever it is, nothing is acknowledged that was not stored
            log.exception("webhook_defect")
            return 503, b"internal_error"

    async def _verify(self, scope: Scope) -> bytes:
        """Meta's handshake: the challenge goes back if the token is that of one of our lines."""
        if scope["method"] != "GET":
            raise Refused(405, "method_not_allowed")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        mode, token, challenge = (query.get(f"hub.{key}", [""])[0] for key in ("mode", "verify_token", "challenge"))
        if mode != "subscribe" or not token:
            raise Refused(400, "not_a_subscription")
        expected = [line.secrets.get("verify_token", "") for line in self._directory.lines_of(self._name)]
        if not any(wanted and hmac.compare_digest(wanted.encode(), token.encode()) for wanted in expected):
            raise Refused(403, "wrong_verify_token")
        return challenge.encode()

    async def _take(self, signature: str | None, read: Callable[[], Awaitable[bytes]]) -> bytes:
        if signature is None:
            raise self._unproven("signature_missing")
        body = await read()
        proof = _Proof(self._channel, body, signature)
        try:
            payload = _parse(body)
        except Refused as refused:
            if not self._proven(proof):  # a stranger is told nothing of what we can read
                raise self._unproven("signature_wrong") from None
            self._unreadable.note(refused.code)
            raise
        named = await self._lines_at(self._channel.line_addresses(payload))
        if not any(map(proof.holds, named.values())) and not self._proven(proof):
            raise self._unproven("signature_wrong", named.values())
        self.received += 1
        received = self._channel.convert(payload)
        if missing := {part.line_address for part in received} - named.keys() - {""}:
            named = {**named, **await self._lines_at(missing)}
        # A line believes only what is signed with its own secret; the rest is kept, and seen in `recado doctor`.
        lines = {address: line for address, line in named.items() if proof.holds(line)}
        untold = await self._take_happenings(received, lines, proof)
        await self._store(body, received, lines, stray=untold)
        await self._take_numbers(received, lines)
        return b""

    def _proven(self, proof: _Proof) -> bool:
        """Whether any line's secret has signed it."""
        return any(map(proof.holds, self._directory.lines_of(self._name)))

    def _unproven(self, code: str, named: Iterable[Line] = ()) -> Refused:
        self._unsigned.note(code, named)
        return Refused(401, code)

    async def _take_happenings(self, received: tuple[Received, ...], lines: Mapping[str, Line], proof: _Proof) -> bool:
        """Take up what the provider says of its accounts; True if something was for none of our lines."""
        untold = False
        for part in received:
            for happening in part.happenings:
                concerned = self._lines_of(happening.account, lines.get(part.line_address), proof)
                if self._happenings is None or not concerned:
                    untold = True
                else:
                    await self._happenings.take(concerned, happening)
        return untold

    async def _take_numbers(self, received: tuple[Received, ...], lines: Mapping[str, Line]) -> None:
        """Have it kept by which numbers people know the lines, where that is news."""
        for part in received:
            line, number = lines.get(part.line_address), part.display_number
            if self._happenings is None or line is None or number is None or number == line.display_number:
                continue
            await self._happenings.take_number(line, number)

    def _lines_of(self, account: str, named: Line | None, proof: _Proof) -> list[Line]:
        of_account = [
            line
            for line in self._directory.lines_of(self._name)
            if str(line.config.get(WABA_ID)) == account and proof.holds(line)
        ]
        return of_account if named is None or named in of_account else [named, *of_account]

    async def _lines_at(self, addresses: Iterable[str]) -> Mapping[str, Line]:
        return await self._directory.lines_at(self._name, frozenset(addresses))

    async def _store(
        self, body: bytes, received: tuple[Received, ...], lines: Mapping[str, Line], *, stray: bool
    ) -> None:
        arrivals: list[Arrival] = []
        statuses: list[Status] = []
        stray = stray or not received
        for part in received:
            line = lines.get(part.line_address)
            lost = line is None and bool(part.messages or part.statuses or not part.happenings)
            stray = stray or lost or bool(part.unroutable) or bool(part.notices)
            if line is not None:
                settle_ms = self._directory.settle_ms(line.id)
                arrivals.extend(_arrival(line, message, settle_ms) for message in part.messages)
                statuses.extend(_status(line, status) for status in part.statuses)
        if stray:
            address = next((part.line_address for part in received if part.line_address not in lines), None)
            short = _storable(address)[:MAX_ADDRESS] if address else None
            await self._store_stray(Stray(self._name, short, hashlib.sha256(body).hexdigest(), _text(body)))
        try:
            stored = await self._keep(arrivals)
        except WasErased:  # a moment ago, and it is known now
            stored = await self._keep(arrivals)
        if statuses:
            await self._mailbox.apply_statuses(statuses)
        # No more than DEBUG: to write a line takes a tenth of the time that a whole reply takes, and a call a fiftieth.
        if _level.isEnabledFor(logging.DEBUG):
            ids = [one.message_id for one in stored if one.message_id is not None]
            known = len(stored) - len(ids)
            log.debug("webhook_stored", stored=len(ids), known=known, statuses=len(statuses), message_ids=ids)

    async def _keep(self, arrivals: Sequence[Arrival]) -> Sequence[Stored]:
        if self._erased and arrivals:
            arrivals = self._erased.without(arrivals)
        return await self._mailbox.store(arrivals) if arrivals else ()

    async def _store_stray(self, stray: Stray) -> None:
        await self._mailbox.driver.run(lambda tx: store_strays(tx, [stray]), Priority.INGEST)


def _arrival(line: Line, message: InboundMessage, settle_ms: int) -> Arrival:
    content = message.content
    previous = content.previous if isinstance(content, System) else ()
    return Arrival(
        project_id=line.project_id,
        line_id=line.id,
        provider_message_id=_storable(message.provider_message_id),
        addresses=tuple((a.kind, _storable(a.value)) for a in message.sender.addresses),
        name=_storable(message.sender.name) if message.sender.name else None,
        sent_ms=message.sent_ms,
        body=message.model_dump_json(),
        settle_ms=settle_ms,
        previous=tuple((a.kind, _storable(a.value)) for a in previous),
        opens_window=not isinstance(message.content, System),
        file=_file(content) if isinstance(content, Media) else None,
    )


def _file(content: Media) -> ArrivedFile:
    return ArrivedFile(
        content.media,
        content.voice,
        _storable(content.media_id),
        _storable(content.mime_type) if content.mime_type else None,
        digest_in_hex(content.sha256),
        _storable(content.filename) if content.filename else None,
    )


def _status(line: Line, status: StatusUpdate) -> Status:
    return Status(
        line.id,
        _storable(status.provider_message_id),
        status.client_id if status.client_id and _OUR_ID.fullmatch(status.client_id) else None,
        DELIVERY_RANK[status.status],
        status.error_code,
        _storable(status.error_text) if status.error_text else None,
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps no U+0000 in texts (the body is JSON, where it is escaped)."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in text else text


async def _read(scope: Scope, receive: Receive) -> bytes:
    declared = header(scope, b"content-length")
    if declared is not None and (not declared.isdecimal() or int(declared) > MAX_BODY_BYTES):
        raise Refused(413, "body_too_large")
    chunks: list[bytes] = []
    size = 0
    while True:
        try:
            event = await next_piece(receive)
        except TimeoutError:
            raise Refused(408, "body_incomplete") from None
        if event["type"] == "http.disconnect":
            raise Refused(400, "body_incomplete")
        chunk: bytes = event.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refused(413, "body_too_large")
        chunks.append(chunk)
        if not event.get("more_body"):
            return b"".join(chunks)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        payload: object = pydantic_core.from_json(body)
    except ValueError:
        payload = _parse_leniently(body)
    if not isinstance(payload, dict):
        raise Refused(400, "body_not_an_object")
    return payload  # pyright: ignore[reportUnknownVariableType] # a JSON object: keys are texts, values anything


def _parse_leniently(body: bytes) -> object:
    """JSON with halves of surrogate pairs, which the strict parser refuses: each becomes U+FFFD."""
    try:
        value: object = json.loads(body)
        return json.loads(_HALVES.sub("\N{REPLACEMENT CHARACTER}", json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        raise Refused(400, "body_not_json") from None


def _text(body: bytes) -> str:
    """The body as text that both databases can keep: PostgreSQL takes no U+0000."""
    return body.decode("utf-8", "replace").replace("\x00", "\\u0000")
