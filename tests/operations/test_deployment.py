"""The files in deploy/ do what they are for, in the programs that they are for.

Where such a program is missing its tests are skipped: nginx, caddy, prometheus, systemd (all are packages of Debian).
"""

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import io
import json
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import click
import pytest
import yaml

from recado.cli import recado as cli
from recado.db import SQLITE_BUSY_TIMEOUT_S
from recado.mailbox.postgres import COMMAND_TIMEOUT_S, CONNECT_TIMEOUT_S
from recado.mailbox.receive import MAX_BODY_BYTES
from recado.main import STOP_WITHIN_S
from recado.media.limits import MB
from recado.metrics.catalogue import CATALOGUE
from recado.settings import Settings
from recado.worker import BEAT_S
from tests.cli.terminal import free_port
from tests.operations.fronts import DEPLOY, Certificate, Front, certificate, fronted, replaced
from tests.operations.site import NUMBER, PERSON, SECRETS, Site, site
from tests.operations.test_watching import QUERIES, rules

KEY = "an-api-key-that-is-known"
LIMIT_S = 60.0
PER_ADDRESS = 30
VARIABLES = {
    "AI_ASSISTANTS_API_KEYS": f"clinica:{KEY}",
    "RECADO_TRUSTED_PROXIES": "127.0.0.1",
    "RECADO_LIMIT_PER_ADDRESS": f"{PER_ADDRESS}/3600",
}
HEADERS = {"X-API-Key": KEY}
# Who may use the API in these tests, and two of them; and somebody else.
INSIDE, ONE, OTHER, OUTSIDE = "127.0.0.0/28", "127.0.0.2", "127.0.0.3", "127.0.0.99"


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if shutil.which(name, path="/usr/bin:/usr/sbin:/usr/local/bin") is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")


def test_programs_in_front_let_through_what_recado_takes_and_no_more() -> None:
    largest: int = Settings.model_json_schema()["properties"]["media_max_mb"]["maximum"]
    nginx = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert sorted(map(int, nginx)) == [MAX_BODY_BYTES // MB, largest + 1]
    # Caddy has no limit of its own, and needs none: see test_a_program_in_front_lets_through_what_it_should.
    assert "max_size" not in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


@contextlib.asynccontextmanager
async def client(front: Front, proof: Certificate, address: str = "127.0.0.1") -> AsyncGenerator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=proof.trusted(), local_addr=(address, 0))
    limit = aiohttp.ClientTimeout(total=LIMIT_S)
    async with aiohttp.ClientSession(front.url, connector=connector, timeout=limit) as http:
        yield http


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("kind", [pytest.param(name, marks=needs(name, "openssl")) for name in ("nginx", "caddy")])
async def test_a_program_in_front_lets_through_what_it_should(kind: str, database_url: str, tmp_path: Path) -> None:
    proof = certificate(tmp_path)
    async with site(database_url, tmp_path, **VARIABLES) as made:
        with fronted(kind, tmp_path / kind, proof, made.port, INSIDE) as front:
            async with client(front, proof) as http:
                await check_webhooks(made, http)
                await check_live_events(made, http)
                await check_sockets(made, http)
                await check_a_file(http)
            await check_who_is_counted(front, proof)
            await check_what_is_closed(front, proof)
            async with client(front, proof) as http:
                await check_a_restart(made, http)
            assert not [secret for secret in (KEY, *SECRETS.values(), PERSON) if secret in front.written]


