"""What the adviser of a growers' cooperative knows, in Spanish, as its owner would write it down."""

from recado.decisions import Entry


def _entry(topic: str, question: str, answer: str, keywords: str) -> Entry:
    return Entry(f"es:{topic}", topic, "es", question, answer, tuple(keywords.split(", ")))


SPANISH: tuple[Entry, ...] = (
    _entry(
        "hours",
        "¿En qué horario atiende la oficina?",
        "La oficina atiende de *lunes a viernes de 7:00 a 16:00* y los *sábados de 7:00 a 12:00*.",
        "oficina, días, almuerzo",
    ),
    _entry(
        "address",
        "¿Dónde queda la oficina de la cooperativa?",
        "Estamos en el *Jr. Bolívar 210, Jaén*, frente al mercado Modelo, al costado del grifo.",
        "local, dirección, referencia",
    ),
    _entry(
        "phone",
        "¿Cuál es el teléfono de la cooperativa?",
        "Llámenos al *(076) 555-0118* en horario de oficina, o al *955 501 180* los fines de semana.",
        "número, celular, llamar",
    ),
    _entry(
        "membership",
        "¿Cómo me inscribo como socio?",
        "Traiga su *DNI, el título o constancia de posesión* y una foto. La cuota es de S/ 120 al año y se puede pagar "
        "en dos partes.",
        "socio, inscripción, asociarse, afiliarse, hacerme socio, cuota, requisitos para socio",
    ),
    _entry(
        "visits",
        "¿Cómo pido la visita del ingeniero?",
        "El ingeniero visita cada chacra *una vez por campaña*, gratis para socios. Escriba aquí su caserío y qué "
        "cultivo tiene, y le avisamos el día.",
        "visita técnica, visita a la chacra, asistencia técnica, ingeniero, técnico, agrónomo",
    ),
    _entry(
        "soil_test",
        "¿Cómo hago analizar el suelo de mi chacra?",
        "Saque tierra de *10 puntos en zigzag, a 20 cm de hondo*, mézclela y traiga medio kilo en bolsa limpia. El "
        "análisis cuesta S/ 45 y demora 10 días.",
        "análisis de suelo, muestra de tierra, pH, acidez, laboratorio",
    ),
    _entry(
        "rust",
        "¿Cómo controlo la roya del café?",
        "Corte las ramas muy atacadas, abra la sombra y aplique *caldo bordelés cada 21 días* con las primeras "
        "lluvias. Si más de una hoja de cada diez tiene manchas, llame al técnico.",
        "roya, polvo naranja, polvillo amarillo, manchas amarillas en las hojas, se caen las hojas",
    ),
    _entry(
        "borer",
        "¿Qué hago contra la broca?",
        "Recoja los granos caídos y los que quedan en la planta, y ponga *20 trampas de alcohol por hectárea*. No "
        "guarde café brocado.",
        "broca, granos picados, granos perforados, gorgojo del café, trampas",
    ),
    _entry(
        "coffee_feeding",
        "¿Cuándo y con qué abono el café?",
        "Tres veces al año: *al inicio de las lluvias, a los dos meses y después de la cosecha*. Guano de isla, 200 "
        "gramos por planta.",
        "abonar el café, fertilizar, fertilizante, guano, abonamiento, nutrición del cafeto",
    ),
    _entry(
        "pruning",
        "¿Cuándo se podan los cafetos?",
        "Pode *después de la cosecha, entre agosto y octubre*. Las plantas de más de ocho años se recepan a 40 cm.",
        "poda, podar, recepa, cortar las plantas viejas, renovar",
    ),
    _entry(
        "coffee_price",
        "¿A cómo están pagando el café?",
        "Hoy pagamos *S/ 11.20 el kilo de pergamino* y S/ 12.40 el de taza mayor de 84 puntos. El precio cambia cada "
        "día a las 10:00.",
        "precio del café, pagan el quintal, cotización, compran café, kilo de café, pergamino, taza",
    ),
    _entry(
        "coffee_delivery",
        "¿Cómo tengo que entregar mi café?",
        "Lo recibimos *con 12 % de humedad, limpio y en saco de yute*, de lunes a sábado hasta las 15:00.",
        "entregar café, humedad, sacos, acopio, traer mi café, punto de acopio",
    ),
    _entry(
        "drying",
        "¿Cómo seco bien el café?",
        "Extiéndalo en *tarimas, capas de 3 cm, y remuévalo cada hora*. Tarda de 8 a 12 días; tápelo en la noche y si "
        "llueve.",
        "secado, secar, secador, tarima, carpa solar, patio",
    ),
    _entry(
        "seedlings",
        "¿Venden plantones de café?",
        "Sí: *Catimor y Geisha a S/ 1.20* cada plantón, desde noviembre. Se separan con la mitad de adelanto.",
        "plantones, vivero, almácigo, variedades, Catimor, Geisha, plantas nuevas",
    ),
    _entry(
        "maize_planting",
        "¿Cuándo siembro el maíz?",
        "En la parte baja, *de septiembre a noviembre*, con la tierra mojada. A 80 cm entre surcos y dos granos por "
        "golpe.",
        "sembrar maíz, siembra de maíz, época de siembra, distancia, surcos, choclo",
    ),
    _entry(
        "armyworm",
        "¿Cómo combato el gusano cogollero?",
        "Revise 20 plantas; si *cuatro o más* tienen daño, aplique Bacillus al atardecer, en el cogollo.",
        "cogollero, gusano, gusanos del maíz, hojas comidas, oruga",
    ),
    _entry(
        "blight",
        "¿Cómo evito la rancha de la papa?",
        "Siembre semilla sana, aporque alto y aplique *mancozeb antes de las lluvias*, cada 10 días. Arranque las "
        "plantas negras.",
        "rancha, tizón, seca-seca, manchas negras en la papa, hongo de la papa",
    ),
    _entry(
        "irrigation",
        "¿Cada cuánto tengo que regar?",
        "En tierra arenosa *cada 3 días, en arcillosa cada 6*, temprano o al caer el sol. Si al apretar un puñado se "
        "forma una bola, todavía tiene agua.",
        "riego, regar, agua, goteo, turnos de agua, sequía",
    ),
    _entry(
        "frost",
        "¿Cómo protejo mis cultivos de la helada?",
        "Riegue la tarde anterior y haga *humo con paja húmeda* desde las 3 de la madrugada. Los plantones se tapan "
        "con costales.",
        "helada, frío, hielo, escarcha, granizo",
    ),
    _entry(
        "credit",
        "¿Cómo saco un crédito?",
        "Damos hasta *S/ 5,000 por campaña al 1.5 % mensual* a socios con un año. Traiga DNI y el plan de su chacra; "
        "se desembolsa en una semana.",
        "préstamo, crédito, financiamiento, adelanto de cosecha, intereses, deuda, cuotas",
    ),
    _entry(
        "insurance",
        "¿Qué cubre el seguro agrario?",
        "El *seguro agrario catastrófico* es gratis: cubre sequía, helada, granizo e inundación. Avise del daño antes "
        "de 5 días, con fotos.",
        "seguro agrario, indemnización, perdí mi cosecha, siniestro",
    ),
    _entry(
        "tools",
        "¿Alquilan herramientas?",
        "Prestamos *despulpadora, motoguadaña y mochila fumigadora* a S/ 15 el día, con el DNI en garantía.",
        "alquiler, alquilar, despulpadora, motoguadaña, mochila fumigadora, prestan herramientas",
    ),
    _entry(
        "safety",
        "¿Con qué me protejo al fumigar?",
        "Use *guantes, botas, mascarilla y manga larga*; no fume ni coma, y fumigue con el viento a la espalda. "
        "Después, báñese y lave la ropa aparte.",
        "fumigar, mascarilla, guantes, protección, equipo de protección, envases vacíos",
    ),
    _entry(
        "emergency",
        "¿Qué hago si alguien se intoxicó con veneno?",
        "*Llame al 106* y llévelo a la posta con la etiqueta del producto. No le dé leche ni lo haga vomitar. Quítele "
        "la ropa mojada y lave la piel con agua.",
        "intoxicación, intoxicado, envenenado, tragó veneno, mareado después de fumigar",
    ),
    _entry(
        "cattle",
        "¿Cada cuánto desparasito el ganado?",
        "*Cada 4 meses*, y los terneros desde los 2 meses. La vacuna de carbunco es en marzo y septiembre.",
        "vacas, reses, terneros, ganado, parásitos, garrapatas, carbunco, desparasitar",
    ),
    _entry(
        "hens",
        "¿Qué vacunas llevan las gallinas?",
        "*Newcastle a los 7 días y cada 3 meses*, en el ojo o en el agua. Viruela a las 6 semanas, en el ala.",
        "gallinas, pollos, aves, Newcastle, viruela, vacunar gallinas",
    ),
    _entry(
        "compost",
        "¿Cómo preparo compost?",
        "Capas de *pulpa de café, estiércol y hojarasca*; moje, tape y voltee cada 15 días. En tres meses está listo.",
        "compost, abono orgánico, composta, estiércol, lombrices, humus",
    ),
    _entry(
        "certification",
        "¿Qué piden para la certificación orgánica?",
        "*Tres años sin químicos*, registro de labores y un mapa de su chacra. La inspección es en mayo y la paga la "
        "cooperativa.",
        "orgánico, certificado orgánico, comercio justo, inspección, inspector, cuaderno de campo, sello",
    ),
    _entry(
        "training",
        "¿Cuándo son las capacitaciones?",
        "El *primer jueves de cada mes a las 9:00* en la oficina; son gratis y damos almuerzo.",
        "capacitación, charla, taller, curso, escuela de campo, reunión",
    ),
    _entry(
        "weather",
        "¿Me pueden avisar del clima?",
        "Mandamos el *pronóstico de lluvias cada lunes* por este chat. Para recibirlo, escriba CLIMA.",
        "clima, lluvia, lluvias, pronóstico, va a llover, tiempo",
    ),
)
