"""Clear messages and what they want."""

_TABLE = """
schedule | kiero una cita xfa
schedule | quiero sacar un turno
schedule | hola buenas, quiero una cita para el jueves
schedule | tienen turno para mañana?
schedule | me das una cita xfa
schedule | necesito agendar una consulta con el dentista
schedule | nesesito una ora con el medico
schedule | quisiera reservar hora para mi mamá
schedule | hay cupo para hoy en la tarde?
schedule | me pueden atender esta semana?
schedule | no es urgente, pero quiero una cita para revisarme la espalda
schedule | quiero apartar una cita para limpieza dental
schedule | i want to book an appointment
schedule | can i get in this week?
schedule | i need an appt with dr lee pls
schedule | do you have any openings tomorrow?
schedule | id like to schedule a cleaning
schedule | can you fit me in on friday
schedule | hi, i'd like to make an appointment for my son
reschedule | quiero cambiar mi cita para el viernes
reschedule | puedo mover mi turno a otro día?
reschedule | necesito reprogramar la cita
reschedule | me urge cambiar la cita
reschedule | no puedo ir mañana, puede ser el viernes?
reschedule | no la cancelen, solo pásenla al jueves
reschedule | se puede adelantar mi cita?
reschedule | podrian posponer mi consulta para la otra semana
reschedule | me pueden pasar la cita para mas tarde
reschedule | can i move my appointment to friday
reschedule | need to reschedule my appt
reschedule | can we push my appointment to next week
reschedule | i can't make it tomorrow, can we do thursday instead?
reschedule | could you change my appointment to a later time
reschedule | can i come an hour later than my appointment
cancel | quiero cancelar mi cita
cancel | cancelen mi turno por favor
cancel | no voy a poder ir a la cita
cancel | al final no voy
cancel | ya no quiero la cita, anúlela
cancel | kiero cancelar la cita de mañana
cancel | anula mi reserva
cancel | buenas tardes, quisiera anular mi hora del lunes
cancel | i need to cancel my appointment
cancel | please cancel my booking
cancel | cancel my appt for tomorrow pls
cancel | i won't be able to come to my appointment
cancel | can't make it tomorrow, please cancel
lookup | a qué hora es mi cita?
lookup | cuando es mi turno
lookup | ya están mis resultados?
lookup | me confirma si tengo cita mañana
lookup | con qué doctor me toca?
lookup | sigue en pie mi cita del martes?
lookup | no me acuerdo que dia es mi cita
lookup | ya salió el resultado de mi examen de sangre?
lookup | what time is my appointment?
lookup | are my results ready
lookup | when is my appointment
lookup | do i have an appointment tomorrow?
lookup | is my appointment still on for monday
lookup | which doctor am i seeing on tuesday
lookup | can you confirm my appointment
urgent | mi hijo no puede respirar
urgent | es una emergencia
urgent | urgente, necesito que me atiendan ya
urgent | mi papá se desmayó y no reacciona
urgent | tengo dolor en el pecho y me cuesta respirar
urgent | está tosiendo sangre
urgent | mi bebe tiene 39.5 de fiebre
urgent | se tomó veneno para ratas
urgent | quiero quitarme la vida
urgent | mi perro está convulsionando
urgent | auxilio mi esposa se está desangrando
urgent | my son swallowed a battery
urgent | she can't breathe
urgent | my dad has chest pain and his arm is numb
urgent | he is unconscious please help
urgent | fever of 104 and she won't wake up
urgent | i want to kill myself
urgent | it's an emergency
urgent | she is coughing up blood
urgent | my baby is having a seizure
information | cuánto cuesta la consulta?
information | dónde están ubicados?
information | que horario tienen
information | atienden los domingos?
information | atienden emergencias?
information | aceptan tarjeta?
information | trabajan con seguro?
information | qué tengo que llevar para el examen?
information | a que hora abren
information | hay estacionamiento?
information | cada cuánto riego el maíz?
information | tengo que ir en ayunas?
information | how much is a cleaning?
information | what are your hours
information | do you take insurance?
information | where are you located
information | are you open on saturdays
information | is there parking
information | do i need to fast before the blood test?
information | how often should i water my tomatoes
human | quiero hablar con una persona
human | pásame con un humano
human | me comunica con recepción por favor
human | quiero hablar con alguien real, no con un robot
human | me pueden llamar?
human | necesito hablar con la doctora
human | can i talk to a real person
human | i want to speak to a human
human | please have someone call me back
human | connect me with the receptionist
human | stop, i don't want to talk to a bot
greeting | hola
greeting | buenas
greeting | buenos días
greeting | holaaa
greeting | hola buenas tardes
greeting | hay alguien?
greeting | una consulta
greeting | hello
greeting | hi there
greeting | good morning
greeting | hello??
greeting | hey
thanks | gracias
thanks | muchas gracias
thanks | ok muchas gracias, bendiciones
thanks | mil gracias doctora
thanks | grax
thanks | chau
thanks | thanks
thanks | thank you so much
thanks | thx
thanks | bye thanks
thanks | thank you, have a great day
yes | si
yes | sí, claro
yes | dale
yes | de una
yes | sip
yes | ok perfecto
yes | confirmo
yes | 👍
yes | yes
yes | yes please
yes | yeah sure
yes | yep
no | no
no | no gracias
no | nop
no | todavía no
no | mejor no
no | nel
no | nope
no | no thanks
no | nah
no | not yet
other | ni se les ocurra anularla
other | me muero de risa
other | no cancelen mi cita
other | se me canceló el vuelo jaja
other | cuéntame un chiste
other | quién ganó el partido anoche?
other | voy en camino
other | ya llegué
other | te mando la foto
other | what's the weather like today
other | tell me a joke
other | i'm on my way
other | sorry wrong number
"""
CASES: list[tuple[str, str]] = [
    (intent, text) for intent, text in (line.split(" | ", 1) for line in _TABLE.strip().splitlines())
]
