"""The programs that stand in front of Recado, run by the files in deploy/: only names, ports and paths are replaced."""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import recado
from tests.cli.terminal import free_port

DEPLOY = Path(recado.__file__).parent.parent / "deploy"
NAME = "recado.example.com"
# In the files, the network of those who may use the API.
INSIDE = "192.0.2.0/24"
START_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """Signed by itself, for localhost."""

    chain: Path
    key: Path

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.chain))


@dataclass(frozen=True, slots=True)
class Front:
    """What runs. `written` is all that it has logged until now."""

    url: str
    process: "subprocess.Popen[bytes]"
    logs: Path

    @property
    def written(self) -> str:
        return "".join(one.read_text(encoding="utf-8", errors="replace") for one in self.logs.iterdir())


def certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "fullchain.pem", folder / "privkey.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-keyout", str(made.key), "-out", str(made.chain), "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made


@contextmanager
def fronted(kind: str, folder: Path, proof: Certificate, behind: int, inside: str) -> Generator[Front]:
    """`kind` (nginx or caddy) in front of the port `behind`; `inside` is the network that may use the API."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    command, port = PROGRAMS[kind](folder, proof, behind, inside)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (logs / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    front = Front(f"https://localhost:{port}", process, logs)
    try:
        _wait_for(front, port)
        yield front
    finally:
        process.terminate()
        process.wait(60.0)


def _wait_for(front: Front, port: int) -> None:
    """Until it listens."""
    limit_s = time.monotonic() + START_LIMIT_S
    while True:
        assert front.process.poll() is None, front.written
        assert time.monotonic() < limit_s, front.written
        try:
            ssl.get_server_certificate(("127.0.0.1", port), timeout=5.0)
        except OSError:
            time.sleep(0.05)
        else:
            return


def nginx(folder: Path, proof: Certificate, behind: int, inside: str) -> tuple[list[str], int]:
    port = free_port()
    text = replaced(
        (DEPLOY / "nginx.conf").read_text(encoding="utf-8"),
        {
            "    listen [::]:443 ssl http2;\n": "",  # this machine may have no IPv6
            "listen 443 ": f"listen 127.0.0.1:{port} ",
            f"server_name {NAME}": "server_name localhost",
            f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(proof.chain),
            f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(proof.key),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{behind}",
            "/var/log/nginx": str(folder / "logs"),
            INSIDE: inside,
        },
    )
    (folder / "recado.conf").write_text(text, encoding="utf-8")
    # As Debian's own /etc/nginx/nginx.conf, as far as it matters here.
    own = f"""
daemon off; pid {folder}/nginx.pid; worker_processes 1; error_log {folder}/logs/error.log;
{"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 256; }}
http {{
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; gzip on; access_log {folder}/logs/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/recado.conf;
}}
"""
    (folder / "nginx.conf").write_text(own, encoding="utf-8")
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    command = [program or "nginx", "-p", str(folder), "-e", str(folder / "logs/error.log"),
               "-c", str(folder / "nginx.conf")]  # fmt: skip
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr, tested.stderr
    return command, port


def caddy(folder: Path, proof: Certificate, behind: int, inside: str) -> tuple[list[str], int]:
    port = free_port()
    text = replaced(
        (DEPLOY / "Caddyfile").read_text(encoding="utf-8"),
        {
            # No certificate from outside, no port 80, no door for administrators.
            "\n{\n": "\n{\n\tadmin off\n\tauto_https disable_redirects\n",
            f"\n{NAME} {{\n": f"\nhttps://localhost:{port} {{\n\ttls {proof.chain} {proof.key}\n",
            "127.0.0.1:8000": f"127.0.0.1:{behind}",
            INSIDE: inside,
        },
    )
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], port


def replaced(text: str, parts: dict[str, str]) -> str:
    for before, after in parts.items():
        assert before in text, f"{before!r} is no longer there"
        text = text.replace(before, after)
    return text


PROGRAMS: dict[str, Callable[[Path, Certificate, int, str], tuple[list[str], int]]] = {"nginx": nginx, "caddy": caddy}
