"""From a message to tokens: case and accents folded, numbers told apart by their shape, words looked up."""

import re
import unicodedata
from collections.abc import Mapping

from recado.brain.rules.when import inflected, numerals
from recado.brain.rules.when.lexicon import ALPHABET, WORDS, Meaning
from recado.brain.rules.when.tokens import Tokens
from recado.decisions import Language

MAX_CHARACTERS = 4096
"""How much of a message is read: as much as one WhatsApp text holds."""

_FOLDED_RANGES = ((0xA0, 0x250), (0x1E00, 0x1F00), (0xFF01, 0xFF5F), (0x1D400, 0x1D800))
"""Latin with accents, full-width forms, and the letters of fancy fonts."""
_INVISIBLE = (*range(0x300, 0x370), *range(0x200B, 0x2010), *range(0xFE00, 0xFE10), 0x20E3, 0x00AD, 0x2060, 0xFEFF)
"""Combining accents (a phone may send "n" and a tilde for "ñ"), joiners, selectors and keycaps."""
_SIGNS = {
    "\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2011": "-",
    "\u2010": "-", "\u00ba": "\u00b0", "\u00aa": "\u00b0", "\u2026": ",", "\u00bd": "\u00bd", "\uff1a": ":",
    "\u2044": "/", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2022": ",", "|": ",",
}  # fmt: skip


def _fold_table() -> Mapping[int, str | None]:
    table: dict[int, str | None] = {}
    for first, after in _FOLDED_RANGES:
        for code in range(first, after):
            base = unicodedata.normalize("NFKD", chr(code)).casefold()
            # One letter for one letter: offsets stay true.
            if base and (base[0].isalnum() or base[0] == base) and base[0].isascii():
                table[code] = base[0]
    table.update(dict.fromkeys(_INVISIBLE))
    table.update({ord(sign): plain for sign, plain in _SIGNS.items()})
    return table


