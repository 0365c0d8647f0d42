"""What the handshake of webhooks makes of whoever answers it."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from recado.channels.cloud_api.callback import WEBHOOK_PATH, Outside, examine_callback
from recado.channels.cloud_api.graph import Graph
from recado.channels.contract import Line, LineFinding
from recado.kit import now
from recado.kit.posting import Poster

LINE = Line("line", "project", "cloud-api", "123456", 80, {"access_token": "t", "verify_token": "v"})


@asynccontextmanager
async def answering(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_get(WEBHOOK_PATH, answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def shaken(outside: Outside, line: Line = LINE) -> LineFinding:
    """What is found; the app is not known, so that Meta is not asked."""
    poster = Poster(
        "http://127.0.0.1:9", connect_timeout_s=1.0, answer_timeout_s=1.0, max_connections=1, keep_alive_s=1.0
    )
    try:
        (found,) = await examine_callback(Graph(poster), line, None, None, outside)
    finally:
        await poster.close()
    return found


async def echo(request: web.Request) -> web.StreamResponse:
    assert (request.query["hub.mode"], request.query["hub.verify_token"]) == ("subscribe", "v")
    return web.Response(text=request.query["hub.challenge"])


async def moved(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("https://elsewhere.example.com/")


async def page(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>Welcome</html>")


async def forbidden(_: web.Request) -> web.StreamResponse:
    return web.Response(status=403, text="Forbidden by the firewall")


@pytest.mark.parametrize(
    ("answer", "is_meta", "level", "code"),
    [
        (echo, False, "OK", "handshake_fine"),
        (echo, True, "FAIL", "handshake_not_secure"),
        (moved, False, "FAIL", "handshake_other_answer"),
        (page, False, "FAIL", "handshake_other_answer"),
        (forbidden, False, "FAIL", "handshake_other_answer"),
    ],
)
async def test_each_answer_has_its_meaning(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], is_meta: bool, level: str, code: str
) -> None:
    async with answering(answer) as url:
        found = await shaken(Outside(url, is_meta=is_meta))
    assert (found.check, found.level, found.code) == ("handshake", level, code)
    assert bool(found.mend) == (level != "OK")
    assert "v=" not in str(found)  # no token in what is told


def _self_signed(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, file = serialization.Encoding.PEM, folder / "server.pem"
    kind = serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()) + certificate.public_bytes(pem))
    return file


async def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(_self_signed(tmp_path))
    async with answering(echo, tls) as url:
        assert (await shaken(Outside(url))).code == "handshake_tls"


async def test_a_project_leads_it_into_no_private_network(tmp_path: Path) -> None:
    called: list[str] = []

    async def note(request: web.Request) -> web.StreamResponse:
        called.append(request.path)
        return await echo(request)

    async with answering(note) as url:
        line = Line(*(LINE.id, LINE.project_id, LINE.channel, LINE.address, 80, LINE.secrets, {"webhook_url": url}))
        assert (await shaken(Outside(public_url="https://recado.example.com"), line)).code == "handshake_inwards"
    assert called == []


async def test_without_any_address_it_is_said_how_to_give_one() -> None:
    found = await shaken(Outside())
    assert (found.level, found.code) == ("WARN", "handshake_untried")
    assert "RECADO_PUBLIC_URL" in found.mend["es"]
