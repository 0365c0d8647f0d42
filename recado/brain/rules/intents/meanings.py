"""What single words are about: some hundred meanings, each with its words in Spanish and in English.

Unlike the cues (phrases that decide), meanings are broad: they let a sentence about a cow teach something about one
on a goat, and an English one about a Spanish one. A star ends a stem: "cancel*" is "cancelo", "cancelar", "cancelled".
A word of several lines has the meaning of the first.
"""

from functools import lru_cache

_SPANISH_TABLE = """
want: quiero queremos quiere quieren quisiera quisieramos querria querriamos deseo deseamos necesit* ocupo ocupamos
 ocupa preciso precisamos busco buscamos gustaria interesa apetece urge urgen vengo pretendo requiero requerimos ando
give: dame deme denme danos denos dan das dais dad dadme dar darme darnos darle daria darian den regala* regaleme
 consigue* consiga* ofrece* facilit* presten
book: agend* reserv* aparta apartame aparteme apartar aparten apartenme separ* sacar saca sacame saqueme saco program*
 anot* apunt* inscrib* matricul* pedir pido pedimos pidiendo concert* solicit* encaj* cuadr* citar citame citeme
 registr* hacerme hacerle hacernos ponme ponganme pongame ponganos poneme atender* atiend* recib* hazme haceme
booked: pedi reserve reservamos agende saque tenia teniamos habia quede quedamos asignaron dieron dio agendaron
 dijeron programaron pedimos solicite inscribi anote hice hicimos cogi tome puse
room: hueco huecos huequito cupo cupos cupito lugar lugarcito espacio espacios sitio vacante* disponib* disponen libre
 libres plaza plazas vacantes campo campito
visit: cita citas citita turno turnos turnito consulta consultas consultita ficha fichas control controles sesion
 sesiones visita visitas entrevista reservacion hora horita valoracion chequeo reunion evaluacion revision mesa clase
move: cambi* muev* mover movela movelo movamos reprogram* reagend* posterg* pospon* postpon* aplaz* retras* adelant*
 traslad* corre correme correr corra corran corramos correla recorr* pasar pasarla pasarme pasenla pasenme pasala
 pasalo pasenlo pasadla modific* recalendariz* atras* difer* alter* ajust* prorrog* intercambi* desplaz*
cancel: cancel* anul* borr* elimin* suprim* quit* desapunt* desinscrib* descart* desmarc* revoc* dese* baja bajame
 bajen liber* suelt* solta* renunci* desist* suspend* cede* cedo olvid* dejemos dejamoslo dejadlo retir* saquenme
 saquenla
keep: guard* manten* conserv* respet* intact* toquen tocar toque sigue siguen sostien*
cannot: imposible imprevisto imposibilitad* alcanzo alcanza alcanzamos inviable incapaz choca chocan coincide
 coinciden complic* surgio presento acomoda
go: ir voy vamos iremos ire iria va van iba vaya vayan llego llegar llegare venir viene vienen venga vengan acudir
 acudire asistir asistire asistiremos asisto presentarme presentarse faltar falto faltare
arrived: llegue llegamos llegando camino afuera esperando estacion* aparc* abajo entre entrando salgo saliendo sali
 ya recepcion sala segundo bus taxi manejando trafico cola esquina rumbo retraso demorado
 demoro minutos retrasad* porton puerta toco timbre
done: pague pagamos mande mandamos envie deposite transferi adjunt* comprobante foto fotos audio captura video deje
 voucher yapeado plin ubicacion pantallazo pdf link correo archivo
 compre firme llene complete recogi compartir comparto
result: resultado* analisis examen examenes laboratorio lab biopsia informe placa placas radiografia* tomografia*
 resonancia* ecografia* eco citologia* hemograma* papanicolau* papanicolaou* muestra muestras prueba pruebas
 mamografia* electrocardiograma* perfil diagnostico estudio estudios biometria densitometria* colonoscopia endoscopia
order: pedido encargo paquete arreglo traje vestido gafas lentes espejuelos protesis plantillas maquina carro auto
 coche moto celular tramite expediente solicitud reclamo inscripcion matricula presupuesto cotizacion dinero saldo
 cuenta beca cupon carnet cedula parte interconsulta subsidio
ready: listo lista listos listas salio salieron termin* entreg* recoger retirarlo retirarlos reclamar estara estan
 esta llegaron cosido reparad* aprobad* aceptad* novedades avance avances
remember: recuerd* acuerd* recordar* confund* perdi duda dudas segura memoria anotado
check: confirm* verific* revis* checa* checar cheque* mira mirar mirarme mirame miren fijate fije fijarse corrobor*
 comprob* figura figuro aparece aparezco aparecer averig*
still: todavia aun pie vigente firme sigo
cost: cuesta cuestan cuanto cuantos cuanta precio* vale valen cobra cobran cobras cobrais costo costos coste tarifa*
 sald* plata pago pagar pagos pagan tarjeta tarjetas efectivo transferencia yape plin nequi bizum cuotas descuento*
 factura* promocion* promo oferta ofertas gratis gratuito iva barat* car* presupuest* financ* deposito sena recargo
 multa penalizacion
place: direccion ubic* queda quedan calle piso edificio entrada estacionamiento parqueadero parqueo parking
 aparcamiento cochera metro autobus micro bus mapa local sede sucursal sucursales oficina ascensor elevador rampa
 planta bano banos wifi cafeteria
hours: horario horarios abren cierran abre cierra abierto abiertos cerrado atencion feriado feriados festivo festivos
 domingos sabados jornada
insure: seguro seguros obra social eps isapre fonasa sis imss issste sanitas adeslas mutua prepaga osde essalud poliza
 reembolso convenio convenios cobertura cubre cubren mapfre rimac pacifico bupa
require: requisito* papeles documento documentos documentacion llevar traer ayunas ayuno dni permite permitido
 ayunar traigo llevo acompanante edad minimo maximo carnet credencial orden referencia consentimiento
 obligatorio necesario preparacion debo identificacion
how: funciona consiste incluye demora tarda dura recomiend* recomendacion* aconsej* sirve significa normal contagi*
 diferencia riesgo riesgos efecto efectos secundarios embarazada embarazo amamant* existe ofrecen hacen haceis
 realizan trabajan trabajais manejan venden vendeis alquilan aceptan aceptais tienen tenes teneis cuentan
human: persona humano humana humanos alguien agente operador* asesor* ejecutiv* gerente encargad* supervisor*
 secretari* recepcion* telefonista jefa duen* administrador* representante responsable administracion soporte quejas
talk: llam* telefone* marque marquen marcar timbr* comunic* contact* hablar hablarle hablame hable hablen atiendame
 conteste* respond* conversar pasame paseme comuniqueme devuelv* pasen telefono
bot: robot* bot bots grabadora grabacion ia contestador* automatic* contestadora computadora chatbot opciones
grave: sangr* desangr* desmay* convuls* infarto* ahog* asfixi* inconsciente envenen* intoxic* suicid* matarme morir
 navaj* dispar* balear* tiro tiros balas escopeta violaron golpeando acuchill* insulina quitaesmalte monoxido acequia
 parto pariendo placenta motosierra arranco mocho desangra* babea babeando espuma baba tieso tiesa flacido ido
 desvanec* colaps* tirado azotea puente tirarme saltar frasco fumigo gramoxone glifosato diluyente thinner gasolina
 kerosene soda caustica cal acido navaja cuchillo machetazo fierro clavo saturacion oxigeno inhalador silba silbando
 labios saliva borbotones chorro desmayada desmayado descompens* hipoglucemia coma derrame trombosis preeclampsia
 rabia jergon tarantula avisp* enjambre electric* corriente explot* incend* humo gas
 morirme mur* veneno* derrame* balazo balacera pun*alada hemorragia* quemad* quemo quemadura* atropell* accidente
 fractur* desplom* electrocut* atragant* moraba morad* azul palid* sobredosis emergencia* urgencia* urgente*
 ambulancia auxilio socorro cianotic* sepsis anafila* hinch* ronchas picadura mordio alacran vibora serpiente culebra
 abejas avispas cloro lejia raticida insecticida herbicida plaguicida paraquat pastillas pila trago ingirio respirar
 respira aire pecho pulso reacciona despierta fiebre* temperatura termometro preclampsia contracciones fuente golpe
 golpeo cayo caida ahorc* venas delir* paraliz* amputo machete
mild: duele duelen dolor* molest* pica picazon gripe tos resfr* resfriado caries hongo hongos una callo callos juanete
 mocos mocoso estornud* flema ronquera afonico afonica catarro calambre* agujetas raspon raspe moreton rasguno
 ampolla* grano granito* barro barros caspa pulgas garrapata* lombrices colico colicos gases acidez reflujo agotad*
 desvelad* adolorid* molid* tortic* ojeras resequedad comezon juanetes varices celulitis
 mareo* cansad* insomnio ansiedad alergia* alergic* gastritis migrana* jaqueca torticolis lumbago acne mancha*
 verruga* lunar bulto inflamad* resaca nausea* diarrea estren* ardor encia* gotea* ruido falla fallando
body: muela* diente* boca ojo* oido* oreja* pie pies mano manos brazo* pierna* rodilla* espalda cuello hombro* cadera
 piel pelo cabello ceja* pestana* barriga panza estomago cabeza garganta nariz corazon rinon* higado columna tobillo
 muneca codo dedo* cintura
animal: perr* gat* vaca* caballo* yegua* gallina* pollo* cerdo* chancho* conejo* oveja* cabra* cachorr* loro* mascota*
 ternero* toro* burro* mula* cuy* hamster* tortuga* pajar* becerr* ganado michi firulais pez peces lechon*
family: mama papa madre padre hij* espos* marido abuel* herman* bebe bebita niet* nen* tia tio suegr* novi* vecin*
 viej* sobrin* chamac* guagua nin* cunad* prim* yerno nuera mami papi mamita papito muchach* chiquit* patron* jefe
 companer* amig* familia peon trabajador empleada
doctor: doctor* dentist* odontolog* pediatra ginecolog* psicolog* medic* especialista* veterinari* dermatolog* fisio*
 kinesi* kine cardiolog* nutri* psiquiatra* traumatolog* oculista oftalmolog* abogad* mecanic* agronom* ingenier* inge
 matrona obstetra licenciad* enfermer* neurolog* urolog* podolog* logopeda fonoaudiolog* terapeuta peluquer* barber*
 estilista manicurista masajista notari* gestor* contador* arquitect* electricista plomero fontanero tecnic*
 entrenador*
service: limpieza blanqueamiento extraccion ortodoncia brackets endodoncia corona implante* vacun* desparasit* castra*
 ecografia mamografia vasectomia circuncision profilaxis carillas retenedor empaste tapadura resina flúor sellante
 audiometria espirometria holter vacunacion baño depilar pestanas cejas permanente microblading polarizado bujias
 bateria escaneo
 esteriliz* corte cortar cortarme tinte tenir tenirme manicure manicura pedicure pedicura mechas alisado keratina
 depilacion masaje aceite alineacion balanceo frenos afinamiento mantenimiento electro* curacion inyeccion suero
 puntos yeso terapia* rulos peinado maquillaje botox laser lifting laminado facial rehabilitacion ortopedi* aparato
 llantas neumaticos escane* parabrisas plantilla fumigacion inspeccion asesoria
farm: maiz papa papas cafe cacao arroz tomate* cultivo* siembr* sembr* cosech* rieg* abon* fertiliz* urea plaga*
 lechuga pepino sandia melon uva* vid esparrago* quinua haba camote olluco zanahoria caña pina mango maracuya
 granadilla trips mosca minador nematodo* compost humus guano foliar herbicidas cosechadora ordeno ordeña becerro
 potro
 gusano* roya fumig* suelo semilla* lote chacra finca parcela hectarea* hojas mata matas fruta* palta aguacate*
 platano* cebolla* pasto poda* injert* tuta potrero huerta invernadero cafetal milpa frijol trigo soja yuca limon*
 naranjo* olivo* vinas pulgon*
paper: certificad* constancia* papel receta* recetas justificante justificativo carta permiso formulario firma sello
 comprobantes
out_sport: futbol partido partidos gol goles mundial seleccion barca river copa arbitro liga messi jugador* campeon*
 clasico cruz pichanga torneo entrenamiento gym gimnasio maraton boxeo tenis basquet voley formula seleccionado
 portero delantero rifa quiniela
 penal estadio
out_show: pelicula* serie* novela* netflix cancion* musica concierto* actor actriz chiste* meme* tiktok instagram*
 capitulos temporada youtuber podcast disco reggaeton cumbia bachata tiktoks stream memes cine estreno piropo
 trabalenguas karaoke anime
 facebook youtube videojuego* juego cuento poema adivinanza banda tele television farandula capitulo
out_weather: llueve llover lluvia* clima sol calor frio nieve nublado tormenta viento granizo pronostico helada niebla
out_politics: politic* presidente* eleccion* gobierno votar voto ministro congreso alcalde diputad* dolar* inflacion
 impuesto* noticia* dictador*
out_food: mangu gazpacho cocina* pizza hamburgues* taco* arepa* empanada* ceviche tarta comida almuerzo almorz* cen*
 receta* mangu sancocho tamal* pozole asado* milanesa* queso chocolate galleta* helado* cafecito tacos sushi parrilla
 sopa arroz pollo torta tortas
 desayun* croqueta* postre bacalao cerveza* asado
out_sale: vendo venta compro liquidacion zapatillas ganar inversion bitcoin cripto prestamo* credito sorteo premio
 remato remate vendo* moto casa terreno casas lote flete pasajes entradas boletos repuestos llantas celulares iphone
 buro aval rifas seguidores
 ganaste herbalife catalogo mayoreo negocio emprend* alquilo ropa muebles lavadora
out_job: empleo curriculum cv contratan contratando puesto postul* trabajito chamba pasantia practicas
out_chain: reenv* cadena comparte* compartan amen oracion virgen angel* milagro* donador*
out_hack: instruccion* prompt contrasena* clave* sistema ignora* finge actua reglas rol pirata secreto* hackea*
 administrador codigo configuracion jailbreak desarrollador base datos tokens olvida programo programado responde
 gato modo
out_love: amor* beso* solter* cas* tinder ex enamor* guap* extran* bonit*
 novio novia cita crush mi_vida carino soltero soltera casate bailar
out_wrong: equivocad* equivoc* equivoque error conozco
 equivocado numero confundio confundiste corresponde
praise: excelente* buenisim* gran amable* genial* maravill* lindo linda hermos* espectacular crack recomendad* felic*
 crack capo capa amabilisim* profesional* atent* carinos* impecable fantastic* agradable* felicit* felicidades
 encant* rico ric* bello bella chistos*
blame: pesim* mal malo mala malisim* verguenza asco estafa* robo ladron* inutil* idiot* porqueria mierda basura hart*
 rateros chorros desgracia* indigna* vergonzos* descortes* cobraron plantad* demora demoran tardan esperando pinche
 pendej* joder
 horrible* grosero* abuso coraje barbaridad lento lentisimo fatal feo bronca
feel: triste* feliz contento* aburrid* llor* preocup* nervios* miedo estres* orgullos* susto alegr* emocion* enojad*
 hambre sueno cansado cansada flojera pereza aburrimiento emocionad* angusti* desesperad* mejorcit* mejor regular
thank: gracia* agradec* bendicion* bendiga amabilidad gratitud
bye: adios chau chao vemos cuidese cuidate hasta saludos abrazo* besos
greet: hola buenas buenos buen tardes noches dias saludo* alo alooo
please: porfa favor porfavor porfis disculp* perdon amable
react: wow uy uf ups ay ah oh eh ajaja caray caramba rayos chale hijole chimba pucha puchica jolin ostras anda vaya jope
 guau dios madre virgencita cielos diablos miercoles
puzzled: entiendo entendi entendio comprendo comprendi capto cacho explique expliquese explicame refiere refieres
 perdon como mande
who_are_you: eres llamas naciste sientes programo creo robotito favorito favorita signo edad humano
maybe: quizas quiza talvez capaz seguramente depende supongo igual veremos pensar pienso pensando consultarlo
agree: si sip claro dale ok okey oka vale perfecto correcto exacto confirmo acuerdo sale bueno bien sii obvio simon
 afirmativo
deny: no nop nel nah tampoco nunca jamas ni nada ninguno ninguna negativo sin
if: caso aunque
day: hoy manana pasado lunes martes miercoles jueves viernes sabado domingo ayer anoche pasadomanana antier
month: enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
period: semana semanas mes meses quincena finde ano anos dia fecha fechas proxim* siguiente entrante pasada anterior
daytime: tarde noche temprano tempranito mediodia madrugada pm am hs hrs h punto
now: ahora ahorita ya inmediat* rapido pronto antes apur*
other_one: otro otra otros otras nuevo nueva diferente distint* despues luego mas
past: fue era eran estuvo estaba tuvo tuve hubo paso dijo hizo fueron hace
new: primera
what: que cual cuales
where: donde adonde
when: cuando
who: quien quienes
how_q: como
can: puedo puede pueden puedes podria podrian podrias podemos posible posibilidad podreis podeis podes
have: tengo tiene tenemos tienes hay habra haya teneis
mine: mi mis mio mia mios mias nuestra nuestro nuestras me nos
yours: su sus tu tus vuestra vuestro usted ustedes te le les os vos
his: ella ellos lo la los las
travel: vuelo vuelos avion aeropuerto aerolinea hotel hoteles hostal viaje viajo viajando pasaje tren maleta maletas
 pasaporte visa embajada consulado migraciones frontera playa vacaciones turista excursion crucero habitacion
 habitaciones terminal
school: colegio escuela universidad facultad profe profesora maestra alumno clases examenes notas tarea tareas tesis
 graduacion graduo uniforme recreo matematica matematicas mates ingles beca salon aula
home: casa cocina sala cuarto bano techo pared muebles cama silla refri refrigerador nevera lavadora licuadora
 plancha estufa foco escoba basura mudanza vecindario barrio condominio perrera jardin puerta ventana llave llaves
tech: internet wifi celular telefono compu computadora laptop audio video foto enlace link app aplicacion pagina web
 archivo mensaje mensajes chat bateria saldo senal chip pantalla boton camara impresora usb datos
money: banco bancos sueldo deuda deudas alquiler renta cajero bono pension hipoteca herencia quincena jubilacion
 loteria tinka ahorro ahorros
faith: dios jesus cristo virgen misa iglesia rezar oren oracion fe biblia bautizo santo santos cura pastor
street: carretera calle trancon atasco accidente semaforo policia robaron asalto ratero pista gasolina estacion
 mercado supermercado tienda bodega panaderia ferreteria grifo
party: fiesta cumple cumpleanos boda matrimonio regalo navidad nochebuena asado karaoke baile concierto feria santo
 aniversario brindis
"""

