"""Whether a whole message is an answer: yes, no, thanks, a greeting, a doubt, and nothing else besides.

Cues find words anywhere; here every word must be part of a known phrase or of a filler ("doctora", "pues"), so that
"claro, dale" is told from "claro, como ellos tienen plata".
"""

from collections.abc import Sequence
from itertools import groupby

from recado.brain.rules.intents.folding import tokens

LONGEST = 5
"""Words of the longest phrase."""
FEW, MANY = 3, 6
"""Words outside of every phrase: up to `FEW` the shape of the message is told, from `MANY` on they are not counted."""

# Phrases are separated by "/".
_PHRASES = {
    "ok": """
        ok/okey/okay/oki/okis/okok/okk/oka/okas/oquei/k/kk/ki/vale/listo/lista/listos/perfecto/perfecta/bueno/bien
        /muy bien/genial/buenisimo/excelente/chevere/bacan/esta bien/ta bien/todo bien/ya/ya listo/great/good/nice
        /lovely/cool/alright/all right/perfect/awesome/brilliant/wonderful/excellent/fantastic/super/sweet/fine/oke
        /okie/okii/kay/mkay/cool cool/aja
    """,
    "yes": """
        si/sip/sipi/sisi/sii/siip/siuu/sep/see/seh/sipo/simon/sipirili/claro/claro que si/claro que yes/clarin
        /clarines/clarisimo/claro esta/dale/dalee/dale dale/dale si/dele/hagale/metale/echele/mandele/de una/de unaa
        /duna/de one/okidoki/oki doki/okey dokey/okie dokie/vale vale/va/va pues/va que va/venga/venga va
        /listo el pollo/perfectisimo/perfecto si/correcto/correctisimo/es correcto/todo correcto/exacto/exactito
        /exactamente/asi es/asi mismo/asi mero/asi quedamos/asi esta bien/asi sera/por supuesto/por supuesto que si
        /por supuestisimo/por sipuesto/supuesto/desde luego/desde luego que si/desde ya/efectivamente/en efecto
        /efectivo/afirmativo/positivo/ciertamente/cierto/es cierto/es verdad/verdad/de verdad/confirmo/confirmado
        /confirmada/confirmadisimo/confirmamos/queda confirmado/confirmo asistencia/confirmo mi asistencia
        /de acuerdo/totalmente de acuerdo/deacuerdo/estoy de acuerdo/estamos de acuerdo/conforme/estoy conforme
        /acepto/acepto si/lo acepto/la acepto/aceptado/aceptamos/autorizo/autorizado/lo autorizo/apruebo/aprobado
        /tiene mi permiso/tienen mi permiso/doy permiso/visto bueno/esta bueno/ta bueno/todo en orden/esta perfecto
        /me parece/me parece bien/me parece perfecto/me parece excelente/me sirve/me viene bien/me viene perfecto
        /me va bien/me va perfecto/me queda bien/me queda perfecto/me acomoda/me conviene/me cuadra/me late/me gusta
        /me funciona/me cae bien/me cae perfecto/por mi bien/por mi si/por mi perfecto/por mi parte si/sin problema
        /sin problemas/no hay problema/ningun problema/ningun inconveniente/sin inconveniente/no hay inconveniente
        /con gusto/con mucho gusto/con todo gusto/encantado/encantada/encantados/de mil amores/buenazo/barbaro/bakan
        /chevre/joya/joyita/nitido/tuanis/pura vida/macanudo/estupendo/fenomenal/guay/de lujo/de diez/fino/finisimo
        /regio/filete/de pana/copado/piola/la raja/pulento/padrisimo/sale/sale y vale/sale pues/orale/orale va/arre
        /fierro/jalo/yo jalo/juega/camara/a huevo/a guevo/ya rugiste/ya vas/ya esta/ya estuvo/ya pe/ya po/ya pues
        /ya va/ya dale/ya si/bueno si/bueno dale/bueno ya/obvio/obvio que si/obvi/obviamente/logico/logicamente
        /naturalmente/evidente/evidentemente/sin duda/sin dudas/sin dudarlo/no lo dude/seguro/segurisimo
        /seguro que si/segura/de seguro/fijo/fijo que si/de fijo/de cajon/de ley/de plano si/de pelos/como no
        /y como no/pero claro/pero por supuesto/faltaba mas/no faltaba mas/trato hecho/trato/hecho/cerrado/cerramos
        /quedamos/quedamos asi/en eso quedamos/quedo/adelante/prosiga/proceda/procedan/siga/continue/continuemos
        /sigamos/hagalo/hagamoslo/hagamosle/haganlo/hagan/mandelo/mandemelo/envielo/eso/eso eso/eso es/eso mismo
        /eso mero/esa misma/ese mismo/esa mera/esa es/ese es/esa hora/ajam/aham/ajaa/mjm/mhm/mm hm/ujum/uju/aja si
        /la tomo/lo tomo/me la quedo/me lo quedo/la quiero/lo quiero/la prefiero/cuente conmigo/cuenten conmigo
        /cuenta conmigo/ahi estare/ahi estaremos/ahi estoy/ahi estamos/alla estare/alla estaremos/alli estare
        /no falto/no faltare/sin falta/sin falta ahi/si voy/si ire/si puedo/si vamos/si asisto/si quiero/si queremos
        /si lo quiero/si la quiero/si acepto/si confirmo/soy yo/yo soy/el mismo/la misma/con el habla/con ella habla
        /a darle/vamos/vamos pues/vamos con eso/plenamente/totalmente/absolutamente/cabal/tal cual/oc/ocis/yes/yess
        /yep/yepp/yup/yupp/yeah/yeahh/yea/yeh/yah/ya sure/aye/sure/sure thing/suree/for sure/of course/ofc/ofcourse
        /certainly/definitely/definately/def/absolutely/totally/surely/indeed/naturally/obviously/alrighty/aight
        /right/right on/thats right/that's correct/correct/that is correct/that's it/that's me/this is he
        /this is she/this is her/speaking/exactly/precisely/true/that's true/agreed/i agree/we agree/accepted
        /i accept/i do/i did/i am/i have/i will/i can/we do/we are/we can/we will/we have/it is/it does/she is/he is
        /she does/he does/they are/they do/yes i do/yes i am/yes it is/yes i can/yes i will/confirm/confirmed
        /confirming/i confirm/we confirm/i can confirm/approved/i approve/granted/i consent/deal/done/done deal
        /it's a deal/that's fine/it's fine/fine by me/fine with me/that's fine by me/that's good/good by me
        /good with me/that's great/that's perfect/perf/fab/coolio/grand/sound/sorted/works/that works/works for me
        /works for us/that'll work/that'll do/that will do/will do/can do/suits me/suits us/that suits/that suits me
        /sounds good/sounds great/sounds perfect/sounds fine/sounds right/looks good/looks right/looks good to me
        /sounds good to me/no problem/no prob/no objection/no objections/go ahead/please do/do it/do that
        /please do that/go for it/carry on/proceed/send it/book it/lock it in/make it so/let's do it/let's do that
        /let's go/let's go with that/i'll take it/i'll take that/i'll take that one/we'll take it/that one
        /that one is fine/i'll be there/we'll be there/will be there/i'm coming/we're coming/i'm in/count me in
        /count us in/see no problem/why not/might as well/i guess/i guess so/guess so/i suppose/i suppose so
        /i think so/i believe so/i'd love to/we'd love to/love to/happy to/glad to/gladly/with pleasure
        /more than happy/by all means/you bet/bet/bet bet/say less/word/roger/roger that/copy that/ten four
        /affirmative/uh huh/uhuh/mhmm/mmhm/yas/yass/fire away/spot on/too right/right you are/same/100
        /a hundred percent/one hundred percent/fo sho/go on/go on then
    """,
    "no": """
        no/noo/nop/nopi/nope/nopee/nones/nel/nelson/nel pastel/nah/nahh/na/naa/naah/naw/nay/nanay/nein/niet/non/nou
        /no no/no no no/nono/que no/claro que no/por supuesto que no/desde luego que no/obvio no/obvio que no
        /obviamente no/no senor/no pues/no pues no/pues no/pos no/para nada/de nada sirve/en absoluto/en lo absoluto
        /de ningun modo/de ninguna manera/bajo ningun concepto/nunca/jamas/jamas de los jamases/nunca jamas
        /nunca en la vida/ni loco/ni loca/ni hablar/ni pensarlo/ni modo que si/ni de broma/ni de chiste/ni en suenos
        /ni muerto/ni muerta/ni a palos/ni a bala/ni por error/ni madres/ni de vaina/ni de fundas/ni ahi/ni uno
        /ni una/ni uno ni otro/ninguno/ninguna/ninguno de los dos/ninguna de las dos/ninguno me sirve/nada/nada nada
        /nada de nada/nada de eso/nada mas/nada mas gracias/negativo/negado/denegado/rechazado/rechazo/lo rechazo
        /no acepto/no autorizo/no quiero/no quiero nada/no lo quiero/no la quiero/no gracias/gracias pero no
        /no deseo/no quisiera/no me interesa/no interesa/no me gusta/no me sirve/no me conviene/no me acomoda
        /no me cuadra/no me late/no me convence/no me parece/no me animo/no me nace/no estoy de acuerdo
        /no es necesario/no hace falta/no hay necesidad/no lo necesito/no necesito/no vale la pena/no tiene caso
        /no se moleste/no se preocupe/no puedo/no podria/no podemos/no creo/no lo creo/creo que no/me temo que no
        /yo creo que no/lo dudo/dudo/lo dudo mucho/imposible/es imposible/dificil/va a ser que no/que va/quia
        /por ahora no/ahora no/ahorita no/hoy no/esta vez no/por el momento no/por esta vez no/de momento no
        /todavia no/aun no/todavia nada/aun nada/aun no lo se/mejor no/mejor nada/mejor olvidelo/mejor dejelo/dejelo
        /dejalo/dejelo asi/dejemoslo/dejemoslo asi/olvidelo/olvidalo/olvidese/olvidate/paso/yo paso/paso de eso
        /yo no/yo tampoco/tampoco/a mi no/a mi tampoco/no es/no es eso/no es asi/no es cierto/no es correcto
        /incorrecto/falso/mentira/eso no/esa no/ese no/no soy/no soy yo/no tengo/no lo tengo/no la tengo/no se pudo
        /no pude/no fui/no lo hice/no la tome/naranjas/para otra/para otra ocasion/otro dia sera/sera en otra
        /en otra ocasion/la verdad no/la verdad que no/sinceramente no/lamentablemente no/desgraciadamente no
        /no insista/ya no/ya no gracias/nn/no thanks/no thank you/no thankyou/no need/no need thanks/no way
        /no chance/nuh uh/uh uh/never/never ever/never mind/nevermind/not at all/not yet/not really/not now
        /not right now/not today/not tonight/not this time/not this week/not anymore/not any more/not for me
        /not for us/not me/not interested/not keen/not likely/not sure i want/not a chance/not that i know
        /not that i know of/nothing/nothing else/nothing more/nothing thanks/none/none of them/none of those
        /none of these/neither/neither one/neither works/neither of them/negative/absolutely not/certainly not
        /definitely not/of course not/obviously not/probably not/hopefully not/surely not/i don't/i didn't
        /i don't think so/don't think so/i doubt it/doubt it/i haven't/haven't/i won't/i can't/can't/couldn't
        /i couldn't/i'd rather not/rather not/i would rather not/better not/i don't want to/i don't want it
        /i don't want that/i don't need it/don't need it/don't need that/don't want it/i disagree/disagree/i decline
        /i refuse/i object/pass/i'll pass/hard pass/i'll skip/skip/skip it/skip that/drop it/leave it
        /leave it for now/forget it/forget about it/don't bother/don't worry about it/unfortunately not
        /unfortunately no/sadly not/sadly no/i'm afraid not/afraid not/i'm good/i'm ok/i'm okay/i'm fine/i'm alright
        /we're good/we're fine/all good thanks/that's a no/it's a no/hard no/big no/heck no/hell no/god no/wrong
        /that's wrong/incorrect/that's incorrect/that's not right/false/not true/it isn't/it's not/she isn't
        /he isn't/it doesn't/it doesn't work/doesn't work/doesn't suit/stop/unsubscribe/opt out/we don't/we didn't
        /we haven't/we can't
    """,
    "thanks": """
        gracias/muchas gracias/muchisimas gracias/mil gracias/mil y mil gracias/un millon de gracias
        /infinitas gracias/gracias mil/gracias totales/gracias de corazon/gracias por todo/gracias por su ayuda
        /gracias por la ayuda/gracias por tu ayuda/gracias por la informacion/gracias por la info
        /gracias por su atencion/gracias por la atencion/gracias por responder/gracias por avisar
        /gracias por su tiempo/gracias igual/gracias igualmente/gracias de todos modos/gracias de todas formas
        /gracias de todas maneras/muy amable/muy amables/muy gentil/que amable/que amables/que gentil/agradecido
        /agradecida/agradecidos/muy agradecido/muy agradecida/le agradezco/te agradezco/les agradezco
        /se lo agradezco/se agradece/le agradezco mucho/te agradezco mucho/dios le pague/dios se lo pague
        /dios le bendiga/dios lo bendiga/dios la bendiga/dios te bendiga/dios los bendiga/que dios le bendiga
        /que dios lo bendiga/que dios la bendiga/bendiciones/muchas bendiciones/adios/adiosito/chau/chaucito
        /chauchis/chao/chaito/chao chao/chau chau/bye/bye bye/bai/hasta luego/hasta pronto/hasta manana
        /hasta la proxima/hasta entonces/hasta la vista/hasta el lunes/nos vemos/nos vemos pronto/nos vemos luego
        /nos vemos alla/ahi nos vemos/cuidese/cuidese mucho/cuidate/cuidate mucho/saludos/saludos cordiales
        /un abrazo/abrazos/besos/besitos/un beso/buen finde/buen fin de semana/buena semana/feliz dia/feliz tarde
        /feliz noche/lindo dia/linda tarde/linda noche/bonito dia/que tenga buen dia/que tenga un buen dia
        /que tenga buena tarde/que tenga linda tarde/que este bien/que esten bien/que descanse/que descansen
        /que le vaya bien/que le vaya bonito/que pase buen dia/igualmente/te pasaste/se pasaron/se paso/un amor
        /es un angel/eres un angel/lo maximo/son lo maximo/thanks/thank you/thanks a lot/thanks so much
        /thank you so much/thank you very much/thanks very much/many thanks/thanks a million/thanks a bunch
        /thanks heaps/thanks again/thanks anyway/thanks for everything/thanks for your help/thanks for the help
        /thank you for your help/thank you for everything/thanks for the info/ta/cheers/much appreciated/appreciated
        /i appreciate it/appreciate it/appreciate that/really appreciate it/so grateful/grateful/god bless
        /god bless you/bless you/blessings/goodbye/good bye/byee/bye for now/cya/see ya/see you/see you soon
        /see you then/see you later/see you tomorrow/see you monday/later/laters/talk later/talk soon/ttyl/take care
        /stay safe/have a good day/have a nice day/have a great day/have a good one/have a lovely day
        /have a good weekend/have a nice weekend/good night/goodnight/regards/kind regards/best regards/best wishes
        /hugs/you too/same to you/likewise/you're the best/you're an angel/you're a star/lifesaver/legend/so kind
        /so kind of you/very kind/you're so kind/you're very kind
    """,
    "greet": """
        hola/holaa/holo/hola hola/ole/ey/epa/epale/hey/heyy/alo/halo/buenas/buenas buenas/buenas noches
        /buenas tardes/buenos dias/buen dia/buenas dias/bnos dias/muy buenas/muy buenos dias/muy buenas tardes
        /muy buenas noches/buenas y santas/buena tarde/que tal/que mas/que hubo/quiubo/que onda/que hay/que lo que
        /como esta/como estas/como estan/como le va/como te va/como anda/como andan/como amanecio/como va/hello
        /helloo/hi/hii/hiya/heya/hey there/hi there/hello there/good morning/good afternoon/good evening/good day
        /morning/afternoon/evening/gm/howdy/greetings/yo/sup/wassup/what's up/g'day/salam/namaste/how are you
        /how are you doing/how's it going/how do you do/how are things
    """,
    "opening": """
        hay alguien/hay alguien ahi/alguien/alguien ahi/estan ahi/esta ahi/estas ahi/estan/esta/estas/me ayuda
        /me ayudan/me puede ayudar/me pueden ayudar/me ayudas/me puedes ayudar/me colabora/me colaboras/una consulta
        /una consultita/una pregunta/una preguntita/una duda/una dudita/una cosita/una cosa/tengo una consulta
        /tengo una pregunta/tengo una duda/quiero hacer una pregunta/quiero hacer una consulta
        /quisiera hacer una consulta/puedo hacer una pregunta/puedo preguntar algo/le puedo preguntar algo
        /te puedo preguntar algo/consultita/consulta rapida/pregunta rapida/necesito ayuda/disculpe una pregunta
        /disculpe una consulta/me atienden/me atiende/me escucha/me escuchan/me lee/me leen/toc toc/anyone
        /anyone there/anybody there/anyone around/anybody home/is anyone there/is anybody there/is someone there
        /someone there/are you there/you there/can you help/can you help me/could you help me/can someone help me
        /help me please/i need help/i need some help/a question/quick question/quick q/got a question
        /i have a question/one question/can i ask something/can i ask a question/may i ask something
        /can i ask you something/knock knock/sorry to bother you
    """,
    "wait": """
        un momento/un momentito/un segundo/un segundito/un minuto/un minutito/momento/momentito/espere/espereme
        /esperame/espera/deme un momento/deme un segundo/deme un minuto/dame un momento/dame un segundo
        /dame un minuto/ya vuelvo/ya regreso/ya le digo/ahorita le digo/ahora le digo/luego le digo/luego le aviso
        /luego te aviso/le aviso/te aviso/les aviso/despues le aviso/le confirmo luego/luego le confirmo
        /mas tarde le confirmo/dejeme ver/dejame ver/dejeme revisar/dejeme pensar/dejeme pensarlo/lo voy a pensar
        /lo pienso/voy a pensarlo/a ver/dejeme preguntar/dejeme consultar/tengo que pensarlo/one moment/one sec
        /one second/one minute/a sec/a moment/hold on/hang on/wait/wait a minute/wait a sec/give me a sec
        /give me a minute/give me a moment/brb/let me see/let me check/let me think/let me ask/i'll let you know
        /i'll get back to you/i'll think about it/let me think about it/will let you know/just a moment/just a sec
        /just a minute/hold on please
    """,
    "doubt": """
        no se/no lo se/nose/no sabria/no sabria decirle/no sabria decir/ni idea/no tengo idea/quien sabe/quizas
        /quiza/tal vez/talvez/puede ser/puede/puede que si/puede que no/a lo mejor/capaz/capaz que si/de repente
        /depende/segun/mas o menos/masomenos/regular/supongo/igual/ahi vamos/da igual/me da igual/me da lo mismo
        /da lo mismo/cualquiera/cualquiera de los dos/la que sea/el que sea/lo que sea/no estoy seguro
        /no estoy segura/todavia no se/aun no se/si y no/i don't know/idk/dunno/i dunno/not sure/i'm not sure
        /no idea/no clue/who knows/maybe/perhaps/possibly/might be/could be/depends/it depends/hard to say/so so
        /either/either one/whichever/whatever/any/doesn't matter/i don't mind/don't mind/yes and no/kind of/sort of
        /we'll see/don't know
    """,
    "puzzled": """
        como/como dijo/como dice/que dijo/que dice/mande/perdon/eh/ah/ein/no entiendo/no le entiendo/no te entiendo
        /no entendi/no entiendo nada/no comprendo/no capto/que significa/que es eso/a que se refiere/como asi
        /por que/para que/cual/cuales/quien/cuando/donde/y eso/what/what for/why/huh/pardon/sorry what/come again
        /say again/say what/what do you mean/what does that mean/i don't understand/don't understand/i don't get it
        /you lost me/which/which one/who/where/when/how/how come/repeat/again
    """,
    "react": """
        jaja/wow/guau/uy/uf/ufff/ups/ay/oh/ahh/ohh/oops/whoa/ouch/omg/ay dios/dios mio/dios/caray/caramba/rayos
        /chale/hijole/chanfle/pucha/ostras/anda/vaya/no manches/no inventes/no me diga/no me digas/no puede ser
        /que risa/que pena/que lastima/que miedo/que nervios/que susto/que raro/que bonito/que lindo/que bueno
        /que bien/que mal/ni modo/ah ya/ah ok/ah bueno/ah entiendo/entiendo/entendido/ya veo/ya entendi/comprendo
        /ya caigo/mmm/hmm/hm/nada que ver/oh wow/oh ok/oh right/oh i see/i see/ah i see/ok i see/got it/gotcha
        /understood/makes sense/really/seriously/for real/oh dear/oh no/oh well/too bad/what a pity
    """,
    "fillers": """
        por favor/porfa/porfavor/please/kindly/doctor/doctora/doctorita/senor/senora/senorita/senores/joven/jefe
        /jefa/amigo/amiga/amigos/vecina/vecino/inge/ingeniero/ingeniera/licenciada/licenciado/maestro/maestra/profe
        /profesor/enfermera/mijo/mija/mi amor/mi reina/mi vida/reina/bella/linda/hermosa/corazon/guapa/guapo/hermano
        /hermana/bro/brother/mano/mana/carnal/compadre/compa/parce/parcero/wey/guey/che/causa/pana/man/tio/pues/pue
        /pos/po/pe/pes/nomas/no mas/entonces/oye/oiga/mire/mira/la verdad/muy/tambien/disculpe/disculpa/perdone
        /sorry/y/pero/senoritas/caballero/don/dona/ahi/asi/todo/all/everyone/sir/madam/ma'am/mam/miss/mister/mr/mrs
        /dear/mate/love/buddy/pal/dude/friend/folks/guys/team/officer/nurse/boss/fam/then/so/well/just/very/and/too
        /also/honestly/actually/though/now
    """,
}
_SMILEYS = {
    letter: name
    for name, letters in {
        "yes": "👍👌✅✔☑💯🆗🤙🤝",
        "no": "👎🙅❌🚫✋",
        "thanks": "🙏❤💕🥰😘🤗🌸💐🌹💖😇🫶♥💙💚💜🧡💛",
        "greet": "👋🙋",
        "doubt": "🤷🤔",
    }.items()
    for letter in letters
}


