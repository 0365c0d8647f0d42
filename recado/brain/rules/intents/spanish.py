"""Classes of meaning in Spanish: what different words have in common for the one who asks. Folded, no accents.

Each value is a set of alternatives of one regular expression, in lines only so that people can read them.
"""

CUES: dict[str, str] = {
    "want": r"""
        querriamos|querria|nos hace falta|me vendria bien|ando con ganas|quier[eo]|quisieran?|quisieramos|quieren
        |queria(?:mos)?|queremos|dese[oa]|desearia|necesit(?:o|aria|amos|aba)|ocupo|preciso|me gustaria|nos gustaria
        |busco|buscamos|ando buscando|me interesa|a ver si|ojala|me urge|requiero|solicito|me hace falta|vengo a
        |urge
    """,
    "can": r"""
        podeis|podriais|podrias?|pueden?|cabe la posibilidad|seria posible|pued(?:o|e|en|es|a|an)|podr(?:ia|ian|ias
        |iamos|emos|e|an?)|pod(?:es|emos)|se puede|posible|posibilidad|habria (?:forma|manera|modo|chance)
        |hay (?:forma|manera|modo|chance)|chance
    """,
    "please": r"""
        por ?fa(?:vor)?(?:cito)?|si es tan amable|si fueran? tan amables?|se lo agradeceria|le ruego|les ruego
    """,
    "give": r"""
        dadme|ponedme|apuntadme|reservadme|cogedme|buscadme|hacedme|(?:me|nos) (?:dais|poneis|cogeis|apuntais
        |reservais|ves|veis|atendeis)|bajeme un|(?:me|nos|le|lo|la) (?:das?|dan|daria[ns]?|regala[ns]?|consigue[ns]?
        |apunta[ns]?|anota[ns]?|separa[ns]?|reserva[ns]?|agenda[ns]?|programa[ns]?|aparta[ns]?|pone[ns]?|pon
        |busca[ns]?|mete[ns]?|inscribe[ns]?|guarda[ns]?|asigna[ns]?|atiende[ns]?|recibe[ns]?|tira[ns]? un)|deme|dame
        |denme|denos|demos|regal[ae]me|hagame|hazme|haceme|(?:apunt|anot|separ|agend|reserv|apart|program|inscrib
        |busc|asign|guard)[ae](?:me|nos|lo|la|le|los|las)s?|ponme|poneme|pongame|pongan?me|consigueme|meteme|metame
        |apuntenme|anotenme|agendenme|reservenme|separenme|me (?:anoto|apunto)|agende|agenden|reserve|reserven
    """,
    "book": r"""
        coger (?:cita|hora)|cogerme|pedir (?:cita|hora|turno)|apuntarme|quedar con|agendar\w*|agendamiento|sacar
        |sacarle|sacarme|pedir(?:le|les)?|reservar\w*|apartar\w*|programar\w*|separar\w*|anotar\w*|apuntar\w*
        |solicitar\w*|conseguir\w*|tomar (?:una )?hora|inscribir\w*|ver(?:me|se|lo|la)?|atender(?:me|nos|se|lo|la)?
        |me (?:atiendan?|vea[ns]?|revis\w+|chequ\w+)|(?:lo|la|le|les|nos) (?:vea[ns]?|revise[ns]?)|revisar\w*
        |chequear\w*|hacer(?:me|se|le|nos|lo)?|traer(?:lo|la|le)?|llevar(?:lo|la|le)?|arreglar\w*|ir a (?:ver|hacer)
        |ponerme|ponerle|pasar consulta|sacarse
    """,
    "room": r"""
        (?:teneis|tendreis|os queda) (?:\w+ ){0,3}?(?:citas?|hora|hueco|sitio|plaza|algo|mesa)|plazas?|sitio
        |(?:tien(?:en|es|e)|hay|habra|quedan?|tendran?|tendria[ns]?|hubiera|habria|sobran?|les queda|tenes
        |tenis)(?:\w+ ){0,3}?(?:citas?|turnos?|horas?|horitas?|cupos?|fichas?|espacios?|lugar(?:es|cito)?|campos?
        |campitos?|huecos?|huequitos?|disponib\w+|algo|vacantes?|agenda)|disponib\w+|cupos?|cupito|espacios?
        |espacito|huecos?|huequito|campito|vacantes?|alcanzo (?:cupo|ficha|turno)|me reciben|me ven|puedo (?:ir
        |pasar|llevar|traer|caer)
    """,
    "appointment": r"""
        citas?|citita|turnos?|turnito|consultas?|reserva|reservacion|sesion(?:es)?|controles|control|visitas?
        |entrevista|audiencia|hora(?: medica)?|horita|fichas?|interconsulta
    """,
    "mine": r"""
        (?:mi|mis|nuestra|su|la|el) (?:citas?|turnos?|hora|horita|consulta|reserva\w*|sesion|control|visita|ficha
        |operacion|cirugia|examen|limpieza|eco\w*|terapia|clase|cupo|lugar|entrevista|resonancia|tomografia|vacuna)
        |(?:la|lo|el) (?:de|del) (?:manana|hoy|pasado|lunes|martes|miercoles|jueves|viernes|sabado|domingo|las|la
        |\d+)|(?:tengo|tenia|tenemos|teniamos|tiene|tenia) (?:\w+ ){0,2}?(?:citas?|turnos?|hora|consulta|reserva\w*
        |sesion|control|cupo|ficha|visita)|(?:que|la) (?:saque|agende|pedi|reserve|habiamos)|cita (?:agendada
        |programada|que)|me (?:toca|tocaba|dieron|pusieron|agendaron|anotaron|citaron|asignaron|dijeron)
        |saque (?:cita|turno|hora)
    """,
    "move": r"""
        poned?me para (?:el|la)|pongame para (?:cuando|el|la)|para cuando (?:ya|pueda|regrese)|la quiero el
        |que venga manana|que venga el|cambiad\w*|moved\w*|pasad(?:la|me)\w*|aplazad\w*|retrasar\w*|cambiarmela
        |movermela|pasarmela|cambi(?:ar\w*|o|a|e|en|ame|eme|arian|aria|enme|enmela|emos|emela|amela|ada|aron)
        |mov(?:er\w*|e|ela|emos)|mueva\w*|mueve\w*|pas(?:ar(?:la|lo|me|nos|las|los)|en(?:la|lo|me|mela)|e(?:la|lo
        |mela|me)|a(?:la|lo|mela))|(?:la|lo|me la|me lo|nos la) pas(?:an?|e|en|amos)|corr(?:er(?:la|lo|me)?|an(?:la
        |me)?|era|erme|ela|emela|amos|e)|recorr\w+|pospon\w+|posterg\w+|posp\w+|aplaz\w+|prorrog\w*|re ?program\w*
        |re ?agend\w*|adelant\w+|atras\w+|traslad\w+|difer\w+|modific\w+|dejar(?:la|lo|me)? para|dej(?:a|e|amos|emos
        |en)(?:la|lo|me|mela|melo)? para|(?:la|lo) dejamos|reubic\w+|permut\w+|intercambi\w+
    """,
    "other_time": r"""
        otr[oa] (?:dia|fecha|hora|horario|semana|momento|turno|ocasion|rato)|para otr[oa]|mas (?:tarde|temprano
        |tardecito|tempranito|adelante|pronto|cerca)|en vez|en lugar|mejor (?:el|la|a las|para|paso|pas\w+|otro|otra
        |manana)|a mas tardar|para (?:despues|el otro)|un rato (?:antes|despues)|antes o despues|no se podra
        |la (?:otra|proxima)
    """,
    "cancel": r"""
        no (?:nos|me) espereis|no (?:me |le )?reserv\w+|bajar (?:el|mi|la) (?:turno|cita|hora)|no (?:se )?vengan?
        |no va mi|cancelad\w*|anulad\w*|borradme|quitadme|bajeme de|baje(?:n)?me|den mi (?:hora|cita|turno|cupo)
        |(?:den|dejen|dejo) (?:ese|el|mi) (?:espacio|lugar|cupo|hueco)|no (?:vengo|ira|acudir\w*|acude|iran|va a ir
        |iremos|vamos|lo llevo|la llevo)|que no va|cancel\w*|anul\w*|dar(?:me|la|lo)? de baja|de baja|borr(?:ar\w*|e
        |a|en|ame|eme|enme|ala|ela)|elimin\w*|quit(?:ar(?:me|la|lo)|en(?:me|la|lo)|e(?:me|la|lo)|a(?:me|la|lo))
        |suspend\w+|desist\w*|desagend\w*|desanot\w*|liber(?:en?|ar|o|a)\w*|solt(?:ar|emos)|suelt\w+|sin efecto
        |tach(?:ar|en|e|a)\w*|dar por perdid\w+|desapunt\w*|ceder?(?:le)?|cedo|cedan|bot(?:ar|en)la|dar de baja
        |retir(?:ar|o|e|en) (?:mi|la|el)|no (?:me|nos|lo|la) esperen?|que (?:la|lo) (?:use|aproveche|tome) otr\w+
        |pueden? (?:darle|dar|usar|ocupar)|dele el|denle|renuncio
    """,
    "cannot": r"""
        (?:no|tampoco|ni) (?:\w+ )?(?:poder|puedo|podre|alcanzo|llego|ire|iremos|voy|vamos|podemos|asistir\w*
        |podremos|podra|llegare\w*|vendre|puede|pude|logro|creo que|vamos a|va a|ira|voy a)|se (?:me
        |nos) (?:complico|hizo|presento|cruzo|cruza|cruzan|junto|danio|dano|malogro|atraveso|atravieza|paso|olvido)
        |me (?:surgio|salio|cambiaron|es imposible|queda imposible|mandaron|toco trabajar|enferme)|imposible
        |no alcanzo|no me da|no me deja
    """,
    "no_longer": r"""
        ya no (?:voy|vamos|quiero|queremos|necesit\w+|puedo|podre|ire|va|hace|me|es|hara|sera|lo|la|asisti\w+|nos
        |le)|al final (?:no|ya)|me arrepenti|desisti|ya consegui\w*|conseguimos|consegui (?:otr\w+|en)
        |en otr[oa] (?:lado|lugar|parte)|con otro (?:doctor|dentista|medico)|me atendi|lo resolvi|encontre otr\w+
        |prefiero no|decidi\w* no|no hace falta|ya me (?:atendieron|vieron|opere|hice)|se cancela|no va mas
        |no va a ser posible|no contare?|no cuenten conmigo|no seguire|no continu\w+|dejo (?:la|el) (?:tratamiento
        |terapia)|ya (?:se (?:mejoro|curo|murio)|fallecio|pario)
    """,
    "dont": r"""
        no (?:\w+ ){0,3}(?:vayan|vaya) a quitar|tal cual esta|dejenmela|no hagan
        |no (?:la |lo |me la |me lo |nos |se |me |vayan a |vaya a |quiero |quise |hay que |piensen? )*(?:cancel\w*
        |anul\w*|borr\w*|elimin\w*|toquen?|quiten)|ni se (?:les|le|te) ocurra|sin (?:cancel\w+|anular)
        |en vez de cancelar|por que (?:me |se )?(?:cancel|anul)\w*|se (?:me|nos|le) (?:cancel|cay|suspend)\w*
        |nunca (?:dije|cancele|pedi)|me cancelaron|cancelaron|no cancelo
    """,
    "when": r"""
        cuando|q(?:ue)? dia|que fecha|(?:a|para) que hora|que horas?|a que hora era|que dia era|para cuando
    """,
    "mine_check": r"""
        que tengo pendiente|cuantas (?:\w+ )?me (?:faltan|quedan)|me faltan|me quedan?|apuntada para cuando
        |(?:que )?tenia (?:yo )?que (?:llevar|ir)|hora y lugar|chequea\w*|me iba a|lo hizo|mia es|para recogerlo
        |que encargue|me la van a dar|sin noticias|alguna noticia|hay noticias|se sabe algo|algo (?:reservado
        |agendado|a nombre)|a nombre de|todavia tengo|aun tengo|quien (?:viene|me lleva|me lleva[bn]a)|me confirm\w+
        |confirm(?:ar(?:me)?|e[ns]?|eme|ame|enme|ada|ado|adas)|sigue en pie|quedo (?:en pie|anotad\w+|agendad\w+
        |confirmad\w+)|figur\w+|aparec\w+|aparezco|sal(?:e|go) (?:en|mi)|estoy (?:anotad\w+|agendad\w+|registrad\w+
        |inscri\w+|en (?:la )?lista)|recuerd\w+|recordar\w*|se me (?:olvido|borro|perdio)|no me acuerdo|no recuerdo
        |olvide|sigue (?:siendo|igual|la)|quede (?:anotad\w+|agendad\w+|inscri\w+)|verificar?|verifique\w*
        |corrobor\w+|con (?:cual|quien|que doctor\w*) (?:me|es|era|tengo)|quien me (?:atiende|va|toca|ve)|me tienen
        |consta|en pie|si (?:tengo|quedo|quede|tenia|estoy)|cuanto (?:me )?falta|como va|en que (?:va|estado|quedo)
        |mi numero de|estado
    """,
    "result": r"""
        resultad\w*|examen(?:es)?|analisis|placas?|radiograf\w*|biopsia|informe|certificad\w*|recetas?|pedido|orden
        |tramite|expediente|muestras?|laboratorio|constancia|solicitud|encomienda|mi (?:carro|auto|moto|celular
        |reparacion)|papanicolau|cultivo|hemograma|licencia|factura|inscripcion|registro|postulacion|lentes|protesis
        |plantillas
    """,
    "ready": r"""
        list[oa]s?|ya (?:estan?|salio|salieron|tienen|hay|llego|llegaron)|salio|salieron|llego|llegaron
        |novedad(?:es)?|pendientes?|disponibles|para retirar|recoger|retirar|ya se puede|noticias
    """,
    "price": r"""
        precios?|cuanto (?:cuestan?|valen?|salen?|es|cobran?|esta|me sale|seria|piden|sera|por)|cuant[oa]s?|costos?
        |tarifas?|valor|cobran?|salen?|valen?|cuestan?|presupuesto|cotiza\w*|descuentos?|promo\w*|efectivo|tarjetas?
        |pagar|pagos?|yape|plin|nequi|transferencia|cuotas|seguro|obra social|eps|isapre|fonasa|essalud|sis|prepaga
        |debito|credito|anticipo|gratis|plata|soles|pesos|dolares|caro|barato|convenio|pami|imss|ips|daviplata
        |mercado ?pago|qr|reembolso|planes
    """,
    "place": r"""
        donde|direccion|ubicad\w*|ubicacion|como llego|quedan?|sedes?|sucursal(?:es)?|estacionamiento|estacionar
        |parqueo|parqueadero|calle|piso|local|que bus|paradero|rampa|ascensor|referencia|mapa|altura|cerca de
        |que linea
    """,
    "hours": r"""
        horarios?|abren|abiert[oa]s?|abre|cierran|cierra|atienden|atiende|atencion|feriados?|domingos|sabados
        |fines de semana|mediodia|de corrido|hasta que hora|desde que hora|trabajan|24 horas
    """,
    "what": r"""
        que vacunas|dosis|acompanar|vendeis|arreglais|menu|cuando se (?:poda|siembra|cosecha|aplica)|hacen falta
        |de que hora a que hora|que (?:variedad|duracion|producto|remedio|les doy|le doy|le echo|le pongo)|se puede
        |puedo (?:comer|tomar|beber|hacer|ir en|llevar|usar|banarme)|teneis|haceis|os|que (?:es|son|incluye|llevo
        |debo|tengo|necesito|documentos|requisitos|trae|servicios|diferencia|pasa|hago|tan|tipo|hacen|examenes
        |cuidados|dosis|puedo|medicos|doctores|lleva)|cual(?:es)?|como (?:es|hago|se|puedo|funciona|le|debo)|hacen
        |aceptan|reciben|venden|cada cuanto|cuanto (?:dura|demora|tarda|tiempo|hay)|requisitos?|hay que|se necesita
        |tengo que|en ayunas|ayunas?|ayuno|se debe|es (?:necesario|obligatorio|normal|cierto|verdad|malo|seguro)
        |duele|sirve|dura|demora|tarda|incluye|tiene que|desde que edad|que edad|edad|manejan|cuentan con|ofrecen
        |recomiend\w+|conviene|se aplica|debo|deberia|tienen (?!\w+ (?:cita|turno|hora))|y si|hasta cuando|por que
    """,
    "information": r"""
        info(?:rmacion|rmes|rmarme)?|pregunta|preguntar|duda|dudas|detalles|saber|digame|decirme|averiguar|consultar
        |quisiera saber|orienta\w*|explic\w+|me (?:dice[ns]?|podrian? decir|informa[ns]?)
    """,
    "opening": r"""
        una (?:pregunta|consulta|duda|consultita|preguntita|preguntota)|consultita|preguntita|tengo una (?:pregunta
        |duda)|hay alguien|alguien ahi|estan ahi|me (?:escucha[ns]?|lee[ns]?|ayuda[ns]?|atienden|pueden? ayudar)
        |disculp[ae]\w*|permiso|te puedo|puedo (?:hacer|preguntar)|oiga|oye|estas ahi|me copian|se puede
    """,
    "human": r"""
        (?:puede|puedo|podria) (?:decirle|hablarle)|decirle algo|el mismo muchacho|atenderme el|director\w*|marcar
        |no me sirve (?:el|este) chat|empleados|supervisor\w*|que se ponga|gente|conteste|contestan
        |alguien que (?:me|sepa)|con quien (?:puedo )?hablar|(?:un|una|algun|alguna|con (?:el|la|los|un|una)|la|el
        |al|a la) ?(?:persona|humano|ser humano|agente|operador\w*|asesor\w*|recepcion\w*|secretari\w*|encargad\w*
        |gerente|duen\w*|senorita|ejecutiv\w*|tecnic\w*|ingenier\w*|chica|muchacha|administrador\w*|responsable|jefe
        |enfermer\w+|titular)|con alguien|alguien (?:real|de verdad|que|de carne|mas)|persona real|human[oa]|hablar
        |hablo|conversar|comuni\w*|llam(?:ar(?:me|nos)?|en|e|ame|eme|enme|ada|arian|ado|ad[ao]s)|me (?:llama[ns]?
        |marca[ns]?|deriva[ns]?|pasa[ns]? con|comunica[ns]?|contacta[ns]?|devuelve[ns]?)|robots?|bot|maquina
        |maquinita|contestadora?|automatic\w*|pas[ae]n?me (?:con|a)|grabadora|inteligencia artificial
        |marqu?e(?:n)?me|telefon\w+|por telefono|persona|comunic\w+|ponme con|algun ser|doctor mismo|chatbot
        |computadora
    """,
    "danger": r"""
        cayo en el|fogon|restos de|sin poder hablar|mano (?:derecha|izquierda)|pulso|corazon a|me apago|ya mero nace
        |tomo agua de|punalada|volteados|tripas|venas|acido|pulso|ojitos|tieso|quiero matar|asma|asmatic\w+
        |sangr(?:e|a|o|ando|ado|ar|amos)|respir\w*|ahog\w*|asfixi\w*|atragant\w*|atorad\w* con|desmay\w*|desvanec\w*
        |convuls\w*|inconsciente|no (?:responde|reacciona|despierta|respira|se mueve|me contesta)|infart\w*|pecho
        |derrame|acv|paralis\w*|se (?:le|me) (?:torcio|durmio|fue|adormecio|paralizo|cierra|cerro|hincho)|morad\w
        |azul|pali?d\w|envenen\w*|intoxic\w*|veneno|raticida|plaguicida|pesticid\w*|insecticida|herbicida|paraquat
        |glifosato|cloro|lejia|soda caustica|trago|traga\w*|pastillas|sobredosis|suicid\w*|matar(?:me|se)?
        |morir(?:me|se)?|muriendo|muere|quem(?:o|e|adura|ado|ando)s?|golpe\w*|golpio|se cayo|me cai|se cay\w|caida
        |atropell\w*|chocamos|choque|accidente|fractur\w*|hueso|hemorragi\w*|contraccion\w*|fuente|rompi bolsa|bolsa
        |parto|mordio|picaron|pico|electrocut\w*|herid\w*|apunal\w*|cuchill\w*|machete|desangr\w*|baba|espuma
        |ojos en blanco|vision|vivir|quitarme la vida|cortarme|puente|tirarme|rigid\w|tiez\w|boca chueca|no siento
        |labios|garganta|alacran|vibora|serpiente|avispas|abejas|arana|clavo|balazo|disparo|vomit\w+ sangre
    """,
    "fever": r"fiebre|calentura|temperatura|febril|hierve|ardiendo|volando",
    "symptom": r"""
        dolor(?:es)?|duele[ns]?|dolia|molesti\w*|malestar|tos|gripe|mareos?|mareo|vomit\w*|diarrea|alergi\w*
        |ronchas?|hinch\w*|inflam\w*|infeccion|muela|diente|espalda|rodilla|cabeza|panza|estomago|oido|ojo|ojos|pie
        |mano|brazo|cuello|cadera|piel|granos|sarpullido|encias?|caries|presion|azucar|ansiedad|insomnio|regla
        |embaraz\w+|lunar|juanete|cojea|rasca|no come|plaga|pulgas|garrapatas
    """,
    "emergency": r"""
        urgencia urgencia|contesten|por amor de dios|emergencias?|urgencias?|urgen\w*|urjen\w*|auxilio|socorro
        |ayudaa*|ayudenme|ayudame|ambulancia|911|sos|rapido|ahora mismo|ya mismo|inmediat\w*|grave|gravisim\w*|mal
        |muy mal|critic\w+|desesperad\w+|corran|vengan|por dios|que hago|a donde (?:voy|lo llevo)
    """,
    "severe": r"""
        much[oa]|muchisim\w*|no (?:le |me |se |nos )?(?:para|pasa|baja|quita|detiene|corta)|sin parar|fuertes?
        |fuertisim\w*|horrible|terrible|insoportable|de repente|de golpe|no puede|no puedo|apenas|recien|acaba de
        |hace (?:un rato|minutos|\d+ minutos)|ahorita|cada vez|peor|otra vez|chorros?|bastante|demasiado|nunca
    """,
    "not_urgent": r"""
        (?:no|nada|ni|sin
        |tampoco) (?:es |hay |de |tengo |me |corre |seria |sea |nada )*(?:una |tan |muy |ninguna )?(?:urg\w+
        |emergenc\w+|grave|apuro|prisa|apura)|leve|poquito|un poco|de vez en cuando|desde hace (?:\w+ )?(?:meses
        |anos|semanas|dias|mes|ano|semana)|hace (?:\w+ )?(?:anos|meses|semanas|ano|mes)|cuando (?:pueda[ns]?|haya
        |tenga[ns]?)|ya (?:esta bien|paso|se le paso|le paso|mejor\w*|se me paso|no sangra|reacciono)|sin fiebre
        |no tiene fiebre|no tengo fiebre|tranquil\w+
    """,
    "past": r"""
        el ano pasado|la (?:semana|vez) pasada|hace (?:\w+ )?(?:anos|meses)|ayer|anoche|anteayer|de (?:chico|chica
        |nino|nina)|una vez|en (?:19|20)\d\d|tuvo|tuve|estuvo|murio|fallecio|fue|era|habia|paso|cuando era
    """,
    "figurative": r"""
        (?:de|la|por) (?:la )?risa|jaja\w*|series?|pelicula|novela|noticias?|cadena|reenvi\w*|partido|chiste|chisme
        |meme|broma|verguenza|de (?:hambre|amor|ganas|sueno|aburrimiento|calor|frio|ternura|envidia|curiosidad)
        |bateria|celular|tinder|el jefe|la suegra|trafico|examen final|internet|wifi
    """,
    "off_topic": r"""
        luna|contrasena|sistema|alergico a|visitador|enlace|logo|hoja de vida|dolar|reforma|terreno|inflacion
        |tormenta|cartero|grupo|ex|reglas|dan|futbol|gol|gano|mundial|clima|llover|lluvia|receta de|chiste|prestamo
        |credito|inversion|ganar dinero|bitcoin|cripto|trabajo|empleo|cv|curriculum|vacante de|vendo|venden
        |alquil\w*|oferta|promocion de|gratis|click|link|sorteo|premio|dios|jesus|bendicion|capital de|presidente
        |elecciones|horoscopo|cancion|musica|poema|traduc\w+|tarea|matematica|codigo|python|equivocad\w*
        |numero equivocado|te amo|te quiero|amor|cumple\w*|navidad|pizza|hamburguesa|netflix|uber|taxi
        |perdon,? me equivoque|fibra|vecin\w+|ruido|bulla|ladr\w+|robar\w+|huele|feo|mierda|idiota|inutil|estupid\w+
        |asco
    """,
    "greet": r"""
        wena|wenas?|ei|ey|toc toc|holaa|aloo?|mis respetos|con quien tengo el gusto|buenas y santas|hol[ai]+s?
        |buen[oa]s?(?: (?:dias?|tardes?|noches?))?|buen dia|que tal|q tal|saludos|alo|oigan?|como (?:esta[ns]?|estas
        |anda[ns]?|les va|le va|te va)|que (?:onda|hubo|hubole|mas|hay)|quiubo|muy buen[oa]s
    """,
    "thank": r"""
        tanx|arigato|merci|obrigad[oa]|muy reconocid[oa]|estupend[oa]s?,? gracias|sois (?:los|las) mejores
        |nos vemos alla|enhorabuena|gracia?s|graci\w+|mil gracias|agradec\w*|muy amables?|bendicion(?:es)?
        |dios (?:le|los|te|la|se lo|me los?)(?:bendiga|pague|guarde)|chau+|chao+|chaito|adios|hasta (?:luego|pronto
        |manana|la proxima|el \w+|entonces)|nos vemos|cuidese|cuidate|feliz (?:dia|tarde|noche|finde)|buen finde
        |abrazos?|un abrazo|besos|se paso|son lo maximo|excelente atencion|saludos a|que este[ns]? bien|igualmente
        |a la orden|te pasaste|crack|un amor|vidrios|lo maximo
    """,
    "yes": r"""
        me late|okis|paso a confirmar|meta|estupendo|me lo quedo|fenomenal|venga|hala|guay|vamos|yh|obvi|cerrado
        |va que va|sea|si+p?|sip|sipi|simon|claro|clarin|clarines|dale+|ok(?:ay|i|is|a|s|ey)?|oka|va+|vale|de una
        |listo|perfecto|correcto|exacto|exactamente|asi es|por supuesto|afirmativo|confirmo|confirmad[oa]|de acuerdo
        |esta bien|me parece|obvio|sale|ta bien|bacan|chevere|genial|encantad\w*|aja|eso|esa misma|ese mismo
        |cuenten conmigo|me sirve|me queda bien|ahi estare(?:mos)?|acepto|a huevo|sin falta|cabal|tal cual|joya
        |buenisimo|por su puesto|esta perfecto|me acomoda|hagale|hecho|hagamoslo|ya pe|ya po
        |macanudo|nitido|de pana|u+j+[ua]+m*|aja+m*|m+h+m+|con (?:todo |mucho )?gusto|jalo|orale|sin duda|barbaro
        |totalmente|me (?:viene|va|cae) bien|desde luego|efectivamente|efectivo|cuent[ae]n? con(?:migo| nosotros)
        |tuanis|pura vida|autori[zc]\w+|prosiga\w*|procedan?|continuen?|adelante|sigamos|me (?:late|cuadra|conviene)
        |arre|trato hecho|conforme|fino|finisimo|a darle|hagan(?:le|lo)|cierto|es verdad|verdad que si|positivo
        |apruebo|aprobado|doy mi \w+|de fijo|fijo|de cajon|ni hablar si|como no|con confianza|andale|sobres
        |vamos pues|dele|denle|mandele|metale|a la orden|listo el pollo|filete|pulento|la raja|bakan|regio
        |fenomeno|estupenda|maravilloso|excelente|okidoki|oki|okey|dalee+|siii+|ese mero|esa mero|esa quiero
        |queda(?:mos)? asi|asi quedamos|asi sera|nos vemos (?:ahi|alla|entonces)|alla nos vemos|no faltare|me apunto
        |soy (?:yo|el mismo|la misma)|el mismo|la misma|estoy de acuerdo|de mil amores|encantad\w+ de la vida
    """,
    "no": r"""
        paso|nada nada|para otra sera|naa|nono|ahora no|por la \w+ no|de eso nada|no hace falta|que no|no+|nop+e?
        |nel|nah+|nunca|jamas|tampoco|para nada|negativo|todavia no|aun no|mejor no|nada|ni|dejalo|dejelo|olvidalo
        |ninguno|ninguna|ni loco|ni hablar|ni a palos|nones|que va|no gracias|asi nomas|por ahora no|de momento no
        |nica|nana[iy]|naranjas|nada+|en (?:lo )?absoluto|olvid[ea]\w*|ya para que|yo paso|esta mal|noup|nel pastel
        |ni (?:de chiste|de broma|a gancho|pensarlo|por asomo|maiz|ganas|modo que no)|no me (?:sirve|conviene|cuadra
        |late|acomoda|interesa|nace|animo)|ninguno me|no es (?:necesario|correcto|asi)|incorrecto|falso|mentira
        |desacuerdo|rechaz\w+|no (?:acepto|autorizo|deseo)|no creo|lo dudo|dudo|la verdad (?:que )?no|por desgracia
        |lamentablemente|va a ser que no|no por (?:ahora|el momento)|de momento|por esta vez|equivocado|jamas de los
        |no se moleste|dejemoslo|nada mas|eso (?:es|seria|era) todo
    """,
    "if": r"""
        si (?:no|se|puede|pued[oe]n?|cancelo|cambio|falto|llego|quiero|uno|alguien|me|llueve)|que pasa si|en caso
        |multa|penalidad|recargo|politicas?|cuanto antes|con cuanta|plazo|anticipacion|pierdo
    """,
    "date": r"""
        hoy|manana|pasado|lunes|martes|miercoles|jueves|viernes|sabado|domingo|finde|semana|quincena|mes|dia \d+
        |el \d+|\d{1,2}[/-]\d{1,2}|enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|setiembre|octubre
        |noviembre|diciembre|proxim[oa]|lo antes posible|cuanto antes|esta semana|estos dias
    """,
    "time": r"""
        \d{1,2} ?(?:am|pm|hs|hrs|h)|\d{1,2}[:.]\d\d|las \d+|la una|a las \w+|de \d+|tarde|noche|temprano|mediodia
        |en punto|tempranito|de la (?:tarde|manana|noche)|por la (?:tarde|manana)|y media
    """,
    "who": r"""
        (?:mi|mis|a mi|un|su) (?:mama|papa|hij[oa]s?|espos[oa]|marido|mujer|abuel[oa]|abuelit[oa]|herman[oa]|bebe
        |niet[oa]|nen[ea]|perr[oa]|perrit[oa]|gat[oa]|gatit[oa]|tia|tio|suegr[oa]|novi[oa]|vecin[oa]|vieja|viejo
        |senora|nino|nina|vaca|sobrin[oa]|chamac[oa]|guagua|amig[oa]|companer[oa]|trabajador|peon)|el (?:nino|bebe
        |perro|gato)|la (?:nina|bebe|perra|gata)
    """,
    "doctor": r"""
        doctor\w*|dentist\w*|odontolog\w*|pediatra|ginecolog\w*|psicolog\w*|medic[oa]s?|especialista|veterinari\w*
        |dermatolog\w*|fisio\w*|kinesi\w*|cardiolog\w*|nutricion\w*|nutri|psiquiatra|traumatolog\w*|oculista
        |oftalmolog\w*|abogad\w*|mecanic\w*|agronom\w*|ingenier\w*|matrona|obstetra|licenciad\w*|enfermera
    """,
    "service": r"""
        limpieza|blanqueamiento|extraccion|ortodoncia|brackets|endodoncia|corona|implante|vacunas?|desparasit\w*
        |castra\w*|esteriliz\w*|bano|corte|tinte|unas|manicure|pedicure|mechas|alisado|depilacion|masaje
        |cambio de aceite|alineacion|frenos|afinamiento|mantenimiento|revision|chequeo|ecografia|eco|rayos
        |resonancia|tomografia|mamografia|analisis de sangre|sangre|prueba|test|certificado|terapia|electro\w*
        |papanicolaou|lentes|curacion|inyeccion|suero|puntos|yeso
    """,
    "farm": r"""
        maiz|papas|cafe|cacao|arroz|tomate|cultivo|siembra\w*|sembrar|cosecha\w*|riego|riega|abono|abonar
        |fertiliz\w*|urea|plaga|gusano|hongo|roya|fumig\w*|suelo|semillas?|lote|chacra|finca|parcela|hectareas?
        |hojas|matas|vacas?|gallinas|ganado|fruta|palta|aguacate|platano|cebolla|pasto|poda\w*|injert\w*|tuta
    """,
    "state": r"""
        ya (?:llegue|voy|sali|estoy|pague|mande|envie|transferi|deposite|hice)|voy (?:en camino|llegando|saliendo
        |tarde)|estoy (?:en|llegando|afuera|aqui|esperando|abajo|estacionando)|en camino|(?:te|le|les) (?:mando
        |envio|paso|adjunto|deje|dejo|mande)|aqui (?:esta|estoy|le|va)|ahi (?:va|le)|adjunto|comprobante|foto
        |transferi|deposite|deje|me llamo|mi nombre|soy|mi correo|mi dni|me (?:encanto|gusto|senti)|perdon|disculpen
        |retras\w+|trafico|lleg(?:o|amos) (?:en|tarde)|minutos
    """,
    "negation": r"no|ni|sin|nunca|jamas|tampoco|ningun[oa]?",
}
