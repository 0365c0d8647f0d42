"""All checks, one after the other. They look only: nothing is made and nothing is changed."""

from recado.doctor.database import examine_database
from recado.doctor.findings import Finding, fail, ok
from recado.doctor.machine import examine_folder, examine_port
from recado.doctor.voice import examine_voice
from recado.errors import SettingsError
from recado.settings import load_settings


async def examine(port: int, *, ask_providers: bool = True) -> list[Finding]:
    """All findings, in the order in which they should be mended. `port` is that of `recado up`.

    `ask_providers`: also ask each line's provider about it, which needs the network.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        return [fail("settings", line, "Set the variable as shown, then look again") for line in _lines(error)]
    found = [ok("settings", "every variable can be read")]
    found += examine_folder(settings.data_dir)
    found += examine_voice(settings.voice_model)
    found += [finding async for finding in examine_database(settings, ask_providers)]
    found.append(await examine_port(port))
    return found


def _lines(error: SettingsError) -> list[str]:
    return error.message.splitlines()
