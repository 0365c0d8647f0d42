"""What people write beside names: cues' companions, and words that are no name although they follow a cue."""

TITLES = """
    senor senora senorita sr sra srta srita don dona doctor doctora dr dra ingeniero ingeniera ing licenciado
    licenciada lic profesor profesora profe prof maestro maestra mtro mtra abogado abogada arquitecto arquitecta arq
    enfermero enfermera tecnico joven nino nina bebe paciente padre madre hermano hermana pastor mr mrs ms miss mister
    doc nurse sir madam
"""
OTHER_TITLES = "senor senora senorita sr sra srta srita don dona joven nino nina bebe paciente mr mrs ms miss patient"
"""Titles of the person that something is for. A doctor is not: "cita para el doctor Ruiz" is with him."""
ARTICLES = "el la los las the un una"

RELATIONS = """
    hijo hija hijito hijita hijos hijas nene nena bebe bebito bebita nino nina mama mami mamita mamacita papa papi
    papito madre padre esposo esposa marido mujer senora viejo vieja conyuge pareja novio novia enamorado enamorada
    hermano hermana hermanito hermanita abuelo abuela abuelito abuelita nieto nieta nietito nietita tio tia primo
    prima sobrino sobrina suegro suegra cunado cunada yerno nuera padrino madrina ahijado ahijada hijastro hijastra
    padrastro madrastra amigo amiga vecino vecina jefe jefa companero companera colega socio socia familiar
    apoderado tutora tutor representado alumno alumna trabajador trabajadora empleado empleada son daughter kid child
    baby boy girl mother mom mum mommy father dad daddy wife husband spouse partner girlfriend boyfriend fiance
    fiancee brother sister grandmother grandma granny grandfather grandpa grandson granddaughter uncle aunt cousin
    nephew niece friend neighbor boss stepson stepdaughter
"""
PARTICLES = "de del la las los da das do dos di van von der den san santa mc mac st"
"""Words inside a name. One alone is never a name, and none ends one."""

