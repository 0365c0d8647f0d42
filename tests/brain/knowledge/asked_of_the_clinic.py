"""What people write to the demo clinic, by the entry that answers it; `tests/brain/contexts.py` names the entries.

`UNKNOWN` are what no entry answers. `TUNED_ON` shaped the rules; the misses of `HELD_OUT`
were looked at later, and once.
"""

from tests.brain.knowledge.questions import UNKNOWN, Questions, questions

SPANISH_TUNED_ON: Questions = questions(
    "es",
    {
        "hours": """
            desde que hora puedo ir
            ustedes cierran al mediodia?
        """,
        "hours.saturday": "el sabado hasta que horas ay atencion",
        "hours.sunday": "abren el 25 de diciembre que es navidad?",
        "address": """
            por q avenida quedan
            en que estacion del metropolitano bajo
        """,
        "parking": """
            voy en carro, hay donde dejarlo?
            puedo ir en moto y estacionar ahi
        """,
        "prices": """
            la consulta de psicologia cuanto esta
            me sale gratis el control?
        """,
        "prices.tests": """
            cuanto me cobran el perfil lipidico
            costo de la prueba de colesterol
        """,
        "payment": """
            se puede pagar con plin o tiene que ser efectivo
            reciben tarjeta de debito
        """,
        "insurance": """
            mi seguro es mapfre, sirve?
            la poliza cubre la consulta
        """,
        "bring": """
            es la primera cita de mi mama, que papeles lleva
            tengo que llevar dni?
        """,
        "results": """
            mis analisis ya estan listos?
            puedo recoger el resultado mañana
        """,
        "specialties": """
            que doctores tienen
            necesito un nutricionista tienen ahi
        """,
        "blood_test": """
            para la glucosa voy en ayunas?
            puedo tomar cafe antes del examen de sangre
        """,
        "vaccines": """
            tienen la vacuna del tetano
            necesito vacunar a mi bebe
        """,
        "children": """
            ven a recien nacidos
            mi hijo tiene 13 años lo atienden?
        """,
        "certificates": """
            necesito un certificado medico para el trabajo
            me dan constancia de descanso
        """,
        "access": """
            mi papa usa muletas, hay ascensor?
            tienen baño para discapacitados
        """,
        "phone": "cual es el correo de ustedes",
        UNKNOWN: """
            tienen rayos x
            hacen limpieza dental
            cuanto cuesta una operacion de apendice
            venden mascarillas
            atienden mascotas
            me pueden recomendar una pelicula
            hacen prueba de adn
            cuanto cuesta un brackets
            que remedio tomo para la gripe
            hay oftalmologo
            venden lentes
            hacen tomografias
            cuando juega peru
            me ayudas a hacer mi tarea
            tienen sala de espera con tele
            hacen depilacion laser
            puedo ser donante de sangre
            quiero trabajar de enfermera con ustedes
            que es el colesterol
            como cocino arroz
        """,
    },
)

ENGLISH_TUNED_ON: Questions = questions(
    "en",
    {
        "hours": """
            till what time can i come today
            are you open at lunch
        """,
        "hours.saturday": "do you work on saturday mornings",
        "address": "what district are you in",
        "parking": "can i leave my car there",
        "prices": """
            how much does a pediatrician visit cost
            price of seeing the doctor
        """,
        "prices.tests": """
            cost of a cholesterol test
            how much is an ultrasound
        """,
        "payment": """
            can i pay with visa
            do you take cash only
        """,
        "insurance": """
            do you take mapfre insurance
            will my insurance cover it
        """,
        "bring": "first visit, what do i bring with me",
        "results": """
            are my lab results ready
            when can i pick up my results
        """,
        "specialties": "what kind of doctors do you have",
        "blood_test": """
            do i have to fast before the blood test
            can i drink water before it, the blood test
        """,
        "vaccines": """
            do you have the flu shot
            hepatitis vaccine?
        """,
        "children": "do you see newborns",
        "certificates": "i need a sick note for work",
        "access": "is there a ramp for wheelchairs",
        UNKNOWN: """
            do you do x-rays
            teeth cleaning?
            do you treat pets
            how much is a nose job
            do you sell glasses
            do you have an eye doctor
            can you recommend a movie
            is there a gym nearby
            dna test
            do you do laser hair removal
            can i donate blood
            how do i cook rice
        """,
    },
)

