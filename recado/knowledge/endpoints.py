"""What an assistant knows: entries of questions and answers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.service import get_assistant
from recado.caller import Admin, Reader
from recado.decisions import Language
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.schemas import AnyText, PageCut, PathId, QuerySpan
from recado.knowledge import service
from recado.knowledge.models import KnowledgeEntry
from recado.knowledge.schemas import EntriesIn, EntriesOut, EntriesPage, EntryIn, EntryOut, HitOut, HitsOut
from recado.knowledge.search import MAX_HITS, search
from recado.knowledge.service import MAX_QUESTION, MAX_TOPIC

router = APIRouter(tags=["knowledge"], route_class=TaggedRoute)

OfTopic = Annotated[AnyText | None, Query(min_length=1, max_length=MAX_TOPIC, description="Only those on this topic.")]
OfLanguage = Annotated[Language | None, Query(description="Only entries of this language.")]


@router.get("/assistants/{assistant_id}/entries")
async def list_entries(
    assistant_id: PathId,
    caller: Reader,
    cut: PageCut,
    span: QuerySpan,
    topic: OfTopic = None,
    language: OfLanguage = None,
) -> EntriesPage:
    """What an assistant knows, oldest first. The ETag is of all of it: send it when you replace what is known."""
    async with caller.reading() as session:
        assistant = await get_assistant(session, assistant_id)
        page = await service.list_entries(session, assistant_id, cut, topic=topic, language=language, span=span)
        items = [EntryOut.model_validate(row) for row in page.items]
        return EntriesPage(items=items, next_cursor=page.next_cursor, version=assistant.version)


@router.get("/assistants/{assistant_id}/entries/search")
async def list_matching_entries(
    assistant_id: PathId,
    caller: Reader,
    q: Annotated[AnyText, Query(max_length=MAX_QUESTION, description="A question, as people write it.")] = "",
    language: OfLanguage = None,
    limit: Annotated[int, Query(ge=1, le=MAX_HITS, description="How many at most.")] = 10,
) -> HitsOut:
    """The entries that have most to do with a question, the best first; none if nothing has to do with it."""
    async with caller.reading() as session:
        await get_assistant(session, assistant_id)
        hits = await search(session, assistant_id, [q], language=language, limit=limit)
        return HitsOut(items=[HitOut(entry=EntryOut.model_validate(hit.entry), score=hit.score) for hit in hits])


@router.post("/assistants/{assistant_id}/entries", status_code=201)
async def add_entries(assistant_id: PathId, new: EntriesIn, caller: Admin) -> EntriesOut:
    """Add to what an assistant knows."""
    async with caller.writing() as session:
        return await _out(session, assistant_id, await service.add_entries(session, assistant_id, new.all()))


@router.put("/assistants/{assistant_id}/entries")
async def replace_entries(assistant_id: PathId, new: EntriesIn, caller: Admin, match: IfMatch) -> EntriesOut:
    """Let an assistant know exactly this: what it knew before is forgotten."""
    async with caller.writing() as session:
        assistant = await get_assistant(session, assistant_id)
        # The entries are held before the assistant, as a change of one does: no two wait for each other.
        await service.forget_all(session, assistant_id)
        await match.check(session, assistant, lambda: EntriesOut(items=[], version=assistant.version))
        return await _out(session, assistant_id, await service.add_entries(session, assistant_id, new.all()))


@router.get("/entries/{entry_id}")
async def get_entry(entry_id: PathId, caller: Reader) -> EntryOut:
    """One entry."""
    async with caller.reading() as session:
        return EntryOut.model_validate(await service.get_entry(session, entry_id))


@router.put("/entries/{entry_id}")
async def change_entry(entry_id: PathId, new: EntryIn, caller: Admin, match: IfMatch) -> EntryOut:
    """Write an entry anew."""
    async with caller.writing() as session:
        await _check(session, match, entry_id)
        return EntryOut.model_validate(await service.change_entry(session, entry_id, new.entry()))


@router.delete("/entries/{entry_id}", status_code=204)
async def remove_entry(entry_id: PathId, caller: Admin, match: IfMatch) -> None:
    """Forget an entry."""
    async with caller.writing() as session:
        await _check(session, match, entry_id)
        await service.remove_entry(session, entry_id)


async def _check(session: AsyncSession, match: IfMatch, entry_id: str) -> None:
    row = await service.get_entry(session, entry_id)
    await match.check(session, row, lambda: EntryOut.model_validate(row))


async def _out(session: AsyncSession, assistant_id: str, rows: Sequence[KnowledgeEntry]) -> EntriesOut:
    assistant = await get_assistant(session, assistant_id)
    return EntriesOut(items=[EntryOut.model_validate(row) for row in rows], version=assistant.version)
