"""Sure signs of danger, and what makes them harmless: denial, the past, a supposition, a figure of speech.

The model's chance stays in charge of what is neither; a sure sign outweighs it, a harmless one lowers it.
"""

import math
import re

from recado.brain.rules.intents import cues
from recado.brain.rules.intents.folding import tokens
from recado.brain.rules.intents.meanings import meanings

URGENT_FROM = 0.08
"""From which chance on a message is urgent: missing one costs more than a false alarm. By cross-validation on lines
like those held out: all are found with 0.5 % false alarms."""
_BRIEF = 8
"""Words of a message that says no more than an ordinary complaint."""
_SURE = 0.95
_FAINT = 0.5
"""A single word without danger in it is no emergency when the model itself doubts it."""
_CALMED_BY = 2.5
"""By how much (in log odds) a harmless sign lowers the model's chance; what is said of no fever counts as well."""


def _any(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{''.join(line.strip() for line in alternatives.splitlines())})(?!\w)")


_SIGNS = _any(r"""
    (?:cria|ternero|becerro|cordero|potrillo) (?:esta |viene |sigue )?(?:atravesad|atorad|trabad)\w+
    |(?:salio|sale|asoma|asomo) el cordon (?:antes|primero|umbilical)|ya esta naciendo
    |(?:toco|agarro) (?:el|un) cable y (?:quedo|cayo)
    |(?:acaba de dar|acaba de darle|esta dando) un (?:infarto|derrame|paro)
    |leave this world|end(?:ing)? everything|face is (?:drooping|droopy)|soaked (?:red|in blood|with blood)
    |(?:gave|injected|took) (?:\w+ ){0,3}\d+ units instead of \d+|touched (?:the|a) (?:live )?wire and (?:went|fell)
    |(?:drank|swallowed|ate) (?:the |a |an |some )?(?:\w+ )?(?:bleach|needle|battery|magnets?|antifreeze|pesticide)
    |(?:drank|swallowed|ate) (?:the |some )?(?:\w+ )?medicine by mistake
    |no (?:puede|puedo|logra|logro|consigue) (?:ni )?respirar|no (?:esta )?respira(?:ndo)?|(?:me|le
    |nos) falta (?:mucho )?el aire|(?:se|me) (?:esta |estoy )?(?:ahog[ao]|ahogando|asfixia|asfixiando|atraganto)
    |no (?:me |nos )?(?:reacciona|despierta|responde ni)|perdio el conocimiento|esta (?:inconsciente|convulsionando
    |desangrando\w*)|convulsion(?:a|ando)|sin pulso|no (?:tiene|le encuentro|le siento) pulso
    |se esta quedando sin aire|(?:me|nos) estoy quedando sin aire|ojitos? (?:volteados|en blanco)|ojos en blanco
    |(?:tos\w+|escup\w+|vomit\w+) (?:\w+ ){0,2}sangre|sangra(?:ndo)? (?:mucho|a chorros|demasiado|un monton)
    |no (?:le |me |se )?(?:para|deja) de sangrar|(?:se|me) (?:corto|corte) las venas|(?:quiero|voy a|pienso|quiere
    |va a) (?:matarme|morirme|suicidarme|matarse|suicidarse|tirarme|quitarme la vida|acabar con todo|desaparecer
    |quitarse la vida)|no (?:quiero|tengo ganas de|quiere) (?:seguir )?(?:viviendo|vivir)|dolor (?:\w+ )?(?:en el
    |de) pecho|(?:me|le) (?:duele|aprieta|oprime) (?:mucho |fuerte )?el pecho|pecho (?:me|le) (?:duele|aprieta)
    |(?:se|me) (?:acaba de (?:tomar|tragar)|trago|tomo|tome|bebio) (?:\w+ ){0,3}(?:veneno|cloro|lejia|pilas?
    |raticida|racumin|insecticida|herbicida|paraquat|furadan|soda|gasolina|kerosene|detergente|moneda|frasco|caja
    |pastillas)|(?:me|se) quier[eo] matar|urgencia urgencia|auxil+i+o+|a+u+x+i+l+i+o+|socorro|(?:es|tengo|tenemos
    |hay) una (?:emergencia|urgencia)|me acaban de (?:dar una )?(?:punal\w+|balear|disparar|atropellar)|(?:le
    |me) dieron (?:un )?(?:balazo|punalada)|(?:boca|cara) (?:torcida|chueca)|se le (?:torcio|chueco) la (?:boca
    |cara)|le esta dando un (?:infarto|derrame)|(?:le|me) (?:dio|esta dando) un (?:infarto|derrame|ataque)
    |cordon (?:primero|afuera)|se (?:nos|me) (?:va|muere)|necesito que me atiendan ya
    |urgente,? (?:(?:necesit\w+ )?(?:ayuda
    |(?:a )?un (?:medico|doctor)|(?:a )?una (?:doctora|ambulancia)|atencion|que (?:me|nos|lo|la|le|vengan|alguien))
    |vengan|mi|por favor)|manden (?:una )?ambulancia
    |labios (?:morados|azules)|se esta (?:muriendo|poniendo (?:morad\w|azul))|sobredosis|can't (?:\w+ )?(?:breathe
    |catch (?:my|his|her) breath)|(?:not|isn't|stopped|barely) breathing|struggling to breathe|chest (?:pains?|hurts
    |is tight|feels tight)|crushing (?:\w+ )?chest|(?:is|he's|she's|was just) (?:unconscious|unresponsive|choking
    |seizing|convulsing)|won't wake(?: up)?|no pulse|having a (?:seizure|stroke|heart attack|fit)
    |cough\w* (?:up )?blood|throwing up blood|vomit\w* blood|bleeding (?:a lot|heavily|badly|everywhere|won't stop)
    |won't stop bleeding|want to die|(?:going|plan) to end (?:it|my)|kill(?:ing)? my ?self|end(?:ing)? (?:it all
    |my life|it)|don't want to (?:be here|live)(?: any ?more)?|(?:i am|i'm) going to jump|(?:swallowed|drank
    |ate) (?:\w+ ){0,3}(?:bleach|battery|batteries|magnets?|coin|pills|poison|antifreeze|brake fluid|rat (?:bait
    |poison)|pesticide|detergent|pods?)|took (?:all|too many|a whole bottle|the whole) (?:\w+ )*?(?:pills|tablets
    |antidepressants|bottle|meds|medication)|overdosed?|it's an emergency|this is an emergency|emergency please
    |severe (?:asthma|allergic)|face (?:is )?drooping|slurring|send an ambulance|lips (?:are )?(?:turning )?(?:blue
    |purple)|turning blue|throat (?:is )?(?:closing|swelling)
    |(?:hoy|esta noche|ya) me (?:quito la vida|mato|voy a matar)|(?:oigo|escucho) voces|hear(?:ing)? voices
    |se (?:ha )?(?:metio|metido|pego|pegado|dio|dado) un tiro
    |(?:se|me) (?:desmayo|desplomo|desvanecio) (?:\w+ ){0,5}(?:no|sin) |(?:oxigenacion|saturacion|oxigeno)
    (?: (?:esta )?en)? [1-8]\d(?!\d)|azucar (?:en|de) [1-4]\d(?!\d)|(?:la|lo|le|me) (?:mordio|pico|muerde)
    (?: \w+)? (?:vibora|serpiente|culebra|jergon|cascabel|mapanare|yarara|nauyaca|viuda negra)
    |picadura de alacran|mordedura de (?:vibora|serpiente)|se le cierra la garganta|se le (?:pone|puso) azul
    |no (?:siente|siento|mueve|muevo|puede mover|puedo mover) (?:las piernas|el (?:brazo|lado)|la pierna|medio cuerpo)
    |se cort(?:o|aron) las (?:venas|munecas)|(?:lo|la) (?:apunal\w+|balearon|atropellaron|acuchill\w+)
    |(?:frasco|caja|tira) entera? de|(?:lo|la) encontre colgad\w|echa(?:ndo)? espuma|espuma por la boca
    |(?:sangro|sangra|sangrando) (?:mucho|un monton|con coagulos)|embarazada y (?:\w+ )?sangr\w+
    |(?:dad|mom|mum|mother|father|husband|wife|grandpa|grandma|gran|he|she|brother|sister) (?:just )?collapsed
    |(?:been|got|was|him|her|just) stabbed|(?:slit|cut) (?:her|his|my) wrists|passed out (?:and|won't)|is out cold
    |foaming at the mouth|snake ?- ?bit\w*|(?:snake|viper|scorpion|rattler) (?:bit|bite|stung|sting)
    |found (?:him|her) hanging|electrocuted|can't (?:feel|move) (?:my|his|her) (?:right |left )?(?:arm|legs?|side|face)
    |going (?:all )?(?:blue|purple|grey)|went blue|bleeding (?:heavily|badly|out)|whole bottle of
    |(?:oxygen|sats|saturation) (?:is |at )?(?:at )?[1-8]\d(?!\d)|sugar (?:is|at) [1-4]\d(?!\d)
    |(?:i'm|im|i am) (?:going to|gonna) (?:do|end) it|insulin mix ?- ?up|need (?:help|a doctor
    |an ambulance) (?:right )?now
    |(?:hang|shoot|drown|starve) (?:himself|herself|myself|themselves)(?! laughing)|(?:quiere|voy a|va a|quiero|piensa
    |intento|intenta) (?:colgarme|colgarse|ahorcarme|ahorcarse|matarse|tirarse|cortarse|lanzarse)|plan para (?:matarme
    |morir|suicidarme)|(?:goodbye|farewell|suicide) (?:letter|note|message)|(?:carta|nota|mensaje|audio) de despedida
    |despidiendose (?:de todos|de nosotros|por)|(?:me|la|lo|nos) (?:acaban de (?:violar|golpear|balear|asaltar|apunalar)
    |violaron|balearon|acuchillaron|machetearon|macheteo|abusaron)|(?:was|were|been|got|just) (?:raped|stabbed|knifed
    |shot)(?! down| up)|(?:un|de|dos|tres) (?:navajazos?|machetazos?|balazos?|punaladas?)|punal clavado
    |se corto (?:el cuello|la garganta|una vena|la arteria)|(?:my|her|the|waters?) (?:water |waters )?broke (?:at
    |and|early
    |too)|rompi(?:o)? (?:la )?(?:fuente|bolsa)|(?:esta|estoy) (?:pariendo|dando a luz)|(?:is|i'm) giving birth
    |baby is coming|se (?:le )?ve la cabecita|(?:pain|dolor) (?:\w+ ){0,6}(?:into my jaw|(?:to|into|down) (?:my
    |the) (?:left )?arm
    |(?:al|hacia el|en el) brazo izquierdo|a la mandibula)|(?:is|he's|she's|was) (?:hallucinating|delirious)
    |(?:turning|gone|went|going) (?:grey|gray|blue|purple|limp)|(?:bp|pressure|presion) (?:\w+ ){0,3}?2\d\d
    |ayuda inmediata|immediate help|horrible ahogo|ahogo (?:horrible|fuerte|terrible)|(?:dozen|\d{2}|forty|thirty|twenty
    |fifty) (?:\w+ )?(?:paracetamols?|tablets|pills)|(?:veinte|treinta|cuarenta|\d{2}) (?:pastillas|paracetamol\w*)
    |(?:snake|vibora|serpiente|culebra|alacran|escorpion) (?:me|lo|la|le) (?:mordio|pico)
    |(?:doesn't|does not) know (?:where (?:she|he) is|who (?:i am|we are))|lo agarro la (?:picadora|maquina|moledora)
    |(?:arranco|mocho|amputo|volo|corto) (?:la|el|los|las|un|dos|tres) (?:oreja|dedos?|mano|brazo|pie)
    |cut (?:my|his|her) (?:finger|hand|thumb|foot|toe)s? off
    |no vuelve en si|sin conocimiento|perdio (?:el sentido|la conciencia|el habla)|no (?:se )?le late
    |quedo (?:inconsciente|sin reaccionar|sin respirar|tirad\w sin)|bota(?:ndo)? (?:sangre|espuma|coagulos)
    |(?:vomita(?:ndo)?|escupe|escupiendo|tose|orina) (?:pura |mucha )?sangre|no (?:siento|siente) (?:moverse )?al bebe
    |(?:dejar|dejo) de (?:existir|vivir)|acabar con mi vida|hacerme dano|no quiero seguir (?:viv[ao]|existiendo|aqui)
    |no puede (?:tragar|hablar ni|mover (?:el|la|las|los|medio))|se (?:me |le )?cierra (?:la garganta|el pecho)
    |(?:aprisionad|atrapad|aplastad)\w (?:bajo|debajo|en el (?:carro|auto|tractor))|(?:lo|la|le|me) (?:atropello
    |embistio)
    |se (?:volco|volteo) (?:el|un) (?:tractor|bus|carro|auto|camion) (?:y|encima|con)|dejo de (?:respirar|moverse)
    |ha dejado de respirar|se desangra(?! la)|hay (?:mucha sangre|heridos)|cabeza abierta|hueso (?:afuera|salido
    |expuesto)
    |sangre (?:del|por el) oido|(?:don't|no longer) want to (?:be alive|live|exist|wake up)|hurt(?:ing)? myself
    |(?:isn't|not|won't|stopped|is not) (?:moving|responding|respond|waking|wake|react|reacting)(?! on| to (?:my
    |your|the) (?:text
    |message|email)s?| the)
    |lost consciousness|blacked out|knocked out cold|(?:spurting|gushing)|(?:losing|lost) (?:so much|a lot of
    |too much) blood
    |so much blood|(?:lips|tongue|face|throat) (?:is |are )?(?:swelling|swollen|closing)(?! went)|pinned under
    |trapped (?:under|in the (?:car|wreck))|under the tractor|(?:hit|run over|knocked down) by a (?:car|truck|bus
    |van|lorry
    |motorbike)|(?:slumped|lying) (?:on|in) the (?:floor|road|street|bathroom)|head is split|bone (?:is )?sticking out
""")
_ALONE = re.compile(
    r"^[^\w]*(?:urgen(?:te|t|cia)+|emergenc(?:ia|y)|ayud(?:a+|enme|eme)|help+|sos|911|auxilio)"
    r"[\W\d]*(?:por ?fa\w*|porfa|please|ya|now)?\W*$"
)

