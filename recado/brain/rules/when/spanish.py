"""The Spanish words of dates and times, folded: no case, no accents, "ñ" written "n"; chat spellings included.

A word belongs to one kind only; what it means in its place is for the rules to say.
"""

WEEKDAYS = (
    "lunes lun lu lune lunez lunees lns lnes luness luns lumes",
    "martes mart marts martez marte marters mrtes martess",
    "miercoles mie mier mierc miercole miercolez miercols mircole mierkoles merkoles miercos mrcoles miercolesito",
    "jueves jue ju juev juebes jueve juevez juebez jeves guebes juves jves jubes",
    "viernes vie vier viern vierne biernes viernez vierns biernez virnes vrnes viermes veirnes",
    "sabado sab savado sabdo sabao sabadito savdo sbado sabato saabdo zabado",
    "domingo dom dgo domigo domngo domimgo domingito domigno dmingo dominog",
)
"""From Monday to Sunday."""

WEEKDAYS_PLURAL = ("", "", "", "", "", "sabados savados", "domingos domigos")

MONTHS = (
    "enero henero ene ener enro enerro",
    "febrero feb febr febreo frebrero febrer febero",
    "marzo mzo marso marz",
    "abril abr abri abrl",
    "mayo may",
    "junio jun",
    "julio jul julo",
    "agosto ago agos agsto agost",
    "septiembre setiembre sep sept set septiembr setiem setiembr setimbre septimbre sptiembre septiempre",
    "octubre oct octub octubr otubre octbre obtubre",
    "noviembre nov nob novi noviem noviembr novimbre nobiembre noviembree novienbre",
    "diciembre dic diciem diciembr dicimbre disiembre diciembree dicienbre dcbre dicbre",
)

NUMBERS = {
    2: "dos", 3: "tres", 4: "cuatro quatro kuatro", 5: "cinco sinco zinco", 6: "seis seiz",
    7: "siete ciete", 8: "ocho oxo", 9: "nueve nuebe", 10: "diez dies", 11: "once onc", 12: "doce dose doze",
    13: "trece", 14: "catorce", 15: "quince kince quinse", 16: "dieciseis diesiseis", 17: "diecisiete diesisiete",
    18: "dieciocho diesiocho", 19: "diecinueve diesinueve", 21: "veintiuno veintiun veintiuna", 22: "veintidos",
    23: "veintitres", 24: "veinticuatro", 25: "veinticinco", 26: "veintiseis", 27: "veintisiete", 28: "veintiocho",
    29: "veintinueve", 31: "treintaiuno treintiuno treintayuno treintauno trentaiuno trentiuno trentayuno",
}  # fmt: skip
TENS = {20: "veinte beinte veinti", 30: "treinta treintai trenta", 40: "cuarenta", 50: "cincuenta", 60: "sesenta",
        70: "setenta", 80: "ochenta", 90: "noventa"}  # fmt: skip
ORDINALS = {1: "primer primero primera primerito", 2: "segundo segunda", 3: "tercer tercero tercera",
            4: "cuarta", 5: "quinto quinta"}  # fmt: skip

