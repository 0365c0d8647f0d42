"""`make bench-media`: what a file of 16 MB costs `recado up` in memory, on its way in and on its way out.

    python -m benchmarks.media [--size-mb 16] [--files 3] [--json FILE] [--write docs/benchmarks.md]

`recado up` with its demo: the simulator is a process of its own and is not counted. Each row is the highest resident
memory (VmHWM of /proc/PID/status, set back by /proc/PID/clear_refs) while one file passed, less what was resident
before. The first rows hold what is loaded with the first file of the process, too.
Ends with 1 when one cost more than the limit, or a file did not arrive whole.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.results import as_markdown, as_text
from recado.kit.ports import free_port

# What the product promises.
LIMIT_MB = 20.0
MB = 1024 * 1024
WITHIN_S = 120.0
KEY = "a-key-for-this-benchmark"
PHONE = "51999000001"


@dataclass(frozen=True)
class Point:
    way: str
    file: int
    before_mb: float
    cost_mb: float
    took_s: float


@dataclass(frozen=True)
class Subject:
    pid: int
    api: str
    simulator: str

    def resident_mb(self, name: str) -> float:
        """VmRSS (now) or VmHWM (the highest)."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(name)) / 1024

    def call(self, method: str, path: str, **more: Any) -> Any:
        answer = requests.request(
            method, f"{self.api}{path}", headers={"X-API-Key": KEY} | more.pop("headers", {}), timeout=WITHIN_S, **more
        )
        assert answer.ok, answer.text
        return answer.json()

    def measured(self, way: str, number: int, work: Callable[[], None]) -> Point:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        before = self.resident_mb("VmRSS")
        begin = time.monotonic()
        work()
        return Point(way, number, before, self.resident_mb("VmHWM") - before, time.monotonic() - begin)


def until(check: Callable[[], Any]) -> Any:
    end = time.monotonic() + WITHIN_S
    while not (found := check()):
        if time.monotonic() > end:
            sys.exit("A file did not arrive in time")
        time.sleep(0.05)
    return found


def incoming(subject: Subject, size: int, number: int) -> None:
    """A person sends a file; it is stored, and its digest is right (the fetcher checks it)."""
    body = {"from": PHONE, "document": {"id": str(10**15 + number), "size_bytes": size, "mime_type": "application/pdf"}}
    requests.post(f"{subject.simulator}/simulator/inject", json=body, timeout=WITHIN_S).raise_for_status()
    stored = until(lambda: [m for m in files_of(subject) if m["state"] == "stored"][number:])
    assert stored[0]["size_bytes"] == size


def write(subject: Subject) -> None:
    """A person writes, so that there is a conversation to send in."""
    body = {"from": PHONE, "text": "hola"}
    requests.post(f"{subject.simulator}/simulator/inject", json=body, timeout=WITHIN_S).raise_for_status()
    until(lambda: subject.call("GET", "/conversations")["items"])


def files_of(subject: Subject) -> list[Any]:
    """Files of the conversation, oldest first."""
    found = subject.call("GET", "/conversations")["items"]
    if not found:
        return []
    messages = subject.call("GET", f"/conversations/{found[0]['id']}/messages?limit=200")["items"]
    return [m["media"] for m in reversed(messages) if m["direction"] == "in" and m.get("media")]


def served(subject: Subject, number: int) -> None:
    """The API gives the content of a file that came in."""
    media = files_of(subject)[number]
    url = f"{subject.api}/media/{media['id']}/content"
    digest = hashlib.sha256()
    with requests.get(url, headers={"X-API-Key": KEY}, stream=True, timeout=WITHIN_S) as answer:
        for chunk in answer.iter_content(64 * 1024):
            digest.update(chunk)
    assert digest.hexdigest() == media["sha256"]


def outgoing(subject: Subject, size: int) -> None:
    """A file is uploaded to the API and sent; it reaches the phone."""
    with tempfile.TemporaryFile() as file:
        file.write(os.urandom(size))
        file.seek(0)
        media = subject.call("POST", "/media", data=file, headers={"Content-Type": "application/pdf"})
    conversation = subject.call("GET", "/conversations")["items"][0]["id"]
    content = {"type": "media", "media": "document", "media_id": media["id"], "filename": "a.pdf"}
    sent = subject.call("POST", f"/conversations/{conversation}/messages", json={"content": content})
    client_id = sent["message_ids"][0]

    def arrived() -> bool:
        entries = requests.get(f"{subject.simulator}/simulator/transcript?limit=1000", timeout=WITHIN_S).json()[
            "entries"
        ]
        return any(entry["biz_opaque_callback_data"] == client_id for entry in entries)

    until(arrived)


def run(files: int, size: int) -> list[Point]:
    with tempfile.TemporaryDirectory(prefix="recado-bench-") as folder:
        ports = free_port(), free_port()
        environment = os.environ | {
            "RECADO_DATA_DIR": folder,
            "AI_ASSISTANTS_API_KEYS": f"demo:{KEY}",
            "RECADO_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "recado", "up", "--port", str(ports[0]), "--simulator-port", str(ports[1])]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                subject = Subject(process.pid, f"http://127.0.0.1:{ports[0]}/api/v1", f"http://127.0.0.1:{ports[1]}")
                until(lambda: is_ready(ports[0]))
                write(subject)
                return measure(subject, files, size)
            finally:
                process.send_signal(signal.SIGTERM)


def measure(subject: Subject, files: int, size: int) -> list[Point]:
    points: list[Point] = []
    for number in range(files):
        points += [
            subject.measured("in: fetched and kept", number, lambda n=number: incoming(subject, size, n)),
            subject.measured("in: served by the API", number, lambda n=number: served(subject, n)),
            subject.measured("out: taken, uploaded, sent", number, lambda: outgoing(subject, size)),
        ]
    return points


def is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/ready", timeout=2).ok
    except requests.RequestException:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.media", description="The memory that files cost recado up.")
    parser.add_argument("--size-mb", type=int, default=16)
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every point here")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    given = parser.parse_args()
    points = run(given.files, given.size_mb * MB)
    worst = max(point.cost_mb for point in points)
    met = worst < LIMIT_MB
    rows = [["way", "file", "resident before, MB", "highest above it, MB", "s"]]
    rows += [[p.way, str(p.file + 1), f"{p.before_mb:.0f}", f"{p.cost_mb:.1f}", f"{p.took_s:.1f}"] for p in points]
    most = f"at most {worst:.1f} MB for a file of {given.size_mb} MB, limit {LIMIT_MB:.0f} MB"
    judged = f"{'met' if met else 'MISSED'}: {most}"
    machine = describe(Path(tempfile.gettempdir()))
    print(f"\n{machine}\n\n{as_text(rows)}\n\n{judged}")
    if given.json:
        given.json.write_text(json.dumps({"machine": machine, "points": [asdict(p) for p in points], "met": met}))
    if given.write:
        command = ["python", "-m", "benchmarks.media", *sys.argv[1:]]
        write_part(given.write, "media", "Memory of files", machine, command, f"{as_markdown(rows)}\n\n{judged}")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
