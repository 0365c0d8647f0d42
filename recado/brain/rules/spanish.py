"""Spanish words that the rules brain knows without any entry, without accents, as people write them."""

# Words that say nothing about the subject. They also tell the language.
FUNCTION_WORDS = """
a aca ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alla amiga amigo amigos ante antes aparte
aqui asi aun aunque cada casi caso como con conmigo contigo cosa cosas cual cuales cualquier cuando cuanta cuantas
cuanto cuantos da dan dar de dejar del deme den desde desea deseo despues di dia dias dice dicen digame disculpa
disculpe disculpen disculpeme doctorcito donde dos durante e el ella ellas ellos en entonces entre era eran es esa
esas ese eso esos esta estaba estado estamos estan estar estaria estas este esten estimada estimado esto estos estoy
favor fue fuera gusta gustaria ha haber habra hace hacen hacer haces hacia haciendo hago han hasta hay he hemos hoy
igual incluso ir joven jovencito la las le les lo los luego manana mas me mejor mi mia mientras mio mis mismo momento
mucha muchas mucho muchos muy nada nadie necesita necesitamos necesito ni ninguna ninguno no nos nosotros nuestra
nuestro o ojala otra otras otro otros para parte pedir pero pido poco podemos poder podria podrian podriamos por
porque posible pra pueda puedan puede pueden puedo pues que queria quien quienes quiere quieren quiero quisiera
quisieramos saber sabe saben sabes se sea senor senora senores senorita senoritas ser si sido siempre sin sobre
solamente solo somos son soy su sus tal tambien tampoco tan tanto tarde tarjetita te tendra tendran tendria tener
tenga tengan tengo tenia ti tiene tienen tienes toda todas todavia todo todos tu tus un una unas uno unos usan usted
ustedes va vamos van vas ver vez via vine viste voy y ya yo oiga oye mira mire diga dime cuenta amable gentil porfavor
porfis sres srta srita estimados tio averiguar conocer preguntar consultar decir decirme indicar indicarme informar
informarme brindar brindarme pasar pasarme regalar regalas dame darme ayudar ayudarme ayudas ayudan cuentan ofrecen
manejan existe existen realizan hacerme hacerse sirve verdad cierto acaso nomas pe pues pucha hermano causa reina mami
linda corazon bendiciones dios bello lindo feliz tenga tenganme respuesta responder respondan contestan mandar mandas
manda enviar envia enviame envien mandame urge apenas recien bastante ok partir lista contra persona personas venir
viene vienen venga vengo vea vean doy pongo pone poner ponen ponemos
tipo tipos clase manera atenderme atenderse atendernos
echo hecho echa echar echan uso usar usa toca cae pide piden debo debe
deberia mes meses semana semanas epoca temporada
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
"""

# Words that belong to what people ask every business. The name of a concept is the topic that it is about.
STRONG: dict[str, str] = {
    "hours": """
        abierto abierta abiertos abiertas abre abren abriran abrira abrian abrimos abris horario horarios hora horas
        cierra cierran cerrado cerrada cerrados cierre apertura horita
    """,
    "address": """
        direccion direcciones ubicacion ubicaciones ubicado ubicada ubicados ubicadas ubican ubica ubicar ubicarlos
        mapa maps croquis
    """,
    "prices": """
        precio precios precito cuesta cuestan costo costos costaria costara costar tarifa tarifas tarifario cobran
        cobra cobrar cobraria presupuesto cotizacion cotizar valor caro barato
    """,
    "bring": "llevar llevo llevamos lleve traer traigo traiga requisitos requisito",
    "parking": """
        estacionamiento estacionamientos estacionar estaciono estacionarme cochera cocheras parqueo parquear parking
    """,
    "payment": "pagar pago pagos pagarles pagarlo abonar abono billetera billeteras",
    "phone": "telefono telefonos fono celular fijo",
    "appointments": "cita citas turno turnos reservar reserva reservacion agendar agendo agendarme agenda",
    "emergency": """
        emergencia emergencias ambulancia desmayo desmayado desmayada desmaya sangrando infarto convulsion convulsiona
        convulsionando asfixia asfixiando inconsciente
    """,
    "weekday": "lunes martes miercoles jueves viernes",
    "saturday": "sabado sabados sabadito",
    "sunday": "domingo domingos",
    "holiday": "feriado feriados festivo festivos",
    "weekend": "finde finsemana",
}
# Words that hint at a concept, but that people also use for other things.
WEAK: dict[str, str] = {
    "hours": "atienden atiende atiendan atendieran atencion atender trabajan laboran tarde tardes noche noches mananas",
    "address": "donde adonde queda quedan encuentran encuentro llegar llego llegamos lugar cerca lejos referencia",
    "prices": "cuanto cuantos vale valen sale salen monto",
    "payment": "aceptan reciben acepta pagan",
    "phone": "numero llamar contacto",
    "bring": "papeles documentos documento",
    "appointments": "sacar saco programar separar hueco cupo",
}

