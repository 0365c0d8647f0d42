"""What is asked of Meta about a line, from the command line, against the simulator."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import free_port, line_arguments
from tests.cli.test_audit import Console

NUMBER, WABA, PHONE = "123456", "1123456", "51900000001"


class Place(Console):
    """An installation with one line, whose provider is the simulator."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, RECADO_CLOUD_API_BASE_URL=f"http://127.0.0.1:{port}")
        self.port = port

    def simulate(self, method: str, path: str, body: Any) -> None:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/simulator/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310 # always http://127.0.0.1
            pass

    def findings(self, exit_code: int) -> dict[str, Any]:
        """Level by check, of `line check`."""
        done = self.run("line", "check", NUMBER, "--json")
        assert done.exit_code == exit_code, done.output
        return {finding["check"]: finding for finding in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for all tests here: each leaves it as it was."""
    folder, port = tmp_path_factory.mktemp("place"), free_port()
    made = Place(folder, port)
    secrets = ("--access-token", "t", "--app-secret", "secret", "--verify-token", "v")
    callback = f"http://127.0.0.1:{free_port()}/webhooks/whatsapp"
    simulate = ("simulate", "cloud-api", "--port", str(port), "--number", NUMBER, "--callback-url", callback, *secrets)
    with made.installation.running(*simulate, until="simulator ready"):
        made.json(*line_arguments(NUMBER), "--waba-id", WABA)
        yield made


def test_a_line_that_is_set_up_is_said_to_be(place: Place) -> None:
    found = place.findings(0)
    assert {"token", "number", "webhook"} <= set(found)
    assert {finding["level"] for finding in found.values()} <= {"OK", "WARN"}
    told = place.run("line", "check", NUMBER)
    assert (told.exit_code, told.stdout[:2]) == (0, "OK")
    (line,) = place.json("line", "list")
    assert line["display_number"].startswith("+")


def test_an_address_where_nobody_answers_is_told_and_no_address_refused(place: Place) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    told = place.run("line", "check", NUMBER, "--url", url)
    assert (told.exit_code, f"{url}/webhooks/whatsapp cannot be reached" in told.stdout) == (1, True)
    assert place.run("line", "check", NUMBER, "--url", "recado.example.com").exit_code == 2


def test_what_must_be_mended_is_said_with_what_to_do(place: Place) -> None:
    place.simulate("PUT", "account", {"phone_number_id": NUMBER, "subscribed": False})
    webhook = place.findings(1)["webhook"]
    assert (webhook["level"], WABA in webhook["mend"]) == ("FAIL", True)
    told = place.run("line", "check", NUMBER)
    assert told.exit_code == 1
    assert "->" in told.stdout
    place.simulate("PUT", "account", {"phone_number_id": NUMBER, "subscribed": True})
    assert place.findings(0)["webhook"]["level"] == "OK"


def test_it_speaks_as_the_machine_does(place: Place) -> None:
    english = place.findings(0)["token"]["says"]
    place.environment["LANG"] = "es_PE.UTF-8"
    place.environment["LC_ALL"] = ""
    spanish = place.findings(0)["token"]["says"]
    del place.environment["LANG"], place.environment["LC_ALL"]
    assert english != spanish


def test_templates_are_fetched_and_listed(place: Place) -> None:
    assert "recado line templates sync" in place.run("line", "templates", "list", NUMBER).stdout
    place.simulate("POST", "templates", {"name": "cita", "body": "Hola {{1}}"})
    assert place.json("line", "templates", "sync", NUMBER) == {"added": 1, "changed": 0, "removed": 0, "total": 1}
    assert "1 templates: 0 new, 0 changed, 0 gone." in place.run("line", "templates", "sync", NUMBER).stdout
    (kept,) = place.json("line", "templates", "list", NUMBER)
    assert (kept["name"], kept["language"], kept["status"], kept["text"]) == ("cita", "es", "APPROVED", "Hola {{1}}")
    assert "Hola {{1}}" in place.run("line", "templates", "list", NUMBER).stdout


def test_people_are_blocked_shown_and_let_in_again(place: Place) -> None:
    assert "Nobody is blocked" in place.run("line", "blocked", NUMBER).stdout
    refused = place.run("line", "block", NUMBER, PHONE)
    assert refused.exit_code == 1  # they have not written within 24 hours
    assert f"Not {PHONE}" in refused.stderr
    place.simulate("POST", "inject", {"from": PHONE, "text": "hola"})
    assert place.json("line", "block", NUMBER, PHONE) == {"done": [PHONE], "failed": []}
    assert place.json("line", "blocked", NUMBER) == [PHONE]
    assert place.run("line", "unblock", NUMBER, PHONE).stdout == "Unblocked: 1.\n"
    assert place.json("line", "blocked", NUMBER) == []


@pytest.mark.parametrize("command", [("check",), ("templates", "list"), ("templates", "sync"), ("blocked",)])
def test_a_line_that_is_not_there_is_told(place: Place, command: tuple[str, ...]) -> None:
    told = place.run("line", *command, "999")
    assert (told.exit_code, "recado line list" in told.stderr) == (1, True)
