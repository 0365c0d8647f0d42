"""Settings, read from the environment once at start. Each error names the variable and gives an example."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from pydantic import AliasChoices, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from recado.errors import BadInput, SettingsError
from recado.kit.allowing import parse_networks, parse_origins, parse_rate
from recado.kit.destinations import is_web_address
from recado.kit.names import check_slug

EXAMPLES = {
    "data_dir": "RECADO_DATA_DIR=/var/lib/recado",
    "database_url": "RECADO_DATABASE_URL=sqlite:////var/lib/recado/recado.db or "
    "RECADO_DATABASE_URL=postgresql://recado:password@localhost:5432/recado",
    "database_direct_url": "RECADO_DATABASE_DIRECT_URL=postgresql://recado:password@localhost:5432/recado",
    "cloud_api_base_url": "RECADO_CLOUD_API_BASE_URL=https://graph.facebook.com",
    "public_url": "RECADO_PUBLIC_URL=https://recado.example.com",
    "secret_key": "RECADO_SECRET_KEY=a-long-random-text (recado key generate-secret prints one)",
    "project_rate_limit": "AI_ASSISTANTS_RATE_LIMIT=60/60",
    "legacy_routes": "AI_ASSISTANTS_ENABLE_LEGACY_ROUTES=1",
    "gateway_secret": "WHATSAPP_WEBHOOK_SECRET=a-long-random-text (recado key generate-secret prints one)",
    "answer_limit_s": "RECADO_ANSWER_LIMIT_S=30",
    "reconcile_after_s": "RECADO_RECONCILE_AFTER_S=30",
    "media_url": "RECADO_MEDIA_URL=s3://recado-media/installation?region=sa-east-1 or "
    "RECADO_MEDIA_URL=s3://recado-media?endpoint=https://s3.example.com",
    "media_max_mb": "RECADO_MEDIA_MAX_MB=16",
    "voice_model": "RECADO_VOICE_MODEL=small or RECADO_VOICE_MODEL=/models/faster-whisper-small",
    "model": "RECADO_MODEL=openai:gpt-5-mini, RECADO_MODEL=anthropic:claude-haiku-4-5, "
    "RECADO_MODEL=google:gemini-2.5-flash or RECADO_MODEL=local",
    "model_api_key": "RECADO_MODEL_API_KEY=the-key-of-the-provider",
    "model_base_url": "RECADO_MODEL_BASE_URL=http://127.0.0.1:8001/v1",
    "model_timeout_s": "RECADO_MODEL_TIMEOUT_S=20",
    "model_prompt_tokens": "RECADO_MODEL_PROMPT_TOKENS=6000",
    "model_input_price": "RECADO_MODEL_INPUT_PRICE=0.25",
    "model_output_price": "RECADO_MODEL_OUTPUT_PRICE=2.00",
    "model_tokens_per_day": "RECADO_MODEL_TOKENS_PER_DAY=2000000",
    "model_cost_per_day": "RECADO_MODEL_COST_PER_DAY=5.00",
    "webhook_networks": "RECADO_WEBHOOK_NETWORKS=10.0.0.0/8,127.0.0.1/32",
    "limits_url": "RECADO_LIMITS_URL=redis://127.0.0.1:6379/0",
    "limit_per_address": "RECADO_LIMIT_PER_ADDRESS=6000/60",
    "limit_per_key": "RECADO_LIMIT_PER_KEY=3000/60",
    "limit_per_project": "RECADO_LIMIT_PER_PROJECT=6000/60",
    "trusted_proxies": "RECADO_TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8",
    "cors_origins": "RECADO_CORS_ORIGINS=https://panel.example.com",
    "stop_wait_s": "RECADO_STOP_WAIT_S=15",
    "hsts_s": "RECADO_HSTS_S=31536000",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
    "otlp_traces_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces",
    "otel_sdk_disabled": "OTEL_SDK_DISABLED=true",
    "traces_exporter": "OTEL_TRACES_EXPORTER=none",
    "traces_sampler": "OTEL_TRACES_SAMPLER=traceidratio",
    "traces_sampler_arg": "OTEL_TRACES_SAMPLER_ARG=0.05",
    "audit_days": "RECADO_AUDIT_DAYS=365",
    "unrouted_days": "RECADO_UNROUTED_DAYS=90",
    "log_level": "RECADO_LOG_LEVEL=INFO",
    "log_format": "RECADO_LOG_FORMAT=json",
    "log_file": "RECADO_LOG_FILE=/var/log/recado/recado.log",
    "log_file_mb": "RECADO_LOG_FILE_MB=50",
    "log_files": "RECADO_LOG_FILES=10",
    "api_keys": "AI_ASSISTANTS_API_KEYS=clinic:0123456789abcdef,farm:fedcba9876543210",
}
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS: those that asyncpg knows too, or sends
# to the server as they are. It would take any other for a setting of the server.
POSTGRES_PARAMETERS = frozenset(
    {
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
        *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs"),
        *("host", "port", "user", "password", "passfile", "dbname", "application_name", "options", "connect_timeout"),
    }
)
# What `recado.kit.crypto` takes: less could be guessed. The same for keys of the API.
MIN_SECRET_CHARACTERS = 16
# The database itself refuses to remove younger entries (migration 0012): a quarter of a year to notice something.
MIN_AUDIT_DAYS = 90
MODEL_KINDS = ("openai", "anthropic", "google", "local")
# The file in RECADO_DATA_DIR that says when `recado backup` last succeeded.
LAST_BACKUP = "last_backup"
LOCAL_MODEL_URL = "http://127.0.0.1:8001/v1"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class Settings(BaseSettings):
    """All settings of a process. Field names are the variables' names without `RECADO_`, in lower case."""

    model_config = SettingsConfigDict(env_prefix="RECADO_", frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Field(
        default=Path("data"),
        validation_alias=AliasChoices("RECADO_DATA_DIR", "AI_ASSISTANTS_DATA_DIR"),
        description="Folder of the embedded database, keys and media (also AI_ASSISTANTS_DATA_DIR).",
    )
    database_url: str = Field(
        default="",
        validation_alias=AliasChoices("RECADO_DATABASE_URL", "DATABASE_URL"),
        description="sqlite:///PATH or postgresql://... (also ?sslmode=require and libpq's other parameters; "
        "connect_timeout is taken, but Recado keeps to 10 s); empty means recado.db in RECADO_DATA_DIR. "
        "DATABASE_URL is taken, too.",
    )
    database_direct_url: str = Field(
        default="", description="PostgreSQL without a pooler, for LISTEN and advisory locks; empty means the same."
    )
    cloud_api_base_url: str = Field(
        default="https://graph.facebook.com", description="Graph API; the version segment is added to it."
    )
    public_url: str = Field(
        default="",
        description="Where Meta reaches this server from outside; `recado doctor` and `recado line check` try the "
        "webhook's handshake there. Empty: the address that Meta has.",
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="Comma-separated keys for secrets at rest, the first encrypts; empty: one made in RECADO_DATA_DIR.",
    )
    api_keys: Annotated[tuple[tuple[str, str], ...], NoDecode] = Field(
        default=(),
        alias="AI_ASSISTANTS_API_KEYS",
        repr=False,
        description="project:key,... made when missing, at the start of `recado up` and `recado api`.",
    )
    project_rate_limit: str = Field(
        default="60/60",
        alias="AI_ASSISTANTS_RATE_LIMIT",
        description="Requests to /v1 that each project may make, per seconds, as 60/60; empty: no limit.",
    )
    legacy_routes: bool = Field(
        default=True,
        alias="AI_ASSISTANTS_ENABLE_LEGACY_ROUTES",
        description="0 takes /v1 away: the routes of older clients (docs/decisions/0015).",
    )
    gateway_secret: str = Field(
        default="",
        repr=False,
        alias="WHATSAPP_WEBHOOK_SECRET",
        description="With it, a gateway signs what it delivers to /v1/channels/whatsapp/gateway/inbound; it signs "
        "callbacks, too.",
    )
    answer_limit_s: float = Field(
        default=30.0, ge=0.1, le=110.0, description="How long a request to /v1 waits for its answer; then it is 504."
    )
    reconcile_after_s: float = Field(
        default=30.0,
        ge=0.1,
        le=3600.0,
        description="How long a send whose outcome is unknown waits for a status before it is sent again, marked.",
    )
    media_url: str = Field(
        default="",
        description="s3://BUCKET/PREFIX with ?endpoint=URL and ?region=NAME where needed (extra s3; credentials are "
        "those of the AWS library); empty: the folder media in RECADO_DATA_DIR.",
    )
    media_max_mb: int = Field(
        default=100, ge=1, le=100, description="The largest file that is kept, in MiB; WhatsApp's own limits hold too."
    )
    voice_model: str = Field(
        default="",
        max_length=500,
        description="The Whisper model that writes down voice notes and other audio: a folder, or a name for "
        "faster-whisper to fetch (extra voice); empty: audio is not heard, and the assistant asks for text.",
    )
    model: str = Field(
        default="",
        max_length=200,
        description="The model that assistants may ask: openai:NAME (and what speaks like it), anthropic:NAME, "
        "google:NAME, or local, the Model API; empty: none, and the rules answer alone.",
    )
    model_base_url: str = Field(
        default="",
        description="Where the model is; empty: the provider's own address, or http://127.0.0.1:8001/v1 for local.",
    )
    model_api_key: str = Field(
        default="",
        repr=False,
        validate_default=True,
        description="The key of the model's provider; local needs none, nor does what has its own address.",
    )
    model_timeout_s: float = Field(
        default=20.0, ge=1.0, le=55.0, description="How long a turn waits for the model before the rules answer."
    )
    model_prompt_tokens: int = Field(
        default=0,
        ge=0,
        le=200_000,
        description="The most that the model is told in a turn; 0: 6000, or 3000 for local.",
    )
    model_input_price: float = Field(
        default=0.0, ge=0.0, le=10_000.0, description="Price of a million tokens that the model reads, any currency."
    )
    model_output_price: float = Field(
        default=0.0, ge=0.0, le=10_000.0, description="Price of a million tokens that the model writes."
    )
    model_tokens_per_day: int = Field(
        default=0, ge=0, le=10**12, description="Tokens that each project may use a day (UTC); 0: no limit."
    )
    model_cost_per_day: float = Field(
        default=0.0, ge=0.0, le=10**6, description="What each project may cost a day (UTC), by the prices; 0: no limit."
    )
    webhook_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="Private networks that webhooks and callbacks may go to, comma-separated; empty: none.",
    )
    limits_url: str = Field(
        default="",
        repr=False,
        description="redis:// or rediss:// address where all processes count requests; empty: each in its memory.",
    )
    limit_per_address: str = Field(
        default="6000/60",
        description="requests/seconds of one address (of one /64 in IPv6), before its key is looked at; off: no limit.",
    )
    limit_per_key: str = Field(default="3000/60", description="requests/seconds of one API key; off: no limit.")
    limit_per_project: str = Field(
        default="6000/60", description="requests/seconds of all keys of one project; off: no limit."
    )
    trusted_proxies: str = Field(
        default="",
        description="Networks of the proxies whose X-Forwarded-For is believed, comma-separated; empty: none.",
    )
    cors_origins: str = Field(
        default="", description="Origins whose pages may call the API, comma-separated; empty: none."
    )
    stop_wait_s: float = Field(
        default=0.0,
        ge=0.0,
        le=300.0,
        description="How long /ready says no before a stop while everything still works: a little more than a balancer "
        "needs to notice; 0: not at all.",
    )
    hsts_s: int = Field(
        default=0,
        ge=0,
        le=63_072_000,
        description="How long browsers shall insist on HTTPS (HSTS), in seconds; 0: not said.",
    )
    otlp_endpoint: str = Field(
        default="",
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="A collector of OpenTelemetry traces, by HTTP (http/protobuf; /v1/traces is added to it); empty: "
        "nothing is traced. The other OTEL_EXPORTER_OTLP_ variables, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES "
        "hold too.",
    )
    otlp_traces_endpoint: str = Field(
        default="",
        alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        description="The same with its whole path, in place of OTEL_EXPORTER_OTLP_ENDPOINT.",
    )
    otel_sdk_disabled: bool = Field(
        default=False, alias="OTEL_SDK_DISABLED", description="true: nothing is traced, whatever else is set."
    )
    traces_exporter: str = Field(
        default="otlp", alias="OTEL_TRACES_EXPORTER", description="none: nothing is traced, whatever else is set."
    )
    traces_sampler: Literal[
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
        "parentbased_traceidratio",
    ] = Field(
        default="parentbased_always_on",
        alias="OTEL_TRACES_SAMPLER",
        description="Which messages are traced: always_on, always_off, or traceidratio for a share of them; each also "
        "with parentbased_ before it, which is the same. All processes choose the same ones.",
    )  # fmt: skip
    traces_sampler_arg: float = Field(
        default=1.0, ge=0.0, le=1.0, alias="OTEL_TRACES_SAMPLER_ARG", description="The share for traceidratio."
    )
    audit_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="How long workers keep entries of the audit log, at least 90 days; 0: until `recado audit trim`.",
    )
    unrouted_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="How long workers keep deliveries that fit no line or no person (`recado line unrouted list`), "
        "with the numbers and words in them; 0: until they are dropped.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")
    log_format: Literal["text", "json"] = Field(default="text", description="text for people, json for machines.")

    log_file: Path | None = Field(
        default=None,
        description="A file for the logs of all processes of this machine, with rotation; empty: standard error.",
    )
    log_file_mb: int = Field(
        default=10, ge=1, le=10_000, description="How large RECADO_LOG_FILE may become before it is put aside, in MiB."
    )
    log_files: int = Field(default=5, ge=0, le=1_000, description="How many files that were put aside are kept.")

    @field_validator("log_file", mode="before")
    @classmethod
    def _some_file(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("project_rate_limit")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        if value and not re.fullmatch(r"[1-9][0-9]{0,8}/[1-9][0-9]{0,5}", value):
            raise ValueError("is not requests/seconds")
        return value

    @field_validator("gateway_secret")
    @classmethod
    def _long_secret(cls, value: str) -> str:
        if value and len(value) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"needs at least {MIN_SECRET_CHARACTERS} characters")
        return value

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        """The address as the drivers take it; errors never repeat it, for it may hold a password."""
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("starts with neither sqlite:/// nor postgresql://")
        if value.startswith("postgres://"):
            value = value.replace("postgres://", "postgresql://", 1)
        if value.startswith("sqlite:///"):
            return _sqlite_url(value)
        return _postgres_url(value) if value else value

    @field_validator("database_direct_url")
    @classmethod
    def _same_kind(cls, value: str, others: ValidationInfo) -> str:
        if value.startswith("sqlite:"):
            raise ValueError("is for PostgreSQL only: leave it empty")
        beside: str | None = others.data.get("database_url")  # None: it is wrong itself, and told so
        if value and beside is not None and not beside.startswith("postgresql:"):
            raise ValueError("is another kind of database than RECADO_DATABASE_URL: set both, or neither")
        return value

    @field_validator("cloud_api_base_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("is not an http:// or https:// address")
        parts = _split(value)
        if not parts.hostname:
            raise ValueError("names no host")
        if "?" in value:
            raise ValueError("takes nothing after a ?")
        return value.rstrip("/")

    @field_validator("otlp_endpoint", "otlp_traces_endpoint")
    @classmethod
    def _collector(cls, value: str) -> str:
        if value:
            cls._http_url(value)
        return value

    @field_validator("media_url")
    @classmethod
    def _bucket(cls, value: str) -> str:
        if not value:
            return value
        parts = _split(value)
        if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc:
            raise ValueError("is not s3://BUCKET or s3://BUCKET/PREFIX")
        query = dict(parse_qsl(parts.query))
        if unknown := sorted(set(query) - {"endpoint", "region"}):
            raise ValueError(f"has the parameter {unknown[0]!r}; known: endpoint, region")
        if "endpoint" in query:
            cls._http_url(query["endpoint"])
        return value

    @field_validator("model")
    @classmethod
    def _known_model(cls, value: str) -> str:
        kind, colon, name = value.partition(":")
        if value and kind not in MODEL_KINDS:
            raise ValueError(f"begins with none of {', '.join(MODEL_KINDS)}")
        if kind != "local" and value and not name.strip():
            raise ValueError("names no model after its kind")
        if colon and not re.fullmatch(r"[\w./:@-]+", name):
            raise ValueError("has something else than letters, digits and ./:@- in the model's name")
        return value

    @field_validator("model_base_url")
    @classmethod
    def _model_url(cls, value: str) -> str:
        return cls._http_url(value) if value else value

    @field_validator("model_api_key")
    @classmethod
    def _model_key(cls, value: str, others: ValidationInfo) -> str:
        kind = str(others.data.get("model") or "").partition(":")[0]
        if not value and (kind in ("anthropic", "google") or (kind == "openai" and not others.data["model_base_url"])):
            raise ValueError("is missing, and RECADO_MODEL needs it")
        if not value.isascii() or any(character.isspace() for character in value):
            raise ValueError("has spaces or letters that no key has")
        return value

    @field_validator("limits_url")
    @classmethod
    def _redis_url(cls, value: str) -> str:
        if value and (not value.startswith(("redis://", "rediss://")) or not _split(value).hostname):
            raise ValueError("is no redis:// or rediss:// address")
        return value

    @field_validator("limit_per_address", "limit_per_key", "limit_per_project")
    @classmethod
    def _rate(cls, value: str) -> str:
        parse_rate(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        parse_networks(value)
        return value

    @field_validator("audit_days")
    @classmethod
    def _long_kept(cls, value: int) -> int:
        if 0 < value < MIN_AUDIT_DAYS:
            raise ValueError(f"is 0, or at least {MIN_AUDIT_DAYS}")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if value and not (is_web_address(value) and "?" not in value and "#" not in value):
            raise ValueError("is no address of a server")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        parse_origins(value)
        return value

    @field_validator("model_cost_per_day")
    @classmethod
    def _priced(cls, value: float, others: ValidationInfo) -> float:
        if value and not (others.data.get("model_input_price") or others.data.get("model_output_price")):
            raise ValueError("counts nothing without RECADO_MODEL_INPUT_PRICE and RECADO_MODEL_OUTPUT_PRICE")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        keys = [key.strip() for key in value.split(",") if key.strip()]
        if value and (not keys or min(map(len, keys)) < MIN_SECRET_CHARACTERS):
            raise ValueError(f"needs at least {MIN_SECRET_CHARACTERS} characters in each key")
        return value

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("is no comma-separated list of networks") from None

    @field_validator("api_keys", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs: list[tuple[str, str]] = []
        for part in filter(None, (p.strip() for p in value.split(","))):
            project, separator, key = part.partition(":")
            if not separator or len(key) < MIN_SECRET_CHARACTERS:
                raise ValueError(f"needs project:key pairs, each key at least {MIN_SECRET_CHARACTERS} characters long")
            pairs.append((_slug(project), key))
        if len({key for _, key in pairs}) < len(set(pairs)):
            raise ValueError("has one key for two projects: give each its own")
        return tuple(pairs)

    @property
    def resolved_database_url(self) -> str:
        """The database in use: as set, or the embedded one in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'recado.db'}"

    @property
    def traced_share(self) -> float:
        """Which part of the messages is traced, from 0 to 1; 0 where nothing names a collector."""
        off = self.otel_sdk_disabled or self.traces_exporter == "none" or self.traces_sampler.endswith("always_off")
        if off or not (self.otlp_endpoint or self.otlp_traces_endpoint):
            return 0.0
        return self.traces_sampler_arg if self.traces_sampler.endswith("traceidratio") else 1.0

    @property
    def resolved_direct_url(self) -> str:
        """The database for LISTEN and advisory locks."""
        return self.database_direct_url or self.resolved_database_url


def _slug(project: str) -> str:
    try:
        return check_slug(project)
    except BadInput as error:
        raise ValueError(error.message.partition(". Example")[0]) from None


def _sqlite_url(value: str) -> str:
    path, mark, _ = value.removeprefix("sqlite:///").partition("?")
    if path in ("", ":memory:"):
        raise ValueError("names no file, and what is only in memory would be lost")
    if mark:
        raise ValueError("takes nothing after a ?")
    return value


def _postgres_url(value: str) -> str:
    """The address as asyncpg takes it. Raises `ValueError`, which never repeats the address: it has a password."""
    parts = _split(value)
    try:
        given = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        raise ValueError("has something else than name=value after its ?") from None
    for name, text in given:
        if name not in POSTGRES_PARAMETERS:
            known = ", ".join(sorted(POSTGRES_PARAMETERS))
            raise ValueError(f"has the parameter {name!r}, which Recado does not know: leave it out. Known: {known}")
        if name == "sslmode" and text not in SSL_MODES:
            raise ValueError(f"has sslmode={text!r}; it is one of {', '.join(SSL_MODES)}")
    kept = [(name, text) for name, text in given if name != "connect_timeout"]
    if len(kept) == len(given):
        return value
    return value.partition("?")[0] + ("?" + urlencode(kept) if kept else "")


def _split(value: str) -> SplitResult:
    """The parts of an address. Raises `ValueError` if it is none, in words that hold nothing of it."""
    try:
        parts = urlsplit(value)
        _ = parts.port
        if parts.fragment or any(character.isspace() for character in value):
            raise ValueError
    except ValueError:
        raise ValueError(
            "is no address: look at its port, and write special characters as %40, %2F and so on"
        ) from None
    return parts


def load_settings() -> Settings:
    """The settings of the environment. Raises `SettingsError` with one line per wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [_explain(str(item["loc"][0]), item["msg"]) for item in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines)) from None


def database_address(value: str, option: str) -> str:
    """The address of a database as the drivers take it. Raises `SettingsError` that names `option`."""
    try:
        return Settings(database_url=value, database_direct_url="").resolved_database_url  # that is of the one in use
    except ValidationError as error:
        reason = error.errors(include_input=False)[0]["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"{option}: {reason}. Example: {option} postgresql://recado:password@localhost/recado"
        ) from None


def variable_name(field: str) -> str:
    """The environment variable of a field, given by its own name or by one of its variables."""
    if field not in Settings.model_fields:
        return field
    return Settings.model_fields[field].alias or f"RECADO_{field.upper()}"


def _variables(name: str, field: FieldInfo) -> Sequence[object]:
    others = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else ()
    return (variable_name(name), *others)


def _explain(field: str, problem: str) -> str:
    known = next((name for name, of in Settings.model_fields.items() if field in _variables(name, of)), field)
    example = EXAMPLES.get(known)
    return f"{variable_name(field)}: {problem.removeprefix('Value error, ')}" + (
        f". Example: {example}" if example else ""
    )
