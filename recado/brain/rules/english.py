"""English words that the rules brain knows without any entry, as people write them in a chat."""

# Words that say nothing about the subject. They also tell the language.
FUNCTION_WORDS = """
a about after again all already also am an and another any anyone anything are around as ask asking at available be
because been before being but by can cannot cant come coming could couldnt dear did didnt do does doesnt doing done
dont each else ever every everything excuse find for friend from get getting give go goes going went gonna good got
guys had happen has have havent having he hear her here hers him his hope how i id if ill im in into is isnt it its
ive just kind kindly know later let like ll look looking made madam make man many may maybe me mean might miss more
most my myself need needs never next no not now of off offer ok on once one ones only or other our out over own please
possible provide quick question re really right s said same say see seen send share she should since sir so some
somebody someone something soon sorry still such sure t take taking tell than that thats the their them then there
theres these they thing things think this those thought through to today together tomorrow too try under until up us
use used using ve very via wanna want wanted wanting was way we welcome well were weve what whats when where wheres
which while who whos why will with without wont wonder wondering would wouldnt yes yet you youd youll your youre yours
yourself able actually anyways anyway btw folks team does'nt message reply respond dr mr mrs ms lovely nice exactly
currently list during person both per till til month months week weeks season apply january
february march april june july august september october november december
"""

STRONG: dict[str, str] = {
    "hours": "open opens opened opening close closes closed closing hour hours timetable timings whattime shut",
    "address": "address addresses location locations located map maps directions direction getthere whereareyou",
    "prices": "price prices pricing priced cost costs fee fees rate rates charge charges expensive cheap quote howmuch",
    "bring": "bring bringing carry requirements",
    "parking": "parking park parked parks garage",
    "payment": "pay paying payment payments paid",
    "phone": "phone telephone cellphone",
    "appointments": "appointment appointments appointmen book booking booked reservation reserve",
    "emergency": "emergency emergencies ambulance fainted unconscious bleeding seizure choking",
    "weekday": "monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays",
    "saturday": "saturday saturdays",
    "sunday": "sunday sundays",
    "holiday": "holiday holidays",
    "weekend": "weekend weekends",
}
WEAK: dict[str, str] = {
    "hours": "schedule working work time times late mornings evenings afternoons morning evening afternoon",
    "address": "where reach near nearby far place",
    "prices": "much",
    "payment": "accept accepts",
    "phone": "number call contact",
    "appointments": "slot slots schedule",
}

SIGNAL_WORDS = """
hi hello hey morning afternoon evening greetings thanks thank appreciate bye goodbye talk speak human person people
agent operator representative receptionist staff manager information help options perfect great cool fine understood
robot machine chat real customer service
"""

# Chat spelling that no spelling rule would mend: what is meant (maybe several words), and how it is written.
CHAT: dict[str, str] = {
    "you": "u",
    "your": "ur",
    "are": "r",
    "please": "pls plz plss",
    "thanks": "thx tks tnx thnx",
    "thank you": "ty tysm",
    "what": "wat wut",
    "when": "wen",
    "how": "hw",
    "where": "wher whr",
    "open": "opn",
    "tomorrow": "tmrw tmr tmw",
    "appointment": "appt apt",
    "appointments": "appts",
    "good": "gd",
    "good morning": "gm",
    "morning": "mornin",
    "hi": "hii hiya",
    "hello": "helo",
    "want to": "wanna",
    "give me": "gimme",
    "address": "adress addres",
    "saturday": "sat",
    "saturdays": "sats",
    "sunday": "sun",
    "sundays": "suns",
    "monday": "mon",
    "friday": "fri",
    "hours": "hrs",
    "about": "abt",
    "and": "n",
    "because": "cuz bcz",
    "representative": "rep",
    "location": "loc",
    "telephone": "tel",
    "christmas": "xmas",
    "documents": "docs",
    "vaccine": "vax",
    "birthday": "bday",
    "now": "rn",
    "minutes": "mins",
    "through": "thru",
    "have to": "havta",
    "what is": "wts whats",
}

# What people ask of other businesses; counts fully against an entry that does not know the word.
OTHER_TRADES = """
sell sells selling buy buying rent renting repair fix fixing hire hiring install adopt lend borrow play watch travel
wash
"""

# For whom something is asked.
RELATIVES = """
son daughter kid husband wife mom mum mother dad father grandma grandpa grandmother grandfather brother sister aunt
uncle nephew niece cousin neighbor neighbour family boyfriend girlfriend
"""
