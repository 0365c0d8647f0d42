"""Every `curl` of the API's reference page is run, as a shell runs it, against a real server."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

import recado
from recado.api import api_routes, make_api
from recado.events.service import record
from recado.kit.api_page import api_page
from recado.kit.openapi import operations
from recado.mailbox.models import Process
from recado.projects.service import Role
from recado.webhooks.models import WebhookDelivery
from tests.api.conftest import Api, Tenant, bury, lose, make_dead
from tests.api.test_at_provider import at_simulator
from tests.api.test_tenancy_of_api import LAST, OF_UNUSED, ids, spares
from tests.databases import Databases

PAGE = Path(recado.__file__).parent.parent / "docs" / "reference" / "api.md"
SECTION = re.compile(r"^`(?P<method>[A-Z]+) (?P<path>/\S*)`.*?^```sh\n(?P<shell>.*?)^```", re.MULTILINE | re.DOTALL)
# curl's own code for a time limit: a stream that was watched as long as the example says.
WATCHED = 28
LIMIT_S = 90
# The first gives the line another access token, which the provider does not know.
AFTER_ALL = ("update_line", *LAST)


def calls() -> dict[str, str]:
    """The shell text of each operation, by operation id."""
    names = {(method.upper(), path): found["operationId"] for path, method, found in operations(make_api().openapi())}
    sections = SECTION.finditer(PAGE.read_text("utf-8"))
    return {names[found["method"], found["path"]]: found["shell"] for found in sections}


def test_the_page_is_current_and_has_every_operation() -> None:
    """If not: make docs"""
    assert PAGE.read_text("utf-8") == api_page(make_api().openapi())
    assert {route.name for route in api_routes()} < set(calls())


def promised() -> dict[str, set[str]]:
    """With what each operation answers when it has done what it says, by operation id."""
    return {
        found["operationId"]: {status for status in found["responses"] if status.startswith("2")}
        for _, _, found in operations(make_api().openapi())
    }


@pytest.mark.skipif(not Path("/usr/bin/curl").exists(), reason="this machine has no curl")
async def test_every_example_works(databases: Databases, tmp_path: Path) -> None:
    found, promises = calls(), promised()
    order = [route.name for route in api_routes()]
    (tmp_path / ".curlrc").write_text('write-out = "\\n%{response_code}"\n')
    async with at_simulator(databases.create("sqlite"), tmp_path) as at:
        api, ours = at.api, at.of
        of_message = (await api.get(f"/outbox/{ours.message_id}", ours.keys[Role.ADMIN])).json["line_id"]
        await make_dead(api, replace(ours, line_id=of_message), ours.message_id)
        into, unused = await spares(api, ours)
        variables = {"INTO_ID": into, **await webhook(api, ours), "CURL_HOME": str(tmp_path)}
        await api.runtime.mailbox.beat("worker", "0")  # so that it is ready, until the last one
        async with api.runtime.database.system() as session:
            await session.execute(update(Process).values(beat_ms=Process.beat_ms + 600_000))
        for name in sorted(found, key=lambda one: (place(AFTER_ALL, one), place(order, one))):
            if name in ("retry_inbox_message", "drop_inbox_message"):
                await bury(api, ours, ours.inbox_id)
            if name == "retry_media":
                await lose(api, ours, ours.media_id)
            of = unused if name in OF_UNUSED else ours
            code, output = await run(api, found[name], of, variables | other_ids(name, into))
            *_, status = output.splitlines()
            ends = {0, WATCHED} if "--max-time" in found[name] else {0}
            assert code in ends, (name, found[name], output)
            assert status in promises[name], (name, found[name], output)


def place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def other_ids(name: str, into: str) -> dict[str, str]:
    """For an example that needs somebody with whom there is no conversation yet."""
    return {"CONTACT_ID": into} if name == "start_conversation" else {}


async def webhook(api: Api, of: Tenant) -> dict[str, str]:
    """An endpoint that was not told of something."""
    made = await api.post("/webhooks", of.keys[Role.ADMIN], {"url": "https://example.com/hook"})
    endpoint_id: str = made.json["endpoint"]["id"]
    async with api.runtime.database.project(of.project_id) as session:
        event = await record(session, "tried", {})
        delivery = WebhookDelivery(
            endpoint_id=endpoint_id, event_id=event.id, event=event.name, position=0, state="dead", due_ms=0, until_ms=0
        )
        session.add(delivery)
        await session.flush()
        return {"WEBHOOK_ID": endpoint_id, "DELIVERY_ID": delivery.id}


async def run(api: Api, shell: str, of: Tenant, variables: Mapping[str, str]) -> tuple[int | None, str]:
    """What an example ends with, and prints."""
    known = {one.upper(): value for one, value in ids(of).items()}
    own = {"PATH": os.environ["PATH"], "RECADO_URL": api.url, "RECADO_KEY": of.keys[Role.ADMIN]}
    environment = {**own, **known, **variables}
    process = await asyncio.create_subprocess_exec(
        "bash", "-euc", shell, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(LIMIT_S):
        output, _ = await process.communicate()
    return process.returncode, output.decode(errors="replace")
