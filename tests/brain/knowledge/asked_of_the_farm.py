"""What growers write to the adviser of `farm_spanish` and `farm_english`, by the entry that answers it.

`UNKNOWN` are what no entry answers. `TUNED_ON` shaped the rules; the misses of `HELD_OUT`
were looked at later, and once.
"""

from tests.brain.knowledge.questions import UNKNOWN, Questions, questions

SPANISH_TUNED_ON: Questions = questions(
    "es",
    {
        "hours": """
            hasta q hora estan en la oficina
            el sabado abren?
        """,
        "address": """
            donde es la cooperativa
            por donde keda su local
        """,
        "phone": "a q numero puedo llamar",
        "membership": """
            kiero ser socio q necesito
            que papeles piden para inscribirme
            cuanto es la cuota de socio
        """,
        "visits": """
            puede venir el inge a mi chacra
            necesito que un tecnico vea mis plantas
        """,
        "soil_test": """
            cuanto cuesta el analisis de suelo
            como saco la muestra de tierra
            quisiera saber si mi tierra es acida
        """,
        "rust": """
            mi cafe tiene roya q hago
            las ojas de mi cafetal estan con polvo naranja
            se le estan cayendo las hojas al cafe y tienen manchas amarillas
            cada cuanto aplico el caldo bordeles
        """,
        "borer": """
            tengo broca en el cafe
            los granos estan picados
            como pongo las trampas de alcohol
        """,
        "coffee_feeding": """
            con que abono mi cafe
            cuanto guano le pongo a cada planta
            en q epoca se fertiliza el cafeto
        """,
        "pruning": """
            cuando toca la poda
            mis plantas ya son viejas las corto?
        """,
        "coffee_price": """
            a como esta el cafe hoy
            cuanto estan pagando el kilo de pergamino
            presio del cafe porfavor
        """,
        "coffee_delivery": """
            con cuanta humedad reciben
            donde entrego mi cafe y en que sacos
        """,
        "drying": """
            cuantos dias se seca el cafe
            como es el secado en tarima
        """,
        "seedlings": """
            venden plantones
            q variedades tienen en el vivero
            cuanto cuesta el planton de geisha
        """,
        "maize_planting": """
            en q mes siembro mais
            a que distancia va el maiz
        """,
        "armyworm": """
            hay gusano en mi maiz
            el cogollero me esta acabando
        """,
        "blight": """
            a mi papa le cayo la rancha
            mis papas tienen manchas negras
        """,
        "irrigation": """
            cada cuantos dias riego
            cuanta agua le doy a las plantas
        """,
        "frost": """
            va a caer helada esta noche que hago
            como cuido mis plantas del frio
        """,
        "credit": """
            necesito un prestamo para la campaña
            cuanto de interes cobran por el credito
        """,
        "insurance": """
            se perdio mi cosecha, el seguro cubre?
            como aviso al seguro agrario
        """,
        "tools": """
            me alquilan una mochila fumigadora
            cuanto sale el alquiler de la despulpadora
        """,
        "safety": """
            que me pongo para fumigar
            es necesario usar mascarilla cuando fumigo
        """,
        "emergency": """
            mi esposo se intoxico fumigando
            mi hijo tomo veneno!!
        """,
        "cattle": """
            cada cuanto se desparasita a las vacas
            mis terneros tienen garrapata
        """,
        "hens": """
            cuando vacuno a los pollos
            vacuna de newcastle
        """,
        "compost": """
            como ago compost
            kiero preparar abono organico con pulpa
        """,
        "certification": """
            q piden para ser organico
            cuando viene el inspector
        """,
        "training": """
            cuando hay charla
            la capacitacion de este mes que dia es
        """,
        "weather": """
            va a llover mañana?
            me mandan el pronostico
        """,
        UNKNOWN: """
            a como pagan el cacao
            me venden un tractor
            cuando se poda la palta
            como curo a mi perro
            quien gano ayer
            donde compro una moto
            como saco mi dni
            hay trabajo en la cooperativa?
            cuanto esta el dolar
            venden pescado
            mi celular no prende
            como hago un curriculum
            que remedio es bueno para la tos
            cuentame un chiste
            como siembro papaya
            a que hora pasa el carro a chiclayo
            cuanto cuesta el pasaje a jaen
            tienen wifi
            mi señora esta embarazada
            vacunan chanchos?
            compran miel de abeja
            quien es el alcalde
            me ayudas con la tarea de mi hija
            cuanto cuesta un terreno
            como crio cuyes
        """,
    },
)