_CALM = _any(r"""
    (?:con|de) (?:la|mi) tarea|exam(?:en|enes|ens)? (?:final\w*|de mate\w*)|homework|wear|gift
    |regal(?:o|ar\w*)|vacaciones
    |holiday|suegra viene|simulacr\w*|meme
    |el (?:sistema|banco|hosting|contrato|servidor|internet)|la (?:pagina|web|red|venta)|website|server|wi-?fi|deudas
    |debt|emails|la ultima vez|(?:le |me )?bajo la fiebre|ya (?:no |le |me )?(?:paro|bajo)
    |bleeding (?:has )?stopped|difund\w+
    |tipo de sangre|blood type|se (?:solicita|busca|perdio)|lost dog|salieron bien|tests were fine
    |no (?:es|hay|era|fue|parece) (?:\w+ ){0,2}?(?:urg\w+|emerg\w+|grave)|nada (?:grave|urgente)|(?:not|isn't|wasn't
    |nothing|no) (?:\w+ ){0,2}?(?:urgent|emergency|serious|rush)|false alarm|falsa alarma|de (?:la )?risa|jaja|lol
    |en (?:el )?(?:19|20)\d\d|'?\d\d's|el ano pasado
    |(?:fue|tuvo|tuve|dio un \w+) la semana pasada|en los \d\ds?|el (?:mes|verano|invierno) pasado
    |en el verano|desde entonces|se me paso|in '\d\d|favou?rite|hace (?:\w+ )?(?:anos?|meses|semanas)
    |(?:\w+ )?years? ago|last (?:year|month|week|summer|winter|spring|fall)|months? ago|de (?:joven|chic[oa]
    |nin[oa])|when i was|as a (?:kid|child)|cuando era|en la (?:novela|pelicula|serie)|la pelicula|la serie|movie
    |series|tv|on the news
    |novela|noticias|banda|band|(?:el|en|mi|un|del) sueno|dream|dreamt|dreamed|sone|politic\w+|reenvi\w+|comparte
    |compartir|cadena
    |forward|share this|donador\w*|donante|se vende|vendo|compre ya|liquidacion|oferta|descuento|ya (?:no (?:tiene
    |le duele|sangra|me duele|convulsiona|hay|es|esta)|se le paso|se me paso|paso|respira|reacciono|esta (?:mejor
    |bien|estable)|estable)|esta(?:ble)? (?:mejor|estable)|no (?:se ha|me ha|ha|he|hubo|tuvo|tiene|tengo
    |esta) (?:\w+ )?(?:desmay\w+|sangr\w+|fiebre|convuls\w+|vomit\w+)|no (?:more|longer(?! want))
    |(?:isn't|not
    |hasn't|didn't
    |doesn't) (?:\w+ )?(?:bleeding|hurt|faint\w*|fever)|(?:breathing|he's|she's|doing|all) (?:\w+ )?(?:fine|ok|okay
    |better|good|grand) (?:now)?|fever'?s (?:is )?gone|fever (?:is )?gone|went down(?! the wrong)|back (?:to normal
    |down)|healed
    |(?:pense|crei) que era[n]? un\w*|i thought (?:it|he|she|i)|que pasa si|si (?:alguien|un dia|algun dia|me llega
    |le llega|uno)|en caso de|what if|in case|if someone|if (?:my|the|a) \w+ (?:ever|starts?|gets?|has|swallows?)
    |should i ever|do you (?:take|handle|see|treat|do)|(?:atienden|tienen|hacen|reciben|hay|manejan
    |cuentan con) (?:\w+ )?(?:emergencias?|urgencias?|guardia)|emergency (?:exit|number|contact|room hours
    |service\w*|fee|slots?|line|appointments?)|numero de emergencias?|cuanto (?:cuesta|cobran|sale|vale)|how much
    |de urgencias? (?:cuesta|cuanto)|ustedes atienden|se considera|my boss (?:will|is going|wants|would)
    |mi jefe (?:me|va|quiere)|internad\w+|certificado
    |constancia|receta|factura|(?<!como )papel|documento|informe|tramite|como (?:usted |ustedes )?(?:dijo
    |dijeron|me dijo)|like you said|curso|charla|clase|simulacro|course|training|drill|examen de
    |de (?:hambre|amor|sueno|verguenza
    |curiosidad|envidia|ganas|aburrimiento|antojo)|of (?:boredom|laughter|laughing|embarrassment|hunger|curiosity)
    |laughing|to die for|killing me|de (?:risas|antojo|deudas)|en (?:tareas|deudas|trabajo|papeleo)
    |(?:in|of|with) (?:debts?|homework|paperwork|laundry|emails)|corazon roto|broken heart|gol|alquiler|the rent
    |prices|precios|se me quito|dieron de alta|(?:it was|was) (?:just|only) (?:gas|a scare)|(?:fue|era) (?:solo|puro)
    |susto|a scare|nobody (?:is |was |got )?hurt|nadie (?:esta |salio |quedo )?herid\w+|no (?:esta|estaba) inconsciente
    |no se (?:trago|tomo|comio|golpeo)|(?:didn't|did not) (?:swallow|eat|drink|hit)|not unconscious|vi un video
    |watched a video|fashion|con este (?:calor|trafico)|(?:la|de) economia|the economy|(?:me|nos) paguen|con mates
    |carburador|orquideas?|el pasto
    |en papeles|emergencia (?:fashion|de moda|capilar)|(?:snack|hair|wardrobe|fashion|style) emergency
    |choking on (?:debt|homework)
    |(?:la|mi) plant(?:a|ita) (?:\w+ ){0,2}se me ahogo|la planta de interior|socorro ,? ?tengo examen|este profe
    |no convulsiona (?:desde|hace)|no se que (?:cocinar|ponerme)|era gas|me ahogo (?:con tant[oa]
    |en un vaso)|(?:la empresa|el carro|la moto|el motor|la siembra|la planta|el cultivo|la compu\w*) (?:no respira
    |se (?:esta )?(?:desangra\w*|ahog\w+|muere|murio))|se (?:me )?(?:ahog\w+|muri\w+) (?:la|el|las|los|mis?)
    (?: siembra| plantas?| matas?| cultivo| compu\w*| carro| lechugas?)|(?:cayendo|cayeron|caen) las hojas
    |hojas (?:\w+ ){0,6}(?:manchas|manchad\w+|amarill\w+|secas|rayas)
    |leaves (?:are|have|turn\w*|curl\w*|look\w*)|celular|movil|telefono|phone|trafico
    |traffic|el trabajo|the game|partido
""")

