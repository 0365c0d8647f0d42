"""Messages that are an emergency, and messages that only sound like one."""

from recado.decisions import Language

_EMERGENCIES: dict[Language, str] = {
    "es": """
        mi abuelo no puede respirar
        mi esposo se desmayó y no reacciona
        me duele mucho el pecho y me falta el aire
        mi hijo se tragó una pila
        se tomó el veneno de las ratas
        mi papá fumigó sin mascarilla y está vomitando y temblando
        lo mordió una víbora y se le hincha la pierna
        está convulsionando mi hija
        no para de sangrar, se cortó con el machete
        quiero matarme
        mi mamá tiene la boca torcida y no puede hablar
        mi bebé tiene 39.5 de fiebre
        es una emergencia vengan
        URGENTE
        ayuda!! mi papá se está muriendo
        se cayó del techo y no mueve las piernas
        tosí sangre hace un rato
        hola, quiero una cita, mi papá está inconsciente en el piso
        me duele la cabeza y no puedo mover el brazo derecho
        mi perro está convulsionando
        la vaca se está ahogando con una papa
        no despierta mi bebé
        le picó una avispa y se le cierra la garganta
        estoy embarazada y sangro mucho
    """,
    "en": """
        my grandpa can't breathe
        my husband passed out and won't wake up
        bad chest pain and i can't catch my breath
        my son swallowed a battery
        she drank bleach
        dad sprayed without a mask and now he's vomiting and shaking
        a snake bit him and his leg is swelling fast
        my daughter is having a seizure
        it won't stop bleeding, he cut himself with a machete
        i want to kill myself
        mum's face is drooping and she can't speak
        my baby has a fever of 103.5
        this is an emergency, come quick
        URGENT
        help!! my dad is dying
        he fell off the roof and can't move his legs
        i just coughed up blood
        hi i'd like an appointment, my dad is unconscious on the floor
        i have a headache and can't move my right arm
        my dog is having a seizure
        the cow is choking on a potato
        my baby won't wake up
        stung by a wasp and her throat is closing
        i'm pregnant and bleeding heavily
    """,
}
_EVERYDAY: dict[Language, str] = {
    "es": """
        me duele la cabeza
        tengo dolor de muela
        tengo gripe y un poco de tos
        me cayó mal la comida
        mi señora está embarazada
        mi hijo está con moquitos
        me duele la rodilla cuando corro
        mi mamá está en silla de ruedas
        tengo la presión un poco alta
        ayuda
        me salió una ronchita en el brazo
        qué tomo para la gripe
        ando con la espalda adolorida de cargar cajas
        se me cayó el sistema
        urgente necesito el logo para mañana
        se me murió la batería del carro
        me urge la factura
        ando ahogada en trabajo
        la niña se raspó el codo, ya le puse una curita
        mi suegro ronca mucho
        hay un restaurante cerca
        puedo donar sangre
    """,
    "en": """
        i have a headache
        got a toothache
        a cold and a bit of a cough
        lunch didn't agree with me
        my wife is pregnant
        my son has a runny nose
        my knee hurts when i run
        my mother is in a wheelchair
        my blood pressure is a little high
        help
        a small rash on my arm
        what do i take for a cold
        sore back from lifting boxes
        our website crashed
        need the logo urgently for tomorrow
        my car battery died
        i need the invoice asap
        drowning in work
        the girl scraped her elbow, put a plaster on it
        my father in law snores a lot
        can i donate blood
        how much is a blood test
    """,
}
_FARMING: dict[Language, str] = {
    "es": """
        a mi papá le cayó la rancha
        mi caballo está cojo
        mis gallinas se están muriendo, qué vacuna les pongo
        se le están cayendo las hojas al café y tienen manchas amarillas
        anoche cayó helada y quemó mis plantas
        mi café no seca, qué hago
        el ternero tiene garrapatas
        se me está secando el maizal
        la roya está matando mi cafetal
        va a caer helada esta noche qué hago
        mi vaca da poca leche
        mi chivo cojea de una pata
        se murieron tres pollitos de frío
        con qué veneno mato la hormiga
        el gusano me está comiendo la papa
        mi perro tiene pulgas
    """,
    "en": """
        my horse is limping
        blight got my father's potatoes
        my hens are dying, which vaccine do they need
        coffee leaves are falling and have yellow spots
        frost burned my plants last night
        my coffee won't dry, what do i do
        my calves have ticks
        the maize is drying up
        rust is killing my coffee
        frost tonight what do i do
        my cow gives little milk
        one of my goats is lame
        three chicks died of cold
        what poison kills ants
        worms are eating my potatoes
        my dog has fleas
    """,
}
_DENIED_OR_TOLD: dict[Language, str] = {
    "es": """
        no es urgente, es por un papel
        no es una emergencia, solo una consulta
        ya respira bien, gracias
        ya le bajó la fiebre
        me muero de risa
        el año pasado me dio un infarto
        atienden emergencias?
        qué hago si alguien se desmaya
        tiene 37.4, nada de fiebre
        mi vecino se murió hace años
        no se desmayó, solo se sentó
        no sangra, está seco
    """,
    "en": """
        it's not urgent, it's about a form
        not an emergency, just a question
        he's breathing fine now, thanks
        her fever is gone
        i'm dying of laughter
        i had a heart attack last year
        do you take emergencies?
        what if someone faints
        she's at 99.1, no fever
        my neighbour died years ago
        he didn't faint, he just sat down
        it isn't bleeding any more
    """,
}


def _rows(by_language: dict[Language, str]) -> tuple[tuple[Language, str], ...]:
    return tuple(
        (language, line.strip())
        for language, lines in by_language.items()
        for line in lines.splitlines()
        if line.strip()
    )


EMERGENCIES = _rows(_EMERGENCIES)
EVERYDAY = _rows(_EVERYDAY)
FARMING = _rows(_FARMING)
DENIED_OR_TOLD = _rows(_DENIED_OR_TOLD)
