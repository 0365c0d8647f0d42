"""The parts that endpoints work with, found by their type.

`main.py` builds them once; an endpoint asks with `Annotated[Mailbox, Depends(part(Mailbox))]`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from fastapi import FastAPI, Request

T = TypeVar("T")


def give_parts(app: FastAPI, *parts: object) -> None:
    """Make `parts` known to the application's endpoints, each under its class and those that it derives from."""
    bases = {kind: one for one in parts for kind in type(one).__mro__[:-1]}
    app.state.parts = bases | {type(one): one for one in parts}


def part(kind: type[T]) -> Callable[[Request], T]:
    """A dependency that gives the part of this class."""

    def find(request: Request) -> T:
        return find_part(request.app, kind)

    return find


def find_part(app: FastAPI, kind: type[T]) -> T:
    """The application's part of this class."""
    parts = cast("dict[type[Any], Any]", app.state.parts)
    return cast(T, parts[kind])
