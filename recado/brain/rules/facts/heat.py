"""The words of temperatures in both languages, folded."""

FEVER = """
    fiebrecitas fiebrecita fiebrita fiebron febricula fiebres fiebre fievre fiebr calenturitas calenturita calenturas
    calentura calentira febril afiebrado afiebrada fevers feverish fever
"""
MEASURED = "temperaturas temperatura temperatra temperature termometro thermometer temper temp"
"""Said of people and of the air."""
UNITS = "grados grado degrees degree"

WEATHER = (
    # "hace 38 grados", "hay 38 grados", but not "hace 2 dias".
    r"hacen?(?= (?:unos |como |mas de )?[0-9]+(?:[.,][0-9])? ?(?:grados|°|de (?:calor|frio)))",
    r"hay(?= (?:unos |como |mas de )?[0-9]+(?:[.,][0-9])? ?(?:grados|°))",
    r"hac(?:e|en|ia) (?:un |mucho |mucha |harto |demasiado )?(?:calor|frio|sol)",
    r"estamos a|(?:ola )?de calor|calor de|de frio|bajo cero|heladas?|afuera(?! de)|al sol|a pleno sol",
    r"clima|ambiente|ambiental|exterior|invernadero|pronostico|sombra",
    r"weather|outside(?! of)|outdoors?|forecast|greenhouse|in the shade|heat ?wave|hot day",
)
"""What shows that the air is meant. "tengo calor" does not: people say it of a fever."""
THINGS = (
    r"incubadora|horno|estanque|tanque|suelo|nevera|refrigeradora?|congeladora?|heladera|temperatura del agua|agua a",
    r"incubator|oven|pond|soil|fridge|freezer|water temperature",
)
"""What else has a temperature, that nobody needs here. Not all water: a fever is bathed."""
PERSON_HAS = "tengo tiene tenia tuve tuvo tenemos has had have having got amanecio amaneci ando anda sigo sigue"
"""Right before the number it is a person's temperature, whatever else is said."""

LINKS = """
    de es esta estaba en a era fue ahora hoy ayer anoche desde actual le la lo me mi su marca marco marcaba llega llego
    llegando subio sube subiendo alta altas altisima hasta como casi unos unas mas menos mayor menor que superior
    corporal entre ya con sigue tiene tengo tenia tuvo salio da dio aprox aproximadamente del por sobre grados hijo
    hija bebe nino nina al arriba encima
    of is was at now today body reads reading between around about over above like almost up to reached hit he she has
    have had my his her the it its
"""
"""Words that may stand between a word of heat and its number ("la fiebre de mi hijo llego a 39")."""
LEADS = """
    tiene tengo tenia tuvo con en a marca marco marcaba salio le dio da hasta de subio llego llega bajo esta estaba
    anda sigue amanecio ahora hoy ya su mi la el temperatura termometro
    has had at to hit is was it its reads shows now hes shes he she
"""
"""Words that stand right before a temperature that is named without its unit."""

OTHER_UNITS = """
    anos ano anitos meses mes semanas semana sem dias dia horas hora hrs hr hs h minutos minuto mins min segundos kg kgs
    kilos kilo kilogramos k lb lbs libras gramos gr g mg ml mcg cc cm mts metros m mm km am pm personas pacientes
    veces vez gotas pastillas tabletas tomas cucharadas unidades plantas hectareas ha lpm bpm latidos pulsaciones
    respiraciones soles pesos dolares de
    years year yrs yo months month weeks week days day hours hour minutes people times pills tablets pounds dollars
"""
"""What follows a number that is no temperature. "de" begins a date or a quantity; "de fiebre" is read before."""
OTHER_MEASURES = """
    talla edad peso pesa pesaba pesando mide calle av avenida numero nro cama habitacion cuarto consultorio piso lote mz
    turno ticket angulo curva escoliosis saturacion sat spo2 fc fr pulso presion pa glucosa hemoglobina las los
    age aged weighs weight room size number
"""
"""What comes right before a number that is no temperature."""
OF = "de es en a del of is"
"""May stand between those and the number."""
OTHER_DEGREES = """
    alcohol flexion escoliosis inclinacion curvatura miopia astigmatismo hipermetropia extension rotacion norte sur
    latitud longitud north south proof
"""
"""Degrees that are not of heat."""
AFTERWARDS = "y e pero desde hace ahora hoy ayer anoche and but since now today le me mi no que por x q"
"""What may follow a temperature without its unit."""
