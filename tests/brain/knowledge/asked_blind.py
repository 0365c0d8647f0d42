"""Questions to both, written after the rules had settled.

At first sight 65 of 70 were answered from the right entry and 35 of 38 were refused: the honest figure. The misses
were looked at afterwards, so what the test finds is better.
"""

from tests.brain.knowledge.questions import UNKNOWN, Questions, questions

CLINIC: Questions = (
    *questions(
        "es",
        {
            "hours": "los viernes hasta que hora puedo pasar",
            "hours.saturday": "el sabado en la mañana hay doctor?",
            "address": "en que calle esta la clinica",
            "parking": "ay donde cuadrar el carro?",
            "prices": "cuanto me cobra la nutricionista",
            "prices.tests": "precio de examen de orina y glucosa",
            "payment": "le puedo pagar con mi visa",
            "insurance": "aceptan pacifico seguros",
            "bring": "voy por primera vez q llevo",
            "results": "cuando me entregan mi resultado",
            "specialties": "que especialistas hay",
            "blood_test": "se puede desayunar antes del analisis",
            "vaccines": "tienen vacuna contra hepatitis b",
            "children": "ven bebitos de 2 meses",
            "certificates": "necesito descanso medico por 3 dias",
            "access": "mi mama esta en silla de rueda como entra",
            UNKNOWN: """
                tienen servicio de ambulatorio para perros
                sabes donde venden repuestos de auto
                hacen endoscopias
                tienen quiropractico
                me puedes escribir un poema
                cuanto mide la torre eiffel
                a que hora empieza la novela
                venden plantas medicinales
                hacen acupuntura
                que auto me compro
            """,
        },
    ),
    *questions(
        "en",
        {
            "hours": "what time do you open tomorrow",
            "hours.sunday": "are you closed on new year",
            "address": "how can i find you",
            "parking": "is parking free",
            "prices": "how much do you charge for nutrition",
            "prices.tests": "price for glucose test please",
            "payment": "do u take credit cards",
            "insurance": "which insurances do you accept",
            "results": "can you email me my results",
            "blood_test": "should i skip breakfast before my blood test",
            "vaccines": "do you give flu vaccines",
            "children": "my 3 year old boy, do you see kids",
            "certificates": "can the doctor write me a prescription",
            UNKNOWN: """
                do you do acupuncture
                where can i buy car parts
                write me a poem
                how tall is the eiffel tower
                do you do endoscopies
                can you fix my laptop
            """,
        },
    ),
)

FARM: Questions = (
    *questions(
        "es",
        {
            "hours": "atienden los sabados en la oficina?",
            "address": "como llego a la cooperativa",
            "membership": "que requisitos hay para ser socio",
            "visits": "quiero q me visite un agronomo",
            "soil_test": "mi suelo necesita un analisis, cuanto vale",
            "rust": "remedio para la roya porfa",
            "borer": "hay mucha broca este año que hacemos",
            "coffee_feeding": "cuando le pongo abono al cafe",
            "pruning": "es bueno podar en setiembre el cafe?",
            "coffee_price": "a como compran el quintal",
            "coffee_delivery": "puedo llevar mi cafe al acopio el sabado",
            "drying": "mi cafe no seca, que hago",
            "seedlings": "a cuanto los plantones",
            "maize_planting": "ya puedo sembrar mi maiz?",
            "armyworm": "como mato al gusano cogollero",
            "blight": "la rancha acabo con mi papa",
            "irrigation": "riego por goteo cada cuanto",
            "frost": "anoche cayo helada y quemo mis plantas",
            "credit": "quisiera sacar un credito agrario",
            "insurance": "el seguro agrario cubre granizo?",
            "tools": "tienen mochila fumigadora pa alquilar",
            "safety": "q guantes uso pa fumigar",
            "cattle": "mis vacas tienen parasitos",
            "hens": "mis gallinas se estan muriendo, que vacuna les pongo",
            "compost": "como se hace el abono organico con estiercol",
            "certification": "cuando es la inspeccion organica",
            "training": "donde es el taller",
            "weather": "cuando va a llover",
            UNKNOWN: """
                cuanto pagan por el kilo de platano
                como podo mi limonero
                donde consigo un burro
                quien gano las elecciones
                me arreglas la computadora
                tengo dolor de muela
                cuanto cuesta un saco de cemento
                como curo la mastitis de mi vaca
                venden gasolina
                a que hora sale la combi
                cuanto demora el tramite del pasaporte
                cual es la contraseña del wifi
                me recomiendas un restaurante
                como siembro cebolla
            """,
        },
    ),
    *questions(
        "en",
        {
            "membership": "what does it take to be a member",
            "visits": "please send an agronomist to my plot",
            "soil_test": "price of a soil analysis",
            "rust": "coffee leaf rust treatment",
            "borer": "how do i get rid of the berry borer",
            "coffee_price": "what are you paying for parchment",
            "pruning": "best month to prune coffee",
            "drying": "my coffee is not drying well",
            "seedlings": "how much are the seedlings",
            "irrigation": "should i irrigate in the morning",
            "credit": "what is the interest on a loan",
            "cattle": "anthrax vaccine for my cows",
            "compost": "can i use manure for compost",
            UNKNOWN: """
                how much do you pay for bananas
                how do i prune my lemon tree
                where can i get a donkey
                who won the election
                do you sell gasoline
                how much is a bag of cement
                how do i grow onions
                whats the wifi password
            """,
        },
    ),
)
