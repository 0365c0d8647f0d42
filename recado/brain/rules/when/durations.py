"""How long something takes or takes place again, and how old somebody is: no time of the clock and no day."""

from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.matched import always
from recado.brain.rules.when.mentions import Meant, Nothing

RULES: tuple[Rule[Meant], ...] = always(
    Nothing(),
    "(N | BIG | DOTTED | media | medio | a | an | half | half (an | a)) (DASH)? UNIT (y media | y medio | and a"
    " half | DASH OLD | OLD | y (NN) UNIT)?",
    "(NN | BIG) (a | o | to | y | or | DASH) NN UNIT",
    "DASHED UNIT",
    "(hace | desde hace) (ALGUNOS | un PAR de | PAR de | some | como | APROX){0,2} (N)? UNIT",
    "UNIT y media",
    "N (DASH)? (MINU) (DASH)? OLD",
    "(durante | por | for) (ALGUNOS | some) UNIT",
    "(a)? cuarto de HORA",
    "(NUM | WNUM) cuartos de HORA",
    "quarter (of)? (an)? HOUR",
    "(NUM) (DIA | DIAS)",
    # How long somebody stays: "3 nights", "dos noches".
    "(NN | una | one) (NIGHTS | NOCHES)",
    "NUM NIGHT",
    "(NN) (MORNINGS | AFTERNOONS | EVENINGS | MANANAS | TARDES)",
)
