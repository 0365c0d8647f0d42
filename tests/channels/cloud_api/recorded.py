"""The recorded payloads in `payloads/`: bodies of webhooks in the shapes of Meta's reference pages.

`<name>.json` is from a person with a number and a user id, `<name>.user_id.json` the same from one without a number.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("payloads")
NAMES = sorted(path.name.removesuffix(".json") for path in FOLDER.glob("*.json"))


def recorded(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())
