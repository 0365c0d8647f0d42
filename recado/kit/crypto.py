"""Secrets: API keys (hashed) and what is encrypted at rest."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recado.errors import RecadoError

_NONCE_BYTES = 12  # AES-GCM's own size, NIST SP 800-38D section 8.2
_PREFIX = "v1"
_MIN_CHARACTERS = 16  # less could be guessed
# In the place of a ciphertext whose key is lost: no key opens it.
GIVEN_UP = ""


def new_token(prefix: str) -> str:
    """A random token of 256 bits that names its kind, such as `rk_...`."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_token(token: str) -> str:
    """SHA-256 in hex. Enough for tokens of 256 random bits: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


class SecretBox:
    """Encrypts small texts with AES-256-GCM. The ciphertext names its key, so keys can be rotated.

    `keys` are any texts; the first encrypts, all decrypt.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < _MIN_CHARACTERS for key in keys):
            says = f"RECADO_SECRET_KEY needs at least {_MIN_CHARACTERS} characters in each key"
            raise RecadoError(f"{says}. Print a good one: recado key generate-secret", code="bad_secret_key")
        derived = [hashlib.sha256(b"recado secret box " + key.encode()).digest() for key in keys]
        self._derived = {hashlib.sha256(key).hexdigest()[:8]: key for key in derived}
        self._ciphers = {key_id: AESGCM(key) for key_id, key in self._derived.items()}
        self._current = next(iter(self._ciphers))

    def encrypt(self, text: str, purpose: str) -> str:
        """Ciphertext that opens only for the same `purpose` (such as the row it belongs to)."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, text.encode(), purpose.encode())
        return f"{_PREFIX}:{self._current}:{base64.urlsafe_b64encode(sealed).decode()}"

    def renew(self, ciphertext: str, purpose: str, *, lost: bool = False) -> str:
        """The same text encrypted with the first key; as it was if it is so already. Raises as `decrypt` does.

        With `lost`, what no key opens is given up: it becomes `GIVEN_UP`, which stays as it is from then on.
        """
        if ciphertext == GIVEN_UP:
            return ciphertext
        try:
            text = self.decrypt(ciphertext, purpose)
        except RecadoError:
            if lost:
                return GIVEN_UP
            raise
        current = ciphertext.split(":", 2)[1] == self._current
        return ciphertext if current else self.encrypt(text, purpose)

    def decrypt(self, ciphertext: str, purpose: str) -> str:
        """The text. Raises `RecadoError` (`secret_unreadable`) if no key fits or it was tampered with."""
        try:
            prefix, key_id, body = ciphertext.split(":", 2)
            sealed = base64.urlsafe_b64decode(body)
            if prefix != _PREFIX:
                raise ValueError
            text = self._ciphers[key_id].decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (KeyError, ValueError, InvalidTag):
            raise RecadoError(
                "A stored secret cannot be read with RECADO_SECRET_KEY; add the key that it was written with",
                code="secret_unreadable",
            ) from None
        return text.decode()

    def holds(self, key_id: str) -> bool:
        """Whether this is the name of one of these keys (`key_named_in`)."""
        return key_id in self._derived

    def mark(self, text: str, purpose: str) -> str:
        """A digest by which `text` is known again, and which says nothing to who has no key: HMAC-SHA256, whose name of
        the key comes first. The same for the same `purpose` only.
        """
        return self._mark(self._current, text, purpose)

    def marks(self, text: str, purpose: str) -> tuple[str, ...]:
        """The digests of `text` under each key: one that was made before the keys changed is among them."""
        return tuple(self._mark(key_id, text, purpose) for key_id in self._derived)

    def made(self, mark: str) -> bool:
        """Whether a digest is one of these keys'."""
        return mark.partition(":")[0] in self._derived

    def _mark(self, key_id: str, text: str, purpose: str) -> str:
        # The key for this is not the one that encrypts.
        key = hmac.digest(self._derived[key_id], b"recado marks", "sha256")
        told = f"{purpose}\0{text}".encode()
        return f"{key_id}:{hmac.digest(key, told, 'sha256').hex()}"


def key_named_in(ciphertext: str) -> str | None:
    """The name of the key that something was encrypted with; None for what is no ciphertext, as `GIVEN_UP`."""
    prefix, _, rest = ciphertext.partition(":")
    key_id, found, _ = rest.partition(":")
    return key_id if prefix == _PREFIX and found else None


KEY_FILE = "secret.key"


def has_key(setting: str, data_dir: Path) -> bool:
    """Whether an installation has its key already, so that `secret_box` makes none."""
    return bool(setting) or (data_dir / KEY_FILE).exists()


def secret_box(setting: str, data_dir: Path) -> SecretBox:
    """The box of this installation: keys from the setting, or one made once in the data folder (mode 0600)."""
    if setting:
        return SecretBox([key.strip() for key in setting.split(",") if key.strip()])
    path = data_dir / KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    return _box_of(path)


def _make_key(path: Path) -> None:
    """Whole or not at all, whatever ends this process or fills the disk; where two make one, the first stands."""
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            _put_new(made, path)
    finally:
        made.unlink(missing_ok=True)


def _put_new(made: Path, path: Path) -> None:
    """Raises `FileExistsError`."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a disk on which a file has one name only
        if not path.exists():
            made.replace(path)


def _box_of(path: Path) -> SecretBox:
    try:
        return SecretBox([path.read_text().strip()])
    except (RecadoError, UnicodeDecodeError):
        raise RecadoError(
            f"{path} holds no key (at least {_MIN_CHARACTERS} characters): put back the one that was there",
            code="bad_secret_key",
        ) from None
