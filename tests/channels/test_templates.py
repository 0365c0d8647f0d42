"""Templates: what fits one, which language is chosen, and how they are kept."""

from typing import Any

import pytest

from recado.channels.contract import Line
from recado.channels.templates import service
from recado.channels.templates.shelf import KEEP_S, TemplateShelf
from recado.channels.templates.values import Template, check, choose
from recado.db import Database
from recado.errors import SendRefused
from recado.kit import new_id, now_ms
from recado.messages import OutTemplate, TemplateButton, TemplateMedia

WABA = "102290129340398"


def template(language: str = "es", status: str = "APPROVED", **more: Any) -> Template:
    components = more.pop("components", [{"type": "BODY", "text": "Hola {{1}}, su cita es el {{2}}."}])
    return Template("cita", language, status, "UTILITY", components, **more)


def out(*body: str, **more: Any) -> OutTemplate:
    return OutTemplate(name="cita", body=body, **more)


# --- Fitting ------------------------------------------------------------------------------------------------

NAMED = [{"type": "BODY", "text": "Hola {{nombre}}"}, {"type": "HEADER", "format": "TEXT", "text": "{{lugar}}"}]
FILE = [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Su factura"}]
BUTTONS = [
    {"type": "BODY", "text": "Hola"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "URL", "text": "Ver", "url": "https://x.bo/{{1}}"},
            {"type": "QUICK_REPLY", "text": "No"},
            {"type": "URL", "text": "Casa", "url": "https://x.bo"},
        ],
    },
]
LINK = TemplateButton(index=0, kind="url", value="pedido/7")


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (template(), out("Ana", "lunes")),
        (template(components=NAMED), OutTemplate(name="cita", body={"nombre": "Ana"}, header={"lugar": "Lima"})),
        (
            template(components=FILE),
            out(header_media=TemplateMedia(media="document", link="https://x.bo/f.pdf", filename="f.pdf")),
        ),
        (template(components=BUTTONS), out(buttons=(LINK,))),
        (template(components=BUTTONS), out(buttons=(LINK, TemplateButton(index=1, kind="quick_reply", value="no")))),
    ],
)
def test_what_fits(kept: Template, message: OutTemplate) -> None:
    check(kept, message)


@pytest.mark.parametrize(
    ("kept", "message", "says"),
    [
        (template(), out("Ana"), "wants 2 values, 1 were given"),
        (template(), out("Ana", "lunes", "x"), "wants 2 values, 3 were given"),
        (template(), OutTemplate(name="cita", body={"a": "x"}), "in order, not by name"),
        (template(components=NAMED[:1]), out("Ana"), "by name: nombre"),
        (template(components=NAMED), OutTemplate(name="cita", body={"nombre": "x", "otro": "y"}), "header"),
        (template(components=NAMED[:1]), OutTemplate(name="cita", body={"otro": "y"}), "lacks: nombre"),
        (template(components=NAMED[:1]), OutTemplate(name="cita", body={"nombre": "x", "o": "y"}), "has no: o"),
        (template(), out("Ana\nB", "lunes"), "line break"),
        (template(), out("Ana     B", "lunes"), "four spaces"),
        (template(), out("A" * 1000, "lunes"), "1024 are the most"),
        (template(components=FILE), out(), "give header_media"),
        (
            template(components=FILE),
            out(header_media=TemplateMedia(media="image", link="https://x.bo/f.png")),
            "is a document, not a image",
        ),
        (template(), out("a", "b", header_media=TemplateMedia(media="image", media_id="1")), "takes no media"),
        (template(components=BUTTONS), out(), "button 0 (Ver) needs a url value"),
        (template(components=BUTTONS), out(buttons=(LINK, LINK.model_copy(update={"index": 2}))), "fixed address"),
        (template(components=BUTTONS), out(buttons=(LINK, LINK.model_copy(update={"index": 1}))), "not url"),
        (template(components=BUTTONS), out(buttons=(LINK, LINK.model_copy(update={"index": 5}))), "no button 5"),
    ],
)
def test_what_does_not_fit_is_said_plainly(kept: Template, message: OutTemplate, says: str) -> None:
    with pytest.raises(SendRefused) as refused:
        check(kept, message)
    assert refused.value.code == "template_parameters"
    assert says in refused.value.message


