"""Whether secrets can be read, and by nobody else."""

import os
import stat
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.service import load_lines
from recado.doctor.findings import Finding, fail, ok, short, warn
from recado.errors import RecadoError
from recado.keyring import keys_wanted
from recado.kit.crypto import KEY_FILE, SecretBox, has_key, secret_box
from recado.settings import Settings

ANEW = "recado key reencrypt --key-lost, then the secrets again"


async def examine_secrets(session: AsyncSession, settings: Settings) -> list[Finding]:
    """Whether every line's secrets can be read. No key is made here."""
    name = "secret key"
    file = settings.data_dir / KEY_FILE
    keys = await keys_wanted(session)
    if not has_key(settings.secret_key, settings.data_dir):
        if keys:
            mend = (
                f"Put back {file}, or set RECADO_SECRET_KEY to the key that it held, or nothing starts. "
                f"Only if it is lost for ever: {ANEW}"
            )
            return [fail(name, f"{file} is missing, so no stored secret can be read", mend)]
        return [ok(name, "will be made at the first start")]
    try:
        box: SecretBox = secret_box(settings.secret_key, settings.data_dir)
    except (RecadoError, OSError) as error:
        mend = f"Put back {file} from your copy, or set RECADO_SECRET_KEY to the key that it held"
        return [fail(name, short(error), mend)]
    found: list[Finding] = []
    for loaded in await load_lines(session, box):
        if loaded.problem:
            mend = (
                "Add the old key to RECADO_SECRET_KEY (after a comma), or give the secrets again: recado line update. "
                f"If nothing starts because the key is lost for ever: {ANEW}"
            )
            found.append(fail(name, f"line {loaded.line.address}: {loaded.problem}", mend))
    if keys and not found and not any(map(box.holds, keys)):
        mend = f"Put back the key that they were encrypted with. Only if it is lost for ever: {ANEW}"
        found.append(fail(name, "it opens no stored secret, so nothing starts", mend))
    if not settings.secret_key and (exposed := exposed_file(file, name)):
        found.append(exposed)
    return found or [ok(name, "opens the secrets of every line")]


def exposed_file(file: Path, name: str = "database") -> Finding | None:
    """What is private is made so; an older version, or a copy, may have left it open."""
    if os.name != "posix" or not stat.S_IMODE(file.stat().st_mode) & 0o077:
        return None
    every = f"{file}*" if name == "database" else str(file)
    return warn(name, f"others on this machine can read {file}", f"chmod 600 {every}")


def box_of(settings: Settings) -> SecretBox | None:
    """The keys, or None where they were told to be missing before. No key is made here."""
    if not has_key(settings.secret_key, settings.data_dir):
        return None
    try:
        return secret_box(settings.secret_key, settings.data_dir)
    except (RecadoError, OSError):
        return None
