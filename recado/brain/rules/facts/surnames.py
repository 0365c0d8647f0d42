"""Surnames common in Latin America, Spain and the United States, folded."""

from recado.brain.rules.lexicon import words_of

NAMES = words_of("""
    abad abanto acevedo acosta acuna adams aguero aguilar aguilera aguirre agurto ahumada alarcon albarracin alcala
    alcantara alcocer aldana alegre alegria alejos alfaro aliaga allen almeida almonte altamirano alva alvarado
    alvarez alvear alvis amaya amezquita anaya anderson andrade angulo apaza aponte aquino aragon arana aranda
    araujo araya arce arenas arevalo arias ariza armas armijo arrieta arroyo arteaga arzola ascencio asto atencio
    avalos avendano avila ayala ayquipa ayvar baca badillo baez bailey baker balbuena balcazar ballesteros
    baltodano bances banda baptista barahona barba barbosa barnes barragan barrantes barraza barrera barreto barria
    barrientos barrios barron barros basurto batista bautista bazan becerra becerril bedoya bejarano bell bellido
    beltran benavente benavides benitez bennett bermudez bernal berrios berrocal betancourt betancur blas boggio
    bohorquez bolanos bolivar bonilla borda borja borjas bravo brenes briceno briones brito brooks brown bryant
    bustamante bustos butler caballero cabello cabezas cabrera caceres cadena cajamarca calderon calvo camacho
    camargo campbell campos canales cancino cano cardenas cardona cardozo carhuancho carmona carpio carranza
    carrasco carreno carrera carrillo carrion carter carvajal carvallo casanova casas castaneda castano castellanos
    castillo castro ccahuana ccori ceballos cedeno centeno cepeda cerda cerna cerron cervantes cespedes chacon
    chafloque challco chambi chamorro chang chavarria chaves chavez chero chinchay choque choquehuanca chuquimia
    cisneros clark clavijo cobos coello collado collazos collins colque condori contreras cook cooper corado coral
    cordero cordova coronado coronel corrales correa cortes cortez corzo cotrina cox crespo cruz cruzado cuba cubas
    cubillos cueva cuevas cusi custodio cutipa damian davalos davila davis delgado diaz diez dominguez donoso
    dorado duarte duenas duran echeverria edwards elias encalada encinas enriquez escalante escamilla escobar
    escobedo escudero espejo espinal espinosa espinoza esquivel estevez estrada evans fajardo falcon falconi farfan
    faria fernandez ferreira ferrer ferreyra fierro figueroa flores florez flynn fonseca foster franco frias
    fuentes fuenzalida gaitan galan galarza galeano galindo gallardo gallegos galvan galvez galvis gamarra gamboa
    gamez gaona garay garces garcia garibay garnica garrido garza gavilan gaviria gil giraldo godinez godoy gomez
    gonzales gonzalez gordillo gray green griffin grijalva guaman guardia guerra guerrero guevara guillen guillermo
    gutierrez guzman hall harris hayes henao henriquez heredia hernan hernandez herrera herrero hidalgo hilario
    hill hinojosa holguin howard huallpa huaman huamani huanca huaranga huarcaya huayta huerta hughes hurtado
    ibanez ibarra iglesias illanes inca infante inga iparraguirre iriarte izquierdo jackson jaime jaimes jara
    jaramillo jauregui jenkins jerez jimenez johnson jones juarez julca jurado kelly king kong lagos laguna lamas
    lara larrea lazaro lazo leal lecaros ledesma lee leiva lemus leon lescano lewis leyton leyva lezama lima
    linares lino lira lizarraga llanos llerena lloclla loaiza loayza lobo lomeli londono long lopez lora lovera
    loyola lozada lozano lucero lugo lujan luna luque macedo machaca machado macias madera madrid maldonado mallma
    mallqui mamani mancilla manrique mansilla manzano marcos marin marino marquez marroquin martin martinez mason
    mata mateo matos maturana maya mayorga mayta maza mcdonald medina medrano mejia melendez melgar melo mena
    mendez mendieta mendivil mendoza meneses mercado merino meza miller miramontes miranda mitchell moncada
    mondragon monge monroy montalvo montano montenegro montero montes montesinos montiel montoya monzon moore mora
    morales moran moreira moreno morgan morillo moron morris mosquera moya munoz murcia murillo murphy murray
    najera naranjo narvaez nava navarrete navarro negrete neira nelson neyra nieto nieves nolasco noriega novoa
    nunez obando obregon obrien ocampo ochoa oconnor ojeda olarte olaya olivares oliveira olivera olivo olmedo
    olmos olortegui ordonez ore orellana orozco ortega ortiz osorio ospina otero ovalle oviedo pacheco padilla paez
    pajuelo palacio palacios palma palomino paniagua pantoja pardo paredes pariona parker parra pascual pastor
    paucar paz pedraza pelaez pena penaloza peralta perdomo pereda pereira perez perry peterson phillips pichardo
    pilco pimentel pineda pinedo pino pinto pinzon pizarro plasencia polo ponce porras portillo portocarrero
    portugal posada powell pozo prado preciado price prieto puente puentes puma pumacahua quesada quezada quijano
    quinones quintana quintanilla quintero quiroga quiroz quispe rada ramirez ramos ramsey rangel raymundo
    rebolledo recinos reed rendon rengifo renteria restrepo retamozo revilla reyes reyna reynoso rincon rios
    riquelme rivadeneira rivas rivera rivero roa robayo roberts robinson robledo robles roca rocha rodas rodrigues
    rodriguez rogers rojas roldan roman romero romo rondon rosado rosales rosas rosero ross rossi rubio rueda ruiz
    russell saavedra sabogal saenz sainz salas salazar salcedo saldana saldarriaga salinas salvatierra samaniego
    sanabria sanchez sanders sandoval sanhueza santamaria santana santander santiago santillan santos sarmiento
    scott segovia segura sepulveda serna serrano sierra siguas silva silvera smith solano solar soler solis
    solorzano soria soriano sosa sotelo soto sotomayor stewart suarez sucre sulca sullivan taipe tamayo tapia
    tarazona taylor tejada tejeda tello tenorio teran thomas thompson ticona tineo tito toledo tolentino toro
    torrealba torres tovar trejo trevino triana trujillo turner ugarte ulloa umana urbina uribe urrutia usuga vaca
    valderrama valdes valdez valdivia valencia valenzuela valera valladares valle vallejo vallejos valverde vanegas
    varela vargas vasquez vazquez vega vela velarde velasco velasquez velazquez velez vera verastegui verdugo
    vergara vidal viera vilca vilchez villa villacorta villafuerte villalba villalobos villanueva villareal
    villarreal villegas villena vinasco vivanco walker ward washington watson white williams wilson wong wood
    wright yanez yauri yepez young yupanqui zabala zambrano zamora zamudio zapata zarate zavala zavaleta zea
    zeballos zegarra zelaya zevallos zorrilla zuluaga zumaeta zuniga zurita
""")

COMPOUND = words_of("""
    aguila angeles arco barra campos carmen casas castillo cerna cid colina corral cruz cueva cuevas dios fuente fuentes
    garza guardia guzman heras hoz jesus lastra mar martin mata miguel monte mora moral o olmo ossa parra pena piedra
    pilar pino pozo prado reyes rio rios rosa rosario rosas santos silva solar sousa souza toro torre torres valle vega
""")
"""What follows a particle in a name ("de la Cruz", "del Carmen", "San Martin"). Not what is a place or a thing more
often ("de Lima", "de la costa")."""
WORDS_TOO = words_of("""
    alegre baker barba bautista bell bello blanco bravo brown caballero cabello calvo cano castellano cook coral corona
    crespo delgado dorado duran escudero gallardo gallegos gray green guerra hidalgo hill izquierdo king leal long
    moreno negrete nieto palomino pardo pastor prieto puma rey rubio santander solano soriano toledo toledano verdugo
    vaca white wood young
""")
"""Surnames that say what somebody is or looks like ("soy moreno"), or where they are from."""
