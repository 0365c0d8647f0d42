"""Bulk sends: one message to many people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from recado.bulk import service
from recado.bulk.schemas import BulkSendIn, NewBulkSend, RecipientOut, RecipientState
from recado.caller import Admin, Reader
from recado.channels.registry import ChannelRegistry
from recado.jobs.callbacks import call_back
from recado.jobs.schemas import JobOut, job_out
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Destinations
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan

router = APIRouter(tags=["bulk"])

Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
Box = Annotated[SecretBox, Depends(part(SecretBox))]
May = Annotated[Destinations, Depends(part(Destinations))]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Any text of yours: the same request with the same key is one job. Send one: what is asked twice "
        "is sent twice.",
    ),
]
InState = Annotated[RecipientState | None, Query(description="Only recipients in this state.")]


@router.post("/lines/{line_id}/bulk", status_code=202)
async def send_bulk(
    line_id: PathId,
    new: BulkSendIn,
    caller: Admin,
    box: Box,
    destinations: May,
    channels: Channels,
    idempotency_key: IdempotencyKey = None,
) -> JobOut:
    """Send one text, a template or both to up to 10,000 people, as a job: as fast as the line may, each person once.

    Skipped are people who asked for no marketing (`recipient_opted_out`; with `service_notice` they get what is none),
    for whom nothing may be done (`allowed: false`: `not_allowed`) and who are named twice (`duplicate`). Whoever did
    not write to this line within WhatsApp's 24 hours gets the template, also who never wrote; without one it is
    refused: `outside_window`. A line that sends nothing by itself, as a web line, refuses it: `handed_out`.

    Look at the job for its progress; cancel it to stop what is not queued yet. With a `callback` the job is posted to
    that address once it has succeeded, failed or was cancelled, signed as webhooks are and tried for a day; the first
    one that names a job holds.
    """
    asked = NewBulkSend.model_validate(new.model_dump(exclude={"callback"}))
    async with caller.writing() as session:
        job = await service.start(session, channels, line_id, asked, idempotency_key)
        if new.callback is not None:
            await call_back(session, box, destinations, job, new.callback.url, new.callback.secret)
        return job_out(job)


@router.get("/jobs/{job_id}/recipients")
async def list_recipients(
    job_id: PathId, caller: Reader, cut: PageCut, span: QuerySpan, state: InState = None
) -> PageOf[RecipientOut]:
    """What became of each recipient of a bulk send; nothing before the job has begun."""
    async with caller.reading() as session:
        page = await service.recipients(session, job_id, cut, state=state, span=span)
    return PageOf[RecipientOut].model_validate(page)
