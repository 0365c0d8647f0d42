"""The phone in the terminal, against the real simulator and a business that answers as the tests say."""

import asyncio
import codecs
import json
import os
import pty
import select
import signal
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from recado.channels.cloud_api.simulator import App, Number, Simulator, SimulatorConfig
from tests.cli.terminal import RECADO, free_port

Json = dict[str, Any]
# One that takes an answer for complete only after so long that a slow machine is done with it.
PATIENT = (
    RECADO[0],
    "-c",
    "import sys, recado.chat.pipe as m; m.QUIET_S = 3.0; from recado.cli import main; sys.argv[0] = 'recado'; main()",
)
NUMBER = "123456"
BUTTONS = [{"type": "reply", "reply": {"id": i, "title": t}} for i, t in (("h", "Horario"), ("p", "Precios"))]
ROWS = [{"id": "lu", "title": "Lunes", "description": "8 a 19"}, {"id": "ma", "title": "Martes"}]


def interactive(kind: str, body: str, action: Json) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


MENU = interactive("button", "¿En qué ayudo?", {"buttons": BUTTONS})
LIST = interactive("list", "Elija un día", {"button": "Días", "sections": [{"title": "x", "rows": ROWS}]})


def text(body: str) -> Json:
    return {"type": "text", "text": {"body": body}}


def echo(message: Json) -> list[Json]:
    """What the business answers: menus on demand, a chosen id, else the same text."""
    if message["type"] == "interactive":
        reply = message["interactive"].get("button_reply") or message["interactive"].get("list_reply")
        return [text(f"elegido {reply['id']}")]
    if message["type"] == "contacts":
        return [text(f"contacto {message['contacts'][0]['phones'][0]['wa_id']}")]
    if message["type"] != "text":
        body = message[message["type"]]
        told = [body[name] for name in ("caption", "filename", "voice", "latitude", "emoji", "sha256") if name in body]
        return [text(" ".join(map(str, (message["type"], *told))))]
    said = message["text"]["body"]
    return {"menu": [text("Claro."), MENU], "dias": [LIST], "nada": []}.get(said, [text(f"eco: {said}")])


def silence(_: Json) -> list[Json]:
    return []


