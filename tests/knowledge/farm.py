"""What the assistant of a farm adviser knows, and how growers ask for it: written by hand, answers never copied."""

from recado.knowledge.service import NewEntry


def _es(topic: str, question: str, answer: str, *keywords: str) -> NewEntry:
    return NewEntry(topic, "es", question, answer, keywords)


ENTRIES: dict[str, NewEntry] = {
    "roya": _es("roya", "¿Cómo trato la roya del café?", "Retire las hojas con polvo naranja y aplique caldo bordelés "
        "cada 21 días.", "roya", "polvo naranja", "hojas amarillas"),
    "broca": _es("broca", "¿Qué hago contra la broca del café?", "Recoja los granos caídos y ponga trampas de alcohol, "
        "20 por hectárea.", "broca", "granos con hueco", "trampas"),
    "riego": _es("riego", "¿Cada cuánto riego el maíz?", "En suelo arenoso cada 3 días; en arcilloso, cada 6. Riegue "
        "temprano.", "regar", "agua", "riego"),
    "abono": _es("abono", "¿Qué abono le pongo al maíz?", "Urea: 2 sacos por hectárea a los 15 días y a los 40.",
        "abonar", "fertilizante", "urea", "fertilizar"),
    "cogollero": _es("cogollero", "¿Cómo combato el gusano cogollero?", "Revise 20 plantas: si 4 tienen daño, aplique "
        "Bacillus al atardecer.", "gusano", "cogollero", "comen las hojas del maíz"),
    "siembra": _es("siembra", "¿Cuándo siembro papa?", "En la sierra, en octubre y noviembre, con las lluvias.",
        "sembrar", "siembra", "plantar papa"),
    "rancha": _es("rancha", "¿Qué es la rancha de la papa?", "Es un hongo: manchas negras que huelen mal. Aplique "
        "mancozeb antes de la lluvia.", "rancha", "tizón", "manchas negras"),
    "gallinas": _es("gallinas", "¿Cuándo vacuno las gallinas?", "Newcastle a los 7 días y cada 3 meses, en el agua.",
        "gallinas", "pollos", "newcastle"),
    "vacas": _es("vacas", "¿Cada cuánto desparasito las vacas?", "Cada 4 meses, y los terneros a los 2 meses.",
        "vacas", "ganado", "parásitos", "desparasitar"),
    "precio": _es("precio_cafe", "¿A cuánto compran el café?", "La cooperativa paga S/ 9.50 el kilo de pergamino.",
        "precio del café", "pagan", "compran café"),
    "credito": _es("credito", "¿Cómo pido un crédito?", "Con DNI, título o constancia de posesión, los martes en la "
        "oficina.", "préstamo", "crédito", "financiamiento"),
    "visita": _es("visita", "¿Cuándo viene el ingeniero?", "El ingeniero visita cada caserío el primer lunes del mes.",
        "visita", "ingeniero", "técnico"),
    "compost": _es("compost", "¿Cómo hago compost?", "Capas de hojas, estiércol y tierra; voltee cada 15 días.",
        "compost", "abono orgánico", "estiércol"),
    "semilla": _es("semilla", "¿Dónde consigo semilla certificada?", "En el INIA, con su DNI: S/ 4 el kilo.",
        "semilla", "semillas certificadas"),
    "helada": _es("helada", "¿Cómo protejo de la helada?", "Riegue la tarde anterior y queme paja húmeda de madrugada.",
        "helada", "frío", "hielo"),
}  # fmt: skip

