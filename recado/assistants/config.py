"""What an owner decides about an assistant beside its name and brain: roles, prompts, actions, form and hours.

Kept as JSON, and only where it differs from the defaults here.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from recado.assistants import forms
from recado.assistants.forms import FieldName, FormField, Question
from recado.decisions import ACTION_TYPES, MAX_VALUES, ActionType, BrainMode
from recado.errors import BadInput
from recado.kit.inputs import AnyText, Input

# A prompt is paid for with every call of a model, and must leave room in a context of 2,048 tokens (contract A).
MAX_PROMPT = 4_000
MAX_ROLES = 20

Prompt = Annotated[AnyText, StringConstraints(strip_whitespace=True, max_length=MAX_PROMPT)]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("something is named twice")
    return values


Actions = Annotated[list[ActionType], AfterValidator(_distinct), Field(max_length=len(ACTION_TYPES))]
Weekdays = Annotated[list[Annotated[int, Field(strict=True, ge=0, le=6)]], AfterValidator(_distinct)]


class Role(Input):
    """What an assistant is asked to be; `actions` are those it may take in this role, null for all of its own."""

    prompt: Prompt = ""
    actions: Actions | None = None


DEFAULT_ROLES: Mapping[str, Role] = {
    "formulario": Role(
        prompt="Completa el formulario, la bitácora del día y el avance de las tareas con preguntas cortas y "
        "naturales, una a la vez. Guarda solo lo que la persona acaba de decir; no borres ni inventes datos."
    ),
    "consulta": Role(
        prompt="Responde solo con lo que dice el contexto. Si no alcanza, haz una sola pregunta para aclarar.",
        actions=["raise_alert", "request_appointment"],
    ),
    "intervencion": Role(
        prompt="Evalúa si el problema persiste o pone a alguien en riesgo. Si hay riesgo, levanta una alerta con el "
        "motivo y la acción recomendada.",
        actions=["raise_alert", "add_note", "request_appointment"],
    ),
}
"""The roles that every assistant has (contract A); one of the same name takes a role's place."""


class Config(Input):
    """Settings of an assistant. Times are local to it."""

    mode: BrainMode = Field(default="hybrid", description="How far a model may take part, if one is configured.")
    role: RoleName | None = Field(
        default=None, description="The role it answers in; null: `formulario` if it has a form, else `consulta`."
    )
    roles: Annotated[dict[RoleName, Role], Field(max_length=MAX_ROLES)] = Field(
        default={}, description="Roles beside, or in place of, formulario, consulta and intervencion."
    )
    prompt: Prompt = Field(default="", description="What a model should know about the business, whatever the role.")
    actions: Actions | None = Field(default=None, description="What it may do at all; null: everything that there is.")
    form: Annotated[dict[FieldName, Question | FormField], Field(max_length=MAX_VALUES)] = Field(
        default={},
        description="The fields of its form and how it asks for them, in this order: a question, or a question with "
        "the type that its answer must be of.",
    )
    opens: Clock = Field(default="07:00", description="The first hour of appointments.")
    closes: Clock = Field(default="19:00", description="When appointments end.")
    closed_weekdays: Weekdays = Field(default=[6], description="Days without appointments; 0 is Monday, 6 Sunday.")

    @property
    def all_roles(self) -> dict[str, Role]:
        return {**DEFAULT_ROLES, **self.roles}

    @property
    def chosen_role(self) -> str:
        return self.role or ("formulario" if self.form else "consulta")


def stored(config: Config) -> dict[str, Any]:
    """The configuration as kept. Raises `BadInput` (`bad_config`) for what does not fit together."""
    if config.chosen_role not in config.all_roles:
        known = ", ".join(sorted(config.all_roles))
        raise BadInput(f"There is no role {config.role!r}. There are: {known}", code="bad_config")
    if config.opens >= config.closes:
        raise BadInput("It must open before it closes", code="bad_config")
    kept = config.model_dump(mode="json", exclude_defaults=True)
    if "form" in kept:
        kept["form"] = forms.stored(config.form)
    return kept


def from_stored(kept: Mapping[str, Any]) -> Config:
    """The configuration, with the defaults for what is not kept."""
    return Config.model_validate({**kept, "form": dict(kept.get("form", ()))})


def changed(kept: Mapping[str, Any], changes: Config) -> Config:
    """The configuration with what `changes` was given; its other values stay."""
    given = changes.model_dump(exclude_unset=True)
    return Config.model_validate(from_stored(kept).model_dump(exclude_unset=True) | given)


def facts(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `AssistantFacts` that come from the configuration."""
    config = from_stored(kept)
    role = config.all_roles[config.chosen_role]
    allowed = frozenset(ACTION_TYPES if config.actions is None else config.actions)
    return {
        "mode": config.mode,
        "role": config.chosen_role,
        "prompt": "\n\n".join(filter(None, (config.prompt, role.prompt))),
        "allowed": allowed if role.actions is None else allowed & frozenset(role.actions),
        "form": forms.questions(config.form),
        "field_types": forms.types(config.form),
        "opens": dt.time.fromisoformat(config.opens),
        "closes": dt.time.fromisoformat(config.closes),
        "closed_weekdays": frozenset(config.closed_weekdays),
    }