class Business:
    """Answers what its phone number gets, through the simulator's Graph side."""

    def __init__(self) -> None:
        self.answers: Callable[[Json], list[Json]] = echo
        self.port = free_port()
        self.graph = ""

    async def webhook(self, request: web.Request) -> web.Response:
        for entry in (await request.json())["entry"]:
            for change in entry["changes"]:
                for message in change["value"].get("messages", []):
                    asyncio.get_running_loop().create_task(self.reply(message))
        return web.Response()

    async def reply(self, message: Json) -> None:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer t"}) as session:
            read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
            bodies = [
                read,
                *({"messaging_product": "whatsapp", "to": message["from"], **a} for a in self.answers(message)),
            ]
            for body in bodies:
                async with session.post(self.graph, json=body) as answer:
                    assert answer.status == 200, await answer.text()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        app = web.Application()
        app.add_routes([web.post("/webhook", self.webhook)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield
        finally:
            await runner.cleanup()


class Place:
    """A simulator with one line and its business, both of which can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self.business = Business()
        app = App((f"http://127.0.0.1:{self.business.port}/webhook",))
        number = (Number(NUMBER, "15550001111", "waba", verified_name="Clínica"),)
        rest: Json = {"retry_initial_s": 0.05, "retry_max_s": 0.2}
        self.config = SimulatorConfig(port=free_port(), data=folder / "simulator", app=app, numbers=number, **rest)
        self.url = f"http://127.0.0.1:{self.config.port}"
        self.business.graph = f"{self.url}/v24.0/{NUMBER}/messages"
        self.simulator: Simulator | None = None

    async def start(self) -> None:
        self.simulator = Simulator(self.config)
        await self.simulator.start()

    async def stop(self) -> None:
        if self.simulator is not None:
            await self.simulator.stop()
        self.simulator = None


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Place]:
    made = Place(tmp_path)
    await made.start()
    async with made.business.open():
        yield made
    await made.stop()


async def chat(
    place: Place, typed: str, *arguments: str, wait_s: float = 60.0, patient: bool = False
) -> tuple[int, str, str]:
    """What it ends with, and prints; `patient` where all that belongs to an answer must have come."""
    process = await asyncio.create_subprocess_exec(
        *(PATIENT if patient else RECADO), "chat", "--simulator", place.url, "--wait", str(wait_s), *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LANG": "C.UTF-8", "TZ": "UTC"},
    )  # fmt: skip
    out, err = await process.communicate(typed.encode())
    return process.returncode or 0, out.decode(), err.decode()


async def test_lines_are_answered_and_printed_with_their_ticks(place: Place) -> None:
    code, out, err = await chat(place, "hola\n", patient=True)
    assert (code, err) == (0, "")
    assert out.strip().endswith("Clínica: eco: hola ✓✓")


async def test_numbers_choose_buttons_and_rows(place: Place) -> None:
    code, out, _ = await chat(place, "menu\n2\n", patient=True)  # two answers, of which the second has the buttons
    assert code == 0
    assert "[1] Horario" in out
    assert "elegido p" in out
    code, out, _ = await chat(place, "dias\n[2]\n7\n")
    assert code == 0
    assert "[1] Lunes — 8 a 19" in out
    assert "elegido ma" in out
    assert "eco: 7" in out


async def test_everything_else_that_a_phone_sends(place: Place, tmp_path: Path) -> None:
    (tmp_path / "mi hoja.png").write_bytes(b"a picture")
    (tmp_path / "plan.pdf").write_bytes(b"a plan")
    (tmp_path / "nota.ogg").write_bytes(b"a voice")
    typed = (
        "hola",
        f"/file '{tmp_path}/mi hoja.png' ¿Qué tiene?",
        f"/archivo {tmp_path}/plan.pdf",
        f"/voz {tmp_path}/nota.ogg",
        "/ubicacion -12.05, -77.04 Plaza Mayor",
        "/contact +51900000002 Luis Paz",
        "/react 👍",
    )
    code, out, err = await chat(place, "\n".join(typed) + "\n")
    assert (code, err) == (0, "")
    digests = [b64encode(sha256(content).digest()).decode() for content in (b"a picture", b"a plan", b"a voice")]
    assert [line.split("Clínica: ")[1].rstrip(" ·✓") for line in out.splitlines() if "Clínica: " in line] == [
        "eco: hola",
        f"image ¿Qué tiene? {digests[0]}",
        f"document plan.pdf {digests[1]}",
        f"audio True {digests[2]}",
        "location -12.05",
        "contacto 51900000002",
        "reaction 👍",
    ]


async def test_what_cannot_be_sent_is_said_and_help_is_at_hand(place: Place, tmp_path: Path) -> None:
    typed = (f"/file {tmp_path}/none.png", "/file", "/file 'open", "/location here", "/contact Luis", "/react 👍 👍")
    code, out, err = await chat(place, "\n".join([*typed, "/help"]) + "\n", "--language", "en")
    assert (code, out) == (1, "")
    assert [f"{tmp_path}/none.png cannot be read: No such file" in err, "/file photo.jpg" in err] == [True, True]
    assert "/location -12.05 -77.04" in err
    assert "/contact 51900000002 Luis" in err
    assert "/react EMOJI" in err
    assert (await chat(place, "/ayuda\n", "--language", "es"))[0] == 0


async def test_silence_ends_with_one(place: Place) -> None:
    code, out, err = await chat(place, "nada\n", wait_s=0.5)
    assert (code, out) == (1, "")
    assert "Sin respuesta" in err
    assert "No answer" in (await chat(place, "nada\n", "--language", "en", wait_s=0.5))[2]


async def test_json_tells_everything_as_it_happens(place: Place) -> None:
    code, out, _ = await chat(place, "menu\n", "--json", patient=True)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    messages = [t for t in told if t["event"] == "message"]
    assert [(m["from"], m["text"]) for m in messages] == [
        ("me", "menu"), ("assistant", "Claro."), ("assistant", "¿En qué ayudo?")
    ]  # fmt: skip
    assert [c["id"] for c in messages[2]["choices"]] == ["h", "p"]
    last = {t["id"]: t["status"] for t in told}
    assert [last[m["id"]] for m in messages] == ["read", "read", "read"]


async def test_two_phones_hear_only_their_own(place: Place) -> None:
    found = await asyncio.gather(*(chat(place, f"soy {n}\n", "--phone", f"5190000010{n}") for n in (1, 2)))
    assert ["eco: soy 1" in found[0][1], "eco: soy 2" in found[0][1]] == [True, False]


async def test_where_nobody_is_it_says_what_to_do(place: Place) -> None:
    await place.stop()
    code, _, err = await chat(place, "hola\n")
    assert code == 1
    assert "recado up" in err
    assert "Traceback" not in err


async def test_an_unknown_line_or_a_wrong_number_is_told(place: Place) -> None:
    assert "There are: 123456" in (await chat(place, "", "--line", "9"))[2]
    code, _, err = await chat(place, "", "--phone", "letters")
    assert (code, "Traceback" in err) == (1, False)


async def test_what_was_written_while_the_business_was_away_is_answered(place: Place, tmp_path: Path) -> None:
    answers, place.business.answers = place.business.answers, silence
    await chat(place, "sigues ahi?\n", wait_s=0.5)
    place.business.answers = answers
    _, out, _ = await chat(place, "hola\n")
    assert "eco: hola" in out


class Terminal:
    """`recado chat` on a terminal of its own."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a read may end in the middle of a letter
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    async def see(self, wanted: str, within_s: float = 60.0) -> None:
        """Wait until it has shown `wanted`, and forget what came before it."""
        limit = time.monotonic() + within_s
        while wanted not in self.seen:
            assert time.monotonic() < limit, f"never saw {wanted!r} in:\n{self.seen!r}"
            await asyncio.sleep(0.02)
            self._read()
        self.seen = self.seen[self.seen.index(wanted) + len(wanted) :]

    def _read(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.seen += self._decoder.decode(os.read(self._master, 65536))
            except OSError:
                return


@contextmanager
def terminal(place: Place) -> Generator[tuple[Terminal, int]]:
    process, master = pty.fork()
    if process == 0:
        variables = {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"}
        os.execve(RECADO[0], [*RECADO, "chat", "--simulator", place.url], variables)  # noqa: S606 # our own program
    try:
        yield Terminal(master), process
    finally:
        try:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(master)


async def test_at_a_terminal_ticks_and_choices(place: Place) -> None:
    with terminal(place) as (screen, process):
        await screen.see("Ctrl-D")
        screen.type("hola\n")
        await screen.see("Tú: hola ·")
        await screen.see("Clínica: eco: hola")
        screen.type("menu\n")
        await screen.see("[2] Precios")
        screen.type("2\n")
        await screen.see("Tú: Precios")
        await screen.see("elegido p")
        screen.type("/ayuda\n")
        await screen.see("/archivo RUTA")
        screen.type("/archivo /nada.png\n")
        await screen.see("No se puede leer /nada.png")
        screen.type("/ubicacion -12 -77 Lima\n")
        await screen.see("(ubicación) Lima")
        await screen.see("location -12")
        screen.type("\x04")
        await screen.see("Hasta luego")
        _, code = await asyncio.to_thread(os.waitpid, process, 0)
        assert code == 0


async def test_it_survives_a_restart_of_the_simulator(place: Place) -> None:
    with terminal(place) as (screen, _):
        await screen.see("Ctrl-D")
        screen.type("antes\n")
        await screen.see("eco: antes")
        await place.stop()
        await screen.see("Sin conexión")
        screen.type("mientras\n")
        await screen.see("Tú: mientras ·")
        await place.start()
        await screen.see("De nuevo en línea")
        await screen.see("eco: mientras")
        assert "empezó de nuevo" not in screen.seen


async def test_the_next_chat_begins_with_what_was_said(place: Place) -> None:
    await chat(place, "para recordar\n", patient=True)
    with terminal(place) as (screen, _):
        await screen.see("Tú: para recordar ✓✓")
        await screen.see("Clínica: eco: para recordar ✓✓")


async def test_interrupting_it_leaves_cleanly(place: Place) -> None:
    with terminal(place) as (screen, process):
        await screen.see("Ctrl-D")
        os.kill(process, signal.SIGINT)
        await screen.see("Hasta luego")
