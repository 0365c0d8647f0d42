"""What a message tells apart from dates: people, numbers of phones and documents, money, temperatures."""

from recado.brain.rules.facts.extraction import extract
from recado.brain.rules.facts.values import Amount, Document, Email, Facts, Name, Phone, Temperature

__all__ = ["Amount", "Document", "Email", "Facts", "Name", "Phone", "Temperature", "extract"]
