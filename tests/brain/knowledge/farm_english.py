"""What the adviser of a growers' cooperative knows, in English, as its owner would write it down."""

from recado.decisions import Entry


def _entry(topic: str, question: str, answer: str, keywords: str) -> Entry:
    return Entry(f"en:{topic}", topic, "en", question, answer, tuple(keywords.split(", ")))


ENGLISH: tuple[Entry, ...] = (
    _entry(
        "hours",
        "When is the office open?",
        "The office is open *Monday to Friday from 7:00 am to 4:00 pm* and *Saturday from 7:00 am to noon*.",
        "office hours, days, lunch",
    ),
    _entry(
        "address",
        "Where is the cooperative's office?",
        "We are at *Jr. Bolívar 210, Jaén*, across from the Modelo market, beside the petrol station.",
        "office, landmark",
    ),
    _entry(
        "membership",
        "How do I become a member?",
        "Bring your *ID, your land title* and a photo. The fee is S/ 120 a year; you can pay in two parts.",
        "member, membership, join, sign up, register, fee",
    ),
    _entry(
        "visits",
        "How do I ask for a visit of the agronomist?",
        "The agronomist visits every farm *once a season*, free for members. Write your village and your crop here.",
        "agronomist, field visit, technician, technical help, advisor, come to my farm",
    ),
    _entry(
        "soil_test",
        "How do I get my soil tested?",
        "Take soil from *10 spots in a zigzag, 20 cm deep*, mix it and bring half a kilo in a clean bag. S/ 45, 10 "
        "days.",
        "soil test, soil sample, pH, acidity, lab",
    ),
    _entry(
        "rust",
        "How do I control coffee rust?",
        "Cut the worst branches, open the shade and spray *Bordeaux mixture every 21 days* with the first rains.",
        "rust, orange powder, yellow spots on the leaves, leaves fall off",
    ),
    _entry(
        "borer",
        "What can I do against the coffee borer?",
        "Pick up fallen cherries and hang *20 alcohol traps per hectare*. Do not store infested coffee.",
        "borer, berry borer, holes in the beans, traps, beetle",
    ),
    _entry(
        "coffee_feeding",
        "When and with what do I fertilize coffee?",
        "Three times a year: *first rains, two months later, and after the harvest*. 200 g of guano per plant.",
        "fertilizer, fertilize, guano, feed the plants, manure for coffee",
    ),
    _entry(
        "pruning",
        "When should I prune the coffee trees?",
        "Prune *after the harvest, from August to October*. Stump plants older than eight years at 40 cm.",
        "prune, pruning, stumping, cut back old trees",
    ),
    _entry(
        "coffee_price",
        "How much do you pay for coffee?",
        "Today we pay *S/ 11.20 a kilo of parchment*, S/ 12.40 above 84 points. It changes every day at 10:00.",
        "coffee price, price per kilo, buy coffee, parchment, cup score, quote",
    ),
    _entry(
        "drying",
        "How do I dry coffee properly?",
        "Spread it on *raised beds, 3 cm deep, and turn it every hour*: 8 to 12 days. Cover it at night.",
        "dry, drying, dryer, raised beds, patio",
    ),
    _entry(
        "seedlings",
        "Do you sell coffee seedlings?",
        "Yes: *Catimor and Geisha at S/ 1.20* each, from November. Reserve them with half of the price.",
        "seedlings, nursery, varieties, Catimor, Geisha, new plants",
    ),
    _entry(
        "armyworm",
        "How do I fight the fall armyworm?",
        "Check 20 plants; if *four or more* are damaged, spray Bacillus into the whorl at dusk.",
        "armyworm, worm, caterpillar, worms in the corn, eaten leaves, maize",
    ),
    _entry(
        "irrigation",
        "How often should I water?",
        "Sandy soil *every 3 days, clay every 6*, early or at sunset. If a handful makes a ball it is still moist.",
        "irrigation, irrigate, watering, drip, drought",
    ),
    _entry(
        "frost",
        "How do I protect my crops from frost?",
        "Water the afternoon before and make *smoke with damp straw* from 3 am. Cover seedlings with sacks.",
        "frost, freeze, cold, ice, hail",
    ),
    _entry(
        "credit",
        "How do I get a loan?",
        "Up to *S/ 5,000 a season at 1.5 % a month* for members of a year. Bring your ID and your farm plan.",
        "loan, credit, financing, advance, interest rate, borrow money",
    ),
    _entry(
        "tools",
        "Do you rent out tools?",
        "We lend *pulpers, brush cutters and backpack sprayers* for S/ 15 a day, against your ID.",
        "tools, rent, pulper, brush cutter, sprayer",
    ),
    _entry(
        "safety",
        "What should I wear when I spray?",
        "*Gloves, boots, a mask and long sleeves.* Do not eat or smoke, and keep the wind at your back.",
        "gloves, mask, protection, protective gear, spraying safely, empty containers",
    ),
    _entry(
        "cattle",
        "How often do I deworm my cattle?",
        "*Every 4 months*, calves from 2 months on. The anthrax vaccine is in March and September.",
        "cows, calves, cattle, parasites, ticks, deworming, anthrax",
    ),
    _entry(
        "compost",
        "How do I make compost?",
        "Layers of *coffee pulp, manure and dry leaves*; wet it, cover it, turn it every 15 days. Ready in 3 months.",
        "compost, organic fertilizer, manure, earthworms",
    ),
    _entry(
        "certification",
        "What does organic certification require?",
        "*Three years without chemicals*, a farm log and a map. The inspection is in May; the cooperative pays it.",
        "organic, certified, fair trade, inspection, inspector, farm log",
    ),
    _entry(
        "training",
        "When are the training sessions?",
        "The *first Thursday of each month at 9:00* at the office; free, with lunch.",
        "training, workshop, talk, course, field school, meeting",
    ),
)