# Words of the signals below and of small talk: they tell the language, and misspellings of them are mended.
SIGNAL_WORDS = """
hola buenas buenos buen saludos gracias agradezco agradecido agradecida chau adios hablar conversar comunicar
comunicarme persona personas humano humana asesor asesora agente operador operadora representante recepcionista
recepcion encargado encargada ejecutivo ejecutiva informacion informes consulta pregunta duda ayuda opciones perfecto
listo excelente genial entendido entiendo vale dale claro bueno robot maquina comunicate contactar contactarme alguien
real
"""

# Chat spelling that no spelling rule would mend: what is meant (maybe several words), and how it is written.
CHAT: dict[str, str] = {
    "que": "q k ke qe",
    "por": "x",
    "de": "d",
    "porque": "xq pq porq xk",
    "por favor": "xfa xfis xfavor xfv porfa pf pfv plis porfi",
    "tambien": "tmb tb tbn tmbn tambn",
    "donde": "dnd dnde adnde ond onde",
    "cuanto": "cto cnto cuant qto cuanro",
    "bien": "bn",
    "gracias": "grax grx grcs gcs gracia grasias",
    "sabado": "sab",
    "sabados": "sabs",
    "domingo": "dom",
    "lunes": "lun",
    "viernes": "vie",
    "ingeniero": "inge ing",
    "doctor": "dr",
    "doctora": "dra",
    "doctores": "drs",
    "senorita": "srta",
    "ubicacion": "ubi",
    "direccion": "direc dir",
    "aqui": "aki aca",
    "hola": "ola holi holis hla holaa alo",
    "buenas": "wenas bnas bns",
    "buenos": "bnos",
    "bueno": "weno",
    "no te preocupes": "ntc",
    "mensaje": "msj",
    "whatsapp": "wsp",
    "telefono": "tlf telf tel",
    "numero": "nro num",
    "celular": "cel",
    "manana": "mnn",
    "informacion": "infor info",
    "quiero": "qiero kiero",
    "estoy": "toy",
    "esta": "sta ta",
    "estan": "tan",
    "para": "pa",
    "nada": "na",
    "usted": "ud",
    "ustedes": "uds",
    "hora": "ora hr",
    "horas": "oras hrs",
    "pues": "ps",
    "a ver": "aver",
    "estacionamiento": "estacionam",
    "bebe": "bb",
    "bebes": "bbs",
    "fin de semana": "finde",
}

# What people ask of other businesses; counts fully against an entry that does not know the word.
OTHER_TRADES = """
vender venden vende compro comprar compran alquilar alquilan alquila reparar reparan arreglar arreglan contratar
contratando contratan instalar instalan adoptar prestar prestan jugar juega viajar
"""

# For whom something is asked.
RELATIVES = """
hijo hija hijos hijas hijito hijita esposo esposa marido mujer mama mami papi abuelo abuela abuelito abuelita suegra
suegro hermano hermana tia sobrino sobrina nieto nieta primo prima familiar familia vecino vecina amigo amiga
"""
