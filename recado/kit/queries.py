"""What stands behind the ? of an address: a name that an operation does not know is refused. A filter that is mistyped,
if it were left aside, would give all there is to somebody who takes it for some.
"""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.requests import HTTPConnection


async def refuse_unknown(connection: HTTPConnection) -> None:
    """For every route: refuses names that it does not know, and several values of what it takes once, as wrong values
    are refused.
    """
    given = connection.query_params
    if not given:
        return
    known = dict(_taken(connection.scope["route"].dependant))
    there_are = ", ".join(sorted(known)) or "none"
    wrong = [_error(name, f"There is no such parameter. There are: {there_are}") for name in given if name not in known]
    wrong += [_error(name, "Give it once") for name in given if not known.get(name, True) and _is_repeated(given, name)]
    if wrong:
        is_socket = connection.scope["type"] == "websocket"
        raise WebSocketRequestValidationError(wrong) if is_socket else RequestValidationError(wrong)


def _is_repeated(given: Any, name: str) -> bool:
    return len(given.getlist(name)) > 1


def _error(name: str, says: str) -> dict[str, Any]:
    return {"type": "value_error", "loc": ("query", name), "msg": says}


def _taken(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Names of parameters, and whether several values are taken."""
    for found in dependant.query_params:
        yield found.alias, _is_list(found.field_info.annotation)
    for each in dependant.dependencies:
        yield from _taken(each)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))