SPANISH_HELD_OUT: Questions = questions(
    "es",
    {
        "hours": """
            de que hora a que hora atiende la doctora general
            oras de atencion porfa
        """,
        "hours.saturday": "los sabados tambien trabajan?",
        "hours.sunday": "que pasa si voy un domingo, hay alguien",
        "address": """
            me manda el mapa para llegar
            cual es la referencia de la clinica
        """,
        "parking": """
            tienen cochera para clientes
            donde parqueo el auto
        """,
        "prices": """
            precio de ginecologia
            cuanto sale que me vea el pediatra
        """,
        "prices.tests": """
            el hemograma que precio tiene
            cuanto esta la ecografia
        """,
        "payment": """
            tienen yape?
            puedo pagar despues en dos cuotas
        """,
        "insurance": """
            trabajan con rimac o pacifico
            atienden por el sis
        """,
        "bring": """
            que tengo que llevar la primera vez
            que documentos me piden
        """,
        "results": """
            cuanto se demoran los resultados del laboratorio
            me mandan los resultados al correo?
        """,
        "specialties": """
            hay psicologa en la clinica
            cuales son sus especialidades medicas
        """,
        "blood_test": """
            cuantas horas sin comer para el analisis de sangre
            a que hora toman muestras de sangre
        """,
        "vaccines": """
            ponen la vacuna contra la gripe
            cuanto esta la del papiloma, la vacuna
        """,
        "children": """
            atienden a niños de 5 años
            hasta que edad ve la pediatra
        """,
        "certificates": """
            sacan certificado de salud?
            me pueden dar una receta
        """,
        "access": """
            mi abuelo no camina, tienen silla de ruedas
            hay rampa?
        """,
        "phone": "a que telefono me comunico",
        UNKNOWN: """
            hacen resonancias
            tienen dentista
            venden pañales
            curan animales
            quien descubrio america
            hacen prueba de paternidad
            cuanto cuesta una liposuccion
            tienen cardiologo
            hacen lentes de contacto
            donde puedo cambiar dolares
            que me recomiendas para el dolor de espalda
            hay un restaurante cerca
            alquilan muletas
            tienen cafeteria
            hacen masajes
            puedo llevar a mi gato
            como se llama el dueño
            tienen vacantes de trabajo
            cuanto pesa un elefante
            me cuentas una historia
        """,
    },
)

ENGLISH_HELD_OUT: Questions = questions(
    "en",
    {
        "hours": """
            what are ur hours
            when do you close
        """,
        "hours.saturday": "are u open this saturday",
        "hours.sunday": "can i come on sunday",
        "address": "whats your adress",
        "parking": "where can i park my motorbike",
        "prices": """
            how much to see a gynecologist
            is the follow up free
        """,
        "prices.tests": """
            blood count price
            what do you charge for a urine test
        """,
        "payment": """
            can i pay by card
            do you accept yape
        """,
        "insurance": "do you work with rimac",
        "bring": "what documents should i take to my first appointment",
        "results": "how long do the results take",
        "specialties": "do you have a psychologist",
        "blood_test": """
            how many hours of fasting
            can i eat before my glucose test
        """,
        "vaccines": """
            how much is the hpv vaccine
            tetanus shot
        """,
        "children": """
            do you treat babies
            up to what age does the pediatrician see kids
        """,
        "certificates": """
            can i get a medical certificate
            do you write prescriptions
        """,
        "access": "my dad is in a wheelchair can he get in",
        "phone": "what is your phone number",
        UNKNOWN: """
            do you do mri
            do you have a dentist
            can i bring my cat
            who discovered america
            how much is liposuction
            do you have a cardiologist
            where can i change money
            is there a restaurant nearby
            do you do massages
            are there any job openings
            how do i fix my car
            what is the meaning of life
        """,
    },
)