_ENGLISH_TABLE = """
want: want wants wanted need needs needing wish require looking hoping like love trying due seeking wondering
 interested
give: give gimme get getting grab offer hook find let
book: book books schedule scheduling reserve sign signup enrol* enroll* register arrange pencil squeeze fit put set
 seen bring drop request make pop take
booked: booked scheduled had made registered asked signed gave said told agreed supposed enrolled reserved
room: opening openings slot slots available availability free spot spots space spaces room vacancy vacancies earliest
 soonest cancellations
visit: appointment* appts booking bookings session sessions visit visits consult* checkup check-up reservation class
 meeting followup lesson
move: move moving moved push pushed postpon* swap switch chang* bump shift delay* reschedul* rebook* defer adjust
 amend forward trade slide instead rather
cancel: cancel* scrap scrub remov* delet* withdraw* release void forget unbook nix ditch axe strike wipe skip bail
 pull scratch erase bin
keep: keep hold keeping save untouched
cannot: can't unable won't conflict conflicts clash* stuck couldn't impossible isn't doesn't
go: go going come coming came attend be there
arrived: arrived reached outside parked waiting way here late traffic running minutes
 front desk outside bus parking lobby running there stuck lift
done: paid sent attached photo photos picture filled uploaded transferred deposited receipt screenshot
result: result* labs bloods bloodwork test tests scan scans xray x-ray mri ct biopsy report reports ultrasound swab
 sample samples ecg smear
order: order package parcel glasses repair laptop car dentures claim refund application registration account balance
 paperwork letter dress suit
ready: ready back finished complete pick pickup collect
remember: remember forgot remind sure recall lost confused
check: confirm* check verify look tell details
still: still yet
cost: price prices cost costs fee fees charge charges pay payment payments card cash copay discount* deposit expensive
 cheap bill installments much quote rates
place: address location located parking floor building entrance bus wheelchair lift elevator street directions branch
 wifi
hours: open opens close closes closed hours weekends sundays saturdays holiday holidays
insure: insurance insured cover covered coverage medicaid medicare cigna aetna nhif nhs bupa hmo policy delta
require: fasting fast referral required documents id allowed prepare must
how: long recommend advice normal safe side effects mean means difference pregnant offer accept treat sell rent gluten
 latex
human: human person someone somebody agent operator receptionist manager representative rep supervisor owner staff
 front desk reception support
talk: call calls calling phone ring speak talk transfer connect contact reply answer callback bell chat
bot: robot bot machine chatbot ai automated recording computer
grave: blood bleed* faint* unconscious* seizure* seizing chok* breath* breathe breathing stroke overdos* suicid*
 stab* knife gun gunshot raped beaten beating insulin overdosing limp floppy twitching jerking foaming gasping wheez*
 inhaler clot clots gushing spurting pouring labour labor waters cord crowning electrocut* shock pond pool fumes gas
 carbon monoxide antidote weedkiller killer drain cleaner acid blinded numb speech slurred rigid lifeless motionless
 stopped trapped hanging noose bridge ledge roof rolled explosion exploded blew fire smoke anaphyla* hives bloat
 bloated colic foal prolapse* meningitis sepsis
 poison* swallow* emergency urgent* ambulance chest heart collapsed collaps* convuls* unresponsive fever temp
 temperature burn* burnt shock* snake bite bitten bit sting stung swelling swollen drown* crushed severed amputat*
 concussion dying die kill jump pills bleach battery antifreeze pesticide purple blue pulse faint drooping slurring
 vomiting
mild: hurt hurts pain sore ache aches itch* cough cold flu cavity rash cramp* headache toothache migraine anxiety
 stiff sniffles sneez* snor* runny nose tender cramping sprain* bruise* bruised blister* scratch scratched splinter
 stubbed teething colicky heartburn hungover hangover jetlag* achy dandruff fleas ticks worms limp limping lame spots
 pimple* dry eczema hives stye hiccups
 insomnia allergic allergy tired dizzy ingrown wart mole lump bloated tingle nausea noise leak* rattle broken chipped
 cracked
body: tooth teeth mouth eye eyes ear ears foot feet hand hands arm leg knee neck shoulder hip skin hair brow* lash*
 belly stomach head throat nose ankle wrist elbow finger* toe* toenail* nail nails gum gums
animal: dog dogs puppy pup cat cats kitten cow cows horse mare hen hens chicken* pig pigs rabbit sheep goat* calf bull
 parrot pet pets hamster turtle lamb donkey
family: mom mum mam mother dad father son daughter wife husband grandma grandmother grandpa grandad grandson
 granddaughter brother sister baby child kid kids aunt uncle nephew niece cousin neighbour neighbor boss friend mate
 girlfriend boyfriend gf bf partner fiance family lad
doctor: doctor dentist pediatrician gynecologist psychologist therapist specialist vet dermatologist physio
 physiotherapist cardiologist nutritionist psychiatrist optometrist lawyer attorney solicitor mechanic agronomist
 nurse midwife neurologist podiatrist barber hairdresser stylist counsellor counselor orthopedic optician surgeon gp
 hygienist adviser advisor consultant farrier technician
service: cleaning whitening extraction braces root canal crown implant* vaccine* vaccination shot shots deworm* spay*
 neuter* bath groom* haircut trim colour color dye highlights manicure pedicure waxing massage oil alignment brake
 brakes tune service tire tires rotation injection stitches cast therapy filling botox laser facial braids shave jab
 jabs physical exam physio counselling counseling windscreen tow
farm: maize corn potato potatoes coffee cocoa rice tomato tomatoes crop crops planting plant plants harvest irrigat*
 lettuce cucumber melon grapes vines sugarcane banana bananas mango pineapple aphids whitefly weevil blight mildew
 compost manure tractor greenhouse nursery
 fertiliz* fertilis* urea pest pests worm worms rust spray spraying soil seed seeds field farm acre acres leaves fruit
 orchard prune pruning cassava beans wheat cabbage onion* fungus armyworm* mulch
paper: certificate note prescription* form document license permit signature stamp
out_sport: football soccer match game games goal score team league cup player* champion* referee penalty nba
 arsenal liverpool lakers cricket rugby tennis golf f1 olympics striker coach
out_show: movie* film series netflix song music concert actor joke meme tiktok instagram facebook youtube video story
 podcast album concert tickets ticket comedy karaoke anime stream sing song riddle sign
 poem riddle band tv episode spoilers twitter
out_weather: rain raining weather sun sunny hot snow storm wind forecast fog
out_politics: politic* president election* government vote minister congress dollar inflation taxes news
out_food: recipe cook cooking pizza burger* cake dinner lunch breakfast beer wine restaurant* restaurants pancakes
 chicken rice soup cheese chocolate coffee bbq grill sushi tacos curry jerk bread bake baking toast biscuits
 cookies eat ate
out_sale: selling buy sale earn loan* loans investment bitcoin crypto prize won winner lottery catalogue company
 sell bike car cars parts tires flat apartment house rent goats puppy followers giveaway click crypto sofa chairs
 customer delivery
out_job: job jobs hiring cv resume salary employment internship
out_chain: share chain amen prayer pray blessings lord jesus god
out_hack: ignore instructions prompt password passwords system database override pretend rules admin unrestricted dan
 delete records print hidden developer mode jailbreak patients list reveal
 secret
out_love: kiss single marry tinder crush ex miss wedding anniversary
 love date dating girlfriend boyfriend single flirt
out_wrong: wrong mistake
 ignore typo meant oops chat group wrong
praise: excellent great amazing lovely kind best awesome gentle wonderful brilliant helpful nice
 legend lovely superb fantastic star perfect angels
blame: terrible rude awful worst bad shame useless stupid idiot* garbage horrible waste annoying fed hate disgusting
 thieves scam scammers ripoff overcharged ignored joke disgrace unprofessional useless
 slow
feel: sad happy bored cry crying worried nervous scared lonely proud stressed
 hungry sleepy tired bored boredom excited happy angry better
thank: thank thanks thankyou cheers appreciate appreciated grateful ta bless
bye: bye goodbye later cheerio farewell
greet: hi hello hey good greetings yo
please: please kindly sorry excuse
react: wow oh ouch oops whoa yikes geez gosh damn omg huh ugh meh dang blimey crikey hmm aww
puzzled: understand understood confusing confused pardon repeat sense explain mean lost
who_are_you: you favourite favorite colour star feelings alive made born
maybe: maybe perhaps depends guess suppose might think
agree: yes yeah yep yup sure ok okay fine correct right perfect absolutely definitely confirmed exactly
deny: no nope nah not never none nothing don't didn't neither nor without
if: if case unless whether
day: today tomorrow monday tuesday wednesday thursday friday saturday sunday yesterday tonight mon tue tues wed thu
 thurs fri sat sun
month: january february march april may june july august september october november december jan feb mar apr jun jul
 aug sep sept oct nov dec
period: week weeks month months weekend year years day days date fortnight next following last
daytime: morning afternoon evening night noon midday early pm am o'clock lunchtime
now: now asap immediately quick quickly soon already
other_one: another other different new sooner earlier else
past: was were did has been ago used
what: what which what's
where: where where's
when: when when's
who: who who's
how_q: how how's
can: can could may possible chance able would
have: have i've got having
mine: my mine me our ours i i'm we us i'd i'll
yours: your yours you you're u
his: his her him she he they them their it
travel: flight flights plane airport airline hotel hotels trip travel travelling luggage passport visa embassy
 consulate border beach vacation tourist cruise train bus station room rooms landed
school: school college university teacher class classes exam exams homework essay thesis prom graduation uniform
 maths math algebra student pupils course lecture semester term
home: house kitchen bedroom bathroom roof wall furniture bed fridge washing blender oven toaster sofa garden drive
 neighbourhood bin bins rubbish key keys door window upstairs telly remote
tech: internet wifi phone mobile laptop computer app website page link audio file photo picture battery screen charger
 printer data signal camera message messages text texts inbox email emails password
money: bank debt debts wage wages salary rent mortgage pension inheritance payday raise lottery savings atm
faith: god jesus christ church mass prayer prayers pray faith bible psalm christening priest pastor blessed
street: road motorway highway jam crash traffic police robbed theft petrol fuel market supermarket shop store bakery
 hardware queue
party: party birthday wedding christmas gift present anniversary dance concert fair show holiday eid easter
"""