ENGLISH_TUNED_ON: Questions = questions(
    "en",
    {
        "hours": "until what time is the office open on saturdays",
        "address": "where are you guys located",
        "membership": """
            i want to become a member what do i need
            how much is the membership fee
        """,
        "visits": """
            can the agronomist come to my farm
            i need someone technical to see my plants
        """,
        "soil_test": """
            how do i take a soil sample
            how much is the soil test
        """,
        "rust": """
            my coffee has rust
            theres orange powder on the leafs
        """,
        "borer": "beans have little holes in them",
        "coffee_feeding": """
            how much fertilizer per plant
            when should i fertilise my coffee
        """,
        "pruning": "when is the time to prune",
        "coffee_price": """
            whats the price of coffee today
            how much r u paying per kilo
        """,
        "drying": "how many days to dry the coffee",
        "seedlings": """
            do u have seedlings for sale
            which varieties are in the nursery
        """,
        "armyworm": "worms are eating my corn",
        "irrigation": "how often do i water the plants",
        "frost": "frost tonight what do i do",
        "credit": """
            i need a loan for this season
            what interest do you charge
        """,
        "tools": "can i rent a sprayer",
        "safety": "do i need a mask for spraying",
        "cattle": "when do i deworm my cows",
        "compost": "how to make compost with coffee pulp",
        "certification": "requirements to be organic",
        "training": "when is the next workshop",
        UNKNOWN: """
            how much do you pay for cocoa
            do you sell tractors
            when do i prune avocado trees
            my dog is sick
            who won the match last night
            how do i get a passport
            are you hiring
            whats the capital of france
            my phone is broken
            how do i plant papaya
            tell me a joke
            do you have wifi
            when does the bus to lima leave
            how do i raise guinea pigs
            do you buy honey
        """,
    },
)

