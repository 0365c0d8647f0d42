"""The description of the API: complete, and the file in docs/reference current."""

from pathlib import Path
from typing import Any, cast

import recado
from recado.api import OPENAPI_PATH, api_routes, make_api
from recado.kit.openapi import openapi_text, operations, write_openapi
from tests.api.conftest import Api

FILE = Path(recado.__file__).parent.parent / "docs" / "reference" / "openapi.json"


def test_the_file_is_current() -> None:
    """If not: python -c 'from pathlib import Path; from recado.api import write_reference; write_reference(Path())'"""
    assert FILE.read_text("utf-8") == openapi_text(make_api())


def test_writing_it_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reference" / "openapi.json"
    assert write_openapi(make_api(), path)
    assert not write_openapi(make_api(), path)


def test_every_operation_is_described() -> None:
    schema = make_api().openapi()
    assert schema["openapi"].startswith("3.1")
    found = list(operations(schema))
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    assert {route.name for route in api_routes()} < set(ids)
    for path, method, operation in found:
        assert operation["tags"], path
        assert operation["summary"], path
        assert operation["description"], (method, path)
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
        if path.startswith("/api/v1/"):
            assert operation["security"] == [{"ApiKey": []}, {"Bearer": []}]
            assert operation["x-role"] in ("read", "agent", "admin")
            for parameter in operation.get("parameters", ()):
                assert parameter.get("description"), (path, parameter["name"])


def test_every_reference_leads_somewhere() -> None:
    schema = make_api().openapi()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            inner = cast("dict[str, Any]", value)
            here: list[str] = [inner["$ref"]] if isinstance(inner.get("$ref"), str) else []
            return here + [ref for part in inner.values() for ref in references(part)]
        return [ref for part in cast("list[Any]", value) for ref in references(part)] if isinstance(value, list) else []

    found = references(schema)
    assert found
    assert {ref.rpartition("/")[2] for ref in found} <= set(schema["components"]["schemas"])


def test_secrets_are_marked_as_never_read() -> None:
    schemas = make_api().openapi()["components"]["schemas"]
    (value,) = schemas["NewLine"]["properties"]["secrets"]["patternProperties"].values()
    assert value["writeOnly"] is True
    assert schemas["LineOut"]["properties"]["secrets"]["items"] == {"type": "string"}


async def test_it_is_served_to_everybody(api: Api) -> None:
    assert (await api.call("GET", OPENAPI_PATH)).json == make_api().openapi()
