"""E-mail addresses, as people type them: with spaces around the at sign, a comma for the point, or dictated."""

import re

from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.values import Email

# RFC 5321 4.5.3.1: 64 octets before the sign. Starts only where no such run is under way, so the time stays linear.
_ADDRESS = re.compile(
    r"(?<![\w.+%-])(?P<local>[\w+%-][\w.+%-]{0,63}) ?@ ?"
    r"(?P<domain>(?>[a-z0-9-]{1,63})(?:[.,] ?(?>[a-z0-9-]{1,63})){1,4})"
)
_DICTATED = re.compile(
    r"(?<![\w.-])(?P<local>[\w-]{1,64}(?: punto [\w-]{1,32}){0,2}) (?P<at>arroba|at) (?P<domain>[a-z0-9-]{1,63})"
    r"(?: (?:punto|dot) |\.)(?P<top>com|net|org|edu|es|pe|mx|ar|co|cl)\b(?: punto (?P<country>[a-z]{2})\b)?"
)
_MARK = re.compile("([.,] ?)")
_TRIGGERS = frozenset({"arroba", "dot"})
_EMAIL_WORDS = frozenset({"email", "mail", "correo"})
_PROVIDERS = frozenset({"gmail", "hotmail", "outlook", "yahoo", "icloud", "live"})
"""One of these makes "at" the sign: people also look at pages ("look at example dot com")."""
_TOP_LEVEL = re.compile(r"[a-z]{2,24}")
# After a sloppy mark only these are taken for a part of the address ("a@b.com, hola", "a@gmail,com").
_USUAL_TOP_LEVEL = frozenset({"com", "net", "org", "edu", "gob"})


def find(page: Page) -> tuple[Email, ...]:
    """The addresses in the order of the text."""
    found: list[Email] = []
    if "@" in page.plain:
        found += [email for match in _ADDRESS.finditer(page.plain) if (email := _typed(page, match))]
    if not _TRIGGERS.isdisjoint(page.words):
        found += [email for match in _DICTATED.finditer(page.plain) if (email := _dictated(page, match))]
    return tuple(sorted(found, key=lambda email: email.start))


def _typed(page: Page, match: re.Match[str]) -> Email | None:
    domain = _MARK.split(match["domain"])
    start, name_end = match.span("local")
    end = match.end()
    while len(domain) > 1 and not _can_end(*domain[-2:]):
        end -= len(domain.pop()) + len(domain.pop())
    local = page.written(start, name_end).lower().rstrip(".")
    if len(domain) == 1 or ".." in local or not page.is_free(start, end):
        return None
    return Email(f"{local}@{'.'.join(domain[::2])}", *page.claim(start, end))


def _can_end(mark: str, name: str) -> bool:
    """Whether a domain can end with this."""
    return name in _USUAL_TOP_LEVEL if mark != "." else _TOP_LEVEL.fullmatch(name) is not None


def _dictated(page: Page, match: re.Match[str]) -> Email | None:
    is_one = match["at"] == "arroba" or match["domain"] in _PROVIDERS or not _EMAIL_WORDS.isdisjoint(page.words)
    if not is_one or not page.is_free(*match.span()):
        return None
    local = match["local"].replace(" punto ", ".")
    domain = ".".join(part for part in match.group("domain", "top", "country") if part)
    return Email(f"{local}@{domain}", *page.claim(*match.span()))