NEVER = """
    a al algo alguien aqui aca ahi yo tu usted quien quienes cual mismo misma otro otra nuevo nueva nuevito antiguo
    antigua cliente clienta paciente pacientes usuario usuaria socio vecino duena dueno propietario encargado
    encargada responsable persona particular familiar menor mayor hombre mujer varon soltero soltera casado casada
    viudo viuda divorciado divorciada padre madre papa mama hijo hija abuelo abuela esposo esposa hermano hermana tio
    tia primo prima amigo amiga jefe jefa titular apoderado tutor representante alergico alergica alergia diabetico
    diabetica hipertenso hipertensa asmatico asmatica epileptico epileptica celiaco celiaca vegano vegana vegetariano
    vegetariana intolerante embarazada gestante discapacitado sordo sorda ciego ciega sano sana enfermo enferma
    positivo positiva negativo negativa virgen fumador fumadora deportista adulto adulta jubilado jubilada pensionado
    pensionada asegurado asegurada afiliado afiliada beneficiario beneficiaria extranjero extranjera turista
    estudiante alumno alumna docente profesor profesora maestro maestra medico medica doctor doctora enfermero
    enfermera ingeniero ingeniera abogado abogada contador contadora chofer taxista conductor vendedor vendedora
    comerciante agricultor agricultora agricultores ganadero ganadera productor productora campesino campesina obrero
    obrera albanil mecanico policia militar secretaria secretario gerente administrador administradora trabajador
    trabajadora independiente empleado empleada tecnico tecnica psicologo psicologa odontologo odontologa dentista
    veterinario veterinaria ama peruano peruana venezolano venezolana colombiano colombiana argentino argentina
    chileno chilena boliviano boliviana ecuatoriano ecuatoriana mexicano mexicana espanol espanola uruguayo uruguaya
    paraguayo paraguaya cubano cubana dominicano dominicana salvadoreno salvadorena hondureno hondurena guatemalteco
    guatemalteca panameno panamena limeno limena gringo gringa latino latina americano americana ingles quechua
    consciente seguro segura feliz libre puntual nuevamente bueno buena malo mala alto alta bajo baja gordo gorda
    flaco flaca capaz consultante interesado interesada quiero quisiera queria necesito necesitaba deseo deseaba busco
    buscaba vengo venia vivo vivia tengo tenia tuve estoy estaba estuve soy era fui voy iba llamo llamaba escribo
    escribia consulto consultaba pregunto preguntaba requiero solicito solicitaba saco sacar agendar reservar separar
    cancelar cambiar reprogramar confirmar pagar pague hice hago hacer puedo podria pueden puede tiene tienen tenga
    viene vino va vive dice dijo pide quiere necesita sufre presenta amanecio esta estan sigue anda fue sera seria es
    son quedo cumple nacio pesa mide toma come duerme llora vomito vomita tose respira juega estudia trabaja trabajo
    me le lo la se nos te les mi mis su sus por para con sin desde hasta sobre entre hacia porque pero aunque cuando
    como donde que q k x pq xq tambien tampoco si no ni ya hoy manana ayer ahora antes despues luego lunes martes
    miercoles jueves viernes sabado domingo enero febrero marzo mayo agosto septiembre setiembre octubre noviembre
    diciembre hola buenas buenos buen dia dias tarde tardes noche noches gracias favor porfa saludos cita citas turno
    turnos consulta consultas informacion info precio atencion emergencia urgente urgencia dni cedula telefono celular
    numero correo email direccion edad fecha anos ano meses fiebre dolor tos diarrea dolores nombre nombres apellido
    apellidos completo primera segunda ultima vez unico espanolito ud uds ustedes favorcito nada nadie todo todos toda
    todas mucho mucha muy mas menos bien mal asi desconocido anonimo prueba test asistente bot robot whatsapp hospital
    clinica consultorio centro salud posta farmacia laboratorio empresa negocio tienda municipalidad colegio
    universidad ministerio seguros parte dos tres cuatro cinco uno una un nene atte atentamente cordialmente an the
    not so very really just here there new sick ill late early sorry sure ok okay fine good great well bad allergic
    diabetic pregnant interested available busy free ready able going gonna trying looking calling writing texting
    messaging wondering having getting feeling coming running waiting asking hoping planning working living staying
    using taking hi hello hey dear thanks thank please want wants need needs needed have has had would like could
    should can cannot cant wont dont didnt is are was were be been am at in on of to for from with about and or but
    because if when where what who why how which that this these those it its he she they we you your my his her their
    our him them us still also only again today tomorrow yesterday tonight now later soon never always already monday
    tuesday wednesday thursday friday saturday sunday january february march june july august september october
    november december patient client customer someone somebody anyone nobody person people man woman male female
    mother father mom dad daughter husband wife friend nurse teacher student farmer worker owner manager american
    mexican spanish english peruvian colombian venezuelan british canadian catholic jewish muslim covid type urgent
    emergency appointment booking reservation question information price number phone address name birthday date time
    age years year old months weeks days kids hungry tired afraid glad happy sad vegan vegetarian asthmatic
    hypertensive single married divorced retired disabled deaf blind lactose gluten milk sauce allergy under over last
    first second third surname family full
"""
"""Words that end a name, or that show that there is none ("soy alergico", "I'm late")."""
COMPANY = "sac sa srl eirl ltda inc llc corp cia scrl sas spa cv"
"""What stands after the name of a company."""

VERBS = r"(?:ando|iendo|endo|aba|abamos|aron|ieron|aria|eria|iria|arme|erme|irme|arle|erle|amos|emos|imos|cion|mente)"
ENGLISH_FORMS = r"(?:ing|ed|tion|ly|ness)"
"""Endings of words that are not names, among the words that no list knows."""
ADJECTIVES = (
    r"(?:icos?|icas?|ad[oa]s?|id[oa]s?|istas?|er[oa]s?|entes?|antes?|iv[oa]s?|os[oa]s?|or|ora|an[oa]s?|ense|en[oa]s?"
    r"|esa|al|able|ible|ari[oa]s?|olog[oa]|it[oa]s?|ish|ian|an|ful|ous|less)"
)
"""Endings of what people say they are ("soy vegano"), among the words that no list knows."""
