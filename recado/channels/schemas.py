"""Shapes of lines in the API. Secrets go in and never come out."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from recado.channels.contract import Blocked, LineFinding
from recado.channels.models import LineRow
from recado.channels.service import DEFAULT_MAX_PER_SECOND, WABA_ID
from recado.kit.etags import Editable
from recado.kit.schemas import SHOWN_ID, Input, Moment, Name, Output, Uuid, shown

# Meta's access tokens have some 200 characters; nothing that is one secret is longer than this.
MAX_SECRET = 4_096
MAX_SECRETS = 16
MAX_CONFIG = 50

SecretName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


def _usable(secret: SecretStr) -> SecretStr:
    if "\x00" in secret.get_secret_value():
        raise ValueError("a secret has no U+0000 in it")
    return secret


SecretValue = Annotated[SecretStr, Field(min_length=1, max_length=MAX_SECRET), AfterValidator(_usable)]
Secrets = Annotated[
    dict[SecretName, SecretValue],
    Field(
        max_length=MAX_SECRETS,
        description="Kept encrypted and never shown again. Cloud API: access_token, app_secret, verify_token.",
    ),
]
ChangedSecrets = Annotated[
    dict[SecretName, SecretValue | None],
    Field(max_length=MAX_SECRETS, description="Those named are changed; null removes one."),
]
ConfigValue = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")] | bool | int | float | None
Config = Annotated[
    dict[SecretName, ConfigValue], Field(max_length=MAX_CONFIG, description="What else the channel wants to know.")
]
Rate = Annotated[
    float, Field(strict=True, gt=0, le=1_000_000, allow_inf_nan=False, description="Messages that go out per second.")
]


WabaId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z_-]{1,64}$"),
    Field(description="Cloud API: the WhatsApp business account of the number; templates and notices need it."),
]


class NewLine(Input):
    model_config = shown(
        {
            "assistant_id": SHOWN_ID,
            "channel": "cloud-api",
            "address": "106540352242922",
            "name": "Recepción",
            "secrets": {"access_token": "EAAG...", "app_secret": "0123456789abcdef", "verify_token": "a word of yours"},
        }
    )

    assistant_id: Uuid
    channel: Annotated[str, Field(min_length=1, max_length=32, description="Such as cloud-api.")]
    address: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$"),
        Field(description="What the provider calls the line; on the Cloud API its phone number id."),
    ]
    name: Name | None = None
    max_per_second: Rate = DEFAULT_MAX_PER_SECOND
    secrets: Secrets = Field(default_factory=dict[str, SecretStr])
    config: Config = Field(default_factory=dict[str, Any])
    waba_id: WabaId | None = None


class LineChanges(Input):
    """What is given is changed, the rest stays: of `secrets` those named (null removes one), of `config` all but
    `waba_id`.
    """

    model_config = shown({"secrets": {"access_token": "EAAH..."}})

    assistant_id: Uuid | None = None
    name: Name | None = None
    max_per_second: Rate | None = None
    secrets: ChangedSecrets | None = None
    config: Config | None = None
    waba_id: WabaId | None = None


class LineOut(Editable):
    id: str
    assistant_id: str
    channel: str
    address: str
    name: str
    display_number: str | None = Field(
        description="The number that people know it by, once its provider has said so: by a message or a check."
    )
    max_per_second: float
    secrets: list[str] = Field(description="The names of the secrets that are set.")
    config: dict[str, Any]
    waba_id: str | None
    created_at: Moment


def line_out(row: LineRow) -> LineOut:
    """A line without its secrets."""
    return LineOut.model_validate(
        {
            "id": row.id,
            "assistant_id": row.assistant_id,
            "channel": row.channel,
            "address": row.address,
            "name": row.name,
            "display_number": row.display_number,
            "max_per_second": row.max_per_second,
            "secrets": sorted(row.secrets),
            "config": row.config,
            "waba_id": row.config.get(WABA_ID),
            "created_at": row.created_ms,
        }
    )


def plain(secrets: Mapping[str, SecretStr | None]) -> dict[str, str | None]:
    """The secrets' texts, for the one place that encrypts them; None stays None."""
    return {name: None if secret is None else secret.get_secret_value() for name, secret in secrets.items()}


# --- Blocking and checking --------------------------------------------------------------------------------

MAX_USERS = 1_000
User = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(
        description="A number with its country, digits only, or a user id as the provider told it.",
        examples=["51999888777"],
    ),
]


class Users(Input):
    users: Annotated[list[User], Field(min_length=1, max_length=MAX_USERS)]


class NotDone(Output):
    """Somebody who could not be blocked or unblocked, and why."""

    user: str
    code: str
    text: str | None


class BlockedOut(Output):
    """What became of each user."""

    done: list[str]
    failed: list[NotDone]


class BlockListOut(Output):
    """Some of the blocked; ask again with `cursor=next_cursor` for more."""

    users: list[str]
    next_cursor: str | None = None


class LineFindingOut(Output):
    """What one check of a line found: `level` OK, WARN or FAIL; `mend` says what to do."""

    check: str
    level: str
    code: str
    says: str
    mend: str


def blocked_out(blocked: Blocked) -> BlockedOut:
    """What became of a request to block."""
    failed = [NotDone(user=user, code=code, text=words or None) for user, code, words in blocked.failed]
    return BlockedOut(done=list(blocked.done), failed=failed)


def finding_out(finding: LineFinding, language: str) -> LineFindingOut:
    """A finding in a language ("es" or "en")."""
    return LineFindingOut(
        check=finding.check,
        level=finding.level,
        code=finding.code,
        says=finding.says[language],
        mend=finding.mend.get(language, ""),
    )
