"""Things that a question is about whenever it names them: crops, animals, vehicles, trades and the like.

An entry about one of them does not answer a question about another: "cuando se poda la palta" is not about coffee.
Words whose stem is also that of a common word ("papa", "libro", "carne") are left out.
"""

from recado.brain.rules.lexicon import words_of
from recado.brain.rules.terms import terms

_CROPS_AND_FOOD = """
    cafe cacao maiz choclo papaya palta aguacate platano banano limon limonero yuca camote quinua kiwicha trigo cebada
    avena arroz frijol arveja haba lenteja garbanzo tomate cebolla zanahoria lechuga repollo brocoli espinaca rocoto
    aji pimiento palma algodon azucar tabaco coca naranja mandarina manzana mango piña sandia melon fresa arandano
    uva durazno maracuya granadilla guayaba coco eucalipto pino rosa orquidea alfalfa pasto
    pizza hamburguesa ceviche sopa torta helado queso leche miel huevo pescado atun cerveza vino gaseosa galleta
    coffee cocoa corn maize potato avocado banana lemon lime cassava quinoa wheat barley oat rice tomato onion carrot
    lettuce cabbage broccoli spinach pepper cotton sugar tobacco apple grape pineapple watermelon strawberry
    blueberry peach coconut alfalfa grass pizza burger soup cake cheese milk honey egg fish tuna beer wine soda cookie
"""
_ANIMALS = """
    perro perrito gato gatito mascota caballo yegua burro vaca res ganado ternero toro oveja cabra chivo chancho cerdo
    conejo cuy gallina pollo pavo pato paloma loro abeja trucha tilapia
    dog puppy cat kitten pet horse donkey cow cattle calf calves bull sheep goat pig rabbit hen chicken turkey duck
    pigeon parrot bee trout
"""
_THINGS = """
    tractor moto motocicleta carro auto camion camioneta bicicleta bus avion barco tren llanta gasolina
    wifi piscina cafeteria cajero
    celular televisor tele computadora laptop impresora refrigeradora lavadora internet netflix facebook tiktok
    ropa zapato zapatilla camisa pantalon vestido reloj mueble colchon juguete guitarra piano pelota lente lentes
    anteojos
    pasaporte brevete pasaje boleto loteria dolar bitcoin terreno departamento
    truck motorbike motorcycle car bicycle bike plane boat train tire tires gasoline cellphone television laptop
    computer printer fridge clothes shoe shoes shirt dress furniture mattress toy guitar piano glasses
    passport ticket lottery dollar bitcoin apartment
"""
_TRADES = """
    abogado notario contador mecanico plomero gasfitero electricista carpintero albañil peluquero peluqueria veterinario
    veterinaria dentista odontologo cardiologo dermatologo oftalmologo traumatologo urologo neurologo
    restaurante hotel cine gimnasio iglesia aeropuerto universidad colegio escuela banco dinero plata adn
    paternidad discoteca pelicula cancion musica futbol
    partido novela presidente congreso alcalde gobierno elecciones tatuaje depilacion maquillaje liposuccion
    lawyer notary accountant mechanic plumber electrician carpenter hairdresser veterinarian dentist cardiologist
    dermatologist restaurant hotel cinema gym church airport university school bank money dna paternity movie song
    music football soccer president
    congress mayor government election tattoo makeup liposuction
"""

SUBJECTS: frozenset[str] = frozenset(terms(words_of(_CROPS_AND_FOOD, _ANIMALS, _THINGS, _TRADES)))
"""Their terms (see `terms`)."""
