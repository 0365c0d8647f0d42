"""What the demo clinic knows, in Spanish. The first entry of a topic is its general one."""

from recado.demo.values import DemoEntry


def _entry(topic: str, question: str, answer: str, keywords: str) -> DemoEntry:
    return DemoEntry(topic, "es", question, answer, tuple(keywords.split(", ")))


SPANISH: tuple[DemoEntry, ...] = (
    _entry(
        "hours",
        "¿Cuál es el horario de atención?",
        "Atendemos de *lunes a viernes de 8:00 a 19:00* y los *sábados de 8:00 a 13:00*. "
        "Los domingos y feriados descansamos.",
        "lunes, martes, miércoles, jueves, viernes, días, temprano, mediodía, almuerzo, refrigerio, 24 horas, "
        "madrugada",
    ),
    _entry(
        "hours",
        "¿Atienden los sábados?",
        "Sí, los *sábados atendemos de 8:00 a 13:00*. El laboratorio toma muestras hasta las 10:00. "
        "Los sábados viene mucha gente: si puede, llegue temprano.",
        "fin de semana",
    ),
    _entry(
        "hours",
        "¿Atienden los domingos y feriados?",
        "Los *domingos y feriados no abrimos*. Volvemos el siguiente día hábil a las 8:00. "
        "Si es una emergencia, por favor no espere: llame al 106 (SAMU) o vaya al hospital más cercano.",
        "festivos, navidad, año nuevo, fiestas patrias, semana santa",
    ),
    _entry(
        "address",
        "¿Dónde están ubicados y cómo llego?",
        "Estamos en *Av. Los Próceres 482, San Martín de Porres, Lima*, a media cuadra del parque San Martín, "
        "en el edificio blanco de dos pisos. En Metropolitano, baje en la estación Naranjal y tome el alimentador "
        "hasta el paradero Los Próceres; desde ahí son dos minutos a pie.",
        "mapa, referencia, paradero, Metropolitano, bus, combi, taxi, distrito, avenida, local, sede, sucursal",
    ),
    _entry(
        "parking",
        "¿Tienen estacionamiento?",
        "Sí, tenemos *seis espacios gratuitos* para pacientes, con ingreso por el Jr. Las Gardenias. Si están "
        "ocupados, "
        "hay una cochera a una cuadra (S/ 4 la hora). También hay donde dejar su bicicleta.",
        "carro, auto, moto, bicicleta, dejar el carro",
    ),
    _entry(
        "prices",
        "¿Cuánto cuesta la consulta?",
        "Nuestras consultas:\n• Medicina general: *S/ 60*\n• Pediatría: *S/ 80*\n• Ginecología: *S/ 90*\n"
        "• Nutrición y psicología: *S/ 70*\n• Control dentro de los 7 días: *gratis*\n"
        "Le damos boleta o factura.",
        "medicina general, pediatría, pediatra, ginecología, ginecólogo, nutrición, nutricionista, psicología, "
        "psicólogo, control, doctor, médico, soles, descuento, promoción, gratis, boleta, factura",
    ),
    _entry(
        "prices",
        "¿Cuánto cuestan los análisis y la ecografía?",
        "Los más pedidos:\n• Hemograma: *S/ 25*\n• Glucosa: *S/ 15*\n• Perfil lipídico (colesterol): *S/ 45*\n"
        "• Examen de orina: *S/ 15*\n• Ecografía: *desde S/ 80*\n"
        "Si nos dicta su orden, una persona del equipo le da el total.",
        "análisis, exámenes, examen de sangre, laboratorio, hemograma, glucosa, colesterol, orina, ecografía, eco, "
        "prueba",
    ),
    _entry(
        "payment",
        "¿Qué formas de pago aceptan?",
        "Puede pagar en *efectivo, Yape, Plin o tarjeta* (Visa y Mastercard, sin recargo). Se paga en recepción "
        "antes de "
        "la atención. Por ahora no damos crédito ni cuotas.",
        "efectivo, yape, plin, visa, mastercard, tarjeta de crédito, tarjeta de débito, transferencia, cuotas, cuenta",
    ),
    _entry(
        "insurance",
        "¿Atienden con seguro?",
        "Trabajamos con *Pacífico, Rímac y Mapfre* por reembolso y con crédito en medicina general y pediatría. "
        "Traiga su DNI; nosotros validamos su póliza en recepción. No atendemos por SIS ni EsSalud.",
        "seguro médico, EPS, póliza, Pacífico, Rímac, Mapfre, SIS, EsSalud, reembolso, convenio, cobertura, cubre, "
        "asegurado",
    ),
    _entry(
        "bring",
        "¿Qué debo llevar a mi primera consulta?",
        "Para su primera visita traiga:\n• Su *DNI* o carné de extranjería\n• Sus análisis y recetas anteriores, si "
        "tiene\n"
        "• La lista de medicinas que toma\n• Su carné del seguro, si lo va a usar\n"
        "Llegue 15 minutos antes para abrir su historia clínica.",
        "primera vez, primera cita, primera visita, requisitos, documentos, papeles, DNI, carné, paciente nuevo",
    ),
    _entry(
        "results",
        "¿Cuándo están mis resultados de laboratorio?",
        "Los análisis comunes están *el mismo día desde las 16:00*; los cultivos demoran de 3 a 5 días. "
        "Puede recogerlos en recepción con su DNI o pedirlos por correo a resultados@sanmartin.example. "
        "Por aquí todavía no puedo enviárselos.",
        "resultado, resultados de sangre, recojo, recoger análisis, entregan resultados, demoran, listos, informe",
    ),
    _entry(
        "specialties",
        "¿Qué especialidades tienen?",
        "Tenemos *medicina general, pediatría, ginecología, nutrición y psicología*, además de laboratorio y "
        "ecografía. "
        "Si necesita otra especialidad, nuestros médicos le orientan y le dan la orden.",
        "servicios, doctores, médicos, especialistas, pediatra, ginecólogo, ginecóloga, nutricionista, psicólogo, "
        "psicóloga, ecografía, laboratorio, medicina general",
    ),
    _entry(
        "emergency",
        "¿Atienden emergencias?",
        "Si es una emergencia, *llame ahora al 106 (SAMU) o al 116 (Bomberos)* o vaya al hospital más cercano: "
        "nosotros no tenemos sala de emergencias. Si puede esperar a nuestro horario, lo vemos sin cita, por orden "
        "de llegada.",
        "urgencias, urgente, ambulancia, accidente, grave, mucho dolor, desmayo, sangrado, no puede respirar, "
        "fiebre alta, convulsión",
    ),
    _entry(
        "phone",
        "¿Cuál es el teléfono de la clínica?",
        "Nuestro teléfono es el *(01) 555-0142*, de lunes a viernes de 8:00 a 19:00 y sábados de 8:00 a 13:00. "
        "También puede escribir a hola@sanmartin.example.",
        "número, número de contacto, recepción, celular, fijo, central telefónica, correo, email",
    ),
    _entry(
        "appointments",
        "¿Cómo saco una cita?",
        "Para sacar su cita llame al *(01) 555-0142* o escriba *persona* y alguien del equipo le ayuda por aquí. "
        "Medicina general también atiende sin cita, por orden de llegada.",
        "cita con el doctor, cita con la doctora, ver al médico, separar cita, programar cita, sin cita, turno, "
        "cupo, disponibilidad, orden de llegada",
    ),
    _entry(
        "appointments",
        "¿Cómo cambio o cancelo mi cita?",
        "No se preocupe, se puede cambiar o cancelar sin costo hasta 4 horas antes. Llame al *(01) 555-0142* "
        "o escriba *persona* y lo vemos por aquí.",
        "cancelar, anular, reprogramar, postergar, mover, cambiar la fecha, no podré ir",
    ),
    _entry(
        "blood_test",
        "¿Cómo me preparo para un análisis de sangre?",
        "Venga en *ayunas de 8 a 12 horas* (puede tomar agua, pero no café ni jugos) y evite el alcohol y el ejercicio "
        "fuerte desde el día anterior. Tomamos muestras de *lunes a viernes de 7:00 a 10:30* y sábados hasta las "
        "10:00. "
        "Siga tomando sus medicinas, salvo que su médico le haya dicho otra cosa.",
        "ayunas, ayuno, comer antes, desayunar, tomar agua, preparación, examen de sangre, sacar sangre, muestra, "
        "hemograma, glucosa, colesterol, laboratorio",
    ),
    _entry(
        "vaccines",
        "¿Qué vacunas tienen?",
        "Tenemos *influenza (S/ 70), neumococo (S/ 260), hepatitis B (S/ 80), VPH (S/ 480) y tétanos (S/ 50)*. "
        "Se aplican sin cita de lunes a viernes de 9:00 a 17:00. Traiga su carné de vacunas. "
        "Recuerde que varias son gratis en los centros de salud del Minsa.",
        "vacuna, vacunas de bebés, vacunas para niños, vacunar, vacunarse, vacunación, precio de vacunas, influenza, "
        "gripe, neumococo, hepatitis, VPH, "
        "papiloma, tétanos, inyección",
    ),
    _entry(
        "children",
        "¿Atienden niños?",
        "¡Claro! La doctora de *pediatría atiende de lunes a viernes de 9:00 a 17:00 y sábados de 8:00 a 12:00*, "
        "desde recién nacidos hasta los 14 años. Traiga el carné de control del niño; un adulto debe acompañarlo.",
        "niño, niña, niñas, bebé, hijo, hija, hijito, hijita, recién nacido, menores, pediatra, pediatría, "
        "edad, control de niño sano",
    ),
    _entry(
        "certificates",
        "¿Dan certificados y recetas médicas?",
        "Sí. El *certificado de salud cuesta S/ 80* e incluye la consulta; el *descanso médico* y las *recetas* los "
        "da el "
        "médico en la consulta, si corresponde. Por WhatsApp no podemos emitirlos.",
        "certificado médico, certificado de salud, descanso médico, constancia, receta, justificación",
    ),
    _entry(
        "access",
        "¿Se puede entrar con silla de ruedas?",
        "Sí: tenemos *rampa en la entrada, ascensor y baño adaptado*, y una silla de ruedas por si la necesita. "
        "Avise en la puerta y le ayudamos a entrar. Personas mayores, embarazadas y con discapacidad tienen "
        "preferencia.",
        "rampa, ascensor, discapacidad, adulto mayor, embarazada, muletas, atención preferente",
    ),
)