def _read() -> dict[tuple[str, ...], str]:
    """Each phrase, as the words of a message come, with its kind."""
    return {
        tuple(_spoken(tokens(phrase))): name
        for name, listed in _PHRASES.items()
        for phrase in " ".join(listed.split()).split("/")
    }


def _spoken(said: Sequence[str]) -> list[str]:
    """What counts of a message: its words, and the emojis that answer."""
    return [word for word in said if word in _SMILEYS or any(letter.isalnum() for letter in word)]


_KNOWN = _read()


def parts(said: Sequence[str]) -> list[str]:
    """The kinds of the phrases of a message in their order, the longest phrase first; "?" for a word that is in none.

    Fillers are not named unless there is nothing else. Marks and other emojis do not count.
    """
    words = _spoken(said)
    named: list[str] = []
    at = 0
    while at < len(words):
        kind, size = _phrase(words, at)
        named.append(kind)
        at += size
    return [kind for kind in named if kind != "fillers"] or named[:1]


def _phrase(words: Sequence[str], at: int) -> tuple[str, int]:
    """The kind of the longest phrase that starts at a word, and its words."""
    for size in range(min(LONGEST, len(words) - at), 0, -1):
        kind = _KNOWN.get(tuple(words[at : at + size]))
        if kind:
            return kind, size
    return _SMILEYS.get(words[at], "?"), 1


def answer_names(said: Sequence[str]) -> set[str]:
    """The names of the features: what the whole message consists of, and what it begins and ends with."""
    named = parts(said)
    if not named:
        return set()
    strange = named.count("?")
    asks = "?" if "?" in said else ""
    order = [kind for kind, _ in groupby(named)]
    found = {f"starts {order[0]}", f"ends {order[-1]}", f"strange {min(strange, MANY)}"}
    if not strange:
        kinds = sorted(set(order))
        found.update(
            (f"whole {' '.join(kinds)}{asks}", f"first {order[0]} last {order[-1]}", f"whole{asks} {len(kinds)}")
        )
        found.update(f"holds {kind}{asks}" for kind in kinds)
    elif strange <= FEW:
        found.update((f"starts {order[0]} strange {strange}", f"shape {' '.join(order[:LONGEST])}{asks}"))
        found.update(f"few {strange} with {kind}" for kind in order if kind != "?")
    return found
