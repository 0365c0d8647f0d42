"""What is wrong with an installation, and how to mend it."""

from recado.doctor.findings import Finding, Level
from recado.doctor.service import examine

__all__ = ["Finding", "Level", "examine"]
