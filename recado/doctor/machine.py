"""The folder, the disk and the port of this machine."""

import asyncio
import errno
import json
import shutil
import tempfile
from pathlib import Path

from recado.doctor.findings import Finding, fail, ok, warn
from recado.health import MIN_FREE_BYTES, HealthOut

# Ten times what `/ready` asks for: time enough to do something about it.
DISK_WARN_BYTES = 10 * MIN_FREE_BYTES
_CONNECT_S = 1.0
HEALTH_S = 2.0
_HEALTH_BYTES = 1000


def examine_folder(folder: Path) -> list[Finding]:
    """Whether the data folder can be written, or made, and how much its disk has left."""
    name = "data folder"
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        return [fail(name, f"{there} is a file", "Set RECADO_DATA_DIR to a folder")]
    if (error := _hindrance(there)) is not None:
        cure = _CURES.get(error.errno or 0, "Give this user the folder: chown -R $USER {there}")
        return [fail(name, f"{there} cannot be written ({error.strerror})", cure.format(there=there))]
    says = f"{folder.absolute()} can be written" if there == folder.absolute() else f"{folder} will be made"
    return [ok(name, says), examine_disk(shutil.disk_usage(there).free)]


_ROOM = "Make room on the disk of {there}, in bytes and in files: df -h {there}; df -i {there}"
# Of what no right to the folder would help.
_CURES = {
    errno.EROFS: "Its disk is read-only, as a disk that fails becomes: dmesg says why; then mount -o remount,rw",
    errno.EIO: "Its disk fails: dmesg says more. Save what can be read, and restore a backup on another one",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
}


def _hindrance(folder: Path) -> OSError | None:
    """What keeps us from writing there."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error


def examine_disk(free_bytes: int) -> Finding:
    """Whether so much is enough."""
    says = f"{free_bytes / 1024**3:.1f} GiB are free"
    mend = "Free some space, or move RECADO_DATA_DIR to a larger disk"
    if free_bytes < MIN_FREE_BYTES:
        return fail("disk", says, mend)
    return warn("disk", says, mend) if free_bytes < DISK_WARN_BYTES else ok("disk", says)


async def examine_port(port: int) -> Finding:
    """Whether Recado can have the port of loopback, or has it."""
    name = "port"
    if not await _answers(port):
        return ok(name, f"{port} is free")
    if await _health(port):
        return ok(name, f"Recado answers on {port}")
    return warn(name, f"another program listens on {port}", f"Start Recado on another one: --port {port + 1}")


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _CONNECT_S)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _health(port: int) -> bool:
    """True if it is Recado that listens there: its /health says so."""
    import aiohttp  # only here: the other checks need no HTTP

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HEALTH_S)) as session,
            session.get(f"http://127.0.0.1:{port}/health") as answer,
        ):
            # Not only 200, which a web server that has a page for every path answers, too.
            body = json.loads(await answer.content.read(_HEALTH_BYTES))
            return answer.status == 200 and body.get("status") == HealthOut().status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError):  # the last two: another body
        return False