_WORSE = _any(r"""
    pero (?:ya |aun |todavia |sigue )?(?:no (?:me |nos )?(?:reacciona|responde|despierta|contesta|respira|habla)
    |sangrando
    |inconsciente)|but (?:he|she|it|they)?(?: is|'s)? ?(?:still )?(?:not|isn't|won't|hasn't) (?:\w+ )?(?:respond\w*
    |react\w*|wak\w+|breath\w+|talk\w*|moving)
""")

_ORDINARY = _any(r"""
    embaraza\w+|pregnant|pulgas|fleas|garrapatas|ticks|piojos|lice|lombrices|cojo|coja|cojea\w*|lame
    |limp(?:s|ing)?|gripe|gripa|resfri\w+|catarro|moc(?:os|quitos)|tos|estornud\w+|ronc(?:a|o)
    |ronch(?:a|as|ita|itas)|granit?os?|sarpullido
    |dolor(?:cito)? de (?:cabeza|muelas?|espalda|garganta|rodillas?|pies|cintura|cuello)
    |duelen? (?:la|el|las|los) (?:cabeza|muelas?|dientes?|espalda|garganta|rodillas?|pies?|cintura|cuello)
    |alergia|caspa|insomnio|silla de ruedas?|a cold|flu|cough|sniffles|runny nose|sneez\w+|snor\w+|rash|pimples?
    |headache|toothache|back ?ache|sore (?:throat|back)|wheelchair|allerg(?:y|ies)|hay fever
    |(?:una|caer|cae|viene|hay|de|anuncia\w*|pronostic\w+) heladas?|helar|escarcha|granizo|granizada
    |aguacero|sequia|frost|hail|drought|downpour
""")

