"""The key of an installation's secrets: made once, and missed where it is not the one that they were encrypted with."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.service import sealed_secrets as sealed_of_lines
from recado.db import Database
from recado.errors import Conflict
from recado.kit.crypto import KEY_FILE, SecretBox, has_key, key_named_in, secret_box
from recado.settings import Settings
from recado.webhooks.service import sealed_secrets as sealed_of_webhooks

_ANEW = "Only if it is lost for ever: recado key reencrypt --key-lost, which tells how to begin anew"


async def open_box(settings: Settings, database: Database) -> SecretBox:
    """The keys of this installation, or the first one, made here, where nothing is encrypted yet.

    Raises `Conflict` (`key_missing`, `wrong_secret_key`) where they open nothing of what lines and webhooks keep: with
    others, what is stored could not be used, and what is added could not be read by those who
    have the right ones. What some of them open is not refused: a line with another key is told (`line_unusable`), and
    the others work. Raises `RecadoError` (`bad_secret_key`). The database must be migrated.
    """
    # Looked at before the key: whoever starts at the same moment has made it before it encrypts anything.
    async with database.system(read_only=True) as session:
        keys = await keys_wanted(session)
    file = settings.data_dir / KEY_FILE
    if keys and not has_key(settings.secret_key, settings.data_dir):
        raise Conflict(
            f"The stored secrets of lines and webhooks cannot be read: {file} is missing, and RECADO_SECRET_KEY is not "
            "set. Put the file back from your copy, or set RECADO_SECRET_KEY to the key that it held. " + _ANEW,
            code="key_missing",
        )
    box = secret_box(settings.secret_key, settings.data_dir)
    if keys and not any(map(box.holds, keys)):
        raise _wrong(settings, file)
    return box


async def keys_wanted(session: AsyncSession) -> set[str]:
    """The names of the keys of which one must be there, as `open_box` says; none where nothing is encrypted. Needs a
    system session.
    """
    return _named(await sealed_of_lines(session)) | _named(await sealed_of_webhooks(session))


def _named(sealed: list[str]) -> set[str]:
    return {key_id for text in sealed if (key_id := key_named_in(text)) is not None}


def _wrong(settings: Settings, file: Path) -> Conflict:
    if settings.secret_key:
        also = f" ({file}, which is there, is not looked at then)" if file.exists() else ""
        cure = f"cannot be read with RECADO_SECRET_KEY{also}: set it to the key that they were encrypted with"
    else:
        cure = f"cannot be read with the key in {file}: put back the one that was there, or set RECADO_SECRET_KEY to it"
    return Conflict(f"The stored secrets of lines and webhooks {cure}. {_ANEW}", code="wrong_secret_key")
