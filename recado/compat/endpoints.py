"""The requests of contract C, each a few lines over `Asking`."""

import json
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import BeforeValidator
from starlette.exceptions import HTTPException

from recado.caller import Agent, Reader
from recado.channels.contract import Answer
from recado.compat.callbacks import Guard
from recado.compat.questions import Question, by_whatsapp, customer_address, in_chat, is_ignored
from recado.compat.schemas import (
    MAX_ID,
    AnswerOut,
    AsyncGatewayIn,
    AsyncTextIn,
    GatewayIn,
    GatewayOut,
    JobOut,
    JobStarted,
    MemoryOut,
    TextIn,
    WhatsAppIn,
    gateway_out,
    job_out,
)
from recado.compat.service import Asking
from recado.compat.signing import is_signed
from recado.kit.parts import part
from recado.settings import Settings

# Older clients, and the servers that they were made for, need no Content-Type for what is JSON anyway.
router = APIRouter(prefix="/v1", strict_content_type=False)

Asks = Annotated[Asking, Depends(part(Asking))]
Guards = Annotated[Guard, Depends(part(Guard))]
Configured = Annotated[Settings, Depends(part(Settings))]
Conversation = Annotated[str, Path(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00]*$")]


def _as_sent(name: object) -> object:
    """A header in UTF-8, as names come in bodies and queries; what is none stays as it was read, in Latin-1."""
    try:
        return name.encode("latin-1").decode() if isinstance(name, str) else name
    except UnicodeError:
        return name


Customer = Annotated[
    str | None,
    BeforeValidator(_as_sent),
    Header(alias="X-Customer-Id", max_length=MAX_ID),  # empty, as some clients send it, is none
]
NOTHING = Answer("", "")
# Another way to name a message, for clients whose bodies cannot be changed.
Named = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=MAX_ID)]
Key = Annotated[str, Header(alias="X-API-Key")]


async def signed(request: Request, settings: Configured) -> None:
    """Refuse with 401 what a gateway must have signed and has not."""
    if not settings.gateway_secret:
        return
    timestamp, given = (request.headers.get(f"X-Webhook-{name}") for name in ("Timestamp", "Signature"))
    if timestamp is None or given is None:
        raise HTTPException(401, "Missing webhook signature")
    if not is_signed(settings.gateway_secret, timestamp, given, await request.body(), time.time()):
        raise HTTPException(401, "Invalid webhook signature")


@router.post("/conversations/{conversation}/messages")
@router.post("/channels/web/conversations/{conversation}/messages")
async def post_message(
    conversation: Conversation, body: TextIn, caller: Agent, asks: Asks, customer: Customer = None, named: Named = None
) -> AnswerOut:
    """Say something in a conversation, and get the answer."""
    question = in_chat(conversation, body.text, customer, body.message_id or named)
    answer = await asks.ask(caller.project_id, question)
    return AnswerOut(conversation_id=conversation, response_text=answer.text)


@router.post("/channels/whatsapp/inbound")
async def whatsapp_inbound(
    body: WhatsAppIn, caller: Agent, asks: Asks, customer: Customer = None, named: Named = None
) -> AnswerOut:
    """What somebody wrote on WhatsApp, from a bridge that sends the answer itself."""
    question = by_whatsapp(body.from_number, body.text, customer=customer, message_id=named)
    if is_ignored(body.from_number):
        return AnswerOut(conversation_id=question.conversation, response_text="")
    answer = await asks.ask(caller.project_id, question)
    return AnswerOut(conversation_id=question.conversation, response_text=answer.text)


@router.post("/channels/whatsapp/gateway/inbound", dependencies=[Depends(signed)], response_model_exclude_none=True)
async def gateway_inbound(body: GatewayIn, caller: Agent, asks: Asks) -> GatewayOut:
    """The same from a gateway, which names its messages: the same name again gets the same answer."""
    question = _of_gateway(body)
    if is_ignored(body.from_number):
        return gateway_out(question.conversation, body.message_id, NOTHING)
    answer = await asks.ask(caller.project_id, question)
    return gateway_out(question.conversation, body.message_id, answer)


@router.post("/async/conversations/{conversation}/messages", status_code=202)
async def post_message_later(
    conversation: Conversation,
    body: AsyncTextIn,
    caller: Agent,
    asks: Asks,
    guard: Guards,
    key: Key,
    customer: Customer = None,
    named: Named = None,
) -> JobStarted:
    """Say something, and ask for the answer later."""
    question = in_chat(conversation, body.text, customer, body.message_id or named)
    callback = guard.check_callback(body.callback_url, key)
    return JobStarted(job_id=await asks.start(caller.project_id, question, callback))


@router.post("/async/channels/whatsapp/gateway/inbound", status_code=202, dependencies=[Depends(signed)])
async def gateway_inbound_later(body: AsyncGatewayIn, caller: Agent, asks: Asks, guard: Guards, key: Key) -> JobStarted:
    """What a gateway delivers, and ask for the answer later: the same name of a message is the same job."""
    if is_ignored(body.from_number):
        raise HTTPException(422, "from_number: groups, broadcasts and newsletters are ignored, there will be no answer")
    callback = guard.check_callback(body.callback_url, key)
    return JobStarted(job_id=await asks.start(caller.project_id, _of_gateway(body), callback))


@router.get("/jobs/{job_id}")
async def get_job(job_id: Annotated[str, Path(max_length=MAX_ID)], caller: Reader, asks: Asks) -> JobOut:
    """How far a job is."""
    return job_out(await asks.job(caller.project_id, job_id))


@router.get("/memory")
async def get_memory(caller: Reader, asks: Asks, customer: Customer = None) -> MemoryOut:
    """What assistants have learned of a customer."""
    who = _customer(customer)
    facts = await asks.remembered(caller.project_id, customer_address(who))
    memory: dict[str, object] = {}
    for name, text in sorted(facts.items()):
        skill, dot, key = name.partition(".")
        part_of = memory.setdefault(skill, {}) if dot else memory
        assert isinstance(part_of, dict)  # noqa: S101 # skills' names are none of the plain ones
        part_of[key if dot else name] = json.loads(text)
    return MemoryOut(customer_id=who, memory=memory)


@router.delete("/memory", status_code=204)
async def delete_memory(caller: Agent, asks: Asks, customer: Customer = None) -> None:
    """Forget what assistants have learned of a customer, in all their conversations. What was written stays."""
    await asks.forget(caller.project_id, customer_address(_customer(customer)))


def _customer(customer: str | None) -> str:
    if not customer:
        raise HTTPException(400, "Missing X-Customer-Id")
    return customer


def _of_gateway(body: GatewayIn) -> Question:
    return by_whatsapp(
        body.from_number,
        body.text,
        message_id=body.message_id,
        customer=body.customer_id,
        name=body.customer_name or None,
        sent_ms=body.sent_ms,
    )