SPANISH_HELD_OUT: Questions = questions(
    "es",
    {
        "hours": """
            a que ora abre la oficina el lunes
            atienden al medio dia?
        """,
        "address": """
            la direccion de la oficina xfa
            en que parte de jaen estan
        """,
        "phone": "me pasa el celular de la cooperativa",
        "membership": """
            como me asocio
            quiero inscribirme como sosio
            que se necesita para entrar de socio
        """,
        "visits": """
            cuando me visita el ingeniero
            quiero una visita tecnica en mi parcela
        """,
        "soil_test": """
            donde puedo analizar mi tierra
            me hacen el analisis de suelos?
            cuanto demora el analisis de la tierra
        """,
        "rust": """
            q le echo a la roya
            como combato la rolla amarilla del cafe
            mis hojas tienen un polvillo amarillo
        """,
        "borer": """
            la broca me malogro la cosecha
            como controlo la broka
            encontre granos con gorgojo en el cafe
        """,
        "coffee_feeding": """
            cuantas veces al año se abona el cafe
            que fertilisante uso para mi cafetal
        """,
        "pruning": """
            en que mes podo el cafe
            como se recepan los cafetos viejos
        """,
        "coffee_price": """
            cuanto pagan por el cafe
            precio d hoy del pergamino
            a cuanto compran cafe
        """,
        "coffee_delivery": """
            hasta q hora reciben cafe en el acopio
            que humedad piden para entregar
        """,
        "drying": """
            como seco mi cafe si esta lloviendo
            el secador solar como se usa
        """,
        "seedlings": """
            quiero comprar plantones de catimor
            cuando hay plantones
        """,
        "maize_planting": """
            cuando es la siembra del maiz
            cuantos granos de maiz por golpe
        """,
        "armyworm": """
            que aplico pa el gusano del maiz
            las orugas se comen las hojas de mi maiz
        """,
        "blight": """
            como se controla la rancha
            ongo en la papa que le hecho
        """,
        "irrigation": """
            cuando debo regar mi chacra
            hay sequia, como riego
        """,
        "frost": """
            como salvo el cultivo de la elada
            que hago contra el granizo y el hielo
        """,
        "credit": """
            me pueden dar un credito
            cuanto prestan por campaña
        """,
        "insurance": """
            tengo seguro agrario? que me cubre
            la inundacion se llevo mi cosecha, hay seguro
        """,
        "tools": """
            prestan motoguadaña?
            quiero alquilar herramientas
        """,
        "safety": """
            que proteccion uso con los venenos
            donde boto los envases vacios
        """,
        "emergency": """
            una persona se enveneno que hago
            emergencia mi papa tomo insecticida
        """,
        "cattle": """
            cuando le toca la vacuna a mis reses
            tengo que desparasitar a mis vaquitas
        """,
        "hens": """
            que vacunas se le pone a la gallina
            mis pollitos a los cuantos dias se vacunan
        """,
        "compost": """
            receta del compost
            cuanto tiempo tarda la composta
        """,
        "certification": """
            requisitos de la certificacion organica
            como consigo el sello de comercio justo
        """,
        "training": """
            va haber taller este mes?
            a que hora es la escuela de campo
        """,
        "weather": """
            como estara el clima
            avisenme cuando llueva
        """,
        UNKNOWN: """
            a cuanto esta la papa en el mercado
            compran cacao?
            como se injerta la palta
            mi caballo esta cojo
            quien juega hoy
            cuando pagan pension 65
            donde queda el hospital
            como cobro mi bono
            venden zapatos
            necesito un abogado
            que opinas del gobierno
            me das plata
            como bajo de peso
            cuanto cuesta una laptop
            hay clases mañana en el colegio
            como se cura la gripe
            quiero vender mi moto
            cuando es semana santa
            que hora es
            cual es tu nombre completo y tu edad
            hacen envios a lima
            tienen cuenta en facebook
            como cultivo quinua
            que pasa con las abejas
            mi vecino me robo gallinas
        """,
    },
)

ENGLISH_HELD_OUT: Questions = questions(
    "en",
    {
        "hours": "what time does the office close",
        "address": "how do i get to the office",
        "membership": """
            what documents do i need to join
            can i sign up as a member
        """,
        "visits": "when will the technician visit my field",
        "soil_test": """
            can you test my soil
            where do i bring my soil sample
        """,
        "rust": """
            what can i spray against rust
            yellow spots on my coffee leaves
        """,
        "borer": """
            how do the alcohol traps work for the borer
            got beetles in my coffee
        """,
        "coffee_feeding": "which fertilizer is good for coffee",
        "pruning": """
            how should i prune old coffee trees
            is pruning in september ok
        """,
        "coffee_price": """
            how much for a kilo of parchment
            do you buy coffee
        """,
        "drying": """
            how thick should coffee be on the raised beds
            drying coffee when its raining
        """,
        "seedlings": "i want to buy geisha seedlings",
        "armyworm": """
            how can i kill armyworms
            caterpillars in my maize
        """,
        "irrigation": """
            when to irrigate
            is every day watering too much
        """,
        "frost": "how to save my crops from freezing",
        "credit": """
            can i borrow money
            how do i apply for credit
        """,
        "tools": "how much to rent the pulper",
        "safety": "what protection do i need when spraying chemicals",
        "cattle": "my calves have ticks",
        "compost": "how long does compost take",
        "certification": """
            how do i get organic certification
            when is the inspection
        """,
        "training": "is there training this month",
        UNKNOWN: """
            what is the potato price at the market
            do you buy cacao
            my horse is limping
            where is the hospital
            how do i lose weight
            i need a lawyer
            can you do my homework
            how much is a laptop
            what do you think of the president
            i want to sell my motorbike
            how do i grow quinoa
            do you ship to lima
            what time is it
            is there school tomorrow
            my neighbour stole my goats
        """,
    },
)
