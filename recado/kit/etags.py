"""Strong ETags (RFC 9110, section 8.8.3) for what people edit: one helper for every room.

An answer that is `Editable` gets the `ETag` of what it shows; a GET with `If-None-Match` may be answered 304. What
changes a row asks `Match.check` first, in the transaction of the change: whoever edits an older state is told 412
instead of undoing what somebody else did.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from recado.errors import BadInput, RecadoError
from recado.kit.schemas import Output

# Two ETags of ours take 140 characters; nobody needs more than some dozens.
MAX_HEADER = 4_096
_TAGS = re.compile(r'\s*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*|$))+')
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Editable(Output):
    """An answer that shows one thing which people edit: it has an ETag, of all that it shows.

    Where some of it changes by itself, `edited` are the fields that the ETag is of, so that what ticks can be edited;
    such an answer is never 304.
    """

    edited: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def tag_of(cls, shown: Any) -> str:
        """The ETag of such an answer, given as JSON."""
        return etag_of({name: shown[name] for name in cls.edited} if cls.edited else shown)


class PreconditionFailed(RecadoError):
    """What is to be changed is not what the client last saw."""

    code = "changed_meanwhile"
    status = 412


def etag_of(shown: Any) -> str:
    """The ETag of what is shown: any JSON value."""
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def is_named(tag: str, header: str, *, weak: bool = False) -> bool:
    """Whether a list of ETags names this one, or is `*`. `weak` compares as If-None-Match does (RFC 9110, 8.8.3.2)."""
    if header.strip() == "*":
        return True
    given = _TAG.findall(header)
    return tag in ([one.removeprefix("W/") for one in given] if weak else given)


class Match:
    """What a request that changes something wants to find: the `If-Match` that it brought."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    async def check(
        self, session: AsyncSession, row: object, show: Callable[[], Editable | Awaitable[Editable]]
    ) -> None:
        """Compare what is stored now, as `show` gives it, and keep it from changing until the transaction ends.

        Raises `PreconditionFailed` (`changed_meanwhile`).
        """
        if self._header is None:
            return
        await session.refresh(row, with_for_update=True)
        shown = show()
        now = shown if isinstance(shown, Editable) else await shown
        if not is_named(now.tag_of(now.model_dump(mode="json")), self._header):
            raise PreconditionFailed(
                "Somebody has changed this since you read it. GET it again, look at what is different, and send your "
                "change with the ETag of that answer as If-Match"
            )


def _match(
    if_match: Annotated[
        str | None,
        Header(
            max_length=MAX_HEADER,
            description="The `ETag` that you last saw: if somebody has changed it since, the answer is 412.",
        ),
    ] = None,
) -> Match:
    if if_match is not None and if_match.strip() != "*" and not _TAGS.fullmatch(if_match):
        raise BadInput('If-Match is *, or ETags in their quotes, such as "0a1b"', code="bad_if_match")
    return Match(if_match)


IfMatch = Annotated[Match, Depends(_match)]


class TaggedRoute(APIRoute):
    """A route whose answers have an ETag where they are `Editable`."""

    @property
    def tagged(self) -> type[Editable] | None:
        """The editable thing that the answer shows, as it is after the request; None if it shows no such thing."""
        model = self.response_model
        if not (isinstance(model, type) and issubclass(model, Editable)):
            return None
        return model if self.methods != {"POST"} or self.status_code == 201 else None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        return handle if self.tagged is None else self._tagged(handle, self.tagged)

    def _tagged(
        self, handle: Callable[[Request], Coroutine[Any, Any, Response]], shows: type[Editable]
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        may_be_304 = self.methods == {"GET"} and not shows.edited

        async def answer(request: Request) -> Response:
            response = await handle(request)
            tag = shows.tag_of(json.loads(bytes(response.body)))
            asked = request.headers.get("if-none-match")
            if may_be_304 and asked is not None and is_named(tag, asked, weak=True):
                response = Response(status_code=304)
            response.headers["ETag"] = tag
            # A browser may keep it, and asks each time whether it is still so.
            response.headers["Cache-Control"] = "private, no-cache"
            return response

        return answer
