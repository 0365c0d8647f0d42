"""The English words of dates and times, folded: no case, no accents; chat spellings included.

A word belongs to one kind only; what it means in its place is for the rules to say. Kinds that `spanish.py` has too
are the same kind.
"""

WEEKDAYS = (
    "monday mon munday monady mondy monay mundy mondey",
    "tuesday tue tues tuez tuesady teusday tusday tuseday tuesdy toosday tuesdey chewsday",
    "wednesday wed weds wedz wedsday webnesday wensday wendsday wednesdy wedesday wednsday wednseday wenesday wenzday",
    "thursday thu thur thurs thurz thrusday thursdy thurday thirsday thursay thrs",
    "friday fri friyay firday fryday frday fridy",
    "saturday satur saterday satruday saturdy satday sturday",
    "sunday sundy suday",
)
"""From Monday to Sunday. "sat" and "sun" have kinds of their own: they are other words too."""

WEEKDAYS_PLURAL = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")

MONTHS = (
    "january jan januray janury",
    "february febuary feburary",
    "",
    "april apr arpil aprl aprill",
    "",
    "june",
    "july",
    "august aug",
    "september septemeber setember",
    "october ocotber",
    "november novemeber",
    "december dec decemeber decmber",
)
"""March and May have kinds of their own: they are verbs too."""

NUMBERS = {
    2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven",
    12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen",
    19: "nineteen", 21: "twentyone", 22: "twentytwo", 23: "twentythree", 24: "twentyfour", 25: "twentyfive",
    26: "twentysix", 27: "twentyseven", 28: "twentyeight", 29: "twentynine", 31: "thirtyone",
}  # fmt: skip
TENS = {20: "twenty", 30: "thirty", 40: "forty fourty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty",
        90: "ninety"}  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth",
            9: "ninth", 10: "tenth", 11: "eleventh", 12: "twelfth", 13: "thirteenth", 14: "fourteenth",
            15: "fifteenth", 16: "sixteenth", 17: "seventeenth", 18: "eighteenth", 19: "nineteenth",
            20: "twentieth", 21: "twentyfirst", 22: "twentysecond", 23: "twentythird", 24: "twentyfourth",
            25: "twentyfifth", 26: "twentysixth", 27: "twentyseventh", 28: "twentyeighth", 29: "twentyninth",
            30: "thirtieth", 31: "thirtyfirst"}  # fmt: skip