def delivery(number: int, size_bytes: int) -> tuple[bytes, dict[str, str]]:
    """A message as Meta sends it, with blanks to make it so large; and its headers."""
    text = {"from": PERSON, "id": f"wamid.{number}", "timestamp": str(int(time.time())), "type": "text",
            "text": {"body": "hola"}}  # fmt: skip
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": PERSON}],
        "messages": [text],
    }
    entry = {"id": "91", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode().ljust(size_bytes)
    signature = hmac.new(SECRETS["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


async def deliver(http: aiohttp.ClientSession, number: int, size_bytes: int = 0) -> int:
    body, headers = delivery(number, size_bytes)
    data = io.BytesIO(body) if size_bytes else body  # read in a thread, which only a large one needs
    async with http.post("/webhooks/whatsapp", data=data, headers=headers) as answer:
        return answer.status


async def refused(front: Front, proof: Certificate, number: int, size_bytes: int) -> int:
    """The answer to a delivery of which only the beginning was sent: what a client gets that goes on writing when its
    connection is closed depends on the client.
    """
    body, headers = delivery(number, size_bytes)

    def begin() -> int:
        to = http.client.HTTPSConnection(urlsplit(front.url).netloc, timeout=LIMIT_S, context=proof.trusted())
        with contextlib.closing(to) as connection:
            connection.putrequest("POST", "/webhooks/whatsapp")
            for name, value in {**headers, "Content-Length": str(size_bytes)}.items():
                connection.putheader(name, value)
            connection.endheaders(body[: 2**16])
            return connection.getresponse().status

    return await asyncio.to_thread(begin)


async def check_webhooks(made: Site, http: aiohttp.ClientSession) -> None:
    await made.write()  # so that the simulator knows whom the next answer is for
    await made.answered(1)
    assert await deliver(http, 1, MAX_BODY_BYTES) == 200
    await made.answered(2)


async def check_live_events(made: Site, http: aiohttp.ClientSession) -> None:
    """The stream begins before anything has happened, and an event comes by itself."""
    async with http.get("/api/v1/events/stream", headers=HEADERS) as stream:
        assert stream.status == 200
        assert (await stream.content.readline()).startswith(b"retry: ")
        await made.write()
        while not (await stream.content.readline()).startswith(b"event: message."):
            pass


async def check_sockets(made: Site, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/api/v1/events/ws", headers=HEADERS) as socket:
        await made.write()
        assert (await socket.receive_json(timeout=LIMIT_S))["id"]
    async with http.ws_connect(f"/v1/ws/conversations/c1?api_key={KEY}") as socket:
        await socket.send_json({"type": "ping"})
        assert (await socket.receive_json(timeout=LIMIT_S))["type"] == "pong"


async def check_a_file(http: aiohttp.ClientSession) -> None:
    """In many pieces, its size unknown before."""
    size_bytes = 17 * 2**20

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(0, size_bytes, 2**16):
            yield bytes(2**16)
            await asyncio.sleep(0)

    headers = {**HEADERS, "Content-Type": "application/pdf"}
    async with http.post("/api/v1/media?filename=plan.pdf", data=pieces(), headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        media = await answer.json()
    assert media["size_bytes"] == size_bytes
    async with http.get(f"/api/v1/media/{media['id']}/content", headers=HEADERS) as answer:
        assert len(await answer.read()) == size_bytes


async def check_who_is_counted(front: Front, proof: Certificate) -> None:
    """Each address by itself, whatever a client says of where it comes from."""
    async with client(front, proof, ONE) as http:
        statuses = [await asked(http, f"203.0.113.{number}") for number in range(PER_ADDRESS + 1)]
        assert statuses == [200] * PER_ADDRESS + [429]
    async with client(front, proof, OTHER) as http:
        assert await asked(http, ONE) == 200


async def asked(http: aiohttp.ClientSession, forwarded: str) -> int:
    async with http.get("/api/v1/openapi.json", headers={"X-Forwarded-For": forwarded}) as answer:
        return answer.status


async def check_what_is_closed(front: Front, proof: Certificate) -> None:
    async with client(front, proof, OUTSIDE) as http:
        assert await status(http, "/health") == 200
        assert await deliver(http, 3) == 200
        closed = ("/api/v1/contacts", "/v1/conversations/c1", "/metrics", "/ready", "/", "/webhooks", "/api")
        assert {path: await status(http, path) for path in closed if await status(http, path) not in (403, 404)} == {}


async def status(http: aiohttp.ClientSession, path: str) -> int:
    async with http.get(path, headers=HEADERS) as answer:
        return answer.status


async def check_a_restart(made: Site, http: aiohttp.ClientSession) -> None:
    """Meta is told to come again, and is let in as soon as Recado is back."""
    await asyncio.to_thread(made.stop)
    assert await deliver(http, 4) == 502
    assert await status(http, f"/v1/conversations/{PERSON}?api_key={KEY}") == 502
    verify = f"/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token={SECRETS['verify_token']}"
    assert await status(http, verify) == 502
    with contextlib.ExitStack() as running:
        again = made.installation.running("up", "--port", str(made.port), "--no-demo", until="Stop ")
        await asyncio.to_thread(running.enter_context, again)
        assert await deliver(http, 4) == 200
        assert await status(http, verify) == 200


# --- systemd ----------------------------------------------------------------------------------------------

UNITS = sorted(path.name for path in DEPLOY.glob("recado*.*"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
# What every service is shut in by.
WALLS = ("Protect", "Restrict", "Private", "SystemCall", "Capability", "NoNew", "Lock", "LimitCORE", "UMask")
RECADO = "/opt/recado/.venv/bin/recado"


def settings_of(unit: str) -> list[tuple[str, str]]:
    """The (name, value) of a unit's lines."""
    lines = (DEPLOY / unit).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return [(name, value) for name, _, value in pairs]


def test_all_services_are_shut_in_alike() -> None:
    assert len(SERVICES) == 4
    first, *others = [[pair for pair in settings_of(unit) if pair[0].startswith(WALLS)] for unit in SERVICES]
    assert len(first) >= 20
    assert [pairs for pairs in others if pairs != first] == []


@pytest.mark.parametrize("unit", [name for name in SERVICES if "backup" not in name])
def test_services_tell_how_they_are_and_have_time_to_start_and_stop(unit: str) -> None:
    said = dict(settings_of(unit))
    assert (said["Type"], said["WatchdogSec"], said["Restart"]) == ("notify", "2min", "always")
    assert said["TimeoutStartSec"] == "1h"  # migrations
    assert float(said["TimeoutStopSec"]) > STOP_WITHIN_S
    # What does not hang says so within this: see `keep_beating`.
    assert 120 > BEAT_S + CONNECT_TIMEOUT_S + 2 * COMMAND_TIMEOUT_S > SQLITE_BUSY_TIMEOUT_S


@pytest.mark.parametrize("unit", SERVICES)
def test_units_start_commands_that_there_are(unit: str) -> None:
    commands = [shlex.split(value) for name, value in settings_of(unit) if name.startswith("Exec") and RECADO in value]
    assert commands
    for _, *arguments in commands:
        command, parent = cli, click.Context(cli)
        while isinstance(command, click.Group):
            name = arguments.pop(0)
            found = command.get_command(parent, name)
            assert found is not None, name
            command = found
        command.make_context(command.name, arguments, parent=parent)


@needs("systemd-analyze")
def test_systemd_takes_the_units_and_finds_them_well_shut_in(tmp_path: Path) -> None:
    for unit in UNITS:
        text = (DEPLOY / unit).read_text(encoding="utf-8").replace(RECADO, "/bin/true")
        (tmp_path / unit).write_text(text, encoding="utf-8")
    verified = analyze(tmp_path, "verify", *(f"./{unit}" for unit in UNITS))
    assert verified.returncode == 0, verified.stderr
    assert "recado" not in verified.stderr, verified.stderr  # warnings
    for unit in SERVICES:
        # In tenths, as it counts: 1.7 when this was written, of 10.
        found = analyze(tmp_path, "security", "--offline=true", "--threshold=20", f"./{unit}")
        assert found.returncode == 0, found.stdout


def analyze(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


# --- Prometheus -------------------------------------------------------------------------------------------


def test_every_alert_has_a_test_in_which_it_fires() -> None:
    tests = yaml.safe_load((DEPLOY / "prometheus" / "alerts.test.yml").read_text(encoding="utf-8"))["tests"]
    fired: list[str] = []
    for one in tests:
        samples = [sample for asked in one["promql_expr_test"] for sample in asked["exp_samples"]]
        fired += {found[1] for sample in samples if (found := re.search(r'alertname="(\w+)"', sample["labels"]))}
    assert sorted(fired) == sorted(rule["alert"] for rule in rules())


@needs("promtool")
def test_the_alert_rules_pass_their_tests() -> None:
    promtool("check", "rules", "alerts.yml")
    promtool("test", "rules", "alerts.test.yml")


@needs("promtool")
def test_every_query_of_the_dashboard_is_promql(tmp_path: Path) -> None:
    queries = [{"record": f"asked:{number}", "expr": query} for number, (_, query) in enumerate(QUERIES)]
    groups = {"groups": [{"name": "dashboard", "rules": queries}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    assert f"{len(QUERIES)} rules found" in promtool("check", "rules", "rules.yml", folder=tmp_path)


@needs("promtool")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_configuration_in_the_guide_is_one(language: str, tmp_path: Path) -> None:
    promtool("check", "config", written(language, tmp_path).name, folder=tmp_path)


def written(language: str, folder: Path) -> Path:
    """The guide's prometheus.yml, with the rules where they are."""
    guide = (DEPLOY.parent / "docs" / "guides" / f"monitoring.{language}.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(# prometheus.yml\n.*?)```", guide, re.DOTALL)
    file = folder / "prometheus.yml"
    rules_at = {"/etc/prometheus/recado-alerts.yml": str(DEPLOY / "prometheus" / "alerts.yml")}
    file.write_text(replaced(block, rules_at), encoding="utf-8")
    return file


def promtool(*arguments: str, folder: Path = DEPLOY / "prometheus") -> str:
    command = ["promtool", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@needs("prometheus")
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_prometheus_takes_what_recado_tells_and_asks_what_it_is_asked(database_url: str, tmp_path: Path) -> None:
    async with site(database_url, tmp_path, RECADO_MODEL="local") as made:
        config = written("en", tmp_path)
        first = {'"127.0.0.1:8000", "127.0.0.1:9100"': f'"127.0.0.1:{made.port}"', "scrape_configs:": FAST}
        config.write_text(replaced(config.read_text(encoding="utf-8"), first), encoding="utf-8")
        with prometheus(config) as url:
            await made.write()
            await made.answered()
            await asked_until(made, f"{url}/api/v1/query?query=recado_sends_total", "1")
            for where, query in QUERIES:
                answer = await api_of(made, f"{url}/api/v1/query?{urlencode({'query': query})}")
                assert (answer["status"], answer.get("warnings")) == ("success", None), where
            (group,) = (await api_of(made, f"{url}/api/v1/rules"))["data"]["groups"]
            assert {rule["name"] for rule in group["rules"]} == {rule["alert"] for rule in rules()}
            kinds = (await api_of(made, f"{url}/api/v1/metadata"))["data"]
    shown = {
        f.name + ("_info" if f.kind == "info" else "_total" if f.kind == "counter" else ""): f.kind for f in CATALOGUE
    }
    shown = {name: "gauge" if kind == "info" else kind for name, kind in shown.items() if name in kinds}
    assert len(shown) > len(CATALOGUE) / 2
    assert {name: kinds[name][0]["type"] for name in shown} == shown


FAST = """global:
  scrape_interval: 1s
  evaluation_interval: 1s
scrape_configs:"""


@contextlib.contextmanager
def prometheus(config: Path) -> Generator[str]:
    port = free_port()
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'tsdb'}",
               f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip
    with (config.parent / "prometheus.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60.0)


async def api_of(made: Site, url: str) -> dict[str, Any]:
    async with made.http.get(url) as answer:
        return await answer.json()


async def asked_until(made: Site, url: str, value: str) -> None:
    """Until one series has this value."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            with contextlib.suppress(aiohttp.ClientError):  # it starts
                found = (await api_of(made, url)).get("data", {}).get("result", [])
                if any(series["value"][1] == value for series in found):
                    return
            await asyncio.sleep(0.2)
