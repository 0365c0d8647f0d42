"""Every `curl` of the API's reference page is run, as a shell runs it, against a real server."""

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import recado
from recado.api import api_routes, make_api
from recado.kit.api_page import api_page
from recado.kit.openapi import operations
from recado.projects.service import Role
from recado.settings import Settings
from tests.api.conftest import Api, Tenant, bury, lose, make_dead, make_tenant, serving
from tests.api.test_tenancy_of_api import AT_PROVIDER, LAST, NEED_WEBHOOK, OF_UNUSED, ids, spares
from tests.databases import Databases

PAGE = Path(recado.__file__).parent.parent / "docs" / "reference" / "api.md"
SECTION = re.compile(r"^`(?P<method>[A-Z]+) (?P<path>/\S*)`.*?^```sh\n(?P<shell>.*?)^```", re.MULTILINE | re.DOTALL)
# curl's own code for a time limit: a stream that was watched as long as the example says.
WATCHED = 28
LIMIT_S = 90
# What curl ends with under --fail-with-body (man curl, EXIT CODES).
HTTP_ERROR = 22


def calls() -> dict[str, str]:
    """The shell text of each operation, by operation id."""
    names = {(method.upper(), path): found["operationId"] for path, method, found in operations(make_api().openapi())}
    sections = SECTION.finditer(PAGE.read_text("utf-8"))
    return {names[found["method"], found["path"]]: found["shell"] for found in sections}


def test_the_page_is_current_and_has_every_operation() -> None:
    """If not: make docs"""
    assert PAGE.read_text("utf-8") == api_page(make_api().openapi())
    assert {route.name for route in api_routes()} < set(calls())


@pytest.mark.skipif(not Path("/usr/bin/curl").exists(), reason="this machine has no curl")
async def test_every_example_works(databases: Databases, tmp_path: Path) -> None:
    # The provider is not there: what asks it says so, and is an example all the same.
    nobody = "http://127.0.0.1:1"
    settings = Settings(database_url=databases.create("sqlite"), data_dir=tmp_path, cloud_api_base_url=nobody)
    found = calls()
    order = [route.name for route in api_routes()]
    async with serving(settings) as api:
        ours = await make_tenant(api.runtime, "ours")
        await make_dead(api, ours, ours.message_id)
        into, unused = await spares(api, ours)
        await api.runtime.mailbox.beat("worker", "0")  # so that it is ready
        for name in sorted(found, key=lambda one: (place(LAST, one), place(order, one))):
            if name in ("retry_inbox_message", "drop_inbox_message"):
                await bury(api, ours, ours.inbox_id)
            if name == "retry_media":
                await lose(api, ours, ours.media_id)
            of = unused if name in OF_UNUSED else ours
            await run(api, name, found[name], of, into)


def place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


async def run(api: Api, name: str, shell: str, of: Tenant, into: str) -> None:
    variables = {f"{one.upper()}": value for one, value in ids(of).items()} | {"INTO_ID": into}
    if name == "start_conversation":
        variables["CONTACT_ID"] = into
    environment = {"PATH": os.environ["PATH"], "RECADO_URL": api.url, "RECADO_KEY": of.keys[Role.ADMIN], **variables}
    process = await asyncio.create_subprocess_exec(
        "bash", "-euc", shell, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(LIMIT_S):
        output, _ = await process.communicate()
    streams = process.returncode == WATCHED and "--max-time" in shell
    refused = process.returncode == HTTP_ERROR and b'"code":"internal_error"' not in output
    needs_others = name in AT_PROVIDER | NEED_WEBHOOK and refused
    assert process.returncode == 0 or streams or needs_others, (name, shell, output.decode())
