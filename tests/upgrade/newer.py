"""A Recado of a later release: this one's code with later migrations, for what two versions do beside each other.

python -m tests.upgrade.newer up --port 8000      one that only adds to the database
python -m tests.upgrade.newer --taking db migrate       one that takes away what this release uses
"""

import sys
from pathlib import Path

import recado
from recado import migrations

VERSION = "9.0.0"
_HERE = Path(__file__).parent
ADDED, TAKEN = _HERE / "versions_added", _HERE / "versions_taken"


def become(*, taking: bool) -> None:
    """Make this process that release. To be called before anything else of Recado is loaded."""
    recado.__version__ = VERSION
    migrations.REVISIONS = (*migrations.REVISIONS, "9001", *(("9002_since_9001",) if taking else ()))
    migrations.FOLDERS = (*migrations.FOLDERS, ADDED, *((TAKEN,) if taking else ()))


def main() -> None:
    arguments = sys.argv[1:]
    become(taking=(taking := arguments[:1] == ["--taking"]))
    from recado.cli import main as recado_main

    sys.argv = ["recado", *arguments[taking:]]
    recado_main()


if __name__ == "__main__":
    main()
