"""Every table of the program."""

import importlib
import pkgutil

from sqlalchemy import MetaData

import recado
from recado.db import Base


def all_tables() -> MetaData:
    """The tables of all rooms, whether or not something has imported them yet."""
    for module in pkgutil.walk_packages(recado.__path__, "recado."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
    return Base.metadata
