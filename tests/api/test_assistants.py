"""Assistants' configuration and contacts for whom nothing is done, over HTTP."""

from typing import Any

from recado.projects.service import Role
from tests.api.conftest import Answer, Api, Tenant


async def patch(api: Api, path: str, key: str, json: Any) -> Answer:
    return await api.call("PATCH", "/api/v1" + path, key, json)


async def test_a_configuration_is_made_read_and_changed_in_part(api: Api, ours: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    form = {"sintoma": "¿Qué ve?", "cultivo": "¿Qué cultiva?"}
    new = {"slug": "chacra", "name": "Chacra", "config": {"form": form, "closes": "20:00"}}
    made = await api.post("/assistants", admin, new)
    assert made.status == 201, made.body
    config = made.json["config"]
    assert (config["closes"], list(config["form"].items())) == ("20:00", list(form.items()))
    assert set(config["roles"]) == {"formulario", "consulta", "intervencion"}
    path = f"/assistants/{made.json['id']}"
    changed = await patch(api, path, admin, {"config": {"mode": "rules", "actions": ["add_note"]}})
    assert changed.json["version"] == made.json["version"] + 1
    assert changed.json["config"] == config | {"mode": "rules", "actions": ["add_note"]}
    assert (await api.get(path, ours.keys[Role.READ])).json == changed.json
    assert (await patch(api, path, admin, {"name": "Otra"})).json["config"] == changed.json["config"]


async def test_what_is_no_configuration_is_refused(api: Api, ours: Tenant) -> None:
    admin, path = ours.keys[Role.ADMIN], f"/assistants/{ours.assistant_id}"
    assert (await patch(api, path, admin, {"config": {"role": "ventas"}})).code == "bad_config"
    assert (await patch(api, path, admin, {"config": {"actions": ["drop_tables"]}})).status == 422
    assert (await patch(api, path, ours.keys[Role.AGENT], {"config": {}})).status == 403


async def test_another_projects_assistant_is_not_configured(api: Api, ours: Tenant, theirs: Tenant) -> None:
    path = f"/assistants/{theirs.assistant_id}"
    assert (await patch(api, path, ours.keys[Role.ADMIN], {"config": {"mode": "rules"}})).status == 404


async def test_a_contact_for_whom_nothing_is_done(api: Api, ours: Tenant, theirs: Tenant) -> None:
    agent, path = ours.keys[Role.AGENT], f"/contacts/{ours.contact_id}"
    assert (await patch(api, path, agent, {"name": "Ana"})).json["allowed"] is True
    changed = (await patch(api, path, agent, {"allowed": False})).json
    assert (changed["allowed"], changed["name"]) == (False, "Ana")
    assert (await patch(api, path, agent, {"name": None})).json["allowed"] is False
    assert (await patch(api, path, agent, {"allowed": 0})).status == 422
    assert (await patch(api, f"/contacts/{theirs.contact_id}", agent, {"allowed": False})).status == 404
