"""The control API's part about accounts: templates, people's wishes, what checks find. `server.py` lists its shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recado.channels.cloud_api.simulator.config import ConfigError, Number
from recado.channels.cloud_api.simulator.graph import Graph
from recado.channels.cloud_api.simulator.payloads import Phone, contact_of
from recado.channels.cloud_api.simulator.phones import Phones
from recado.channels.cloud_api.simulator.templates import new_template
from recado.channels.cloud_api.simulator.validation import as_object
from recado.channels.cloud_api.simulator.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BusinessControl:
    """`person` finds a phone by number or user id. Every method takes a checked body and returns the answer."""

    world: World
    phones: Phones
    graph: Graph
    person: Callable[[object, str], Phone]

    def put_template(self, body: Json) -> Json:
        """Make or change a template; a status that changes is told to the business."""
        number = self.phones.number(body.get("phone_number_id"))
        kept = self.world.templates.setdefault(number.waba_id, {})
        if not body.get("name"):
            raise ConfigError("name is required (example: recordatorio)")
        template = new_template(body, len(kept) + 1)
        old = kept.get((template["name"], template["language"]))
        if old is not None and "components" not in body and "body" not in body:
            template["components"], template["parameter_format"] = old["components"], old["parameter_format"]
        template["id"] = old["id"] if old is not None else template["id"]
        self.world.record("template", waba_id=number.waba_id, template=template)
        if old is not None and old["status"] != template["status"]:
            self._tell_status(number, template)
        return template

    def delete_template(self, body: Json) -> Json:
        number = self.phones.number(body.get("phone_number_id"))
        name, language = str(body.get("name")), str(body.get("language") or "es")
        self.world.record("no_template", waba_id=number.waba_id, name=name, language=language)
        return {"deleted": True}

    def _tell_status(self, number: Number, template: Json) -> None:
        value: Json = {
            "event": template["status"],
            "message_template_id": int(template["id"]),
            "message_template_name": template["name"],
            "message_template_language": template["language"],
            "message_template_category": template["category"],
            "reason": "NONE",
        }
        phone = self.world.person_or_new("10000000000", None)
        self.phones.send_value(number, phone, "message_template_status_update", value)

    def post_preference(self, body: Json) -> Json:
        """A person wants no marketing (stop), or wants it again (resume), as WhatsApp's own switch does."""
        wish = body.get("value")
        if wish not in ("stop", "resume"):
            raise ConfigError("value must be stop or resume")
        number, phone = self.phones.number(body.get("phone_number_id")), self.person(body.get("from"), "from")
        on = wish == "stop"
        self.world.record("stopped", phone_number_id=number.phone_number_id, person=phone.key, on=on)
        who = {k: v for k, v in contact_of(phone).items() if k != "profile"}
        item: Json = {
            **who,
            "detail": f"User requested to {wish} marketing messages",
            "category": "marketing_messages",
            "value": wish,
            "timestamp": self.world.now_ms() // 1000,
        }
        value: Json = {"contacts": [contact_of(phone)], "user_preferences": [item]}
        self.phones.send_value(number, phone, "user_preferences", value)
        return {"stopped": on}

    def put_account(self, body: Json) -> Json:
        """What the checks of a line will find; all of it is set anew, {} makes everything well."""
        number = self.phones.number(body.get("phone_number_id"))
        self.graph.number_facts = as_object(body.get("number"))
        self.graph.token_facts = as_object(body.get("token"))
        self.graph.business.subscribed = body.get("subscribed", True) is not False
        self.graph.business.subscription_facts = as_object(body.get("subscription"))
        self.world.overrides.pop(number.waba_id, None)
        if body.get("override_callback_uri"):
            self.world.overrides[number.waba_id] = str(body["override_callback_uri"])
        return {"waba_id": number.waba_id}