def _read(table: str) -> tuple[dict[str, str], dict[str, str]]:
    """Whole words and stems of a table, each with its meaning."""
    words: dict[str, str] = {}
    stems: dict[str, str] = {}
    for entry in table.strip().replace("\n ", " ").splitlines():
        name, _, listed = entry.partition(":")
        for word in listed.split():
            if word.endswith("*"):
                stems.setdefault(word[:-1], name)
            else:
                words.setdefault(word, name)
    return words, stems


_TABLES = {"es": _read(_SPANISH_TABLE), "en": _read(_ENGLISH_TABLE)}
_LITTLE = {
    "es": "el la los las de del que y un una mi me se lo por para con su al es no si ya te le en como pero",
    "en": "the a an i my to is it of and you for on in at can be have was that with this are your do not i'm",
}
_ONLY = {language: frozenset(words.split()) for language, words in _LITTLE.items()}


def language(words: list[str]) -> str:
    """ "es" or "en": whose little words, and whose known words, are more; Spanish when as many."""
    english = sum((word in _ONLY["en"]) - (word in _ONLY["es"]) for word in words)
    if not english:
        english = sum((_meaning(word, "en") != "") - (_meaning(word, "es") != "") for word in words)
    return "en" if english > 0 else "es"


@lru_cache(maxsize=16384)
def _meaning(word: str, of: str) -> str:
    words, stems = _TABLES[of]
    found = words.get(word)
    if found is None:
        found = next((stems[word[:size]] for size in range(len(word), 1, -1) if word[:size] in stems), "")
    return found


def meanings(words: list[str]) -> list[str]:
    """The meaning of each word, "" where it has none."""
    of = language(words)
    return [_meaning(word, of) for word in words]
