"""Every fact of one message."""

from recado.brain.rules.facts import amounts, documents, emails, names, page, phones, temperatures
from recado.brain.rules.facts.values import Facts
from recado.decisions import Language


def extract(text: str, language: Language, region: str | None) -> Facts:
    """Names, phone numbers, e-mail addresses, identity numbers, amounts and temperatures of a message.

    `language` is the person's, and decides between words that mean different things in the two; both are understood.
    `region` (ISO 3166-1, two letters) is where the business is: how numbers are written there, and whose money a
    dollar sign is. At most 4,096 characters are read. Never raises; no character belongs to two facts.
    """
    read = page.read(text, language, region)
    has_digits = page.DIGIT.search(read.plain) is not None
    # Who is surest comes first, and owns what it found.
    return Facts(
        emails=emails.find(read),
        amounts=amounts.find(read, has_digits),
        documents=documents.find(read) if has_digits else (),
        temperatures=temperatures.find(read, has_digits),
        phones=phones.find(read) if has_digits else (),
        names=names.find(read),
    )