KINDS = """
# Days
MAR: mar
TODAY: hoy hoi oy hoyy
MANANA: manana mann mnn mnna mana mannana mananna mnana maana manan mananita mananitaa manna mananaa manyana maniana
    manhana mna mnnn mnan amanana mananq manaba mannna manaana manama mnha
MANANAS: mananas mananitas
PASADO: pasado pasao pasdo psado
PASADA: pasada pasadas pasados pasando anterior
TRASPASADO: traspasado
TEMPORADA: aguinaldo cosecha zafra siembra feria elecciones boda mudanza parciales graduacion temporada parto
    mundial aguinaldos fallas ferias patronales vendimia
YESTERDAY: ayer aller ayeer
ANTEAYER: anteayer antier antiayer antayer antiyer antesdeayer
ANOCHE: anoche
ANTENOCHE: anteanoche antenoche antier_noche
# Parts of the day
HABIL: habil habiles laborable laborables laboral laborales util utiles business
TARDE: tarde tardecita tardesita tardecito tardesito trde tardee taarde
TARDES: tardes tardecitas
NOCHE: noche nochecita nochesita noxe nche nohe nochee
NOCHES: noches noxes
MADRUGADA: madrugada madrugadita madrugda
MEDIODIA: mediodia mediodias
MEDIANOCHE: medianoche
TEMPRANO: temprano tempra tempranito temprana tempranisimo tmprano temprno tenprano madrugando
ATARDECER: atardecer anochecer
AMANECER: amanecer
# Units
DIA: dia diia dya
DIAS: dias diitas
SEMANA: semana sem semanita smana senana
SEMANAS: semanas semanitas
MES: mes messes
MESES: meses mesesitos mesecitos
ANO: ano anito
ANOS: anos anitos anios anio aos
HORA: hora ora horita
HORAS: horas oras horitas
MINUTO: minuto minutos min mins minutito minutitos minutico minuticos mnts
RATO: rato ratito ratico
QUINCENA: quincena
SIGLO: siglo siglos decada decadas segundos
FINDE: finde fds findesemana
FINDES: findes
FIN: fin
FINES: fines finales
FINAL: final finalizar finalizando terminando acabando
MEDIADOS: mediados mitad
PRINCIPIOS: principios comienzos inicios principio inicio comienzo primeros empezando comenzando iniciando entrando
    arrancando
# Pointing
PROX: proximo proxima prox proximos proximas proxm procsimo prosimo procimo proxim
VIENE: viene biene vien entra sigue
SIGUIENTE: siguiente sgte sig sgt sguiente siguente siguientes entrante entrantes posterior
OTRO: otro otra otr
subsiguiente: subsiguiente subsiguientes subsigiente
ULTIMO: ultimo ultima ultimos ultimas
este: este est estee
esta: esta sta
estos: estos estas
ese: ese esa esos esas aquel aquella mismo misma
CUALQUIER: cualquier cualquiera cualkier cualqier cualkiera
ALGUN: algun alguna alguno
ALGUNOS: algunos algunas unos unas pocos pocas varios varias poquitos
PAR: par
TODOS: todos todas
TODO: todo toda
CADA: cada kada
ENTRE_SEMANA: entresemana
# Function words
a: a
al: al
de: de d
del: del dl
la: la
las: las ls
el: el
los: los
en: en n
por: por x xr
para: para pa pra paraa pr
con: con c
que: que q qe k ke
no: no noo nop nope nel nunca
si: si sii siii
ya: ya
o: o u
y: y e i
ni: ni tampoco
un: un
una: una
uno: uno
lo: lo
mas: mas
menos: menos
mi: mi mis nuestra nuestro
su: su sus tu tus
es: es seria
son: son
hasta: hasta asta ast
desde: desde desd dsd dsde dde
entre: entre
dentro: dentro dntro
antes: antes ants
DESPUES: despues dspues desp dsp dps dsps despuess depues despus despuesito dezpues
LUEGO: luego lueguito
AQUI: aqui aca aki ak
hace: hace ase hac
COUNTING: contando contado contada contados contadas contemos contamos cuente cuenten cuentes conteis contad counting
    counted
tipo: tipo tipi tipin
eso: eso
como: como cmo
sobre: sobre
hacia: hacia
cerca: cerca
partir: partir
ADELANTE: adelante adelantito adelantico adelantote alante alantito delante
APROX: aprox aproximadamente aproximado alrededor tentativamente
u: usted ustedes ud uds vos vosotros
yo: yo
me: me nos le les te se os
cuando: cuando cuand kuando
punto: punto
golpe: golpe golpes altura
PICO: pico chirolas chirola pucho monedas fraccion algo tantos tanto piquito
media: media
medio: medio
cuarto: cuarto kuarto quarto cuart
cuartos: cuartos
FALTA: faltando faltan falta
mejor: mejor mejr mjr megor
EXACTO: exactas exacto exacta clavadas puntual
poco: poco poquito
breve: breve
PRONTO: pronto prontito
posible: posible posibl
cuanto: cuanto
rapido: rapido rapida
PROXIMAMENTE: proximamente
TIEMPO: tiempito tiempecito
momento: momento momentito
fecha: fecha fechas fexa
vez: vez
lugar: lugar
AHORA: ahora ahorita aora orita
INMEDIATO: inmediato inmediatamente
APENAS: apenas
disponible: disponible disponibles libre libres disponib cercano cercana
vacaciones: vacaciones vacacion fiestas navidades
FERIADO: feriados feriado festivos festivo
ESTACION: verano invierno otono primavera
PROPOSE: dejemoslo dejemosla dejamoslo dejalo dejala dejelo dejela hagamoslo hagamosla pongamoslo quedemos veamonos
subj: puedan pueda puedas tengan tenga tengas haya hayan sea quieran quiera quieras guste gusten digan diga dispongan
    disponga desocupen desocupe salga termine terminen prefieran prefiera
    convenga aparezca podais tengais querais podamos tengamos venga vengan acomode acomoden desocupes
    dispongas elijas elijan gustes desees deseen necesites digais
    cuadre cuadren encaje encajen calce plazca apetezca antoje provoque venza resuelva
    resulte sirva
# Of what will have happened before: "cuando pase la cosecha", "en cuanto cobre".
RETURNS: regrese regresen vuelva paguen cobre
TURNS: baje bajen salgan mejore mejoren acabe acabemos acaben terminemos volvamos regresemos nazca nazcan pare
    den saquen quiten operen retiren crezcan madure maduren florezca coseche cosechen cosechemos vendamos vendan
    seque sequen sane cicatrice crezca depositen
    reciba reciban consiga junte llueva llueve empiece empiecen comience comiencen arranque arranquen arreglen arregle
    entren ingrese ingresen salgan cobren empecemos lluevan escampe escampen
    refresque caiga caigan recupere recuperemos mude mudemos cobremos aflojen afloje calme
ABRAN: abran abra abrais cierren cierre
actual: actual presente corriente
arriba: arriba abajo
AGREED: dicho acordado
CONTRARIO: contrario defecto
prior: previo previos previa
HOLD: espera espere
AWAITING: esperamos esperando esperemos aguardamos aguardando
# Books with verses: "Juan 3:16".
word: juan mateo marcos salmo salmos romanos isaias jeremias genesis exodo proverbios corintios efesios
    filipenses hebreos apocalipsis
NADIE: nadie ninguno
PONGA: ponga pongan pongas anote anoten anotes agendes dejen dejes apunte apunten apuntes programe programen
    programes cite citen cites manden mandes
RETURNING: regresando volviendo
VUELTA: vuelta
GANA: gana ganas
brevedad: brevedad
ALTA: alta
TAL: tal
RESULTS: resultado resultados receta certificado comprobante
mayor: mayor
muy: muy demasiado tan mucho mucha
durante: durante
ser: ser
tardar: tardar
MAXIMO: maximo max
MINIMO: minimo
tras: tras
mientras: mientras
vispera: vispera
# Holidays
NAVIDAD: navidad nabidad
NOCHEBUENA: nochebuena
NOCHEVIEJA: nochevieja
nuevo: nuevo
vieja: vieja
TRABAJADOR: trabajador trabajadores
REYES: reyes
VALENTIN: valentin
MUERTOS: muertos difuntos
santo: santo santa
CARNAVAL: carnaval carnavales
PASCUA: pascua pascuas resurreccion
ramos: ramos
ceniza: ceniza
# Greetings
BUENAS: buenas buenos buena buen bns bnas bnos wenas wenos wena guenas guenos bienas buens buns bn bno bna feliz
    prospero prospera venturoso
    felices bendecido bendecida bendecidas linda lindo bonita bonito excelente hermoso hermosa bella bello muybuenas
# What is not a date
NACER: naci nacio nacido nacida nacimos nacimiento nac fnac nasimiento nacieron nacidos
CUMPLE: cumpleanos cumple cumpleanios cumplo cumples cumpleano cumpleanitos
CALLE: av avda avd avenida calle jr jiron pasaje pje psje cra carrera kra cll blvd bulevar boulevard plaza plazoleta
    parque urb urbanizacion lote lt mz colonia barrio esquina esq diagonal transversal ruta autopista carretera
    asentamiento ciudadela cdla puente mercado malecon alameda villa
LOCAL: hospital colegio escuela instituto edificio torre sede sucursal sector cooperativa clinica posta centro
    comunidad caserio vereda comuna paradero parada cementerio parroquia conjunto condominio residencial caleta
    rancho hacienda ejido predio fundo
    club iglesia capilla cine teatro fundacion sindicato radio panaderia farmacia ferreteria
    estacion terminal oficinas estadio biblioteca universidad local gimnasio
VIVO: vivo vive vivimos viven direccion domicilio ubicado ubicada ubicados queda_en
STEP: paso
MESA: mesa sala salon combo plan paquete caja cama linea puerta habitacion pregunta grado
PIEZA: consultorio piso opcion nivel pagina version capitulo bus
    ventanilla talla anexo interior bloque edad articulo vitamina depto dpto departamento aula
    modulo android iphone ios windows anden cubiculo stand fila asiento
CODIGO: tel telf telefono cel celular numero nro num dni cedula cc ci rut documento pasaporte ruc nit curp historia
    expediente orden codigo referencia ref caso ticket whatsapp wsp wasap cuenta tarjeta factura boleta matricula
    contrato folio guia legajo expte afiliado remito cbu clabe protocolo poliza
SOY: soy llamo llama nombre don dona sr sra srta senor mister
DOCTOR: dr dra drs doc doctor doctora doctorcito licenciada licenciado lic
FIEBRE: fiebre temperatura febricula calentura
GRADOS: grados centigrados celsius
DOLOR: nota puntaje escala presion vision calificacion intensidad
READING: azucar glucosa glicemia glucemia pulso saturacion colesterol hemoglobina creatinina potasio
DINERO: sol soles dolares dolar pesos peso bs euros euro quetzales lempiras colones cordobas guaranies bolivianos
    reales lucas lukas usd cop ars mxn pen clp bolivares balboas centavos millones millon
mil: mil
novecientos: novecientos
COSAS: personas opciones pacientes kg kgs kilo kilos gramos litro litros lts cm cms mt mts metro metros km kms
    cuadras cuadra hijos hijas ninos ninas bebes hermanos hermanas adultos
    familiares veces cajas vacunas sesiones citas turnos consultas preguntas dientes muelas cosas semillas
    plantas arboles hectareas sacos bolsas fotos examenes analisis amigos amigas chicos chicas primeras servicios
    puntos unidades tazas vasos porciones puestos cupos lugares boletos entradas gatos perros
    perritos huevos animales gallinas vacas cerdos ovejas productos pares habitaciones pisos materias hojas paginas
    kilometros toneladas quintales libras onzas copias cuotas pagos controles terapias canas companeros companeras
    leches quesos puertas ruedas llantas cilindros velocidades
    mujeres hombres senoras invitados comensales dedos partes pruebas muestras sobres cuadritos docenas
    piezas recetas ecografias radiografias placas embarazos cesareas partos unds und docena
UNA_COSA: cupo persona paciente hijo hija nino nina hermana hermano adulto vacuna cosa perro gato entrada mujer prueba
    sorpresa
DOSIS: pastillas pastilla mg ml gotas gota tabletas tableta capsulas capsula dosis mcg gr grs cucharadas cucharada
    ampollas inyecciones cucharaditas
# The wish, the appointment and what happens to it
CITA: cita control chequeo consulta sesion turno turnito reserva reservacion reservas atencion controlito agenda
    citica citita sita cyta visita visitas evaluacion revision entrevista cta
MOVED: cambie reprograme reagende
MOVER: cambiar pasala pasalo pasela paselo cambiarla cambiarlo cambiarme cambio cambien cambiame cambiarle cambiarse
    cambiaria canbiar
    mover moverla moverlo moverme muevan mueva muevo pasarla pasarlo pasarmela pasame pasemos correr correrla correrme
    reprogramar reprogramarla reprogramarme reprogramen reprogramo reprogramacion reagendar reagendarla
    reagendarme reagendo reagendamos reagenden postergar postergarla posponer posponerla aplazar aplazarla
    adelantar adelantarla adelanten adelanto trasladar trasladarla atrasar atrasarla recorrer recorrerla retrasar
    retrasarla modificar modificarla cambiamos movemos movermela cambiarmela pasarnos reubicar reacomodar
    reprogramamos cambiemos moverle diferir rreprogramar reprogamar
    mueven posponen reprograman reagendan adelantan postergan muevas cambiad mueve mueves move movedla adelanta
    adelantas pospon pospone posponga pospongan
    aplaza aplazan aplacen posterga postergan posterguen reprograma reprogramas reagenda reagendas traslada trasladan
    retrasa retrasen atrasa atrasen modifica modifiquen correme correla correlo corranme corrame corre
    corres corren trasladame traslademe muevame mueveme muevanme cambieme cambienme reprogrameme reprogramenme
    recorreme recorrame recorrerme reprogramame reagendeme reagendame adelanteme adelantame atraseme posterguenme
    postergueme pospongame aplaceme
PASAR: cambia cambias cambian cambiais pasar pasarme pasan pasen pasas pasais paseme pasenme
SALGO: salgo saliendo desocupo termino
CANCELED: cancele
CANCEL: cancelar cancelarla cancelo cancelen anular anularla cancelacion cancelamos cancelarme canselar
    cancela cancelada suspender
AGENDADO: agendado agendada agendadas programado programada reservado reservada citado citada separado separada
    registrado registrada quede quedo quedamos dijimos acordamos pactamos quedado puesta asignada asignado agende
    reserve
TENGO: tengo tenemos
TENIA: tenia teniamos habia habiamos tenian habian tenias
PUEDO: puedo podre podemos podremos puede podra podria podriamos pudiera podrian pueden podran puedes podrias puedooo
    podes podeis podras podreis podriais
    pueo
PODER: poder
IR: ir asistir llegar venir acudir acercarme estar presentarme llevar llevarlo llevarla atenderme hacer hacerlo
    llevarle cumplir
VOY: voy vamos llegando yendo llegar_a ire iremos vengo vendre asistire llego llegare llegamos alcanzo alcanzare
    estare estaremos estoy
    estamos
SEGURO: seguro segura seguros lejos
QUEDA: queda resta quedaria sirve serviria conviene convendria acomoda acomodaria da daria funciona funcionaria vale
    alcanza resulta kda qda
DESEO: necesitamos deseamos buscamos queremos quisieramos solicitamos quiero quisiera necesito deseo desearia
    gustaria queres quereis quieres querria kiero qiero quieo nesecito ocupo busco
    nececito kisiera qisiera requiero solicito quieren quiere necesita nesesito nesito
QUERIA: queria queriamos necesitaba necesitabamos
PEDIR: agendar agendarme reservar reservarme sacar programar pedir solicitar separar apartar agendame reservame
    agendeme anotame anotar apuntanos apuntenos anotanos anotenos agendanos agendenos
    reservanos reservenos separanos separenos ponganos dejenos inscribeme inscribame inscribanos apuntar apuntarme
    apuntarnos agendarnos reservarnos anoteme apuntadme apuntadnos reservadme anotadme separeme reserveme separame
    consultar atender agenden agendarla regalame
    dejeme pongame ponme poneme apuntame apunteme anoteme
DISPONIBLE: tiempo permiso disponibilidad espacio chance forma
TAKE: tomo toma toman tomamos
SKIP: faltar ausentarme faltare
USUALLY: siempre normalmente generalmente usualmente suelo solemos
ROUTINE: levanto levanta levantan acuesto acuesta duermo duerme duermen despierto despierta desayuno desayuna ceno cena
    riego regamos ordeno ordenamos inyecto pongo doy
DORMIR: dormir respirar caminar comer ver encontrar entrar recordar acceder esperar abrir creer hablar levantarme
    concentrarme tragar orinar pagar ingresar
IMPOSIBLE: imposible complicado complicada complica complico dificil
OCUPADO: ocupado ocupada trabajo trabajar trabajare trabajando trabajamos laboro
viaje: viaje
CLASES: clases clase reunion reuniones compromiso examen guardia compromisos junta pendientes
PERO: pero pro aunque sinembargo
sino: sino
DIGO: digo dire
PERDON: perdon perdona perdone disculpa disculpe disculpen corrijo dije quise equivoque error ups uy dijee
    correccion rectifico perdonn
PREFIERO: prefiero preferiria preferible preferimos preferentemente
TALVEZ: quizas quiza talvez capaz ojala entonces etonces osea asi
BIEN: bien perfecto genial ideal
PORQUE: porque xq pq xk porq ya_que
excepto: excepto salvo exepto ecepto quitando
AVISAR: avisar confirmar avisando confirmando avisarle avisarles avisarte confirmarle confirmarles confirmarte
    escribirle escribirles llamarle llamarles llamar escribir
AVISAS: confirmas confirma confirman avisas avisa avisan avisen confirmen avisais confirmais llamas llaman llamais
    llamen escribes escriben escriban dices dicen respondes responde responden respondan contestas contesta
    contestan cuentan
AVISAME: avisame confirmame avisenme confirmenme avisadme avisanos aviseme confirmeme llamame llameme llamenme
    escribeme escribime escribanme contestame contestenme respondeme respondanme respondame cuenteme cuentenme cuentame
MENSAJE: mensaje mensajito msj msg audio razon noticias respuesta llamada llamadita
TELL: decir decirle decirles contar contarle contarles agradecer felicitar reclamar quejarme informar informarle
    comentar comentarle entender constancia
AVISO: aviso avisare confirmo confirmare escribo escribire comunico comento cuento respondo contesto marco marcare
    llamare hablare respondere contestare hablo hablamos conversamos platicamos
ATIENDEN: atienden atiende abren abre cierran cierra trabajan atendiendo abierto abiertos laboran atendemos atinden
    recibe reciben despachan despacha funcionan abris cerrais atendeis atendes cerrado cerrada cerrados
    atieden abierta habren atenderan abriran
HORARIO: horario horarios
HAY: hay tiene ay tienen tenes teneis tendras tendreis habra tendran tendra existe tendrian habria dan manejan
TAKES_PLACE: entro sale salen llega llegan empieza empiezan empiezo comienza comienzan inicia inician arranca
    arrancan vence vencen viajo viaja viajamos viajan despega despegan regreso regresamos vuelvo volvemos juega
    casan operan bautizan gradua mudo mudamos internan sustento aterriza aterrizo
PICK_UP: retiro recojo recogemos retiramos recogerlo recogerla recogerlos recogerlas retirarlo retirarla
# The past
MISSED: olvido olvide falte perdi perdimos
HAPPENED: di ido vine vino vinimos fui fue fuimos estuve estuvimos estuvo tuve tuvo tuvimos dolio dolia empezo empece
    comenzo comence atendieron atendio ocurrio sucedio cai cayo vomito vomite sentia senti hizo hicieron
    hice operaron opero internaron salio sali desperto murio golpee golpeo mordio revisaron inyectaron vacunaron puse
    pusieron comi bebi dormi amanecio llevaron pude pudimos pudo visito subio sembre llovio encontre vi
    aparecio fuiste sangro vacune pague compre mandaron mande envie enviaron enviado recibi deposite transferi llegue
    rompio perdio corrio mordio partio pario sufrio comio bebio torcio recibio vendio pidio escribio crecio florecio
    prendio durmio metio quemo cayeron rompieron vio
    diste fueron vieron lei servi segui elegi subi rompi vendi leyo oyo oyeron sintio sirvio siguio eligio abrio
    transfirio depositaste almorce busque lleve entregaste deje comimos bebimos vimos dimos vendimos
    corrimos metimos rompimos recogimos volvimos respondimos leimos
    caimos volvi devolvi recogi entregue retire saliste volvio devolvio trajo
    escribi llame llamaron hable pregunte contestaron respondieron respondio conteste
TOLD: citaron cito recomendaron recomendo sugirieron sugirio aconsejaron aconsejo agendaron programaron
PASE: pase
dijo: pasaron movieron cambiaron postergaron adelantaron dijeron dijo dieron dio saque consulte confirmaron confirme
    atendi contactaron pedi solicite recetaron receto
    indicaron dejaron prometieron quedaron comunique cancelaron reprogramaron avise avisaron hicimos
ERA: venia venian venias sabia sabian decia decian decias creia creian veia veian salia salian vivia vivian dormia
    dormian ponia ponian traia traian traias debian ibamos eras hacian vendian pedian leia perdia corria
    era eran iba iban tocaba debia debiamos pensaba estaba estaban estabamos
# What only fills
FILL: jaja jajaja jajajaja jeje jejeje veci vecino vecina profe jefe jefa porfa porfis porfavor favor gracias
    grax grasias hola ola bueno claro dale listo ok okey oka oki doctorita
    senorita mire mira oiga oye okis gracia plis plz okay ah eh xfa xfavor plox joven amiga amigo saludos holaa
    buenass dele va vaya super sip correcto aja uhm mmm ehh encantada encantado estimados estimada estimado
    xfavorcito porfavorcito graciass amable
CHAU: chau chao adios bye nos_vemos bendiciones cuidese cuidate
vemos: vemos vemo miramos cuadramos coordinamos decidimos
ejem: pues pos realmente tambien igual solo solamente justo ahi alli alla entoces bastante creo lastima lastimosamente
    lamentablemente casi sera incluso mejorcito mismito ps pe po no_mas nomas nada verdad cierto
"""
"""A kind and its words in each line; an indented line goes on with the one before it."""
