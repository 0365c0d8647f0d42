"""What every answer has in common: headers, CORS, HEAD and OPTIONS."""

import io
from pathlib import Path

from fastapi.routing import APIRoute

from recado.api import OPENAPI_PATH
from recado.compat import endpoints as compat
from recado.projects.service import Role
from recado.settings import Settings
from tests.api.conftest import Api, make_tenant, serving
from tests.databases import Databases

PANEL = "https://panel.example.com"
LISTED = "GET, HEAD, OPTIONS"


def settings(databases: Databases, folder: Path, **chosen: object) -> Settings:
    return Settings.model_validate({"database_url": databases.create("sqlite"), "data_dir": folder, **chosen})


async def test_every_answer_has_the_security_headers(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, hsts_s=31_536_000)) as api:
        ours = await make_tenant(api.runtime, "ours")
        answers = [
            await api.get("/contacts", ours.keys[Role.READ]),
            await api.get("/contacts"),
            await api.call("GET", "/nothing"),
            await api.call("DELETE", "/health"),
            await api.call("GET", "/metrics"),
            await api.post("/contacts", ours.keys[Role.READ], data=io.BytesIO(b"x" * 2_000_000)),
        ]
        assert [answer.status for answer in answers] == [200, 401, 404, 405, 200, 413]
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            assert "x-powered-by" not in answer.headers


async def test_without_a_setting_nothing_is_said_of_https_or_origins(api: Api) -> None:
    answer = await api.call("GET", "/health", headers={"Origin": PANEL})
    assert "strict-transport-security" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_pages_of_named_origins_may_call(databases: Databases, tmp_path: Path) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "X-API-Key, If-Match"}
    async with serving(settings(databases, tmp_path, cors_origins=f"{PANEL},http://localhost:5173")) as api:
        path = "/api/v1/contacts"
        may = await api.call("OPTIONS", path, headers={"Origin": PANEL} | asked)
        assert (may.status, may.headers["access-control-allow-origin"]) == (200, PANEL)
        assert "PATCH" in may.headers["access-control-allow-methods"]
        assert "x-api-key" in may.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in may.headers
        may_not = await api.call("OPTIONS", path, headers={"Origin": "https://evil.example"} | asked)
        assert (may_not.status, "access-control-allow-origin" in may_not.headers) == (400, False)
        seen = await api.call("GET", path, headers={"Origin": PANEL})  # a refusal can be read too
        assert (seen.status, seen.headers["access-control-allow-origin"]) == (401, PANEL)
        assert "ETag" in seen.headers["access-control-expose-headers"]
        large = await api.call("POST", path, headers={"Origin": PANEL}, data=io.BytesIO(b"x" * 2_000_000))
        assert (large.status, large.headers["access-control-allow-origin"]) == (413, PANEL)
        assert "access-control-allow-origin" not in (await api.call("GET", path, headers={"Origin": "null"})).headers


async def test_pages_may_send_and_read_every_header_there_is(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, cors_origins=PANEL)) as api:
        document = (await api.call("GET", OPENAPI_PATH)).json
        operations = [one for path in document["paths"].values() for one in path.values()]
        sent = {p["name"] for one in operations for p in one.get("parameters", ()) if p["in"] == "header"}
        sent |= {one["name"] for one in document["components"]["securitySchemes"].values() if one.get("in") == "header"}
        old = {field.alias for one in compat.router.routes if isinstance(one, APIRoute)
               for field in one.dependant.header_params}  # fmt: skip
        assert {"if-match", "Range", "X-API-Key"} <= sent
        assert {"X-Customer-Id", "Idempotency-Key"} <= old
        for path, name in [("/api/v1/contacts", name) for name in sent] + [("/v1/memory", name) for name in old]:
            asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": name}
            may = await api.call("OPTIONS", path, headers={"Origin": PANEL} | asked)
            assert (may.status, may.headers["access-control-allow-origin"]) == (200, PANEL), name
        answered = await api.call("GET", "/health", headers={"Origin": PANEL})
        shown = set(answered.headers["access-control-expose-headers"].split(", "))
        assert shown >= {name for one in operations for a in one["responses"].values() for name in a.get("headers", ())}
        assert shown >= {"Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Retry-After", "X-Request-Id"}


async def test_head_is_get_without_a_body(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path)) as api:
        ours = await make_tenant(api.runtime, "ours")
        for path in ("/health", f"/api/v1/contacts/{ours.contact_id}", OPENAPI_PATH, "/api/v1/nothing"):
            got = await api.call("GET", path, ours.keys[Role.READ])
            head = await api.call("HEAD", path, ours.keys[Role.READ])
            assert (head.status, head.body) == (got.status, b""), path
            assert head.headers["content-length"] == got.headers["content-length"]
            assert head.headers.get("etag") == got.headers.get("etag")
        assert (await api.call("HEAD", "/api/v1/contacts")).status == 401
        refused = await api.call("HEAD", f"/api/v1/contacts/{ours.contact_id}/merge", ours.keys[Role.ADMIN])
        assert (refused.status, refused.headers["allow"]) == (405, "OPTIONS, POST")


async def test_options_says_what_there_is(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path)) as api:
        for path, methods in (
            ("/api/v1/contacts", "GET, HEAD, OPTIONS, POST"),
            ("/api/v1/entries/x", "DELETE, GET, HEAD, OPTIONS, PUT"),
            ("/health", LISTED),
        ):
            answer = await api.call("OPTIONS", path)
            assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", methods)
        assert (await api.call("OPTIONS", "/nothing")).status == 404
