"""What an owner decides about an assistant: kept where it differs from the defaults, merged, and read by the book."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from recado.assistants.book import AssistantBook
from recado.assistants.config import DEFAULT_ROLES, Config, Role, changed, facts, from_stored, stored
from recado.assistants.forms import FormField
from recado.assistants.service import create_assistant, update_assistant
from recado.db import Database
from recado.decisions import ACTION_TYPES
from recado.errors import BadInput
from recado.knowledge.service import load_entries
from recado.wire import ROLES

BRAINS = {"rules"}
# Not in the order in which a jsonb object would keep them.
FORM: dict[str, str | FormField] = {
    "sintoma": "¿Qué ve?",
    "cultivo": "¿Qué cultiva?",
    "foto_recibida": "¿Me manda una foto?",
    "a": "¿Qué más?",
}


def test_the_defaults() -> None:
    assert stored(Config()) == {}
    found = facts({})
    assert (found["mode"], found["role"], found["form"]) == ("hybrid", "consulta", {})
    assert found["allowed"] == {"raise_alert", "request_appointment"}
    assert (found["opens"], found["closes"], found["closed_weekdays"]) == (dt.time(7), dt.time(19), {6})
    assert found["prompt"] == DEFAULT_ROLES["consulta"].prompt
    assert set(DEFAULT_ROLES) == set(ROLES)
    for role in DEFAULT_ROLES.values():
        assert set(role.actions or ()) <= ACTION_TYPES


def test_an_assistant_with_a_form_fills_it() -> None:
    found = facts(stored(Config(form=FORM, prompt="Somos una chacra.")))
    assert (found["role"], list(found["form"]), found["allowed"]) == ("formulario", list(FORM), ACTION_TYPES)
    assert found["prompt"].startswith("Somos una chacra.\n\nCompleta")


def test_an_assistant_may_do_what_both_it_and_its_role_may() -> None:
    own = Role(prompt="Vende.", actions=["add_note", "raise_alert"])
    found = facts(stored(Config(role="ventas", roles={"ventas": own}, actions=["raise_alert", "update_form"])))
    assert (found["role"], found["prompt"], found["allowed"]) == ("ventas", "Vende.", {"raise_alert"})


def test_what_is_given_is_changed_and_the_rest_stays() -> None:
    kept = stored(Config(form=FORM, opens="08:00", closes="22:00", actions=[]))
    after = changed(kept, Config(opens="20:30"))
    assert (after.opens, after.closes, after.form, after.actions) == ("20:30", "22:00", FORM, [])
    assert changed(stored(after), Config(actions=None)).actions is None
    assert from_stored(stored(after)) == after


@pytest.mark.parametrize(
    "config",
    [Config(role="ventas"), Config(opens="19:00"), Config(opens="10:00", closes="09:59")],
)
def test_what_does_not_fit_together(config: Config) -> None:
    with pytest.raises(BadInput) as caught:
        stored(config)
    assert caught.value.code == "bad_config"


WRONG: list[dict[str, Any]] = [
    {"mode": "magic"},
    {"actions": ["delete_everything"]},
    {"actions": ["add_note", "add_note"]},
    {"form": {"": "?"}},
    {"form": {"a": " "}},
    {"form": {str(n): "?" for n in range(41)}},
    {"form": {"a\nb": "?"}},
    {"opens": "24:00"},
    {"opens": "7:00"},
    {"closed_weekdays": [7]},
    {"closed_weekdays": [1, 1]},
    {"prompt": "x" * 4_001},
    {"prompt": "a\0b"},
    {"roles": {"Ventas": {}}},
    {"roles": {str(n): {} for n in range(21)}},
    {"unknown": 1},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_configuration(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(wrong)


async def test_the_book_reads_it_again_after_a_change(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        made = await create_assistant(
            session, slug="a", name="Ana", brain="rules", brains=BRAINS, config=Config(form=FORM, mode="model")
        )
        plain = await create_assistant(session, slug="b", name="Eva", brain="rules", brains=BRAINS)
    book = AssistantBook(database, load_entries)
    await book.refresh()
    found, other = book.get(made.id), book.get(plain.id)
    assert found is not None
    assert other is not None
    assert (found.role, found.mode, list(found.form.items())) == ("formulario", "model", list(FORM.items()))
    assert (found.project_id, other.role, other.mode) == (project_id, "consulta", "hybrid")
    async with database.project(project_id) as session:
        await update_assistant(session, made.id, brains=BRAINS, config=Config(closes="20:00"))
    await book.refresh()
    again = book.get(made.id)
    assert again is not None
    assert (again.closes, list(again.form)) == (dt.time(20), list(FORM))


async def test_the_service_refuses_what_does_not_fit(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        made = await create_assistant(session, slug="a", name="Ana", brain="rules", brains=BRAINS)
        with pytest.raises(BadInput):
            await update_assistant(session, made.id, brains=BRAINS, config=Config(opens="19:00"))