# --- Choosing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "wanted", "person", "chosen"),
    [
        (["en_US", "es_MX", "es"], None, "es", "es"),
        (["en_US", "es_MX"], None, "es", "es_MX"),
        (["en_US", "es_MX"], None, "en", "en_US"),
        (["en_US", "es_MX"], None, "pt", "es_MX"),
        (["en_US", "pt_BR"], None, None, "en_US"),
        (["qu", "ay"], None, "es", "ay"),
        (["es", "en"], "en", "es", "en"),
    ],
)
def test_the_language_is_the_persons_else_spanish_else_english(
    there: list[str], wanted: str | None, person: str | None, chosen: str
) -> None:
    found = [template(language) for language in there]
    assert choose(found, out("a", "b", language=wanted), person).language == chosen


def test_one_that_is_paused_is_passed_over_for_another_language() -> None:
    assert choose([template("es", "PAUSED"), template("en")], out("a", "b"), "es").language == "en"


@pytest.mark.parametrize(
    ("found", "message", "code"),
    [
        ([], out(), "template_missing"),
        ([template("en")], out(language="es"), "template_language_missing"),
        ([template("es", "PAUSED")], out(), "template_paused"),
        ([template("es", "DISABLED")], out(), "template_disabled"),
        ([template("es", "REJECTED")], out(), "template_rejected"),
        ([template("es", "PENDING")], out(language="es"), "template_not_approved"),
    ],
)
def test_what_cannot_be_sent_says_why(found: list[Template], message: OutTemplate, code: str) -> None:
    with pytest.raises(SendRefused) as refused:
        choose(found, message, "es")
    assert (refused.value.code, refused.value.verdict.permanent) == (code, True)


# --- Keeping ------------------------------------------------------------------------------------------------


async def test_what_was_fetched_is_what_is_kept(database: Database) -> None:
    project = new_id()
    async with database.project(project) as session:
        first = await service.keep(session, WABA, [template("es"), template("en")], now_ms())
        again = await service.keep(session, WABA, [template("es", "PAUSED")], now_ms())
        assert (first.added, first.removed) == (2, 0)
        assert (again.added, again.changed, again.removed, again.total) == (0, 1, 1, 1)
        assert await service.find(session, WABA, "cita") == [template("es", "PAUSED")]
    async with database.project(new_id()) as session:
        assert await service.find(session, WABA, "cita") == []


async def test_a_notice_changes_the_status_at_once_and_asks_for_the_rest(database: Database) -> None:
    project = new_id()
    async with database.project(project) as session:
        await service.keep(session, WABA, [template("es")], now_ms())
        asked_ms = now_ms()
        await service.note_change(session, WABA, "cita", "es", status="PAUSED", quality=None)
        await service.note_change(session, WABA, "nueva", "es", status="APPROVED")
        assert (await service.find(session, WABA, "cita"))[0].status == "PAUSED"
        assert (await service.find(session, WABA, "nueva"))[0].status == "UNKNOWN"
        # What was asked for before the notice came knows less than the notice.
        await service.keep(session, WABA, [template("es")], asked_ms)
        assert (await service.find(session, WABA, "cita"))[0].status == "PAUSED"
    async with database.system() as session:
        assert await service.stale_accounts(session, 10) == [(project, WABA)]
    async with database.project(project) as session:
        await service.keep(session, WABA, [template("es")], now_ms() + 1)
    async with database.system() as session:
        assert await service.stale_accounts(session, 10) == []


async def test_the_shelf_looks_again_after_some_seconds(database: Database) -> None:
    now_s = [0.0]
    line = Line(new_id(), new_id(), "cloud-api", "1", 80, config={"waba_id": WABA})
    shelf = TemplateShelf(database, clock=lambda: now_s[0])
    assert await shelf.find(line, "cita") == []
    async with database.project(line.project_id) as session:
        await service.keep(session, WABA, [template("es")], now_ms())
    assert await shelf.find(line, "cita") == [template("es")]  # an absence is not remembered
    async with database.project(line.project_id) as session:
        await service.keep(session, WABA, [template("es", "PAUSED")], now_ms())
    assert await shelf.find(line, "cita") == [template("es")]
    now_s[0] = KEEP_S
    assert await shelf.find(line, "cita") == [template("es", "PAUSED")]
