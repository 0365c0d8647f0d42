"""What people tell beside what they wish: other days and hours, reasons, what takes place, what is every week.

The moment of each group stands before it; the notation is told in `notation.py`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

MESSAGES: tuple[tuple[datetime, tuple[tuple[str, str], ...]], ...] = (
    (
        # Wednesday.
        datetime(2026, 10, 14, 11, 20, tzinfo=ZoneInfo("America/Bogota")),
        (
            ("me puede agendar pa pasado mañana a la misma hora?", "10-16"),
            ("yo salgo del trabajo a las 6, puedo ir a las 6 y media?", "18:30"),
            ("mi hijo sale del colegio a la 1 y lo llevaría a las 2", "14:00"),
            ("trabajo hasta las 5, podría ir el jueves a las 5:30", "10-15 17:30"),
            ("el martes de la otra", "10-20"),
            ("el lunes pasado me sacaron una muela y me sigue doliendo", "10-12 past"),
            ("quiero cambiar mi cita del viernes para el lunes", "10-19 from_date=2026-10-16"),
            ("tengo cita el jueves a las 4 y no voy a llegar, me la pasan a las 5?", "10-15 17:00 from_time=16:00"),
            ("mi hija de 3 años tiene fiebre desde hace 2 días", "-"),
            ("Doctora el turno q tengo el 22 lo puedo hacer 3 días antes?", "10-19"),
            (
                ("podría ser jueves o viernes, los dos días después de las 17 porque antes estoy en el negocio"),
                "? options=2026-10-15,2026-10-16 time_from=17:00",
            ),
            ("mi cita del viernes es con el doctor Huamán o con el otro?", "10-16"),
            ("el martes de la próxima a las 9", "10-20 09:00"),
            ("no me cuadra el lunes, el que le sigue tal vez", "10-26"),
            ("mi cita es el 20, puede ser un día después?", "10-21 from_date=2026-10-20"),
            ("tengo turno el lunes, lo puedo correr para el día siguiente?", "10-20 from_date=2026-10-19"),
            ("tengo turno el lunes, lo puedo correr un día antes?", "10-18 from_date=2026-10-19"),
            ("me operaron el 5 y me dijeron que vuelva 15 días después", "10-20"),
            ("el 24 no puedo, el día anterior sí", "10-23"),
            ("el 24 no, un día antes mejor", "10-23"),
            ("finalizando enero le escribo", "? vague"),
            ("empezando noviembre", "? vague"),
            ("a principios de semana", "? vague"),
            ("el lunes puedo, o si no una semana después", "? options=2026-10-19,2026-10-26"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 1, 29, 17, 40, tzinfo=ZoneInfo("America/Mexico_City")),
        (
            ("me urge una limpieza dental antes del 14 de febrero que me caso", "?"),
            ("buenas noches, ¿el doctor consulta mañana sábado?", "01-30"),
            (
                ("me pueden recibir el 30 de enero a las 12 del día con mi perro para la vacuna de la rabia"),
                "01-30 12:00",
            ),
            ("quisiera agendar para dentro de quince días, o sea el 13 de febrero más o menos", "02-13"),
            ("la tanda del pedido que hice el 20 cuándo llega?", "01-20 past"),
            ("la última vez que fui fue en noviembre, quiero volver la próxima semana", "? vague"),
            (
                ("el doctor me dijo que regresara en un mes y eso fue el 5 de enero, entonces me toca el 5 de febrero"),
                "02-05",
            ),
            ("que si puede ser a las 5 en vez de a las 4 el miércoles", "02-03 17:00"),
            ("a las 11 en punto mañana por favor que luego tengo junta a la 1", "01-30 11:00"),
            ("mi vuelo sale el 10 de febrero así que necesito que sea antes", "02-10"),
            ("viajo el 10 de febrero, necesito una cita antes de esa fecha", "?"),
            ("regreso el 8 de febrero en la noche, ¿tienen el 9 en la mañana?", "02-09 part_of_day=morning"),
            ("estoy de vacaciones hasta el 15, me sirve del 16 en adelante", "?"),
            ("esta semana el jueves ya pasó, la que viene el jueves entonces", "02-04"),
            ("los martes y jueves a las 6 hay clase?", "-"),
            ("quiero dos citas, una el martes y otra el jueves", "? options=2027-02-02,2027-02-04"),
            ("mañana sin falta paso por los papeles antes de mediodía", "01-30 time_to=12:00"),
            ("lo dejamos para el viernes de la semana que viene", "02-05"),
        ),
    ),
    (
        # Tuesday.
        datetime(2026, 9, 8, 15, 25, tzinfo=ZoneInfo("America/Lima")),
        (
            (
                (
                    "señorita buenas tardes, le saluda Rosaura de Villa El Salvador, quería saber si el "
                    "doctor Meza atiende el sábado 12 porque entre semana trabajo"
                ),
                "09-12",
            ),
            ("habrá sitio para 5 el viernes a eso de las 8 y media pm? es cumple de mi flaca", "09-11 20:30"),
            ("me olvidé de avisarle que hoy no iba, disculpe, para el jueves puede ser?", "09-10"),
            ("cuánto demora? porque tengo que estar en mi trabajo a las 3", "15:00"),
            ("el técnico dijo que venía entre 9 y 12 y ya son las 3", "time_from=09:00 time_to=12:00"),
            ("mi esposa dio a luz el 2 de septiembre, cuándo le toca su control al bebé?", "09-02 past"),
            ("me toca la segunda dosis el 29 de este mes, la pueden adelantar al 25?", "09-25 from_date=2026-09-29"),
            ("todos los días toman muestras? a partir de qué hora?", "-"),
            ("los resultados salen el mismo día o al día siguiente?", "-"),
            ("hoy ya no creo que llegue, me reprograma para mañana a primera hora", "09-09 part_of_day=morning"),
            ("llegué a las 8 y me atendieron a las 10, pésimo servicio", "10:00"),
            ("la tesis la sustento el 18 de septiembre así que necesito la traducción para el 15 a más tardar", "?"),
            ("necesito la traducción para el 15, la tesis la sustento el 18", "09-15"),
            ("el matri es el 26, la prueba de peinado podría ser el 19?", "09-19"),
            ("mi viaje es el 20, me alcanza el pasaporte si saco cita el 10?", "09-10"),
            ("vence el 30 mi brevete, quiero sacar el examen médico antes", "09-30"),
            ("ando con cólico desde el domingo, hoy me puede ver?", "09-08"),
            ("el sábado pasado me puse la vacuna y me salió un bulto", "09-05 past"),
            ("la semana pasada fui y estaba cerrado, esta semana cuándo abren?", "? vague"),
            ("perdone, era a las 4 o a las 4 y media mi turno de mañana?", "09-09 ? options=16:00,16:30"),
            ("si hay para hoy mejor, si no mañana", "? options=2026-09-08,2026-09-09"),
            ("de preferencia hoy, caso contrario mañana", "? options=2026-09-08,2026-09-09"),
            ("cualquier tarde menos la del jueves", "?"),
            ("a la salida del trabajo, 6 y 10 más o menos", "18:10"),
            ("hs. 15 el jueves", "09-10 15:00"),
            ("ocho y tres cuartos", "08:45"),
            ("a las 8 de la noche no, a las 7", "19:00"),
            (
                ("mi número es 999 111 222, mi dni 40506070, nací el 8/9/90, para mañana a las 11"),
                "09-09 11:00 birth_date=1990-09-08",
            ),
            ("mi cumple es el 15, quiero mesa para 10 ese día a las 8pm", "09-15 20:00"),
            ("en 15 llego", "09-08 15:40"),
            ("buenas noches ya mañana hablamos", "-"),
        ),
    ),
    (
        # Wednesday.
        datetime(2027, 2, 17, 9, 50, tzinfo=ZoneInfo("America/Argentina/Cordoba")),
        (
            (
                (
                    "Buen día! Les escribo de parte de la cooperativa El Progreso, queríamos coordinar la "
                    "visita del ingeniero para el jueves de la semana que viene, si puede ser antes del "
                    "mediodía mejor"
                ),
                "02-25 time_to=12:00",
            ),
            ("me olvidé el paraguas ahí el viernes, lo paso a buscar mañana", "02-18"),
            ("se me complicó para hoy, lo dejamos para el viernes a la misma hora?", "02-19"),
            ("me viene mejor a la mañana, tipo 9, el día que te quede cómodo", "09:00 ? vague"),
            ("tengo turno el 22 a las 10, puede ser más tarde ese mismo día?", "02-22 10:00"),
            ("de lunes a viernes estoy complicada, tenés sábados?", "-"),
            ("hasta el viernes estoy en Rosario, el sábado vuelvo y el lunes puedo", "02-22"),
            ("vuelvo el domingo a la noche, el lunes a primera hora estoy", "02-22 part_of_day=morning"),
            ("el lunes 22 y el martes 23 tengo parciales, el 24 ya puedo", "02-24"),
            ("rindo el 26, después de eso cuando quieran", "?"),
            ("la fiesta es el sábado 27, la torta la retiro a las 18", "02-27 18:00"),
            ("la fiesta es el sábado 27 a las 21 y la torta la paso a buscar a las 18", "02-27 18:00"),
            ("el casamiento es el 20 de marzo, la última prueba del vestido una semana antes", "03-13"),
            ("el casamiento es el 20 de marzo, quiero probarme el vestido el 6", "03-06"),
            ("mi cumple es el 5 de marzo, quiero reservar para 12 personas", "03-05"),
            ("cumplo años el 5 de marzo y quiero festejarlo el sábado 6", "03-06"),
            ("dni 30123456, obra social OSDE, turno para el 22 por favor", "02-22"),
            ("reserva viernes 9 de la noche 6 personas a nombre de Julio", "02-19 21:00"),
            ("el profe de los jueves a las 7 es bueno?", "-"),
            ("vivo en 25 de Mayo 340, entre San Martín y 9 de Julio, vengan el jueves", "02-18"),
            ("en la esquina de 9 de julio y belgrano el jueves a las 10", "02-18 10:00"),
            ("para carnaval", "? vague"),
        ),
    ),
    (
        # Thursday.
        datetime(2026, 11, 26, 18, 30, tzinfo=ZoneInfo("America/Santiago")),
        (
            (
                (
                    "hola soy la mamá de la Antonia del 4to B, mañana no va a ir porque amaneció con fiebre, "
                    "el lunes si dios quiere vuelve"
                ),
                "11-30",
            ),
            ("ya poh entonces el sábado a las 11 en la sucursal de providencia", "11-28 11:00"),
            (
                ("me cambiaron el turno en la pega así que el lunes no puedo, qué tal el martes después de las 7?"),
                "12-01 time_from=07:00",
            ),
            ("perdimos la hora del 24, me da otra para la próxima semana?", "? from_date=2026-11-24 vague"),
            ("oiga y no tendrá algo antes? me dieron para el 15 de enero y es mucho", "2027-01-15"),
            ("me dieron hora para el 15 de enero, no hay nada antes?", "2027-01-15"),
            (
                ("lo que pasa es que me dieron hora para el 15 de enero y justo ese día viajo, puede ser el 18?"),
                "2027-01-18",
            ),
            ("me la pueden adelantar para esta semana o la próxima?", "? vague"),
            ("la semana del 7 al 11 de diciembre", "? vague"),
            ("del 7 al 11 estoy de vacaciones, el 14 lunes estaría bien", "12-14"),
            ("el 30 me pagan y al día siguiente voy", "12-01"),
            ("le transferí ayer a las 3 y no me ha confirmado la hora del sábado", "11-28"),
            ("ayer te pedí hora para el sábado y no me respondiste", "11-28"),
            ("el martes les escribí pidiendo hora para esta semana y nunca contestaron", "? vague"),
            ("vi en instagram que el viernes 4 hay promo, atienden sin hora?", "12-04"),
            ("la hora de las 3 la puede correr para las 3 y media?", "15:30 from_time=15:00"),
            ("la hora de mañana a las 3 la puede correr media hora?", "11-27 15:00"),
            ("necesito anular lo de mañana y dejarlo para el miércoles", "12-02"),
            ("no quiero la de la mañana, quiero la de la tarde del lunes", "11-30 part_of_day=afternoon"),
            ("ni en la mañana ni en la tarde, solo después de las 8", "time_from=20:00"),
            ("el martes en la mañana o el miércoles en la tarde", "? options=2026-12-01,2026-12-02"),
            ("entre el martes y el miércoles prefiero el martes", "12-01"),
            ("la junta de vecinos es el lunes a las 7 de la tarde en la sede, puede venir?", "11-30 19:00"),
            ("el bautizo es el domingo 6 a las 12, necesito la torta para las 10", "12-06 10:00"),
            ("el examen del cabro chico es el lunes a las 8:30 en ayunas", "11-30 08:30"),
            ("el lunes a las 8:30 me toca el examen, después de eso paso donde ustedes", "11-30 08:30"),
            ("me toca quimio cada 21 días, la última fue el 12", "11-12 past"),
            ("la última fue el 12 así que la próxima es el 3 de diciembre", "12-03"),
            ("a contar del lunes", "?"),
            ("el lunes como muy tarde", "?"),
            ("más o menos el 10", "12-10"),
        ),
    ),
    (
        # Friday.
        datetime(2026, 7, 31, 8, 5, tzinfo=ZoneInfo("America/Mexico_City")),
        (
            (
                (
                    "buenos días Lic, le confirmo que sí asisto el lunes a las 10 a la firma, llevo las dos "
                    "identificaciones y los 3 mil 500"
                ),
                "08-03 10:00",
            ),
            ("ya quedó mi coche? me dijeron que hoy a mediodía", "07-31 12:00"),
            ("estamos a 31 y todavía no me mandan la factura de julio", "-"),
            ("me urge para el lunes a primera hora porque a las 9 tengo que entregar", "08-03 part_of_day=morning"),
            ("oye, mi clase es de 5 a 6 verdad? es que hoy salgo hasta las 5", "07-31 time_to=17:00"),
            ("inscribo a mi hijo de 7 años, tiene clase de 4 a 5 los martes y jueves? empezaría el martes", "08-04"),
            ("entra a las 7 y sale a la 1, el uniforme lo necesito para el lunes", "08-03"),
            ("si pago hoy antes de las 12 me la reconectan hoy mismo?", "07-31 time_to=12:00"),
            ("mande al plomero hoy por la tarde, después de las 5 que ya hay alguien", "07-31 time_from=17:00"),
            ("puede venir cuando guste, de preferencia en la tarde", "? part_of_day=afternoon vague"),
            ("el partido empieza a las 7, llévenme las pizzas a las 6:30", "18:30"),
            ("llévenme 3 pizzas a las 6 y media, el partido es a las 7", "18:30"),
            ("la boda es el 14 de noviembre, la prueba de menú puede ser en septiembre?", "? vague"),
            ("la boda es el 14 de noviembre a las 6, necesito maquillaje a las 3", "11-14 15:00"),
            ("el vuelo sale el 9 de agosto a las 6 am, necesito el PCR 72 horas antes", "08-06"),
            ("salgo de viaje el 9, necesito que me lo vacunen una semana antes", "08-02"),
            ("a mi perro lo operaron el 20 y le quitan los puntos a los 10 días, o sea ayer, puedo hoy?", "07-31"),
            ("me la quitó el martes y me dijo que volviera en 8 días, sería el próximo martes no?", "08-04"),
            ("del 3 al 7 tengo vacaciones, cualquier día de esos", "?"),
            ("lunes tres del ocho a las nueve y media", "08-03 09:30"),
            ("el 15 de agosto que es domingo", "?"),
            ("regresando de vacaciones lo checamos", "? vague"),
            ("ya después vemos", "? vague"),
            ("ahí luego vemos", "? vague"),
            ("hoy no se va a poder, yo le aviso", "from_date=2026-07-31"),
            ("el lunes le confirmo si voy el miércoles a las 4", "08-05 16:00"),
            ("avíseme a más tardar mañana si hay lugar para el domingo", "08-02"),
        ),
    ),
    (
        # Sunday.
        datetime(2027, 12, 5, 20, 40, tzinfo=ZoneInfo("America/Caracas")),
        (
            ("mi reina, será que me puedes atender el martes antes de irme al trabajo? entro a las 9", "12-07"),
            ("necesito el delivery para ya, estamos en la urb los naranjos calle 3 casa 12", "-"),
            ("mañana toca agua así que no puedo salir, el martes voy", "12-07"),
            (
                ("amiga me cuadras una cita con la doctora pa' esta semana que entra? tengo libre martes y jueves"),
                "? options=2027-12-07,2027-12-09",
            ),
            ("esta semana que entra el jueves", "12-09"),
            ("el jueves de esta semana que entra", "12-09"),
            ("50 hallacas para el 24, las busco el 23 en la tarde", "12-23 part_of_day=afternoon"),
            (
                ("mi mamá llega el 20 del extranjero y quiere verse con el doctor el 21 o 22"),
                "? options=2027-12-21,2027-12-22",
            ),
            ("mi mamá llega el 20, la consulta sería el 21", "12-21"),
            ("me voy pa la playa el viernes, me haces las uñas el jueves en la noche?", "12-09 part_of_day=night"),
            ("a las 7 de la noche está bien? es que salgo a las 6", "19:00"),
            ("puedo a las 7am o después de las 6pm", "?"),
            ("desde ayer en la tarde tiene fiebre de 39, 2 años, 12 kilos", "12-04 part_of_day=afternoon past"),
            ("empezó el tratamiento el 1 de diciembre por 10 días, termina el 10", "12-10"),
            ("los exámenes que me hice el viernes los retiro mañana", "12-06"),
            ("antes de que termine el año", "? vague"),
            ("este mes no, el otro", "? vague"),
        ),
    ),
    (
        # Friday.
        datetime(2028, 2, 25, 13, 15, tzinfo=ZoneInfo("Europe/Madrid")),
        (
            (
                ("buenas, quería coger cita para la ITV, ¿el lunes por la mañana os queda algo?"),
                "02-28 part_of_day=morning",
            ),
            (
                ("el 2 o el 3 me da igual, siempre que sea por la mañana"),
                "? options=2028-03-02,2028-03-03 part_of_day=morning",
            ),
            ("este finde no, el que viene", "? vague"),
            ("la semana pasada no pude, ¿el martes os va bien?", "02-29"),
            ("el lunes o, en su defecto, el martes", "? options=2028-02-28,2028-02-29"),
            ("el jueves al final no", "from_date=2028-03-02"),
            ("jueves no por favor", "from_date=2028-03-02"),
            ("no me pongas el jueves", "from_date=2028-03-02"),
            ("hace 3 meses que no voy, ¿me das para el martes?", "02-29"),
        ),
    ),
    (
        # Tuesday.
        datetime(2027, 8, 24, 11, 0, tzinfo=ZoneInfo("America/Bogota")),
        (
            (
                (
                    "doctor qué pena molestarlo, es que mi mamita de 82 años se cayó anoche y no se puede "
                    "parar, ¿será que la puede ver hoy en la tarde en la casa?"
                ),
                "08-24 part_of_day=afternoon",
            ),
            ("sumercé me regala una citica pal jueves tempranito antes de las 8?", "08-26 time_to=08:00"),
            (
                ("me puede colaborar con una cita para el odontólogo, ojalá después de las 5 que salgo del trabajo"),
                "time_from=17:00",
            ),
            (
                ("mi sobrina se gradúa el 10 de septiembre y quiere hacerse el cabello ese día a las 7 de la mañana"),
                "09-10 07:00",
            ),
            ("el 10 de septiembre se gradúa mi sobrina, necesito peinado para las 7 am", "09-10 07:00"),
            ("para cuándo me tiene el vestido? la fiesta es el 4", "09-04"),
            ("me dijeron que para el 30 ya estaba, puedo ir el 31?", "08-31"),
            ("la cosecha arranca en septiembre, necesito los bultos para el 28 de agosto", "08-28"),
            ("fumigamos el 10 y a los 15 días hay que repetir, o sea mañana", "08-25"),
            ("llovió toda la semana, dejemos la visita para el próximo martes", "08-31"),
            ("el concentrado se me acaba el viernes, me lo trae el jueves?", "08-26"),
            ("la última vez que vino fue el 3 de agosto, toca que venga otra vez", "08-03 past"),
            ("buenas tardes, para preguntar si mañana hay servicio de 8 a 12", "08-25 time_from=08:00 time_to=12:00"),
            ("llego el 3 como a las 11 de la noche, hay quien reciba?", "09-03 23:00"),
            ("me recogen a las 9 de la noche el jueves en la terminal", "08-26 21:00"),
            ("tengo que estar en el aeropuerto a las 4, recójanme a las 2", "14:00"),
            ("recójanme a las 2 que tengo que estar en el aeropuerto a las 4", "14:00"),
            ("me incapacitaron hasta el jueves, vuelvo el viernes", "08-27"),
            ("favor cancelar cita 26/08 10:00 am CC 1020304050", "08-26 10:00"),
            ("no alcanzo a llegar hoy, ¿la dejamos pa mañana a la misma hora?", "08-25"),
            ("me puede atender más temprano? tengo cita a las 3", "15:00"),
            ("llego 5:30 máximo", "time_to=17:30"),
            ("once y cuarto de la mañana del jueves veintiséis", "08-26 11:15"),
        ),
    ),
    (
        # Wednesday.
        datetime(2026, 9, 30, 19, 5, tzinfo=ZoneInfo("America/Guayaquil")),
        (
            (
                ("vecino buenas noches no sea malito mañana me guarda 2 fundas de pan para las 6 de la mañana"),
                "10-01 06:00",
            ),
            ("licen cuánto sale la escritura? tengo que firmar antes del 15", "?"),
            ("usted me dijo que para el miércoles ya estaba, hoy es miércoles", "09-30"),
            ("quería preguntar si el día sábado 3 de octubre hay atención normal", "10-03"),
            ("doctorcita tengo la regla desde el 25, así igual puedo ir mañana?", "10-01"),
            ("me bajó el 25, cuándo puedo hacerme el papanicolau?", "09-25 past"),
            ("mi niño nació el 12 de julio, le toca la vacuna de los 2 meses, puedo ir el viernes?", "10-02"),
            ("mi niño cumple 2 meses el viernes, ese día lo llevo a la vacuna", "10-02"),
            ("cumple 15 el 24 de octubre mi hija, quisiera contratar el salón", "10-24"),
            ("tienen libre el salón el 24 de octubre desde las 6? son 80 personas", "10-24 time_from=18:00"),
            ("necesito 80 sillas para el 24, me las trae un día antes", "10-23"),
            ("no hubo clase el lunes, la recuperamos el sábado?", "10-03"),
            ("mi hija va a faltar mañana y pasado", "? options=2026-10-01,2026-10-02"),
            ("mañana y pasado no va a ir", "from_date=2026-10-01"),
            ("mañana no va porque tiene cita en el seguro a las 9", "from_date=2026-10-01"),
            ("vengan a las 7 que a las 8 me voy", "07:00"),
            ("vengan mañana a las 7 que salgo a las 8", "10-01 07:00"),
            ("me dieron de alta ayer y me dijeron control en una semana", "10-07"),
            ("una semana a partir de hoy", "10-07"),
            ("de mañana a una semana", "10-08"),
            ("el jueves, no este, el de la otra semana", "10-08"),
            ("el viernes 2 en la tarde o el sábado 3 en la mañana", "? options=2026-10-02,2026-10-03"),
        ),
    ),
    (
        # Monday.
        datetime(2027, 5, 3, 10, 15, tzinfo=ZoneInfo("America/Lima")),
        (
            ("se me cruzó con el trabajo, cámbiamela del jueves al viernes", "05-07 from_date=2027-05-06"),
            ("mañana digo pasado", "05-05"),
            ("no puedo ni el martes ni el miércoles, recién el jueves", "05-06"),
            ("sí el viernes pero más tarde", "05-07"),
            ("domingo 9 día de la madre, reserva para 6 a la 1", "05-09 13:00"),
            ("el domingo fui y estaba cerrado, abren el lunes?", "05-10"),
        ),
    ),
    (
        # Thursday.
        datetime(2026, 12, 17, 13, 25, tzinfo=ZoneInfo("America/Montevideo")),
        (
            (
                (
                    "bueno entonces quedamos así el lunes a las 5 vos me esperás que yo a las 4 y media salgo"
                    " del trabajo"
                ),
                "12-21 17:00",
            ),
            (
                (
                    "necesito las masas para el 24 pero el 24 no puedo pasar así que las paso a buscar el 23 "
                    "después de las 6"
                ),
                "12-23 time_from=18:00",
            ),
            (
                (
                    "la nena tiene 6 años y desde el martes está con tos y anoche tuvo 38 y medio la podrás "
                    "ver hoy a última hora"
                ),
                "12-17 part_of_day=afternoon",
            ),
            (
                (
                    "mi vieja se opera el 28 y el cardiólogo tiene que firmarle el apto antes así que el 22 o"
                    " 23 me vendría bárbaro"
                ),
                "? options=2026-12-22,2026-12-23",
            ),
            (
                (
                    "che el viernes pasado te dejé la bici y me dijiste que para el miércoles y ya es jueves "
                    "paso hoy o mañana?"
                ),
                "? options=2026-12-17,2026-12-18",
            ),
            (
                (
                    "me confundí de día pensé que era hoy y resulta que era ayer me das otro turno para la "
                    "semana que viene"
                ),
                "? vague",
            ),
            (
                ("no llego a las 3 porque perdí el ómnibus de las 2 y el otro pasa 2 y media llego tipo 3 y cuarto"),
                "15:15 from_time=15:00",
            ),
            ("el pasto hay que cortarlo antes del 24 vení cuando puedas", "?"),
            ("vení el sábado de mañana que de tarde no hay nadie", "12-19 part_of_day=morning"),
            ("pagué la de noviembre el 10 de diciembre a las 3 de la tarde", "12-10 15:00 past"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 1, 29, 16, 40, tzinfo=ZoneInfo("America/Mexico_City")),
        (
            ("ya después de quincena paso a liquidarle maestro", "? vague"),
            (
                (
                    "Me urge!! se le cayó la corona a mi papá, lo más pronto que me lo puedan ver porfa, no "
                    "ha podido comer desde ayer"
                ),
                "soonest",
            ),
        ),
    ),
    (
        # Monday.
        datetime(2028, 2, 28, 9, 20, tzinfo=ZoneInfo("America/Lima")),
        (
            ("mi cita del viernes es con el doctor Huamán o con el otro?", "03-03"),
            ("cuando abren en semana santa?", "-"),
        ),
    ),
    (
        # Sunday.
        datetime(2027, 3, 14, 22, 47, tzinfo=ZoneInfo("America/Caracas")),
        (
            ("no me cuadra el lunes, el que le sigue tal vez", "03-22"),
            (
                (
                    "bueno yo estuve ahí el viernes pasado y me dijeron que el repuesto llegaba esta semana, "
                    "entonces paso el miércoles a buscarlo"
                ),
                "03-17",
            ),
        ),
    ),
    (
        # Tuesday.
        datetime(2027, 6, 1, 7, 35, tzinfo=ZoneInfo("America/Guayaquil")),
        (
            (
                (
                    "Ñaña mañana hay chance de que me hagas las uñas? tengo la graduación el viernes y no "
                    "quiero ir hecha un desastre"
                ),
                "06-02",
            ),
            ("mañana vuelvo a escribirle para lo del torno, deme nomás el precio", "-"),
            ("el 25 de mayo fui y me atendió una señora muy grosera, solo quería dejar constancia", "05-25 past"),
            ("Quedamos en 9 de Octubre y Malecón verdad? piso 3 oficina 305", "-"),
            ("más adelantito me hago los rayitos mi bella, ahorita está duro", "? vague"),
        ),
    ),
    (
        # Wednesday.
        datetime(2027, 9, 15, 13, 10, tzinfo=ZoneInfo("America/Guatemala")),
        (
            (
                (
                    "El miércoles quisiera llevarle los papeles del terreno, licenciado, porque hoy todo está"
                    " cerrado por el desfile"
                ),
                "09-22",
            ),
            ("pase mi cita de las 9 a las 11, siempre el lunes", "09-20 11:00 from_time=09:00"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 4, 30, 18, 20, tzinfo=ZoneInfo("America/Santo_Domingo")),
        (
            ("mañana sábado no, el siguiente sábado sí puedo ir a lo del tinte, que me quedo sola en casa", "05-08"),
            ("me la cambia del 4 al 11 de mayo? mismo horario", "05-11 from_date=2027-05-04"),
        ),
    ),
    (
        # Saturday.
        datetime(2027, 11, 6, 10, 2, tzinfo=ZoneInfo("America/Costa_Rica")),
        (
            ("como por enero ya vemos lo del otro implante", "? vague"),
            ("Si Dios quiere después del aguinaldo, muchacha", "? vague"),
            ("entre semana a qué hora cierran la cocina, y los domingos?", "-"),
        ),
    ),
    (
        # Tuesday.
        datetime(2027, 8, 31, 23, 30, tzinfo=ZoneInfo("America/Panama")),
        (
            (
                ("oye y el último día del mes pasado yo pagué, fíjate bien en el recibo, fue el 31 de julio"),
                "07-31 past",
            ),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 5, 20, 14, 55, tzinfo=ZoneInfo("America/Tegucigalpa")),
        (("después de las 3 y antes de las 6 el martes, ahí escoja usted", "05-25 time_from=15:00 time_to=18:00"),),
    ),
    (
        # Tuesday.
        datetime(2026, 12, 22, 8, 0, tzinfo=ZoneInfo("America/Monterrey")),
        (
            (
                ("antes de las 10 de mañana porfa, tengo que estar en el aeropuerto y mi vuelo sale a la 1"),
                "12-23 time_to=10:00",
            ),
        ),
    ),
    (
        # Monday.
        datetime(2027, 10, 11, 6, 50, tzinfo=ZoneInfo("America/Lima")),
        (("el viernes que pasó pagué 120 soles de adelanto por el vestido", "10-08 past"),),
    ),
    (
        # Wednesday.
        datetime(2027, 2, 3, 20, 10, tzinfo=ZoneInfo("America/Puerto_Rico")),
        (
            ("el miércoles a las 6 de la mañana hago el laboratorio, el de las 12 horas sin comer", "02-10 06:00"),
            ("cuando a ustedes les venga bien mi amor, yo estoy retirada", "? vague"),
        ),
    ),
    (
        # Saturday.
        datetime(2026, 11, 28, 15, 25, tzinfo=ZoneInfo("America/Bogota")),
        (("tres y pico pm, no le puedo decir exacto porque el transmilenio... el 3 de diciembre", "12-03 15:00"),),
    ),
    (
        # Friday.
        datetime(2027, 12, 31, 10, 45, tzinfo=ZoneInfo("America/Caracas")),
        (
            (
                (
                    "mi amor yo vivo en el 23 de Enero bloque 7 piso 5 apto 52, el mandado son 2 harinas 3 "
                    "arroz y 1 aceite, llevo billete de 20, y si puede que venga el muchacho de la otra vez "
                    "que ese sí sube las escaleras"
                ),
                "-",
            ),
        ),
    ),
    (
        # Wednesday.
        datetime(2027, 3, 31, 11, 50, tzinfo=ZoneInfo("America/Mexico_City")),
        (
            (
                (
                    "buenos días me pasaron su número en el grupo de vecinos, busco quien me impermeabilice "
                    "la azotea son como 120 metros está en calle 16 de septiembre 88 entre 5 de mayo y "
                    "morelos tiene goteras desde hace dos años y mi presupuesto es de 15 mil pesos máximo, "
                    "usted cuánto cobra"
                ),
                "-",
            ),
            ("el 31 pero el de mayo", "05-31"),
            ("abren los sábados en semana de pascua???", "-"),
            (
                (
                    "pongan ya en la lista a la familia Treviño para la comida del mero día de navidad, somos"
                    " 18 contando a los chiquitos"
                ),
                "12-25",
            ),
        ),
    ),
    (
        # Friday.
        datetime(2028, 7, 7, 9, 30, tzinfo=ZoneInfo("America/Hermosillo")),
        (
            (
                (
                    "ya actualicé la app a la versión 7.12 y no me deja pagar los 1,250 pesos, mi contrato es"
                    " el 15-3321, llevo como media hora intentando y en el 01 800 nadie contesta"
                ),
                "-",
            ),
        ),
    ),
    (
        # Wednesday.
        datetime(2026, 12, 2, 9, 15, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
        (
            (
                ("che tenés algo el vie a la tarde? el finde me voy a Necochea y vuelvo re tarde"),
                "12-04 part_of_day=afternoon",
            ),
            (
                (
                    "hola soy la mamá de Benja (4 años), tiene fiebre desde ayer a la noche, 38 y medio. lo "
                    "puede ver hoy el doctor tipo 11 y media??"
                ),
                "12-02 11:30",
            ),
            (
                ("podría ser jueves o viernes, los dos días después de las 17 porque antes estoy en el negocio"),
                "? options=2026-12-03,2026-12-04 time_from=17:00",
            ),
            ("hacen envíos los domingos al mediodía? vivo en 9 de Julio 1240 3ro B", "-"),
            ("Doctora el turno q tengo el 22 lo puedo hacer 3 días antes? el 22 viajo", "12-19"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 1, 29, 17, 40, tzinfo=ZoneInfo("Europe/Madrid")),
        (
            (
                (
                    "me han mandado un sms con cita para el 12/02/2027 a las 12:40, lo quería cambiar al 15 a"
                    " la misma hora si se puede"
                ),
                "02-15 from_date=2027-02-12 from_time=12:40",
            ),
            ("xa el lunesq viene alas 17:45 m coges?", "02-01 17:45"),
        ),
    ),
    (
        # Monday.
        datetime(2028, 2, 28, 11, 5, tzinfo=ZoneInfo("America/Santiago")),
        (
            (
                (
                    "Vengo saliendo del SII y recién vi su mensaje, la declaración la quiero dejar lista dos "
                    "días antes del 30 de abril, el año pasado me multaron"
                ),
                "04-28",
            ),
        ),
    ),
    (
        # Saturday.
        datetime(2026, 8, 15, 13, 50, tzinfo=ZoneInfo("America/La_Paz")),
        (("ahorita no puedo, tal vez un rato de estos", "? vague"),),
    ),
    (
        # Tuesday.
        datetime(2027, 7, 6, 23, 10, tzinfo=ZoneInfo("America/Asuncion")),
        (
            (
                (
                    "peinan novias ustedes? me caso el 14 de agosto del año que viene jaja, pero la prueba de"
                    " peinado quiero ya este mes, el veintitrés a las dos menos diez"
                ),
                "07-23 13:50",
            ),
            ("mi seguro cubre a partir del 1 de agosto, agéndeme para ese día si cae hábil", "08-01"),
            ("un cuarto para las seis te parece? es q salgo cinco y media", "17:45"),
            ("la misa por mi papá es el sábado a las 19, las flores necesito tener ya en casa el viernes", "07-09"),
        ),
    ),
    (
        # Friday.
        datetime(2026, 10, 30, 16, 25, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
        (("el lunes 2 de noviembre, a la tardecita si puede ser, 19.15", "11-02 19:15"),),
    ),
    (
        # Tuesday.
        datetime(2026, 9, 1, 0, 40, tzinfo=ZoneInfo("Europe/Madrid")),
        (
            (
                (
                    "empiezo el cole el 9 y hasta el 8 no me vuelvo del pueblo, podemos hacer la revisión de "
                    "la vista el 10?"
                ),
                "09-10",
            ),
            ("pasado a las 6 de la mañana sale el autobús, me recoges a las 5 y media en casa?", "09-03 05:30"),
            (
                (
                    "mi marido sale del curro a las 3, la reserva sería pa las tres y media del domingo, 4 "
                    "personas y un carrito"
                ),
                "09-06 15:30",
            ),
            ("Lo de la caldera... para cuándo? el otoño está a la vuelta de la esquina", "-"),
            ("dentro de nada vuelvo de vacaciones y hablamos", "? vague"),
        ),
    ),
    (
        # Sunday.
        datetime(2026, 12, 27, 19, 30, tzinfo=ZoneInfo("America/Santiago")),
        (
            ("El martes 29 a las 17:40 hrs llega mi vuelo, asi que recién el miércoles podría ir a firmar", "12-30"),
            ("mañana tipo 8 y cuarto paso a dejar la cachorra en ayunas y la retiro como a las 5", "12-28 08:15"),
            ("dos semanas más y me sacan el yeso, ahí voy", "2027-01-10"),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 4, 22, 12, 10, tzinfo=ZoneInfo("America/Montevideo")),
        (
            (
                ("el 1° de mayo es feriado y el 2 domingo, así que el 3 de mañana estoy ahí"),
                "05-03 part_of_day=morning",
            ),
            ("Doc, tomo la de la presión a las 8 y la del colesterol a las 10 de la noche, están bien así?", "-"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 6, 18, 7, 5, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
        (
            (
                (
                    "Día del padre quiero regalarle una sesión de masajes a mi viejo, 63 años, para usar "
                    "cuando él quiera"
                ),
                "? vague",
            ),
            ("tres días después del feriado del 9 de julio me viene bien, la escuela recién arranca el 26", "07-12"),
            ("Los talleres de cerámica son martes y jueves de 18 a 20? o cambiaron", "-"),
            ("hasta el lun no hay nadie en casa, vengan el mar antes de las 13", "06-22 time_to=13:00"),
        ),
    ),
    (
        # Wednesday.
        datetime(2027, 11, 10, 10, 0, tzinfo=ZoneInfo("America/La_Paz")),
        (
            (
                ("de mañanita nomás a las 6 estaré en su puesto joven, el biernes, con los 4 quintales d papa"),
                "11-12 06:00",
            ),
            (
                (
                    "Buen día ingeniero. La quinua está con gusano en toda la parcela de abajo, 3 hectáreas "
                    "más o menos. Mi esposo preguntó si puede venir a ver el domingo que viene temprano, tipo"
                    " 7, él no más va a estar porque yo viajo el sábado a Oruro a la feria"
                ),
                "11-14 07:00",
            ),
            ("otro día más tranquilo hablamos joven, ahora estoy en la feria", "? vague"),
            (
                ("mi papá está internado en la sala 4 piso 2 desde el 5, hoy a qué hora puedo hablar con el médico"),
                "11-10",
            ),
            ("no era 11 de diciembre, era 12", "12-12"),
            ("Mi hermana Marzia y yo, las dos, depilación, juebes x la tarde", "11-11 part_of_day=afternoon"),
        ),
    ),
    (
        # Monday.
        datetime(2028, 1, 31, 14, 35, tzinfo=ZoneInfo("America/Asuncion")),
        (
            ("de lunes a sábado cualquier horario menos la siesta", "?"),
            (
                ("Yo le había dicho el jueves pero me llamaron para una changa, así que no va a poder ser"),
                "from_date=2028-02-03",
            ),
            ("A las cinco y media, como siempre. El miércoles 2.", "02-02 17:30"),
            ("Avda. Mcal. López 3250 casi 22 de Setiembre, piso 4. Traer dos bidones de 20 litros", "-"),
            ("16.45 ya estoy libre, pero no hoy, el viernes", "02-04 16:45"),
        ),
    ),
    (
        # Saturday.
        datetime(2027, 10, 16, 21, 15, tzinfo=ZoneInfo("Europe/Madrid")),
        (
            ("Dentro de tres viernes es el puente, no? Pues ese viernes nos vamos a la sierra", "11-05"),
            ("vale pero que no sea ni lunes ni viernes", "?"),
        ),
    ),
    (
        # Monday.
        datetime(2027, 8, 23, 18, 5, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
        (
            (
                (
                    "buenas soy Graciela la mamá de Tomi de sala de 5, te escribo porque avisaron que había "
                    "que llevar el certificado de salud antes del 3 y yo saqué turno con la pediatra recién "
                    "para el lunes 6 a las 18 entonces no llego, lo puedo llevar el martes 7 a la mañana "
                    "cuando lo dejo?"
                ),
                "09-07 part_of_day=morning",
            ),
        ),
    ),
    (
        # Thursday.
        datetime(2026, 9, 17, 8, 50, tzinfo=ZoneInfo("America/Santiago")),
        (
            (
                ("wena, pa hoy en la tarde queda alguna hora? antes de irme al asado del 18"),
                "09-17 part_of_day=afternoon",
            ),
            ("Que quede para el viernes. No este, el subsiguiente", "09-25 from_date=2026-09-18"),
        ),
    ),
    (
        # Tuesday.
        datetime(2027, 12, 21, 11, 40, tzinfo=ZoneInfo("America/Montevideo")),
        (("nochebuena de mañana paso por el lechón, tipo 10 y media", "12-24 10:30"),),
    ),
    (
        # Tuesday.
        datetime(2028, 2, 29, 10, 20, tzinfo=ZoneInfo("Europe/Madrid")),
        (
            (
                (
                    "a las tres y media de la madrugada del domingo aterrizamos en Barajas, ¿el parking está "
                    "abierto? volamos desde Lima con 4 maletas"
                ),
                "03-05 03:30",
            ),
            (
                (
                    "el examen práctico es el jueves 9 a las 8:45, la última clase la querría el miércoles 8 "
                    "por la tarde"
                ),
                "03-08 part_of_day=afternoon",
            ),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 2, 25, 22, 30, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires")),
        (
            ("Estoy con amoxicilina 875 cada 8 hs, vine al control el martes pasado", "02-23 past"),
            ("en el transcurso de la semana, vos fijate", "? vague"),
            (
                ("anoche soñé con vos jaja nada, quería preguntarte si te queda lugar el miércoles a las 4 y cuarto"),
                "03-03 16:15",
            ),
            ("24/3 es feriado, el 25 puente, así que el viernes 26 no sé si atienden", "03-26"),
        ),
    ),
    (
        # Saturday.
        datetime(2026, 11, 28, 9, 45, tzinfo=ZoneInfo("America/Asuncion")),
        (
            ("no voy a poder ir el 3 ni el 4. Le digo después", "from_date=2026-12-03"),
            ("cuando sale el sol temprano ya estoy despierta, venga a las 6", "06:00"),
            ("el lunes de la semana que viene, o si no podes, de la otra", "? options=2026-11-30,2026-12-07"),
        ),
    ),
)
