"""What an assistant knows: entries of questions and answers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.service import get_assistant
from recado.caller import Admin, Reader
from recado.decisions import Language
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.schemas import AnyText, PageCut, PageOf, PathId, QuerySpan
from recado.knowledge import service
from recado.knowledge.models import KnowledgeEntry
from recado.knowledge.schemas import EntriesIn, EntriesOut, EntryIn, EntryOut, HitOut, HitsOut
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
) -> PageOf[EntryOut]:
    """What an assistant knows, oldest first."""
    async with caller.reading() as session:
        await get_assistant(session, assistant_id)
        page = await service.list_entries(session, assistant_id, cut, topic=topic, language=language, span=span)
        return PageOf[EntryOut].model_validate(page)


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
        return _out(await service.add_entries(session, assistant_id, new.all()))


@router.put("/assistants/{assistant_id}/entries")
async def replace_entries(assistant_id: PathId, new: EntriesIn, caller: Admin) -> EntriesOut:
    """Let an assistant know exactly this: what it knew before is forgotten."""
    async with caller.writing() as session:
        await get_assistant(session, assistant_id)
        return _out(await service.replace_entries(session, assistant_id, new.all()))


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


def _out(rows: Sequence[KnowledgeEntry]) -> EntriesOut:
    return EntriesOut(items=[EntryOut.model_validate(row) for row in rows])
