"""The lines in memory."""

from recado.channels.book import LineBook
from recado.channels.service import update_line
from recado.db import Database
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from tests.channels.test_service import make, make_assistant


async def test_a_line_is_found_by_id_and_by_address(database: Database, box: SecretBox, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    book = LineBook(database, box)
    await book.refresh()
    assert book.all() == []
    row = await make(database, box, project_id, assistant_id)
    await book.refresh_after_miss()
    found = book.at("cloud_api", "123456")
    assert found is not None
    assert (found.line.id, found.assistant_id) == (row.id, assistant_id)
    assert book.get(row.id) is found
    assert book.at("cloud_api", "123456") is found
    assert list(book.of_channel("cloud_api")) == [found]
    assert list(book.of_channel("simulator")) == []


async def test_what_is_missing_stays_missing(database: Database, box: SecretBox) -> None:
    book = LineBook(database, box)
    await book.refresh_after_miss()
    assert book.get(new_id()) is None
    assert book.at("cloud_api", "999") is None


async def test_a_change_is_seen_at_the_next_look(database: Database, box: SecretBox, project_id: str) -> None:
    row = await make(database, box, project_id, await make_assistant(database, project_id))
    book = LineBook(database, box)
    await book.refresh()
    async with database.project(project_id) as session:
        await update_line(session, box, row.id, secrets={"app_secret": "new"})
    await book.refresh()
    loaded = book.get(row.id)
    assert loaded is not None
    assert loaded.line.secrets["app_secret"] == "new"


async def test_a_line_whose_key_is_lost_is_there_but_unusable(
    database: Database, box: SecretBox, project_id: str
) -> None:
    assistant_id = await make_assistant(database, project_id)
    lost = await make(database, SecretBox(["a key that was lost"]), project_id, assistant_id)
    good = await make(database, box, project_id, assistant_id, address="654321")
    book = LineBook(database, box)
    await book.refresh()
    assert [line.usable for line in (book.get(lost.id), book.get(good.id)) if line] == [False, True]
