"""What the rules brain says of itself, in both languages. Warm and short; in Spanish with "tú"."""

from collections.abc import Mapping
from dataclasses import dataclass

from recado.decisions import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """`{assistant}` is the assistant's name; `{greeting}` a greeting with or without a name, no punctuation."""

    good_morning: str
    good_afternoon: str
    good_evening: str
    greeted: str
    welcome: str
    greeting_before_answer: str
    offer: str
    unknown: str
    topics: str
    no_topics: str
    thanks: str
    farewell: str
    acknowledged: str
    identity: str
    handed_over: str
    menu_button: str
    person: str
    person_description: str
    only_text: Mapping[str, str]


_ES = Phrases(
    good_morning="buenos días",
    good_afternoon="buenas tardes",
    good_evening="buenas noches",
    greeted="¡{greeting}!",
    welcome="¡{greeting}! 👋 Soy {assistant} (asistente virtual). ¿En qué te puedo ayudar?",
    greeting_before_answer="¡{greeting}! 👋",
    offer="Con mucho gusto te ayudo. Escríbeme tu pregunta o elige:",
    unknown="No lo sé, y prefiero no darte un dato equivocado. 🙏",
    topics="Lo que sí puedo contarte es esto:",
    no_topics="Si quieres, te paso con alguien del equipo:",
    thanks="¡Con mucho gusto! 😊 Si necesitas algo más, aquí estoy.",
    farewell="¡Hasta luego, que te vaya muy bien! 👋",
    acknowledged="¡Perfecto! Si necesitas algo más, aquí estoy.",
    identity="Soy el asistente virtual de este chat, {assistant}; no soy una persona.",
    handed_over="Claro que sí. Ya avisé al equipo: una persona te responderá por aquí apenas pueda. 🙌",
    menu_button="Ver temas",
    person="Hablar con alguien",
    person_description="Alguien del equipo te responde por aquí",
    only_text={
        "voice": "Todavía no puedo escuchar audios, disculpa. 🙏 ¿Me lo escribes?",
        "image": "Todavía no puedo ver imágenes, disculpa. 🙏 ¿Me cuentas por escrito qué necesitas?",
        "video": "Todavía no puedo ver videos, disculpa. 🙏 ¿Me cuentas por escrito qué necesitas?",
        "document": "Todavía no puedo leer documentos, disculpa. 🙏 ¿Me cuentas por escrito qué necesitas?",
        "sticker": "¡Bonito sticker! 😊 Aún no los entiendo, pero si me escribes tu pregunta, con gusto te ayudo.",
        "location": "Gracias por tu ubicación. Todavía no puedo usarla, pero si me escribes tu pregunta, con gusto te "
        "ayudo.",
        "contacts": "Gracias por el contacto. Todavía no puedo usarlo, pero si me escribes tu pregunta, con gusto te "
        "ayudo.",
        "order": "Gracias por tu pedido. Todavía no puedo tomar pedidos por aquí; si quieres, te paso con una persona.",
        "form_reply": "Gracias por tus respuestas. Todavía no puedo procesar formularios; si quieres, te paso con una "
        "persona.",
        "unsupported": "No pude leer ese tipo de mensaje, disculpa. 🙏 ¿Me lo escribes como texto?",
    },
)
_EN = Phrases(
    good_morning="good morning",
    good_afternoon="good afternoon",
    good_evening="good evening",
    greeted="{greeting}!",
    welcome="{greeting}! 👋 This is {assistant} (virtual assistant). How can I help you?",
    greeting_before_answer="{greeting}! 👋",
    offer="Happy to help. Write your question or choose:",
    unknown="I don't know that, and I would rather not tell you something wrong. 🙏",
    topics="Here is what I can tell you about:",
    no_topics="I can pass you on to someone from the team:",
    thanks="You are very welcome! 😊 If you need anything else, I am here.",
    farewell="Goodbye, and take care! 👋",
    acknowledged="Great! If you need anything else, I am here.",
    identity="I am the virtual assistant of this chat, {assistant}; I am not a person.",
    handed_over="Of course. I have told the team: a person will answer you here as soon as they can. 🙌",
    menu_button="See topics",
    person="Talk to a person",
    person_description="Someone from the team answers here",
    only_text={
        "voice": "I cannot listen to audio yet, sorry. 🙏 Could you write it?",
        "image": "I cannot see pictures yet, sorry. 🙏 Could you write what you need?",
        "video": "I cannot watch videos yet, sorry. 🙏 Could you write what you need?",
        "document": "I cannot read documents yet, sorry. 🙏 Could you write what you need?",
        "sticker": "Nice sticker! 😊 I do not understand them yet, but write me your question and I will gladly help.",
        "location": "Thank you for the location. I cannot use it yet, but write me your question and I will gladly "
        "help.",
        "contacts": "Thank you for the contact. I cannot use it yet, but write me your question and I will gladly "
        "help.",
        "order": "Thank you for your order. I cannot take orders here yet; I can pass you on to a person if you like.",
        "form_reply": "Thank you for your answers. I cannot process forms yet; I can pass you on to a person if you "
        "like.",
        "unsupported": "I could not read that kind of message, sorry. 🙏 Could you write it as text?",
    },
)
PHRASES: Mapping[Language, Phrases] = {"es": _ES, "en": _EN}

# What the usual topics are called in a list (at most 24 characters). Others are shown by their own word.
TITLES: Mapping[Language, Mapping[str, str]] = {
    "es": {
        "hours": "Horario",
        "address": "Dirección",
        "parking": "Estacionamiento",
        "prices": "Precios",
        "payment": "Formas de pago",
        "insurance": "Seguros",
        "bring": "Qué traer",
        "results": "Resultados",
        "specialties": "Especialidades",
        "emergency": "Emergencias",
        "phone": "Teléfono",
        "appointments": "Citas",
        "vaccines": "Vacunas",
        "children": "Niños",
        "certificates": "Certificados y recetas",
        "access": "Accesibilidad",
        "services": "Servicios",
        "delivery": "Envíos",
        "returns": "Devoluciones",
    },
    "en": {
        "hours": "Opening hours",
        "address": "Address",
        "parking": "Parking",
        "prices": "Prices",
        "payment": "Ways to pay",
        "insurance": "Insurance",
        "bring": "What to bring",
        "results": "Results",
        "specialties": "Specialties",
        "emergency": "Emergencies",
        "phone": "Phone",
        "appointments": "Appointments",
        "vaccines": "Vaccines",
        "children": "Children",
        "certificates": "Notes and prescriptions",
        "access": "Accessibility",
        "services": "Services",
        "delivery": "Delivery",
        "returns": "Returns",
    },
}