# What a grower writes -> the entry that answers it.
ASKED: tuple[tuple[str, str], ...] = (
    ("ing mi cafe tiene polvo naranja en las ojas", "roya"), ("q hago con la roya", "roya"),
    ("hay remedio para la roya del cafetal?", "roya"), ("tengo roya", "roya"),
    ("mis granos tienen huequitos, es broca?", "broca"), ("como hago las trampas pa la broca", "broca"),
    ("la broca me esta comiendo el cafe", "broca"), ("trampas para broca porfa", "broca"),
    ("cada cuantos dias riego mi maiz", "riego"), ("cuando tengo que regar", "riego"),
    ("cuanta agua le hecho al maiz", "riego"), ("riego del maiz", "riego"),
    ("q fertilizante le pongo al maiz", "abono"), ("cuantos sacos de urea x hectarea", "abono"),
    ("con q abono mi maiz ing", "abono"), ("toca fertilizar?", "abono"),
    ("hay gusano en mi maiz", "cogollero"), ("como mato al cogollero", "cogollero"),
    ("el gusano cogollero volvio", "cogollero"), ("ayuda gusanos en el maiz!!", "cogollero"),
    ("en que mes se siembra la papa", "siembra"), ("cuando puedo plantar papa", "siembra"),
    ("ya es tiempo de sembrar papa?", "siembra"), ("fecha de siembra de papa", "siembra"),
    ("mis papas tienen manchas negras y huelen feo", "rancha"), ("que le hecho a la rancha", "rancha"),
    ("me cayo rancha en la papa", "rancha"), ("tizon en la papa que hago", "rancha"),
    ("a los cuantos dias se vacuna al pollo", "gallinas"), ("vacuna d gallinas cuando", "gallinas"),
    ("newcastle", "gallinas"), ("mis gallinas cuando les toca la vacuna", "gallinas"),
    ("cada cuanto se desparasita el ganado", "vacas"), ("mi vaca tiene parasitos", "vacas"),
    ("desparasitar terneros", "vacas"), ("remedio pa parasitos de vaca", "vacas"),
    ("a como esta el cafe", "precio"), ("cuanto pagan por el kilo de cafe", "precio"),
    ("precio del cafe hoy", "precio"), ("a cuanto me compran el cafe pergamino", "precio"),
    ("quiero un prestamo", "credito"), ("q necesito pa el credito", "credito"),
    ("dan financiamiento?", "credito"), ("requisitos credito", "credito"),
    ("cuando viene el tecnico", "visita"), ("que dia pasa el ingeniero", "visita"),
    ("va a venir el inge este mes a visitarnos", "visita"), ("la visita cuando es", "visita"),
    ("como se prepara el compost", "compost"), ("compost con estiercol de vaca", "compost"),
    ("cada cuanto volteo el compost", "compost"), ("quiero hacer abono organico", "compost"),
    ("donde compro semilla certificada", "semilla"), ("consigo semillas donde", "semilla"),
    ("semilla d inia como saco", "semilla"), ("venden semillas?", "semilla"),
    ("como salvo mi chacra de la helada", "helada"), ("va a caer helada q hago", "helada"),
    ("helada anoche me quemo todo", "helada"), ("proteger cultivo del hielo", "helada"),
)  # fmt: skip

# What no entry answers: the assistant must say so.
UNKNOWN: tuple[str, ...] = (
    "quien gano el partido ayer", "me prestas tu tractor", "cuanto cuesta un celular nuevo",
    "sabes de mecanica de motos",
    "mi hijo no quiere ir al colegio", "que bus va a lima", "cuentame un chiste", "donde pago la luz",
    "como se llama el alcalde", "vendes zapatillas", "me das la receta del ceviche", "quien es el presidente",
    "cuando llega internet al pueblo", "mi computadora no prende", "como saco pasaporte", "hay trabajo en la mina?",
    "que pelicula dan en el cine", "mi esposa esta molesta conmigo", "cuanto vale el dolar", "cuando es feriado",
    "busco cuarto en alquiler", "como descargo musica", "donde queda machu picchu", "tienes netflix",
    "me pasas el numero de maria", "la tele no agarra canales", "cuanto cuesta un pasaje a cusco", "sabes ingles",
    "quiero aprender guitarra", "como bajo de peso",
)  # fmt: skip