KINDS = """
# Days
TODAY: today todays tday tdy tody 2day
TOMORROW: tomorrow tomorrows tmrw tmr tmrrw tmw tmrow tomoro tomorow tommorow tommorrow tomorro tomrrow tmmrw tmro
    morra tmoz tmz tomora tmara tomorra tmorra
    2moro 2morrow 2moz 2mrw 2mo tomoz tommorro tomarrow tomorrw tomm tmo tmoro morrow tomorroww tomrw tomrow tmorrow
    tommrow tomorw bukas tumorrow temorrow 2morro
# A name as well.
tom: tom
OVERMORROW: overmorrow
YESTERDAY: yesterday yesterdays yday yest yesturday yesterdy ystrday yestday ystday yesteday yestrday
TONIGHT: tonight tonite 2nite 2night tonights tnite tonihgt
SAT: sat
SUN: sun
MAY: may
MARCH: march marhc mrach
once: once
# Parts of the day
MORNING: morning mrng mrning mornng mornin morn mornig moring
MORNINGS: mornings
AFTERNOONS: afternoons
AFTERNOON: afternoon aftanoon aftanun afternun aftnun arvo avo afternoonish aftrnoon aftnoon aft afternon
EVENINGS: evenings
EVENING: evening evenin evning evng evnin
NIGHTS: nights nites
NIGHT: night nite nighttime
NOON: noon midday noonish noontime nn
MIDNIGHT: midnight midnite
EARLY: early
late: late l8
mid: mid middle
lunch: lunch lunchtime almuerzo almorzar
work: work
# Units
DAY: day
DAYS: days
WEEK: week wk
WEEKS: weeks wks
MONTH: month mth
MONTHS: months mths
YEAR: year yr
YEARS: years yrs
HOUR: hour hr
HOURS: hours hrs
HS: hs h
MINUTE: minute minutes
WHILE: while bit jiffy
FORTNIGHT: fortnight fortnights
SIGLO: seconds secs sec century decade anniversary
WEEKEND: weekend wknd weekned wkend
WEEKENDS: weekends
WEEKDAY: weekday
WEEKDAYS: weekdays
end: end ends
BEGINNING: beginning start
# Pointing
this: this dis
next: next nxt nex
last: last previous final
COMING: coming upcoming comin
following: following
past: past
ago: ago
later: later l8r latr
SOMETIME: sometime someday eventually
POINT: point stage
DOWN: down
COMMENCING: commencing ending
FUTURE: future futuro
WHENEVER: whatever whenever anytime anyday whichever
any: any
anything: anything
some: some few several couple
another: another other different
each: each every all
SOON: soon soonish
SOONEST: soonest asap earliest nearest closest
EARLIER: earlier
sooner: sooner
LATEST: latest
immediately: immediately
NOW: now
right: right
away: away
available: available availability opening openings slot slots spot gap free frees
possible: possible possibl
when: when wen
what: what wht whats
# Function words
in: in inna
on: on onn sa
at: at ng
for: for
from: from frm
to: to
the: the teh di d
of: of
or: or
and: and
by: by
until: until till til untill
between: between btw btwn
prior: prior
AHEAD: ahead
FORWARD: forward
hence: hence
after: after aftr afta
before: before b4 befor
within: within
with: with
than: than
through: through thru
starting: starting
onwards: onwards onward
as: as
an: an
one: one
ones: ones
not: not nt
nor: nor neither
either: either
my: my our
your: your
its: its it's it
i: i
about: about bout abt around arnd round approx approximately roughly circa say
like: like
half: half
quarter: quarter
cuartos: quarters
oclock: oclock o'clock clock
sharp: sharp
# "Bang on 4", "on the stroke of 3".
DEAD: dead bang smack
stroke: stroke
thereabouts: thereabouts
SHORTLY: shortly
exactly: exactly dot
ISH: ish
fecha: date dates
thing: thing something
time: time times
then: then
else: else otherwise alternatively
BACKUP: backup fallback plan_b
CHOICE: choice preference
excepto: except barring sans minus cept barrin
save: save
BAR: bar
BAD: bad hectic packed awkward tricky rammed manic stuffed chockers mental nuts insane crazy chaos mayhem
NAH: nah
DEY: dey deh
instead: instead
better: better best
convenient: convenient
CONVENIENCE: convenience leisure
FIT: fit
most: most
DAILY: daily diario diariamente everyday
during: during
if: if
is: is are r
little: little
off: off
over: over
quick: quick quickly
that: that that's thats
these: these those
why: why
PORQUE: because cos cuz coz bcos bcoz becoz becos bcuz cause
SICK: sick tired home
TAL: how
RESULTS: results result prescription receipt
muy: very quite really pretty
# Meridiems
AM: am amm
PM: pm pmm
P: p
M: m
# Holidays
CHRISTMAS: christmas xmas christmass chrissie chrissy crimbo chrimbo
NYE: nye
eve: eve
PATRICK: patrick's patricks paddy's paddys
stephen: stephen's stephens
ceniza: ash
ramos: palm
shrove: shrove pancake
JUNETEENTH: juneteenth
VETERANS: veterans veteran's
ANZAC: anzac
MOTHER: mother's mothers
FATHER: father's fathers
# "Table for 4": so many people.
GROUP: table tables party dinner supper brunch breakfast cake catering ride taxi cab barbecue bbq meal
FEAST: diwali deepavali holi eid ramadan ramzan hanukkah passover pongal onam navratri dussehra kwanzaa
    carnival halfterm exams finals harvest graduation semester honeymoon payday shearing calving lambing
    rush
term: term
TEMPORADA: season
YEARQ: q1 q2 q3 q4
PUBLIC: public bank
new: new
HALLOWEEN: halloween
VALENTIN: valentine valentines
BOXING: boxing
THANKSGIVING: thanksgiving
MEMORIAL: memorial
EASTER: easter
good: good gud goood
INDEPENDENCE: independence
LABOR: labor labour
holidays: holiday holidays vacation break
SEASON: summer winter spring fall autumn
black: black cyber
# Greetings
BUENAS: happy great nice lovely wonderful merry enjoy blessed restful relaxing peaceful
# What is not a date
BORN: born birth dob birthdate
BIRTHDAY: birthday bday birthdays bdays bday's birthday's
STREET: street park square ave avenue road rd lane highway hwy drive boulevard floor fl grade place row bldg building
MESA: room suite
# Where cattle are sold: no "martes".
LOCAL: mart marts
# "A wash and set": no month.
set: set
# "The Sunday Independent", "Sunday roast".
PAPER: independent gleaner observer herald tribune telegraph gazette market newspaper paper papers roast
# "He answers to Friday".
ANSWERS: answers responds
flat: flat
PIEZA: apt apartment unit number version option step page gate line bed level box size vitamin age aged
    ages ext
    door block bay lot ward
CODIGO: phone passport plate rego numberplate code reference order mobile case invoice policy insurance account txn
    serial tracking ref
SOY: named mr mrs ms name name's names
FIEBRE: temperature fever temp
GRADOS: degrees fahrenheit
DOLOR: score rating pressure bp rate rated pain scale dolor
READING: sugar glucose pulse oxygen spo2 cholesterol psi ph
DINERO: dollars dollar bucks pounds quid cents eur gbp percent
COSAS: people patients kids children adults appointments visits others miles mile feet
    ft inches inch lb lbs oz g kilograms guests of_us sisters brothers sons daughters babies
    questions items pieces vaccines shots teeth friends men women sessions hens cows pigs acres bags
    boxes cups cats dogs stars ppl pax members seats students folks girls boys photos docs options packs
    copies bottles pairs blocks stories inyection injections
UNA_COSA: person patient kid child adult son daughter baby session cat dog star pair shot pack guest visitor
DOSIS: pill pills tablet tablets drops doses dose capsules puffs spoons teaspoons tablespoons
OLD: old
never: never
# The wish, the appointment and what happens to it
CITA: appointment appt appoint booking reservation visit checkup check_up consultation appts meeting apptmt apointment
    appointmnt appointment's
MOVED: moved rescheduled changed preponed
MOVER: bump move reschedule change switch swap postpone push rebook moving changing rescheduling resched
    reschedual prepone preponing re-sched re-schedule re-scheduling resked
    scoot slide nudge delay trade
shift: shift shifting
CANCEL: cancel canceling cancelling cancelation cancellation remove removing withdraw
AGENDADO: scheduled booked
HAVE: have has hav hv i've ive we've weve they've theyve you've youve
HAVENT: haven't havent hasn't hasnt
GOT: got
ABLE_TO: can
COULD: could cud cld
CANT: shan't shant cant can't cannot cyaan cyan kyaan kyan caan caa cyah couldnt couldn't wont won't unable
NOT_DO: dont don't doesnt doesn't isnt isn't wouldnt wouldn't arent aren't aint ain't
able: able gonna going manage
be: be being
MAKING: make go attend do come_in making arrive
COME: come
# Before "by": "pop by friday" names the day.
POP: pop swing drop nip pass popping swinging dropping nipping passing
# "Outside in 5" tells when somebody is there.
ARRIVE: reach reaching outside pulling parking
GETTING: get gets bring
getting: getting
WORK_FOR: works suits suit fine perfect
WOULD: would wud wld wuld
QUERIA: wanted needed
WISHED: want need wants needs wanna i'd looking lets let's wish gimme
let: let
longer: longer
TAKE: take takes taking
ROUTINE: goes wakes sleeps eats bedtime milk feed feeds
USUALLY: usually always normally generally
HORARIO: timings timing
town: town
IMPOSIBLE: impossible
CLASES: clash clashes conflict conflicts
too: too
BOOK: book schedule reserve
find: find remember recall see wait access believe sleep breathe understand walk eat breath swallow figure
BUSY: unavailable busy working slammed swamped tied
SALGO: finish finishing
RETURN: return returning
also: also
leave: leave leaves leaving
up: up
out: out
# "Have to skip friday".
SKIP: skip skipping miss missing bail bailing
id: id
FORGET: forget
# "No, hang on".
HOLD: hang hold
IM: im i'm i_am
TALK: talk speak call tell text write message confirm know reply email ring shout holla holler buzz respond answer
hear: hear hearing
PERO: but though
PERDON: sorry mean meant actually oops scratch correction mistake wrong nvm whoops
PREFER: prefer rather
MAYBE: maybe perhaps possibly
WONDERING: wondering hoping thinking
since: since
OPEN: open opens opened close closes closed closing shut opening_hours
# Books with verses: "John 3:16".
word: john luke mark matthew james psalm psalms romans isaiah jeremiah genesis exodus proverbs corinthians galatians
    ephesians philippians colossians hebrews revelation ecclesiastes pr pb
# The past
WAS: was were wasnt wasn't
been: been
MISSED: missed forgot overslept didnt didn't
ASKED: asked advised suggested recommended instructed requested
POST: post
same: same
must: must gotta
CALLED: called
corner: corner junction intersection
TAKES_PLACE: fly flying flies lands landing departs depart
DID: went came visited hurt hurted felt started saw had ate took woke threw fell happened began vomited
    operated noticed slept drank planted sprayed harvested rained bled broke bought brought caught lost ran gave
    kept grew drove stood paid sent received wrote ordered texted messaged emailed seen cut hit met died lied won
    sold taught fed hid laid dug hung lent spent shook stuck struck rode wore
    found dreamt smelt became bent blew bred built chose crept dealt drew fought fled flew forgave froze knelt
    leapt mistook overate
    overpaid rang rebuilt sang sank shrank slid spilt spoilt burnt learnt sprang spun stole stung swept swore swung
    ground
    undertook withdrew wept wove sought spilled payed
    tore swam slipped spoke talked
    did
AGREED: said agreed decided settled arranged planned supposed
TOLD: told
    confirmed cancelled canceled transferred prescribed
given: stolen broken taken eaten given driven written spoken beaten bitten forgotten frozen shaken torn worn thrown
    drawn shown done
gone: gone
failing: failing
left: left made put read split spread quit beat used
see: seeing seeya cya
FILL: lol lmao haha hahaha hehe boss chief buddy madam guys mate bro dude please pls plz plss thanks thx
    thank ty preferably ideally hi hello hey yes yeah yep yup sure so well
    ma'am sir um uh cool thankyou tysm alright yea hiya y'all team there here kindly lads lasses plese pleas
    po opo na nuh nlng lang nalang sana ba naman maam mam din rin abeg oga biko
BYE: goodbye byebye cheers
u: you u ye yous yiz
ILL: i'll ill we'll will shall
ejem: just only even we we're they
"""
"""A kind and its words in each line; an indented line goes on with the one before it."""
