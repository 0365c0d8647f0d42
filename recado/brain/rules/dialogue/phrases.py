"""All that the dialogues say, in both languages. Short, and in Spanish with "tú" as Latin Americans write it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from recado.decisions import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """`{when}`, `{day}` and `{time}` are said dates and hours, `{at}` is "a las 3:00 pm"."""

    urgent: str
    # --- appointments ---
    ask_day: str
    ask_day_for_move: str
    ask_day_at: str
    ask_time: str
    ask_time_alone: str
    ask_part: str
    ask_name: str
    ask_reason: str
    which: str
    soonest: str
    which_to_cancel: str
    not_in_sight: str
    confirm: Mapping[str, str]
    confirm_cancel_any: str
    done: Mapping[str, str]
    done_cancel_any: str
    passed_on: str
    passed_on_any: str
    what_to_change: str
    resume: str
    resume_about: Mapping[str, str]
    dropped: str
    kept: str
    next_appointment: str
    no_appointments: str
    old_button: str
    lookup_passed_on: str
    problems: Mapping[str, str]
    impossible: str
    vague: str
    # --- talking ---
    not_understood: str
    unknown_in_between: str
    welcome_thanks: str
    choose: str
    offer_person: str
    # --- forms ---
    form_done: str
    form_done_but: str
    noted: str
    corrected: str
    wrong: Mapping[str, str]
    form_skip: str
    choose_from: str
    # --- buttons, at most 20 characters ---
    yes: str
    no: str
    other_day: str
    other_time: str
    drop: str
    person: str
    stay: str
    wishes: Mapping[str, str]


_ES = Phrases(
    urgent="🚨 Esto puede ser una emergencia. Ve ahora mismo al servicio de emergencias más cercano o llama al número "
    "de emergencias de tu zona; no esperes respuesta por aquí. Ya avisé al equipo.",
    ask_day="Claro. ¿Para qué día quieres la cita?",
    ask_day_for_move="Claro. ¿Para qué día la cambiamos?",
    ask_day_at="Bien, {at}. ¿Qué día?",
    ask_time="¿A qué hora el {day}?",
    ask_time_alone="¿A qué hora?",
    ask_part="El {day}, bien. ¿A qué hora te queda mejor?",
    ask_name="¿A nombre de quién?",
    ask_reason="¿Cuál es el motivo de la cita?",
    which="¿Cuál prefieres: {options}?",
    soonest="Lo más pronto sería el {day}. ¿A qué hora?",
    which_to_cancel="¿Cuál de tus citas cancelo?",
    not_in_sight="No tengo a la vista cuándo es tu cita de ahora.",
    confirm={
        "schedule": "Tu cita sería el {when}. ¿Confirmas? (sí/no)",
        "reschedule": "Cambio tu cita al {when}. ¿Confirmas? (sí/no)",
        "cancel": "Voy a cancelar tu cita del {when}. ¿Confirmas? (sí/no)",
    },
    confirm_cancel_any="Voy a cancelar tu cita. ¿Confirmas? (sí/no)",
    done={
        "schedule": "Listo ✅ Tu cita queda pedida para el {when}.",
        "reschedule": "Listo ✅ Pedí el cambio de tu cita al {when}.",
        "cancel": "Listo ✅ Pedí cancelar tu cita del {when}.",
    },
    done_cancel_any="Listo ✅ Pedí cancelar tu cita.",
    passed_on="Eso lo confirma una persona del equipo. Ya le avisé: {when}. Te responde por aquí apenas pueda.",
    passed_on_any="Eso lo hace una persona del equipo. Ya le avisé; te responde por aquí apenas pueda.",
    what_to_change="De acuerdo, no pedí nada. ¿Qué cambiamos, el día o la hora?",
    resume="¿Seguimos con tu cita?",
    resume_about={
        "schedule": "¿Seguimos con tu cita ({when})?",
        "reschedule": "¿Seguimos con el cambio de tu cita ({when})?",
        "cancel": "¿Seguimos con la cancelación de tu cita?",
    },
    dropped="De acuerdo, lo dejamos ahí. Cuando quieras, me escribes.",
    kept="De acuerdo, tu cita sigue como estaba.",
    next_appointment="Tu cita es el {when}.",
    no_appointments="No tienes ninguna cita pendiente. Si quieres una, dime el día.",
    old_button="Ese botón era de una pregunta que ya no está abierta. Si necesitas algo, escríbemelo.",
    lookup_passed_on="No tengo a la vista tus citas. Ya avisé al equipo: una persona te lo confirma por aquí.",
    problems={
        "past_day": "El {day} ya pasó.",
        "past_time": "Esa hora de hoy ({time}) ya pasó.",
        "closed_day": "El {day} no damos citas.",
        "closed_hours": "No damos citas {at}: son de {opens} a {closes}.",
        "off_step": "Las citas son a en punto o a y media.",
        "too_far": "Solo damos citas hasta con {days} días de anticipación.",
    },
    impossible="Ese día no existe en el calendario.",
    vague="Necesito un día exacto.",
    not_understood="Disculpa, no te entendí.",
    unknown_in_between="Eso no lo sé.",
    welcome_thanks="¡Con gusto!",
    choose="No estoy seguro de haberte entendido. ¿Qué necesitas?",
    offer_person="Disculpa, sigo sin entenderte. ¿Te paso con una persona del equipo?",
    form_done="¡Listo, gracias! Ya tengo todo lo que necesitaba. ✅",
    form_done_but="¡Listo, gracias! Me faltaría: {missing}. Si lo averiguas, me lo escribes.",
    noted="Anotado.",
    corrected="Corregido.",
    wrong={
        "number": "Necesito un número{named}.",
        "several": "Necesito un solo número{named}.",
        "unit": "Lo necesito en {unit}.",
        "between": "Tiene que estar entre {least} y {most}{unit}.",
        "least": "Tiene que ser {least}{unit} o más.",
        "most": "Tiene que ser {most}{unit} o menos.",
        "amount": "Necesito un monto en {unit}, por ejemplo 120.50.",
        "date": "Necesito una fecha, por ejemplo 15 de marzo.",
        "impossible": "Ese día no existe en el calendario.",
        "vague": "Necesito un día exacto.",
        "choice": "Elige una de las opciones.",
        "yes_no": "Respóndeme sí o no.",
        "phone": "Eso no me parece un teléfono. Escríbelo completo, y con el código si es de otro país.",
        "photo": "Necesito la foto.",
    },
    form_skip="Si no lo sabes, escribe «no sé».",
    choose_from="Ver opciones",
    yes="Sí",
    no="No",
    other_day="Otro día",
    other_time="Otra hora",
    drop="Dejarlo así",
    person="Hablar con persona",
    stay="Seguir aquí",
    wishes={
        "schedule": "Agendar una cita",
        "reschedule": "Cambiar mi cita",
        "cancel": "Cancelar mi cita",
        "lookup": "Ver mi cita",
        "information": "Hacer una pregunta",
        "human": "Hablar con persona",
        "urgent": "Es una emergencia",
        "other": "Otra cosa",
    },
)
_EN = Phrases(
    urgent="🚨 This may be an emergency. Go to the nearest emergency service right now, or call your local emergency "
    "number; do not wait for an answer here. I have told the team.",
    ask_day="Sure. Which day would you like?",
    ask_day_for_move="Sure. Which day shall we move it to?",
    ask_day_at="Good, {at}. Which day?",
    ask_time="What time on {day}?",
    ask_time_alone="What time?",
    ask_part="On {day}, good. What time suits you best?",
    ask_name="What name is it for?",
    ask_reason="What is the appointment for?",
    which="Which one do you prefer: {options}?",
    soonest="The soonest would be {day}. What time?",
    which_to_cancel="Which of your appointments shall I cancel?",
    not_in_sight="I cannot see when your appointment is now.",
    confirm={
        "schedule": "Your appointment would be on {when}. Do you confirm? (yes/no)",
        "reschedule": "I will move your appointment to {when}. Do you confirm? (yes/no)",
        "cancel": "I will cancel your appointment of {when}. Do you confirm? (yes/no)",
    },
    confirm_cancel_any="I will cancel your appointment. Do you confirm? (yes/no)",
    done={
        "schedule": "Done ✅ I have asked for your appointment on {when}.",
        "reschedule": "Done ✅ I have asked to move your appointment to {when}.",
        "cancel": "Done ✅ I have asked to cancel your appointment of {when}.",
    },
    done_cancel_any="Done ✅ I have asked to cancel your appointment.",
    passed_on="Someone from the team settles that. I have told them: {when}. They will answer you here soon.",
    passed_on_any="Someone from the team does that. I have told them; they will answer you here soon.",
    what_to_change="All right, nothing was asked for. What shall we change, the day or the time?",
    resume="Shall we go on with your appointment?",
    resume_about={
        "schedule": "Shall we go on with your appointment ({when})?",
        "reschedule": "Shall we go on with moving your appointment ({when})?",
        "cancel": "Shall we go on with cancelling your appointment?",
    },
    dropped="All right, we leave it there. Write to me whenever you like.",
    kept="All right, your appointment stays as it was.",
    next_appointment="Your appointment is on {when}.",
    no_appointments="You have no appointment coming up. If you want one, tell me the day.",
    old_button="That button belongs to a question that is no longer open. If you need anything, write it to me.",
    lookup_passed_on="I cannot see your appointments. I have told the team: a person will tell you here.",
    problems={
        "past_day": "{day} has already passed.",
        "past_time": "{time} today has already passed.",
        "closed_day": "We give no appointments on {day}.",
        "closed_hours": "We give no appointments {at}: they are from {opens} to {closes}.",
        "off_step": "Appointments are on the hour or at half past.",
        "too_far": "We give appointments up to {days} days ahead only.",
    },
    impossible="That day does not exist in the calendar.",
    vague="I need an exact day.",
    not_understood="Sorry, I did not understand.",
    unknown_in_between="I do not know that.",
    welcome_thanks="You are welcome!",
    choose="I am not sure that I understood you. What do you need?",
    offer_person="Sorry, I still do not understand. Shall I pass you on to a person from the team?",
    form_done="All done, thank you! I have everything I needed. ✅",
    form_done_but="Done, thank you! What is missing is: {missing}. If you find out, write it to me.",
    noted="Noted.",
    corrected="Corrected.",
    wrong={
        "number": "I need a number{named}.",
        "several": "I need a single number{named}.",
        "unit": "I need it in {unit}.",
        "between": "It has to be between {least} and {most}{unit}.",
        "least": "It has to be {least}{unit} or more.",
        "most": "It has to be {most}{unit} or less.",
        "amount": "I need an amount in {unit}, such as 120.50.",
        "date": "I need a date, such as March 15.",
        "impossible": "That day does not exist in the calendar.",
        "vague": "I need an exact day.",
        "choice": "Please choose one of the options.",
        "yes_no": "Please answer yes or no.",
        "phone": "That does not look like a phone number. Write all of it, with the country's code if it is abroad.",
        "photo": "I need the photo.",
    },
    form_skip='If you do not know, write "I don\'t know".',
    choose_from="See options",
    yes="Yes",
    no="No",
    other_day="Another day",
    other_time="Another time",
    drop="Leave it",
    person="Talk to a person",
    stay="Stay here",
    wishes={
        "schedule": "Book an appointment",
        "reschedule": "Move my appointment",
        "cancel": "Cancel appointment",
        "lookup": "See my appointment",
        "information": "Ask a question",
        "human": "Talk to a person",
        "urgent": "It is an emergency",
        "other": "Something else",
    },
)
PHRASES: Mapping[Language, Phrases] = {"es": _ES, "en": _EN}

_DAYS: Mapping[Language, tuple[str, ...]] = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip


def say_day(day: dt.date, language: Language) -> str:
    """ "jueves 26 de noviembre", "Thursday, November 26"."""
    name, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{name} {day.day} de {month}" if language == "es" else f"{name}, {month} {day.day}"


def say_day_short(day: dt.date, language: Language) -> str:
    """For a button: "jueves 26", "Thursday 26"."""
    return f"{_DAYS[language][day.weekday()]} {day.day}"


def say_time(time: dt.time) -> str:
    """ "3:00 pm": said with the half of the day in both languages, so that nobody comes at the wrong one."""
    return f"{time.hour % 12 or 12}:{time.minute:02} {'am' if time.hour < 12 else 'pm'}"


def say_at(time: dt.time, language: Language) -> str:
    """ "a las 3:00 pm", "a la 1:00 pm", "at 3:00 pm"."""
    joint = "at" if language == "en" else "a la" if time.hour % 12 == 1 else "a las"
    return f"{joint} {say_time(time)}"


def say_when(day: dt.date | None, time: dt.time | None, language: Language) -> str:
    """The day, the hour, or both: "jueves 26 de noviembre a las 3:00 pm". At least one is there."""
    if day is None:
        return say_time(time) if time else ""
    return say_day(day, language) + (f" {say_at(time, language)}" if time else "")