_FOLD = _fold_table()
_TOKEN = re.compile(
    r"""(?P<week>\bl\ ?(?:-|\ba\b)\ ?v\b|\bm\ ?-\ ?(?:f|th|sat?)\b|\btu\ ?-\ ?th\b)
    |(?P<special>2(?:mor+ow?|moz|mrw|mo|day|nite|night)\b|b4\b|\bq[1-4]\b|l8r?\b|re-sched(?:ul(?:e|ing))?\b|½)
    |(?P<iso>\d{4}(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,2}(?!\d)(?:t(?=\d\d:))?)
    |(?P<full>\d{1,2}(?:\ ?/\ ?\d{1,2}\ ?/\ ?|-\d{1,2}-|\.\d{1,2}\.)(?:\d{4}|\d{2})(?![\d/]))
    |(?P<clock>\d{1,2}(?::\ ?|\ :)\d{2}(?::\d{2}(?!\d))?(?!\d))
    |(?P<paired>\d{1,2}/\d{1,2}(?=\ ?-\ ?\d{1,2}/\d{1,2}(?![\d/])))
    |(?P<long>\d{1,3}(?:[.,]\d{3})+(?![\d])|\d{5,}|\d+(?:[-./]\d+){2,}|\d{3,}[-./]\d+|\d+[-./]\d{3,})
    |(?P<slashed>\d{1,2}\ ?/\ ?\d{1,2}(?!\d|:\d))
    |(?P<dotted>\d{1,2}(?:\.\d{1,2}|,[0-5]\d)(?!\d|:\d|\ ?,\d))
    |(?P<dashed>\d{1,2}-\d{1,2}(?!\d|:\d))
    |(?P<short>(?<!\w)'\d\d(?![\d:]))
    |(?P<num>\d{1,2}(?!\d))
    |(?P<big>\d{3,4}(?!\d))
    |(?P<mer>[ap]\s?\.\s?m\b\.?)
    |(?P<currency>(?:us)?[$€£]|\bs/\.?(?=\s?\d))
    |(?P<para>\bp/)
    |(?P<andor>\b[yo]/[oy]\b|\band/or\b)
    |(?P<asap>\ba\.s\.a\.p\b)
    |(?P<birth>\bd\.o\.b\b)
    |(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)
    |(?P<sign>[.,;:?!¿¡\n()/\-%°+#@&])""",
    re.VERBOSE,
)
_SIGN_KINDS = {
    ".": "STOP", ";": "STOP", "!": "STOP", "\n": "STOP", "¿": "STOP", "¡": "STOP", "?": "ASK", ",": "COMMA",
    "(": "COMMA", ")": "COMMA", ":": "COLON", "/": "SLASH", "-": "DASH", "%": "PERCENT", "°": "DEGREE", "+": "PLUS",
    "#": "HASH", "@": "at", "&": "y",
}  # fmt: skip
_SIGN_LETTERS = {sign: ALPHABET.of(kind) for sign, kind in _SIGN_KINDS.items()}
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DIMINUTIVE = re.compile(r"([a-z]{2,}?)(?:e?[cs])?it([oa])s?")
_NOT_SMALL = frozenset(["perito", "perita", "peritos", "peritas"])
""" "El perito" is no small "pero"."""
_ENCLITIC = re.compile(r"([a-z]{3,}?)(?:(?:me|te|se|nos|les?)(?:l[aeo]s?)?|l[aeo]s?)")
_TAKES_ENCLITICS = frozenset(ALPHABET.union("CAMBIAR CANCELAR PASAR PEDIR AVISAR IR DORMIR"))
_PAST_SPANISH = re.compile(
    r"[a-z]{2,}(?:aron|ieron|aban|abamos|[ai]steis)|[a-z]{3,}[ai]stes?"
    r"|(?!consult|pregunt|llam|busc|molest|acaba)[a-z]{3,}aba"
    # Strong ones: "trajeron", "hubo", "mantuvimos".
    r"|(?:[a-z]{0,4}(?:tuv|pus|tra[ij]|duj|dij)|(?:des|re)?hic|(?:con|inter|pro|pre|des)?vin|anduv|hub|cup|pud|sup)(?:e|o|iste|imos|i?eron)"
)
"""Endings of the past; "llamaba" and the like ask politely."""
_TO_SOMEBODY = re.compile(r"\b(?:se(?: (?:me|te|le|les|nos))?|nos) $")
""" "Se me quebro", "nos entrego": no verb of now ends so after these, whoever writes no accents."""
_FEW_LETTERS = 8
_PARTICIPLE = re.compile(
    "(?!(?:pens|ped|plane|consider|contempl|calcul|prev|solicit|apart|contrat)[a-z]*$)[a-z]{2,}(?:[ai]do|sto|cho|rto|lto)"
)
_HAD_ONCE = re.compile(r"\bhabia(?:s|n|mos)?(?: ya)? $")
_MOST_OF_HAD = 14
""" "Ya le habíamos dejado las fotocopias"."""
_WITHOUT_SENSE = frozenset(["mero", "mera", "merito", "merita"])
_AFTER_ARTICLE = frozenset(ALPHABET.union("el la las los al del"))
""" "El mero treinta", "a la mera una"."""
_NOW_WITHOUT_ACCENT = frozenset(
    ["golpeo", "sangro", "quemo", "visito", "cito", "vomito", "aconsejo", "receto", "preparo"]
)
_ACCENT = re.compile("[áéíóú]")
""" "Le golpeo la puerta" is of now where other words have their accents."""
_PRESENT_SPANISH = frozenset(
    # What is offered is still to come.
    ["ofrecieron", "invitaron", "ofreciste", "invitaste", "propuso", "propusieron",
     "triste", "chiste", "existe", "asiste", "insiste", "consiste", "resiste", "persiste", "contraste", "desgaste",
     "traste", "paste", "gaste", "baste", "quiste", "embiste", "cupo"]
)  # fmt: skip
"""Words with such an ending that tell of now, or are no verbs."""
_PAST_ACCENTED = re.compile(r"\w{2,}(?:ó|í|(?<![aei]r)é)")
_PAST_OF_KNOWN = re.compile(r"ó$|(?<![aeid]r)é$")
# What will have been is not of the past; what somebody thought says nothing about when it is: "creí que era el jueves".
_NO_VERBS = frozenset(
    ["bebe", "cafe", "jose", "comite", "rene", "andre", "noe", "salome", "tere", "domino", "mani", "aji",
     "habre", "tendre", "pondre", "saldre", "valdre", "querre", "sabre", "mantendre", "obtendre",
     "rubi", "sumerce", "bisturi", "colibri", "esqui", "israeli", "jabali", "crei", "pense",
     "ofreció", "ofrecio", "invitó", "prometió"]
)  # fmt: skip
_WE_DO = re.compile(r"[a-z]{3,}[ai]mos")
"""Of now or of the past: "sembramos"."""
_PAST_ENGLISH = re.compile(r"[a-z]{2,}[^e\W]ed")
_NO_PAST_ENGLISH = frozenset(
    # What somebody offered or promised is to come.
    ["offered", "promised", "invited", "volunteered", "hundred", "sacred", "naked", "unlimited", "limited",
     "interested", "preferred", "required", "detailed", "married", "united", "combined", "kindred", "bearded",
     "advanced"]
)  # fmt: skip
_DIGITS = re.compile(r"\d+")
_CENTURY = 2000
# After these a dot ends no sentence.
_ABBREVIATIONS = frozenset(
    [
        "ene",
        "feb",
        "mar",
        "abr",
        "may",
        "jun",
        "jul",
        "ago",
        "sep",
        "sept",
        "set",
        "oct",
        "nov",
        "dic",
        "jan",
        "apr",
        "aug",
        "dec",
        "lun",
        "mie",
        "mier",
        "jue",
        "vie",
        "sab",
        "dom",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "av",
        "avda",
        "jr",
        "dr",
        "dra",
        "sr",
        "sra",
        "srta",
        "hs",
        "hrs",
        "h",
        "hr",
        "min",
        "mins",
        "aprox",
        "approx",
        "prox",
        "tel",
        "cel",
        "nro",
        "num",
        "st",
        "ave",
        "sgte",
        "dpto",
        "apt",
        "d",
        "pje",
        "urb",
        "mz",
        "lt",
        "cra",
        "cll",
    ]
)
# What may be glued before a number ("las5", "dic3"); after anything else it is part of a code.
_NUMBER_HEADS = frozenset(
    ALPHABET.union("las la a at el al de del tipo y HS MON WD MANANA TOMORROW TODAY DIA para on CODIGO ROOM FULLDATE")
)
# Words that are no unit: glued after a number they make it a code ("2x1").
_NO_UNIT = frozenset(ALPHABET.union("word words por con el en que y"))
_I_DO = frozenset(ALPHABET.union("SOY TAKE AVISO CANCEL MOVER DESEO OCUPADO SALGO ROUTINE VOY SUBJ"))
_GOES_ON = re.compile(r"\d|\ (?:media|cuarto|pico)\b")
""" "5y30", "5y media": the number goes on."""
_ORDINAL_ENDINGS = frozenset(
    ["th", "st", "nd", "rd", "ro", "er", "era", "ero", "do", "da", "to", "ta", "vo", "va", "mo", "ma"]
)
_DID = ALPHABET.of("DID")
_NUM, _LONG, _TH = ALPHABET.of("NUM"), ALPHABET.of("LONG"), ALPHABET.of("TH")
_PAST: tuple[Meaning, ...] = ((ALPHABET.of("SEEMS_PAST"), 0),)
_MORROW: tuple[Meaning, ...] = ((ALPHABET.of("TOMORROW"), 0),)
_ASKED: tuple[Meaning, ...] = ((ALPHABET.of("PEDIR"), 0),)
_DONE: tuple[Meaning, ...] = ((ALPHABET.of("WE_DO"), 0),)
_DESCRIBED = frozenset(ALPHABET.union("IM is muy be GETTING getting"))
"""After these a word such as "tired" describes somebody, or tells what is still to be done: "I get paid"."""
_ARTICLES_EN = frozenset(ALPHABET.union("the an my your"))
_ASKED_OF = frozenset(
    ALPHABET.union(
        "WD TODAY TOM DAY DAYS new YEARU CHRISTMAS EASTER good eve the this next on BOXING THANKSGIVING NUM TH"
        " ORDW MON its u PUBLIC holidays"
    )
)
_HAD = re.compile(
    r"\ (?:(?P<thing>(?:an?|no|some|the|my|our|lovely|great)\b)|(?:been|said|booked|asked|gone|had|agreed|arranged)\b)"
)
""" "I'd a tooth out on Monday", "we'd booked Thursday": had, not would."""
_OWNED = frozenset(["i'd", "we'd", "they'd"])
_AFTER_HAD: Mapping[str, tuple[Meaning, ...]] = {
    word: ((ALPHABET.of(kind), 0),) for word, kind in (("i'd", "i"), ("we'd", "ejem"), ("they'd", "ejem"))
}
_OWNED_ONCE: tuple[Meaning, ...] = ((ALPHABET.of("DID"), 0),)
_BEFORE_BASE = frozenset(ALPHABET.union("the a an my your of for to ILL CAN"))
_WHO_LET = frozenset(ALPHABET.union("word words UNA_COSA COSAS"))
_LETS_GO = re.compile(r" (?:go|down|up|off|out|in|loose)\b")
""" "The pipe let go": of the past, no wish."""
_ALSO_THINGS = frozenset(["book", "schedule"])
_BEFORE_THINGS = frozenset(ALPHABET.union("the a an my your of word words"))
""" "We forgot her clinic book there"."""
_NAMES = frozenset(["bella", "linda", "max"])
""" "Can you see Bella tomorrow": words that are names, too."""
_SENTENCE_ENDS = frozenset(ALPHABET.union("BREAK FILL"))
_IS = ALPHABET.of("is")
_BEFORE_ASKED = frozenset(ALPHABET.union("BREAK COMMA FILL or and"))
_WISHED: tuple[Meaning, ...] = ((ALPHABET.of("subj"), 0),)
_COMING: tuple[Meaning, ...] = ((ALPHABET.of("TURNS"), 0),)
_GOES_ON_THEN = re.compile(r"(?:\s+\w+){3}")
_PAST_OR_WISHED = frozenset(
    ["llegue", "pague", "compre", "busque", "entregue", "saque", "regrese", "lleve", "termine", "pase"]
)
_DEPOSIT, _OF = "adelanto", ALPHABET.of("de")
""" "Cuánto de adelanto" moves nothing."""
_SUIT = "traje"
_BEFORE_NOUNS = frozenset(ALPHABET.union("el un de del mi su con ese este OTRO al"))
_SO_THAT = frozenset(ALPHABET.of(word) + ALPHABET.of("que") for word in ("a", "para", "hasta", "vez", "LUEGO"))
""" "Hasta que llegue": without its accent, "llegué" is written the same."""
_WE_WILL = re.compile(r"(?!(?:com|hac|sab|corr|vend|pon|aprend|beb|deb|cre|le|met|romp)emos)[a-z]{3,}emos")
_WHEN = frozenset(ALPHABET.union("cuando cuanto APENAS"))
_QUE, _SINCE = ALPHABET.of("que"), ALPHABET.of("desde")
_OWNERS = frozenset(ALPHABET.union("my your the an"))
_UNKNOWN: tuple[Meaning, ...] = ((ALPHABET.of("word"), 0),)
_UNKNOWN_PLURAL: tuple[Meaning, ...] = ((ALPHABET.of("words"), 0),)
_SHAPE_LETTERS = {
    "iso": ALPHABET.of("FULLDATE"), "full": ALPHABET.of("FULLDATE"), "clock": ALPHABET.of("CLOCK"),
    "long": ALPHABET.of("LONG"), "slashed": ALPHABET.of("SLASHED"),
    "paired": ALPHABET.of("SLASHED"), "dotted": ALPHABET.of("DOTTED"),
    "dashed": ALPHABET.of("DASHED"), "num": ALPHABET.of("NUM"), "big": ALPHABET.of("BIG"),
    "currency": ALPHABET.of("MONEY"), "short": ALPHABET.of("BIG"),
}  # fmt: skip
_WRITTEN_OUT = {"week": "lunesaviernes", "special": "", "asap": "asap", "birth": "dob", "para": "para", "andor": "o"}
"""Words with signs or digits in them, and the word they are read as; "" for the word itself."""