_COOL = _any(
    "(?:no|sin|without|ni|nada de|not any)(?: (?:tiene|tengo|tenemos|hay|hace|ha tenido|hubo|le dio|me dio))?"
    "(?: una?| a| any)? (?:fever|fiebre|calentura)"
)


def plain(line: str) -> bool:
    """Whether folded words hold no word of danger."""
    return "danger" not in {hit.name for hit in cues.find(line)} and "grave" not in meanings(line.split())


def judged(text: str, chance: float) -> tuple[float, bool]:
    """The chance that a text is urgent, from the model's and from the rules; and whether a sure sign decided it."""
    line = " ".join(tokens(text))
    heat = cues.temperature(line)
    calm = bool(_CALM.search(line)) and not _WORSE.search(line)
    if not calm and (_ALONE.search(line) or _SIGNS.search(line) or heat == "high"):
        return max(chance, _SURE), True
    brief = chance >= URGENT_FROM and bool(_ORDINARY.search(line)) and line.count(" ") < _BRIEF and plain(line)
    brief = brief or (" " not in line and chance < _FAINT and plain(line))
    reasons = (calm or brief) + (heat == "low") + bool(_COOL.search(line))
    if reasons and 0 < chance < 1:
        chance = 1 / (1 + math.exp(reasons * _CALMED_BY - math.log(chance / (1 - chance))))
    return chance, False
