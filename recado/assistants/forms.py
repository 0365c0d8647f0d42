"""The fields of an assistant's form: what it asks, and what a value must be."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from recado.decisions import MAX_LINE, MAX_WORD, FieldKind, FieldType
from recado.kit.inputs import Input
from recado.messages import MAX_ROW_TITLE, MAX_ROWS

MAX_UNIT = 16
_CURRENCY = re.compile(r"^[A-Z]{3}$")
PLAIN = r"^[^\x00-\x1f\x7f]*$"
AREA_UNITS = ("ha", "m2", "acre")
FieldName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORD, pattern=PLAIN)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LINE, pattern=PLAIN)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_UNIT, pattern=PLAIN)]
# A choice is a row of a list.
Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ROW_TITLE, pattern=PLAIN)]
Bound = Annotated[float, Field(allow_inf_nan=False)]


def _distinct(choices: list[str]) -> list[str]:
    if len({choice.casefold() for choice in choices}) != len(choices):
        raise ValueError("a choice is named twice")
    return choices


Choices = Annotated[list[Choice], AfterValidator(_distinct), Field(min_length=2, max_length=MAX_ROWS)]
_MEASURED = ("number", "area", "amount")


class FormField(Input):
    """A field whose answer must be of a type; a wrong answer is asked about again."""

    question: Question
    type: FieldKind = Field(default="text", description="What the answer must be.")
    unit: Unit | None = Field(
        default=None,
        description="What it is kept in: of a number any word, of an area ha (default), m2 or acre, of an amount its "
        "currency (ISO 4217; needed).",
    )
    min: Bound | None = Field(default=None, description="The least number, area or amount.")
    max: Bound | None = Field(default=None, description="The greatest number, area or amount.")
    choices: Choices | None = Field(default=None, description="Of a choice, what can be chosen.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.type == "choice") != (self.choices is not None):
            raise ValueError("a choice needs `choices`, and no other type has them")
        if self.type not in _MEASURED and (self.unit, self.min, self.max) != (None, None, None):
            raise ValueError("only a number, an area or an amount has a unit, min or max")
        if self.type == "area" and self.unit not in (None, *AREA_UNITS):
            raise ValueError(f"the unit of an area is one of {', '.join(AREA_UNITS)}")
        if self.type == "amount" and not (self.unit and _CURRENCY.match(self.unit)):
            raise ValueError("an amount needs the code of its currency as unit, such as PEN")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max")
        return self

    def as_type(self) -> FieldType:
        unit = self.unit or ("ha" if self.type == "area" else None)
        return FieldType(self.type, unit, self.min, self.max, tuple(self.choices or ()))


Form = Mapping[FieldName, Question | FormField]


def questions(form: Form) -> dict[str, str]:
    """How each field is asked for."""
    return {name: one if isinstance(one, str) else one.question for name, one in form.items()}


def types(form: Form) -> dict[str, FieldType]:
    """What the fields must be that say so; any words will do for the others."""
    return {name: one.as_type() for name, one in form.items() if isinstance(one, FormField) and one.type != "text"}


def stored(form: Form) -> list[Any]:
    """The form as it is kept: a list, for jsonb would not keep the order of an object."""
    return [
        [name, one if isinstance(one, str) else one.model_dump(mode="json", exclude_defaults=True)]
        for name, one in form.items()
    ]