def fold(text: str) -> tuple[str, list[int] | None]:
    """The text in lower case without accents, and where each of its letters was (None: in the same place)."""
    if text.isascii():
        return text.lower(), None
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(letter.lower()[0] for letter in text)
    folded = lower.translate(_FOLD)
    if len(folded) == len(text):
        return folded, None
    return folded, [at for at, letter in enumerate(lower) if _FOLD.get(ord(letter), "") is not None]


def read(text: str, language: Language) -> Tokens:
    """The tokens of a message. Reads any string whatever, up to `MAX_CHARACTERS`."""
    return _Lexer(text[:MAX_CHARACTERS], language).run()


class _Lexer:
    def __init__(self, text: str, language: Language) -> None:
        self._raw = text
        self._text, self._offsets = fold(text)
        self._language: Language = language
        self._lexicon = WORDS[language]
        self._has_accents = self._offsets is None and not text.isascii()
        self._letters: list[str] = []
        self._values: list[tuple[int, ...]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._end = -1

    def run(self) -> Tokens:
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup or ""
            start, end = match.span()
            text = match.group()
            if kind == "word":
                self._word(text, start, end)
            elif kind == "sign":
                self._sign(text, start, end)
            elif kind in _WRITTEN_OUT:
                self._known(_WRITTEN_OUT[kind] or text, start, end)
            elif kind == "mer":
                self._known("am" if text[0] == "a" else "pm", start, end)
            else:
                self._number(kind, text, start, end)
            self._end = end
        tokens = Tokens("".join(self._letters), tuple(self._values), *self._where_written(), self._language)
        return numerals.compose(tokens)

    def _where_written(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The offsets in the message as it was written."""
        if self._offsets is None:
            return tuple(self._starts), tuple(self._ends)
        where = self._offsets
        return tuple(where[at] for at in self._starts), tuple(where[at - 1] + 1 for at in self._ends)

    def _add(self, letter: str, value: tuple[int, ...], start: int, end: int) -> None:
        self._letters.append(letter)
        self._values.append(value)
        self._starts.append(start)
        self._ends.append(end)

    def _word(self, word: str, start: int, end: int) -> None:
        after_number = start == self._end and bool(self._letters) and self._letters[-1] == _NUM
        if after_number and word.removesuffix("'s") in _ORDINAL_ENDINGS:
            self._add(_TH, (), start, end)
            return
        if word == "s" and start and self._text[start - 1] == "'" and self._letters and self._letters[-1] == _NUM:
            # "3's good".
            return
        if after_number and word == "a" and self._language == "en":
            if inflected.is_house(self._text, end):
                self._letters[-1] = _LONG
                return
            # "fri 9a".
            word = "am"
        if word in _WITHOUT_SENSE and self._letters and self._letters[-1] in _AFTER_ARTICLE:
            return
        card = word == "id" and self._is_card(start, end)
        meanings = _UNKNOWN if card else self._meanings(word, start, end)
        if after_number and meanings[0][0] in _NO_UNIT and len(meanings) == 1 and not _GOES_ON.match(self._text, end):
            self._letters[-1] = _LONG
        for letter, number in meanings:
            self._add(letter, (number,), start, end)

    def _meanings(self, word: str, start: int, end: int) -> tuple[Meaning, ...]:
        lexicon = self._lexicon
        if self._has_accents:
            raw = self._raw[start:end].lower()
            if raw != word and (accented := lexicon.get(raw)):
                return accented
            if _PAST_OF_KNOWN.search(raw) and word in lexicon and lexicon[word][0][0] in _I_DO:
                # "Llamó" is not "llamo", "cobré" not "cobre".
                return _PAST
        if known := lexicon.get(word):
            return self._in_its_place(word, known, start, end)
        if word.endswith("'s"):
            known = lexicon.get(word[:-2])
            return self._in_its_place(word[:-2], known, start, end) if known else _UNKNOWN
        if (small := _DIMINUTIVE.fullmatch(word)) and (known := self._undiminished(small)):
            return known
        if self._language == "es" and (known := self._with_pronouns(word)):
            return known
        short = _STRETCHED.sub(r"\1", word)
        if short != word and (known := lexicon.get(short) or lexicon.get(_STRETCHED.sub(r"\1\1", word))):
            return known
        if self._tells_of_the_past(word, start, end):
            return _PAST
        return self._of_us(word) or (_UNKNOWN_PLURAL if word[-1] == "s" else _UNKNOWN)

    def _of_us(self, word: str) -> tuple[Meaning, ...] | None:
        """What we do or did, and what we will have done: "cuando levantemos la soja"."""
        if self._language != "es":
            return None
        if _WE_DO.fullmatch(word):
            return _DONE
        ahead = _WE_WILL.fullmatch(word) and self._letters and self._letters[-1] in _WHEN
        return _COMING if ahead else None

    def _with_pronouns(self, word: str) -> tuple[Meaning, ...] | None:
        """ "Cambiármela", "apúntanos"."""
        verb = _ENCLITIC.fullmatch(word)
        if verb is None:
            return None
        known = None if _PAST_SPANISH.fullmatch(word) else self._lexicon.get(verb.group(1))
        if known and known[0][0] in _TAKES_ENCLITICS:
            return known
        return _ASKED if inflected.asks_for_appointment(word) else None

    def _in_its_place(self, word: str, known: tuple[Meaning, ...], start: int, end: int) -> tuple[Meaning, ...]:
        """What a known word means after the words before it."""
        if word in _NAMES and self._is_name(start, end):
            return _UNKNOWN
        placed = self._in_english(word, known, start, end) if self._language == "en" else self._in_spanish(word, end)
        return placed or known

    def _in_spanish(self, word: str, end: int) -> tuple[Meaning, ...] | None:
        if word in _PAST_OR_WISHED and self._letters:
            if "".join(self._letters[-2:]) in _SO_THAT:
                return _WISHED
            if word == "llegue" and _QUE in self._letters[-3:] and _SINCE not in self._letters[-4:]:
                # "El DJ que llegue el sábado a las 8"
                return _WISHED
            if self._letters[-1] in _WHEN and (self._has_accents or _GOES_ON_THEN.match(self._text, end)):
                # Who writes accents would have put one otherwise; who writes none tells what then.
                return _COMING
        if word in _NOW_WITHOUT_ACCENT and self._has_accents and _ACCENT.search(self._raw):
            return _UNKNOWN
        if word == "quite":
            return _WISHED  # no English here: "en cuanto se me quite la gripe"
        if word == _DEPOSIT and self._letters and self._letters[-1] == _OF:
            return _UNKNOWN
        if inflected.is_gear(word, self._text, end, self._letters):
            return _UNKNOWN
        return _PAST if inflected.is_past(word, self._text, end, self._letters) else None

    def _in_english(self, word: str, known: tuple[Meaning, ...], start: int, end: int) -> tuple[Meaning, ...] | None:
        if word == "morn" and inflected.is_tomorrow(self._letters):
            return _MORROW
        if inflected.is_now(word, self._text, start, end, self._letters):
            return _UNKNOWN
        if word == "let" and self._letters[-1:] and self._letters[-1] in _WHO_LET and _LETS_GO.match(self._text, end):
            return _OWNED_ONCE
        if word in _ALSO_THINGS and self._letters and self._letters[-1] in _BEFORE_THINGS:
            return _UNKNOWN
        if known[0][0] == _DID and (self._described() or self._is_base(word)):
            return _UNKNOWN
        if word in _OWNED and (had := _HAD.match(self._text, end)):
            return _AFTER_HAD[word] + (_OWNED_ONCE if had.group("thing") else ())
        return None

    def _is_name(self, start: int, end: int) -> bool:
        """Whether it has a capital of its own inside a sentence."""
        capital = self._raw[start].isupper() and not self._raw[start:end].isupper()
        return capital and bool(self._letters) and self._letters[-1] not in _SENTENCE_ENDS

    def _is_base(self, word: str) -> bool:
        """Whether what may be of the past is none here: "the saw", "to read"; "I'll hit you up" is left."""
        return bool(self._letters) and self._letters[-1] in _BEFORE_BASE and word != "hit"

    def _is_card(self, start: int, end: int) -> bool:
        """Whether "id" is no "I'd": "my id", "the ID photo"."""
        owned = bool(self._letters) and self._letters[-1] in _OWNERS
        return owned or (self._raw[start:end] == "ID" and not self._raw.isupper())

    def _undiminished(self, small: re.Match[str]) -> tuple[Meaning, ...] | None:
        """ "Lunesito", "mesecito"."""
        if small.group() in _NOT_SMALL:
            return None
        stem, vowel = small.groups()
        return self._lexicon.get(stem) or self._lexicon.get(stem + vowel) or self._lexicon.get(stem + "e")

    def _tells_of_the_past(self, word: str, start: int, end: int) -> bool:
        """Whether the ending of an unknown word is that of a verb of the past."""
        if self._language == "en":
            return not self._described() and word not in _NO_PAST_ENGLISH and _PAST_ENGLISH.fullmatch(word) is not None
        if _PAST_SPANISH.fullmatch(word) is not None:
            suit = word == _SUIT and bool(self._letters) and self._letters[-1] in _BEFORE_NOUNS
            return word not in _PRESENT_SPANISH and not suit
        if _PARTICIPLE.fullmatch(word) and _HAD_ONCE.search(self._text, max(0, start - _MOST_OF_HAD), start):
            return True
        if word[-1] == "o" and _TO_SOMEBODY.search(self._text, max(0, start - _FEW_LETTERS), start):
            return True
        accented = self._raw[start:end].lower() if self._has_accents else ""
        return word not in _NO_VERBS and _PAST_ACCENTED.fullmatch(accented) is not None

    def _described(self) -> bool:
        """Whether the word says how somebody or something is: "I'm stuck", "is it paid"."""
        if self._language != "en" or not self._letters:
            return False
        return self._letters[-1] in _DESCRIBED or self._letters[-1] in _ARTICLES_EN or self._asked_of()

    def _asked_of(self) -> bool:
        """Whether it is asked how a day is: "is new year's day covered", "is it staffed"."""
        at = next((at for at in range(len(self._letters) - 1, -1, -1) if self._letters[at] not in _ASKED_OF), -1)
        begins = at >= 0 and self._letters[at] == _IS
        return begins and at < len(self._letters) - 1 and (not at or self._letters[at - 1] in _BEFORE_ASKED)

    def _known(self, word: str, start: int, end: int) -> None:
        for letter, number in self._lexicon[word]:
            self._add(letter, (number,), start, end)

    def _sign(self, sign: str, start: int, end: int) -> None:
        ends_nothing = sign == "." and start == self._end and bool(self._starts)
        if not (ends_nothing and self._letters[-1] != _TH and self._text[self._starts[-1] : start] in _ABBREVIATIONS):
            self._add(_SIGN_LETTERS[sign], (), start, end)

    def _number(self, kind: str, text: str, start: int, end: int) -> None:
        letter = _SHAPE_LETTERS[kind]
        if start == self._end and self._letters and self._text[start - 1].isalpha():
            # "covid19" and "b12" are no numbers.
            letter = letter if self._letters[-1] in _NUMBER_HEADS else _LONG
        numbers = tuple(int(digits[:9]) for digits in _DIGITS.findall(text))
        if kind == "short":
            # "June '29".
            numbers = (_CENTURY + numbers[0],)
        dashed = (1,) if kind == "full" and "-" in text else ()
        self._add(letter, numbers + dashed, start, end)
