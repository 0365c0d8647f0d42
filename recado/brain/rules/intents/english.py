"""Classes of meaning in English. See `spanish`."""

CUES: dict[str, str] = {
    "want": r"""
        want(?: to)?|need(?:ing|s)?|i'd (?:like|love)|we'd (?:like|love)|would (?:like|love)|looking (?:for|to)
        |hoping (?:to|for)|trying to|wish to|require|after a|been meaning to|like to|love to|could (?:do with|use)
        |due for|request(?:ing)?|wanting
    """,
    "can": r"""
        can|could|is it possible|possible|any (?:way|chance)|may i|able to|would you|will you|mind if|chance
        |wondering if
    """,
    "please": r"please|kindly|if you (?:could|can|don't mind)|would appreciate",
    "give": r"""
        stick me|place for|a table|a place|put (?:me|us|him|her) (?:down|in)|fit (?:me|us|her|him)|squeeze
        |get me (?:in|a|an)|give me|sign (?:me|us|him|her)|pencil|pop me in|slot me|add me|hook me up|let me get
        |give us|fix (?:me|a date)|put me on|let me have|take (?:me|him|her|us)\b(?! off)
    """,
    "book": r"""
        arrange it|vaccinate|come on any|to be seen|i'm due|due (?:my|a|for)|could we bring|can we (?:bring|come)
        |come after|present|book(?:ing|ed)?|schedule|scheduling|make (?:an|a|another)|set (?:up|me up)|arrange
        |reserve|get (?:him|her|it|them|my \w+|us|me)(?: \w+)? (?:in|seen|checked|looked|done)|get (?:in|seen|an|a)
        |come in|come by|be seen|see (?:the|a|someone|you|him|her|about|doctor)|bring (?:my|in|him|her|it|d|the)
        |drop (?:it|her|him) off|swing by|walk in|come (?:for|to|see)|take a look|look at|checked out|looked at
        |have (?:it|him|her) (?:seen|checked)|visit|send someone|come out|get \w+ out to|meet with
    """,
    "room": r"""
        availab\w+|openings?|slots?|any(?:thing|one)? (?:free|open|time|available|sooner)|free (?:slot|time|on|at)
        |room for|space|spots?|(?:have|got) (?:any|anything|a|an|room|space|time)(?: \w+)? (?:slot|spot|free|open
        |for|on|this|next|tomorrow|today|time|opening|appointments?)|who'?s free|what have you got|whenever|earliest
        |soonest|how soon can|take walk-? ?ins
    """,
    "appointment": r"""
        appointments?|booking|reservation|sessions?|visit|check ?- ?up|checkup|consult(?:ation)?|cleaning|physical
        |follow ?- ?up
    """,
    "mine": r"""
        (?:my|our|his|her|the|that|this|mom's|dad's|son's|daughter's) (?:\w+ )?(?:appointments?|booking|reservation
        |session|visit|slot|cleaning|surgery|check ?- ?up|test|scan|mri|consult\w*|physical|time|spot|follow ?- ?up
        |procedure|visit)|(?:my|the) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d+\S*)(?: one)?
        |i (?:have|had|got|booked|made|scheduled)(?:\w+ )?(?:an|my|a|the)? ?(?:\w+ )?(?:appointment|booking|slot
        |session|visit)|i'm (?:the|booked|down|scheduled|on) |we had|you have (?:me|us)|i'm (?:supposed|meant|due)
        |i booked|i made|got me|booked for|scheduled (?:for|with|on)
    """,
    "move": r"""
        please put|put the \w+ off|make it|wrong date|new date|any day from|come in earlier|come earlier|put back
        |amend|prefer (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|a|the|to)|keep it in
        |stick me in the|move|moving|moved|push(?:ed|ing)?|postpon\w+|swap|switch|chang(?:e|ing|ed)|bump|shift|delay
        |trade|re ?-? ?schedul\w*|resched\w*|re ?- ?book|rebook|put (?:it|me|that|us) (?:off|back)|pushed? back
        |bring (?:it|mine|that) forward|defer|rain ?check|do it|make it (?:\w+ )?(?:later|earlier|instead|monday
        |tuesday|wednesday|thursday|friday|saturday|at|for|on|the)|come (?:later|earlier)|do (?:\w+ )?instead
        |switch(?:ing)?|adjust|slide|transfer (?:my|it)
    """,
    "other_time": r"""
        another (?:day|time|date|slot|week|one)|(?:different|other|later|earlier|new|sooner|next) (?:day|time|date
        |slot|week|one|opening|hour|appointment)|later|earlier|instead|some other|rather|sooner|the week after
        |day after|forward|works? better|any other|or (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)
        |would work|can do|half an hour|back (?:a|to|an)
    """,
    "cancel": r"""
        scratch|on behalf of|don't come|pretend i never|i'm out|cancell?ed from my side|will not (?:be )?(?:coming
        |attend)|not (?:going|coming)|forget about|won't be (?:there|coming|attending|in)|(?:is|are) not coming
        |cancel\w*|call(?:ing)? (?:it )?off|drop (?:it|my|the)|scrap|scrub|remov\w*|delet\w*|take (?:me|us|my name
        |him|her|it|my|out)(?:off|out|name)?|withdraw|give (?:my|the|up|it|away|that|someone)|release|free up
        |back(?:ing)? out|void|forget (?:about )?(?:the|my|it)|wipe|strike|let (?:my|the|it) go|someone else (?:can
        |should)|don't (?:expect|wait|hold)|pull(?:ing)? out|kill (?:my|the|that)|count me out|pass on|skip(?:ping)?
        |bail(?:ing)?|unbook|nix|ditch|axe|no ?- ?show|bin (?:my|the|it)
    """,
    "cannot": r"""
        can't (?:make|come|do|go|get|be|attend)|won't (?:be|make|come)|unable|not (?:going to (?:make|be|come)
        |coming|able|gonna)|came up|not make it|can't|couldn't (?:make|come)|isn't going to|running into|stuck
        |conflicts?|clash\w*|double ?- ?booked|doesn't work|don't work|not (?:working|good) for|never gonna
        |have to (?:work|travel)|called (?:me )?in|won't work|impossible
    """,
    "no_longer": r"""
        no longer|don't need|aren't coming|changed my mind|got better|decided (?:not|against)|not (?:interested
        |needed|continuing)|found (?:another|someone|a)|already (?:got|found|saw|went|fixed|seen)|anymore|any more
        |won't be needing|feeling better|no need|somewhere else|elsewhere|moved (?:away|out)|passed away
        |not necessary|will not continue|second thoughts
    """,
    "dont": r"""
        don't (?:you dare |want to |you |ever |let anyone )?(?:cancel|move|change|drop|delete|remove|touch|give)
        |not (?:to )?cancel\w*|instead of cancel\w*|why (?:was|did|is|were)|never (?:said|asked|cancell?ed)|do not
        |didn't cancel|got cancell?ed|was cancell?ed|you (?:guys )?cancell?ed|better not|without cancel\w+
        |not cancell?ing|did n't
    """,
    "when": r"when|what (?:time|day|date)|which day|what's the (?:time|date)|how long until|remind me",
    "mine_check": r"""
        never heard back|heard back|how many (?:\w+ )?(?:left|do i have left)|under (?:\w+)$|what day is my
        |what time is my|does it say|i have (?:a|an) \w+ this|has my|i'm down for|has anything|anything (?:been
        |booked)|in your system|on (?:my|your) (?:file|system|records?)|any appointment|you said|is (?:there
        |it) (?:a result|done|ready)|the status|have my|has my|nothing (?:yet|in the post)|do i (?:have|still)
        |have i got|am i (?:booked|still|down|on|registered|scheduled|in|good|confirmed|all)|is (?:my|it
        |the \w+)still|are my|did (?:you|they|i|u|my) (?:get|receive|book|go|make|come|say)|still (?:on|booked
        |happening|good|stand|planned|scheduled)|confirm(?:ed|ing|ation)?|remind|reminder|forgot|forget|supposed to
        |status|check(?:ing)? (?:on|if|my|whether)|double ?- ?check|verify|have me (?:down|for|on)|got me
        |which (?:doctor|dentist|day|time) (?:am|is|did|do|was|will)|who am i|who's (?:my|seeing)|look up
        |any (?:news|update|word)|update|make sure|do you (?:have|see) (?:me|my|us|an appointment)|where am i
        |on the list|find my|track|was it|is it (?:the|on|at|still)|what did|how's my|am i|it's (?:under|for)
        |under (?:the name|my)
    """,
    "result": r"""
        results?|report|labs?|bloodwork|blood work|x-? ?ray|scan|order|prescription|refill|paperwork|application
        |registration|biopsy|mri|ultrasound|test|certificate|referral|form|glasses|crown|lenses|records?|swab
        |culture|my (?:car|truck|bike|phone|laptop)
    """,
    "ready": r"""
        ready|come back|came back|back yet|in yet|arrived|done yet|finished|pick ?- ?up|come in yet|posted|printed
        |available yet|yet
    """,
    "price": r"""
        how much|prices?|pricing|costs?|charge[sd]?|fees?|rates?|quote|cash|insurance|copay|co ?- ?pay|discount
        |pay(?:ment)?s?|card|deposit|afford|free of charge|medicaid|medicare|nhs|bulk bill|cheap|expensive|dollars
        |bucks|refund|credit|plans?|cover(?:ed|s)?|accept|take (?:insurance|cards?|apple|blue|aetna|cash|medicaid
        |credit)|installments|venmo|zelle|rebate|financing
    """,
    "place": r"""
        parking|park|where|address|located|location|directions|map|wheelchair|bus|entrance|elevator|floor|street
        |branch(?:es)?|nearby|how do i get there|which (?:door|building|bus)|find you
    """,
    "hours": r"""
        open(?:ing)?|closed?|closes|hours|holidays?|weekends?|sundays|saturdays|after ?- ?hours|lunch|till
        |until what|late (?:night|hours)
    """,
    "what": r"""
        what(?:'s| is| are| do| does| should| kind| if)?|which|how (?:do|does|long|many|often|soon|far|old|early
        |would|to|come)|do (?:you|i|we|ya)|does|is there|are (?:there|you)|should i|can i (?:eat|bring|take|drink
        |use|get|still|have)|fasting|fast|allowed|required|need to bring|bring|difference|safe|normal|recommend|best
        |offer|provide|sell|carry|treat|speak|why|is (?:it|this|that)|does it|tell me (?:about|how)|advice|how
        |will (?:it|i|there|you)|who
    """,
    "information": r"""
        info(?:rmation)?|details|know|tell me|wondering|learn|find out|explain|asking|interested in|inquir\w+
        |enquir\w+
    """,
    "opening": r"""
        (?:a|one|quick|got a|have a|small|just a) (?:quick |small |lil |little )?question|question|anyone (?:there
        |around|home|here|on)|are you there|you there|can you help|help me (?:out)?|someone there|is (?:this|anybody
        |anyone|someone)|can i ask|may i ask|excuse me|need (?:some |a little )?help|somebody there|around|test
    """,
    "human": r"""
        transfer me|hate (?:talking|chatting)|who's there|bots|phone line|supervisor|duty doctor|a quick bell
        |whoever|an ear|ring (?:me|us)|someone who|actual people|(?:a|an|the|some|any|actual|your|with|live
        |real) (?:person|human|agent|operator|receptionist|manager|representative|rep|staff|somebody|nurse|owner
        |secretary|someone|being|doctor|front desk|supervisor|assistant|lady|girl|guy)|human|people|operator
        |representative|reception|call me|call back|callback|call us|calls?|speak(?:ing)?|talk(?:ing)?|phone (?:me
        |call)|ring me|robots?|bots?|machines?|automated|transfer me|connect me|put me through|give me a (?:ring
        |call|bell|shout)|in charge|a word with|front desk|real|ai|computer|answering|on the phone|chat ?bot
        |get (?:back|hold)|someone|somebody|voicemail|contact me|reach me|hand me|a live
    """,
    "danger": r"""
        jump|rope|antidepressants|pulse|acid|brake fluid|insulin|asthma|pacemaker|plan for tonight|soaked|bleed\w*
        |blood|breath\w*|chok\w*|faint\w*|passed out|collaps\w*|convuls\w*|seiz\w*|fitting|unconscious|unresponsive
        |won't wake|wake (?:him|her|up)|not (?:waking|responding|breathing|moving)|heart attack|chest|stroke
        |paraly\w*|numb|droop\w*|slurr\w*|blue|purple|pale|poison\w*|pesticid\w*|paraquat|herbicide|roundup|bleach
        |antifreeze|rat bait|swallow\w*|pills|tablets|overdos\w*|suicid\w*|kill\w*|die|dying|dead|burn\w*|scald\w*
        |fell|fall|hit (?:his|her|my|the) head|hit by|accident|crash|fractur\w*|bone|swelling|swollen|swell\w*
        |contractions|water broke|waters|labou?r|bit(?:e|ten)?|stung|stings?|snake|wasps?|bees?|electrocut\w*|knife
        |stab\w*|shot|gun|cut (?:off|deep|his|her|my)|gash|throat|tongue|lips?|head injury|end (?:it|my life)
        |hurt (?:myself|himself|herself)|live anymore|self ?harm|drown\w*|allergic|anaphyla\w*|epipen|gasping
        |wheez\w*|foam\w*|limp|rigid|stiff neck|vision|tractor|coughing up|throwing up blood|button battery|magnets?
    """,
    "fever": r"fever|temp(?:erature)?|burning up|febrile",
    "symptom": r"""
        pain(?:s|ful)?|hurts?|hurting|sore|ache|aching|cough\w*|flu|dizz\w*|vomit\w*|diarrh\w*|allerg\w*|rash
        |itch\w*|infect\w*|tooth|teeth|back|knee|head|headache|stomach|belly|ear|eyes?|foot|hand|arm|neck|hip|skin
        |gums?|cavity|blood pressure|sugar|anxiety|sleep|period|pregnan\w*|mole|limping|scratching|won't eat
        |not eating|fleas|ticks|lump|chipped|filling|noise|leak\w*|check engine|brakes
    """,
    "emergency": r"""
        emergenc\w*|urgent\w*|help+|ambulance|911|999|sos|asap|right now|right away|immediate\w*|serious\w*|critical
        |hurry|now|please help|come quick\w*|fast|what (?:do|should) i do|oh god|omg
    """,
    "severe": r"""
        won't stop|not stopping|can't stop|a lot|lots|everywhere|badly?|severe\w*|sudden\w*|can't|barely|worst
        |terrible|crushing|heavy|heavily|soaked|through (?:two|three|the)|just|minutes ago|getting worse|keeps
        |hardly|third|won't
    """,
    "not_urgent": r"""
        (?:not|isn't|nothing|no|never|ain't|wasn't) (?:\w+ )?(?:an? |that |really |super |too |any |real )?(?:urgent\w*
        |emergency|rush|hurry|serious|big deal|biggie)|for (?:\w+ )?(?:months|weeks|years|a while|ages)|a (?:bit
        |little)|mild|slight(?:ly)?|on and off|better now|back to normal|all good|no fever|gone (?:now|down)
        |fine now|when(?:ever)? you (?:can|get)|feeling better|this long while|not worried
    """,
    "past": r"""
        last (?:year|month|week|time|summer|winter)|years? ago|months? ago|yesterday|back in|in (?:19|20)\d\d
        |used to|was|were|had|when i was|ago|earlier|as a kid
    """,
    "figurative": r"""
        jaja\w*|laughing|laugh|lol|movie|show|series|episode|netflix|news|chain|forward|meme|joke|of (?:boredom
        |laughter|embarrassment|hunger)|battery|killing me|killed it|to die for|boss|game|dead serious|drop dead
        |fire|match|song|phone|wifi|traffic
    """,
    "off_topic": r"""
        hiring|storm|catalogue|website design|our company|my company|share this|sell second hand|bank manager
        |testing|football|soccer|score|goal|weather|rain|recipe|joke|loan|crypto|bitcoin|invest\w*|earn|job|hiring
        |resume|vacanc\w+|for sale|selling|rent|offer|deal|click|link|http|www|prize|winner|won|free gift
        |god bless you all|capital of|president|election|horoscope|song|music|poem|translate|homework|math|code
        |python|wrong number|who is this|who's this|love you|i love|birthday|christmas|pizza|burger|uber|taxi
        |neighbou?rs?|seo|website|marketing|subscribe|stupid|useless|idiot|sucks|hate|ridiculous|ignore|system
        |prompt|instructions|text start|vote
    """,
    "greet": r"""
        ello|can (?:somebody|someone|anyone) help|helo|hallo|anybody home|am i disturbing|open for questions|hello+
        |hi+|hey+|hiya|heya|good (?:morning|afternoon|evening|day)|gm|morning|howdy|greetings|yo|sup|what's up
        |how are you|how's it going|g'day|good evening|afternoon|evening all|hullo|salaam|namaste
    """,
    "thank": r"""
        tanx|arigato|thank you kindly|anyway|thank\w*|cheers|appreciat\w*|bye+|goodbye|take care|bless\w*
        |much obliged|ta|see (?:you|ya)(?: (?:then|soon|there|tomorrow|later|monday|tuesday|wednesday|thursday
        |friday|saturday|sunday))?|have a (?:good|great|nice|lovely|blessed)|good ?night|lifesaver|you're the best
        |been (?:so|very|great)|ciao|later|talk soon|grateful|god (?:keep|bless)|legend|that's all|no worries
        |wonderful|shukran|so (?:helpful|kind)
    """,
    "yes": r"""
        will be there|i agree|yh|ye|agreed|okay no problem|no problem|works|yes+|yea+h?|yep|yup|yah|sure|of course
        |correct|right|absolutely|definitely|sounds (?:good|great|perfect)|works(?: for me)?|perfect|great|please do
        |go ahead|deal|fine|ok(?:ay|i)?|kk|aye|affirmative|confirm(?:ed)?|agreed|that (?:works|one)|will do|you bet
        |totally|certainly|exactly|indeed|for sure|i'll be there|we'll be there|count me in|that's (?:right|fine
        |correct|it|me)|alright|all right|good|do it|cool|bet|mhm|uh ?- ?huh|i accept|lock it in|see you there|i do
        |i am|by all means|naturally|precisely|bingo|m+h*m+|i(?:'d| would) love to|i suppose|i guess so|guess so|word
        |say less|perf|fab|go on then|fire away|done deal|100 ?%?|yas+|surely|proceed|fo sho|cool beans|i'm in|continue
        |carry on|keep going|it is|it does|they are|we are|i have|we have|we do|spot on|roger|suits me|lovely
        |brilliant|no bother|no worries|sweet as|grand|sound|bet|aight|righto|right you are|that'?ll do|let's (?:do
        |go)\w*|why not|might as well|fair enough|i'm happy with|count us in|amen to that|100 percent|you got it
        |my pleasure|gladly|with pleasure|super|awesome|approved|i approve|granted|true|all good|okie dokie
    """,
    "no": r"""
        no+|nope|nah+|naw|never|not (?:yet|really|now|anymore|today|at all|this)|no thanks?|nevermind|never mind
        |neither|nothing|forget it|negative|none|nay|no way|not me|i don't|i didn't|i'm good|i'm ok|pass|no need
        |hard pass|rather not|not interested|don't|nuh|nay|stop (?:it|messaging|texting|calling|sending)|i refuse
        |refuse|i decline|decline|not this|i haven't|haven't|i can't|i couldn't|i won't|i don't think so|don't think so
        |doubt it|probably not|absolutely not|definitely not|of course not|certainly not|no chance|fat chance
        |incorrect|wrong|false|not right|disagree|unsubscribe|opt out|skip it|drop it|leave it|i'll pass|no pain
        |nobody|that's (?:not|all|it)|nothing (?:else|more)|neither of
    """,
    "if": r"""
        what happens if|what if|if i|in case|policy|penalty|cancellation|if (?:it|you|there|someone|my)|ever|notice
        |no show fee|do you (?:charge|take|do)|how do i|ahead
    """,
    "date": r"""
        today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|fri|sat|sun
        |week|weekend|month|next|january|february|march|april|june|july|august|september|october|november|december
        |jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|\d+(?:st|nd|rd|th)|\d{1,2}/\d{1,2}|this week|soon
    """,
    "time": r"""
        \d{1,2} ?(?:am|pm|a\.?m|p\.?m)|\d{1,2}[:.]\d\d|at \d+|noon|morning|afternoon|evening|tonight|after \d+
        |before \d+|o'clock|half past|after work|after school|lunchtime
    """,
    "who": r"""
        (?:my|our|the) (?:mom|mum|mother|dad|father|son|daughter|wife|husband|baby|kids?|dog|cat|grandm\w+|grandp\w+
        |gran|nan|brother|sister|toddler|child|puppy|kitten|partner|boyfriend|girlfriend|boy|girl|little one
        |roommate|cow|horse|friend|coworker|uncle|aunt|worker|bunny|rabbit|hens?|goat|mare)
    """,
    "doctor": r"""
        doctor\w*|dentist\w*|pediatrician|physio\w*|therapist|vet|gp|lawyer|attorney|nurse|hygienist|specialist
        |dermatologist|cardiologist|psychologist|counsellor|counselor|agronomist|mechanic|stylist|optometrist
        |orthodontist|obgyn|midwife|chiropractor|advisor|adviser|surgeon|provider
    """,
    "service": r"""
        cleaning|whitening|extraction|braces|root canal|crown|implant|vaccin\w*|shots?|jabs?|deworm\w*|spay\w*
        |neuter\w*|grooming|haircut|trim|color|colour|nails|manicure|pedicure|highlights|wax\w*|massage|oil change
        |alignment|tires?|tyres?|brakes|service|tune ?- ?up|inspection|ultrasound|x-? ?ray|mri|scan|eye (?:test
        |exam)|physical|therapy|blood (?:test|draw|work)|ecg|pap|immunis\w+|immuniz\w+|booster|flu shot|stitches
        |screening
    """,
    "farm": r"""
        corn|maize|tomato\w*|potato\w*|beans?|coffee|rice|soil|plant\w*|seeds?|fertili[sz]\w*|manure|compost
        |spray\w*|irrigat\w*|water(?:ing)?|harvest\w*|crops?|weeds?|pests?|worms?|aphids|fungus|blight|leaves|farm
        |field|acres?|hectares?|cows?|goats?|hens|chickens|feed|calf|orchard|prun\w*|urea|cassava|pepper|yam|mangoes
    """,
    "state": r"""
        on my way|omw|i'm (?:here|outside|running|late|coming|almost|in the|at the|waiting|parked)|running late|sent
        |sending|attached|here(?:'s| is| are)|i paid|just paid|i've (?:paid|sent|arrived)|arrived|my name is|this is
        |it's me|sorry|apolog\w*|minutes (?:late|away)|traffic|the door|i (?:sent|left|dropped|lost|forgot|like|love
        |feel|hate)|photo|picture|receipt|waiting room|name's
    """,
    "negation": r"no|not|never|without|neither|nor|n't|don't|doesn't|didn't|isn't|wasn't|won't|can't|aren't",
}
