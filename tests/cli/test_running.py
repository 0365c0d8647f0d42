"""`recado up` and its halves, as processes: what they say, how they stop, and that nothing is lost by it."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from recado.cli.running import welcome
from tests.cli.terminal import Installation, answer, free_port, line_arguments

LIVING = "Stop "


class Demo:
    """`recado up` with its demo on free ports."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.port, self.simulator = free_port(), free_port()
        self.command = ("up", "--port", str(self.port), "--simulator-port", str(self.simulator))

    def chat(self, typed: str, *arguments: str, wait_s: float = 30.0) -> tuple[int, str]:
        where = ("--simulator", f"http://127.0.0.1:{self.simulator}", "--wait", str(wait_s))
        done = self.installation.run("chat", *where, *arguments, typed=typed)
        return done.returncode, done.stdout


@pytest.fixture
def demo(installation: Installation) -> Demo:
    return Demo(installation)


@pytest.mark.slow
def test_a_question_travels_the_whole_way_and_is_kept(demo: Demo) -> None:
    with demo.installation.running(*demo.command, until=LIVING) as program:
        assert f"http://127.0.0.1:{demo.port}" in program.output
        assert f'make chat ARGS="--simulator http://127.0.0.1:{demo.simulator}"' in program.output
        code, said = demo.chat("hola, a que hora abren los sabados?\n")
        assert code == 0
        assert "8:00" in said
        ends_s = time.monotonic() + 60.0
        while not said.rstrip().endswith("✓✓"):  # it is printed a second after it came, read or not
            assert time.monotonic() < ends_s, said
            code, said = demo.chat("gracias\n")
            assert code == 0
        assert program.stop() == 0  # 1 if it had to be hurried
    # Also where the API is on another address than the simulator.
    host = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
    with demo.installation.running(*demo.command, "--host", host, until=LIVING) as program:
        assert f"http://{host}:{demo.port}" in program.output
        assert demo.chat("what do you charge?\n", "--language", "en")[0] == 0
        sent = demo.installation.json("outbox", "list", "--state", "sent")
        assert len(sent) >= 2
        assert demo.installation.run("doctor", "--port", str(demo.port)).returncode == 0


@pytest.mark.slow
def test_what_was_owed_arrives_after_kill_9(demo: Demo) -> None:
    with demo.installation.running(*demo.command, until=LIVING) as program:
        program.kill()
    # The simulator is gone with it; it comes back with what its phones had seen, and so does the answer.
    with demo.installation.running(*demo.command, until=LIVING) as program:
        demo.chat("hola\n", wait_s=0.0)
        program.kill()
    with demo.installation.running(*demo.command, until=LIVING):
        # Before anything else is written: two messages may be answered in one.
        ends_s = time.monotonic() + 60.0
        while not demo.installation.json("outbox", "list", "--state", "sent"):
            assert time.monotonic() < ends_s, "what was owed did not come"
        assert demo.chat("gracias\n", wait_s=30.0)[0] == 0
        assert len(demo.installation.json("outbox", "list", "--state", "sent")) >= 2


def refused(port: int, body: bytes) -> int:
    """What a webhook is answered by who sends all of it, and then looks; its connection ends with the answer."""
    headers = {"X-Hub-Signature-256": "sha256=0"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks/whatsapp", body, headers)
    with pytest.raises(urllib.error.HTTPError) as told, urllib.request.urlopen(asked, timeout=60):  # noqa: S310 # loopback
        pass
    with told.value as answer:
        return answer.code


@pytest.mark.slow
def test_ctrl_c_stops_it_without_a_demo_too(installation: Installation) -> None:
    installation.ok(*line_arguments())
    port = free_port()
    for number in (signal.SIGINT, signal.SIGTERM):
        with installation.running("up", "--port", str(port), "--no-demo", until=LIVING) as program:
            assert "line add cloud-api" in program.output
            assert refused(port, b" " * (16 << 20)) == 413
            assert program.stop(number) == 0
            assert "Traceback" not in program.output


@pytest.mark.slow
def test_the_two_halves_run_beside_each_other(installation: Installation) -> None:
    installation.ok(*line_arguments())
    port = free_port()
    with (
        installation.running("api", "--port", str(port), until="API runs on"),
        installation.running("worker", until="worker runs") as worker,
    ):
        ends_s = time.monotonic() + 60.0
        while (found := answer(port, "/ready"))[0] != 200:
            assert time.monotonic() < ends_s, found
        assert worker.stop(signal.SIGTERM) == 0


@pytest.mark.slow
@pytest.mark.parametrize("half", ["up", "api"])
def test_keys_of_the_settings_open_the_api(installation: Installation, half: str) -> None:
    installation.ok("db", "migrate")
    installation.environment["AI_ASSISTANTS_API_KEYS"] = "clinica:0123456789abcdef"
    port = free_port()
    more, said = (("--no-demo",), LIVING) if half == "up" else ((), "API runs on")
    with installation.running(half, "--port", str(port), *more, until=said):
        where = f"http://127.0.0.1:{port}/api/v1/assistants"
        asked = urllib.request.Request(where, headers={"X-API-Key": "0123456789abcdef"})  # loopback
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            assert answer.status == 200


def test_the_usual_port_needs_no_argument(capsys: pytest.CaptureFixture[str]) -> None:
    welcome("127.0.0.1", 8000, "http://127.0.0.1:8090")
    assert "make chat   and" in capsys.readouterr().out


def test_a_taken_port_names_the_option(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = installation.refused("up", "--port", str(taken.getsockname()[1]), "--no-demo")
    assert "--port" in told


def test_a_worker_does_not_migrate(installation: Installation, tmp_path: Path) -> None:
    installation.environment["RECADO_DATABASE_URL"] = f"sqlite:///{tmp_path / 'empty.db'}"
    with installation.running("worker", until="") as program:
        time.sleep(1.0)
        assert program.process.poll() is None  # it waits for another process to migrate
        installation.ok("db", "migrate")
        program.wait_for("worker runs")
