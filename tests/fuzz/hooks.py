"""What Schemathesis does differently here: ids that exist, and a check for what belongs to somebody else."""

import json
import os
import re
from typing import Any

import schemathesis

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# By the name of a path parameter: ids of the project that is looked for.
IDS: dict[str, str] = json.loads(os.environ["FUZZ_IDS"])
# Texts that no answer may hold.
FOREIGN: list[str] = json.loads(os.environ["FUZZ_FOREIGN"])
# Then others would find nothing any more.
TAKES_AWAY = os.environ["FUZZ_KEEPS"] == "1"


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType] # it takes any function
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Most ids are ones that exist: invented ones would only ever find nothing. Wrong ones stay wrong."""
    if path_parameters is None or (TAKES_AWAY and context.operation.method.lower() == "delete"):
        return path_parameters
    return {
        name: IDS.get(name, value) if UUID.fullmatch(str(value)) else value for name, value in path_parameters.items()
    }


@schemathesis.check
def nothing_foreign(_context: Any, response: Any, case: Any) -> None:
    """No answer holds anything of another project."""
    seen = response.content.decode("utf-8", "replace") + repr(dict(response.headers))
    for mark in FOREIGN:
        assert mark not in seen, f"{case.operation.label} shows {mark} of another project"


@schemathesis.check
def only_named_statuses(_context: Any, response: Any, case: Any) -> None:
    """Every status is one that the operation names: Schemathesis' own check takes `default` for all that there are."""
    if case.method.upper() == case.operation.method.upper():  # another method is no operation
        named = {str(status) for status in case.operation.responses.status_codes}
        assert str(response.status_code) in named, f"{case.operation.label} answers {response.status_code}, unnamed"
