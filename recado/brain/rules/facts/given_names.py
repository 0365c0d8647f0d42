"""Given names common in Latin America, Spain and the United States, folded. A name that is missing here is still
found where it is announced ("me llamo ..."), written with a capital, or followed by a known surname."""

from recado.brain.rules.lexicon import words_of

WOMEN = """
abigail abril ada adela adelaida adelina adriana agata agustina aida aide aidee ainhoa aitana alba alejandra alexa
alexandra alexia alicia alina alison allison alma alondra altagracia amalia amanda amaya amber amelia america amparo
amy ana anabel anahi anais analia andrea angela angeles angelica angelina angie anita ann anna annabelle anne annie
antonella antonia antonieta araceli aracelli aracely ariadna ariana arianna ariel ashley astrid asuncion aurelia aurora
ava azucena barbara beatriz becky belen belinda bella berenice berta bertha bethany betsy betty beverly bianca blanca
bonnie brenda briana brianna briggitte brigida brittany camila camilla candela candelaria caridad carina carla carlota
carmela carmen carmencita carol carolina caroline carolyn catalina caterina catherine cathy cecilia celeste celia
celina charlotte chelsea cheryl chloe christina christine cindy cinthia cintia clara clarisa claudia clementina cleo
cloe concepcion connie constanza consuelo cora corina cristal cristina crystal cynthia daisy dalia daniela danielle
danna dayana dayanna debora deborah debra delfina delia denise diana diane dina dolores dominga donna doris dorothy
dulce edith elena eleonora eliana elisa elisabeth eliza elizabeth ella elsa elva elvia elvira emely emilia emily emma
encarnacion enriqueta erica ericka erika erlinda ermelinda esmeralda esperanza estefania estefany estela estelita ester
esther estrella etelvina eugenia eulalia eva evangelina eve evelin evelyn fabiana fabiola faith fanny fany fatima
felicia felicita felipa fernanda fiorella flavia flor florencia florinda francisca frida gabriela gabriella genesis
genoveva georgina geraldine gertrudis gina giovanna gisela giselle gladis gladys glenda gloria grace gracia graciela
greta grisel griselda guadalupe guillermina hannah haydee heather heidi helen helena hermelinda herminia hilda hope
hortensia ida ignacia ines ingrid inmaculada irene iris irma isa isabel isabella isadora isidora itzel ivana ivonne
jackeline jackelyn jacqueline jane janet janeth janice jasmin jazmin jean jenifer jennifer jenny jesica jessica jhoana
jhoselyn jimena joan joana joanna johana johanna josefa josefina joselyn josselyn joyce juana juanita judith judy julia
juliana julie julieta julissa justina karen karin karina karla katerin katherin katherine kathleen kathy katia katty
kayla keiko keila kelly kenia keyla kiara kim kimberlin kimberly lady lara laura lauren leah leandra leidy leonor
leonora leslie lesly leticia leyla lia lidia ligia lilia lilian liliana lily lina linda lisa lisbeth liseth liz lizbeth
lizeth lola lorena lorenza loreto lourdes lucero lucia luciana lucila lucinda lucrecia lucy luisa lupe lupita luz lydia
mabel macarena madison magali magaly magda magdalena maite malena manuela marcela margaret margarita margot maria
mariam mariana marianela maribel maricarmen maricela maricruz marie mariela marilu marilyn marina marisa marisel
marisol marlene marta martha martina mary maryori matilde maura maya mayra mayte megan melania melanie melba melisa
melissa mercedes meredith mery mia micaela michelle mila milagritos milagros mildred milena miranda mirella mireya
miriam mirta mirtha molly monica monserrat montserrat morelia myriam nadia nadine nahomi nancy naomi natalia natalie
nataly nayeli nelida nelly nely nerea nicol nicole nidia nieves nilda nina noelia noemi nora norma nubia nuria nury
obdulia ofelia olga olinda olivia pamela paola patricia patty paula paulina pepa petra petrona pierina pilar priscila
priscilla rachel rafaela ramona raquel rebeca rebecca regina reina renata reyna rhonda rita roberta rocio romina rosa
rosalba rosalia rosalinda rosalyn rosana rosanna rosario rosaura rose roselia rosemary rosita rosmery roxana roxanna
ruby rufina ruth sabina sabrina sally salome samanta samantha sandra sandy sara sarah sarai saraid sasha savannah
selena selene serena shakira sharon sheila shirley silvana silvia silvina sindy socorro sofia sol soledad sonia sonja
sophia sophie stefanie stefany stella stephanie susan susana susanna susy suzanne sylvia tamara tania tatiana tatyana
telma tere teresa teresita theresa tiffany tina toni tracy trinidad ursula valentina valeria valerie valery vanesa
vanessa veronica vicenta vicky victoria victorina vilma violeta virginia vivian viviana wanda wendy ximena xiomara
yadira yamila yamile yanet yaneth yanina yasmin yennifer yenny yesenia yessenia yessica yolanda yoselin yuliana yulissa
yuri yvonne zaida zara zenaida zoe zoila zoraida zulema zully
"""
MEN = """
aaron abdiel abel abelardo abraham adalberto adam adan adolfo adonis adrian adriano agustin alan albert alberto aldair
aldo alejandro alejo alex alexander alexis alfonso alfred alfredo ali alonso alvaro amado amador amaru amilcar anderson
andre andres andrew andy angel angelo anibal anselmo anthony antonio antony ariel aristides armando arnaldo arnold
arthur arturo asdrubal augusto aurelio baltazar bartolome basilio bautista ben benicio benigno benito benjamin bernabe
bernard bernardo bill billy bob bobby boris brad brandon braulio brayan breiner brian bruce bruno bryan camilo carl
carlitos carlos carmelo cayetano ceferino celestino celso cesar chad charles charlie chris christian christopher
cipriano cirilo claudio clemente cleofas clifford colin conrado constantino cornelio cristian cristiano cristobal
cristopher cruz curtis dagoberto damaso damian dan daniel danilo danny dario darwin dave david dayron dean demetrio
dennis derek desiderio diego dimas dionisio domingo donald donato doug douglas duberly dylan edgar edgardo edilberto
edinson edison edmundo edson edu eduar eduardo edward edwin efrain efren eladio elder elias eliezer eliseo elmer eloy
elvis emanuel emerson emiliano emilio emmanuel enrique enzo epifanio eric erick erik ernest ernesto erwin esteban
estuardo ethan eugene eugenio eusebio evan evaristo everardo exequiel ezequiel fabian fabio fabricio facundo fausto
federico feliciano felipe felix fermin fernando fidel fidencio filiberto flavio florencio florentino floyd francis
francisco franco frank frankie franklin fred freddy fredy gabriel gael gary gaspar genaro george gerald gerardo german
gerson gian giancarlo gianfranco gilbert gilberto gilmer giovanni glenn gonzalo gordon graciano greg gregorio gregory
guadalupe guido guillermo gustavo guzman hamilton harold harry heber hector henry heriberto hermenegildo hermes hernan
hernando hilario hipolito homero honorio horacio howard hugo humberto ian ignacio ildefonso inocencio ireneo isaac
isaias isidoro isidro ismael israel issac ivan ivo jacinto jack jackson jacob jacobo jaime jair jairo james jamie jared
jason javier jaziel jeff jefferson jeffrey jeremias jeremy jeronimo jerry jesse jesus jhon jhonatan jhonny jim jimmy
jimy joaquin joe joel john johnny johny jon jonas jonatan jonathan jordan jorge jose joseph josh joshua josue jovani
juan juancho juanito juanjo juanpablo julian julio junior justin justo juvenal keith ken kenneth kenny kevin kyle
ladislao larry lautaro lazaro leandro lee leo leon leonardo leonel leonidas leopoldo levi lewis liam lionel lisandro
logan lorenzo louis lucas lucho luciano lucio luiggi luigi luis luisito lukas macario magno maicol maikol manolo manuel
marc marcelino marcelo marcial marco marcos mariano mario mark martin marvin mason mateo matias matt matthew mauricio
mauro max maximiliano maximino maximo maycol medardo melchor melquiades melvin michael michel miguel miguelito mijail
mike miller milton misael modesto moises nahuel napoleon natanael nathan neftali neil nelson nemesio nestor neymar
nicanor nicholas nicolas nicomedes nilo nilson nilton noah noe noel norberto norman octavio oliver olivier omar orlando
oscar osmar osvaldo oswaldo otto ovidio pablo paco pancho pascual pastor patricio patrick paul paulino paulo pedrito
pedro pepe percy peter phil philip piero plinio policarpo porfirio primitivo prudencio quintin rafael raimundo ralph
ramiro ramon randy raul ray raymond raymundo reinaldo remigio renato rene renzo rey reynaldo ricardo richard rick ricky
rigoberto rob robert roberto robin robinson rodolfo rodrigo rogelio roger rolando roman romeo romulo ron ronal ronald
ronaldo ronny roosevelt roque rosendo roy ruben rudy rufino russell ryan sabino salomon salvador sam samir samuel
sandro santiago santos saturnino saul scott sean sebastian segundo serafin sergio severino severo shane shawn silverio
silvestre silvio simeon simon sixto smith stalin stanley stefano stephen steve steven stiven stuart teodoro teofilo
terry thiago thomas tiago tim timoteo timothy tito tobias todd tom tomas tommy tony travis tulio tyler ubaldo ulises
urbano uriel valentin valerio vicente victor victoriano vidal vincent virgilio vladimir wagner walter washington wayne
wilber wilbert wilder wilfredo wilfrido will william williams willy wilmer wilson xavier yahir yair yamil yeison yerson
yhon yoel yonatan yonel yordy yosef zacarias
"""
NAMES = words_of(WOMEN, MEN)

WORDS_TOO = words_of("""
    abril alba amparo angel angeles april art asuncion august bella bill blanca bob bonnie camila candela caridad
    celeste chase cielo clara concepcion consuelo cruz crystal daisy dolores domingo drew dulce encarnacion
    esperanza estrella faith flor franco frank gala gloria grace gracia grant guadalupe hope inmaculada jesus joy
    julio june junior justo lady leon linda loreto lucero luz mar mark max may maya mercedes milagros modesto
    nieves pastor pat paz perla pilar primitivo prudencio ray reina rey reyes rich rob rocio roman rosa rosario
    rose rosita ruby salvador sandy santos segundo severo socorro sol soledad sue trinidad urbano victoria violeta
    virginia will
""")
"""Names that are words as well: after a weak cue they are names only with a capital or a surname."""
NEEDS_SURNAME = words_of("""
    abril america april asuncion august austin barbara belen carmen catalina charlotte concepcion constanza cordoba
    dolores esmeralda florence florencia guadalupe houston israel jackson jordan julio june junio leon lourdes
    madison magdalena mercedes rosario salvador san santa santiago savannah trinidad valencia victoria virginia
    washington
""")
"""Names of places and months as well: after a weak cue they are people's only with a surname ("para Santiago")."""
