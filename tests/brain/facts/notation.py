"""How the tables write down what a message tells."""

from collections.abc import Iterator

from recado.brain.rules.facts import Amount, Document, Facts, Temperature

Case = tuple[str, str, str]
"""The region ("" for none), the message, and what it tells, as `written` has it."""

_VALIDITY = {True: " right", False: " wrong", None: ""}


def written(facts: Facts) -> str:
    """ "self Ana Torres, for Luis, phone +51987654321, dni 45678912, pay 50 PEN, body 38.5": each kind in the order of
    the text. A document says if its check digit is right or wrong, a temperature if it is odd or only looks like one
    (a question mark)."""
    return ", ".join(_lines(facts))


def _lines(facts: Facts) -> Iterator[str]:
    yield from (f"{'self' if name.role == 'self' else 'for'} {name.value}" for name in facts.names)
    yield from (f"phone {phone.value}" for phone in facts.phones)
    yield from (f"email {email.value}" for email in facts.emails)
    yield from map(_document, facts.documents)
    yield from map(_amount, facts.amounts)
    yield from map(_temperature, facts.temperatures)


def _document(document: Document) -> str:
    return f"{document.kind} {document.value}{_VALIDITY[document.valid]}"


def _amount(amount: Amount) -> str:
    return f"pay {amount.value} {amount.currency or ''}".rstrip()


def _temperature(heat: Temperature) -> str:
    name = "air" if heat.kind == "weather" else "body"
    return f"{name} {heat.celsius:g}{'' if heat.plausible else ' odd'}{'' if heat.certain else '?'}"
