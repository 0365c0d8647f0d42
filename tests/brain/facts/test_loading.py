"""What is not needed is not loaded."""

import json
import subprocess
import sys

CODE = """
import json, sys
from recado.brain.rules.facts import extract
loaded = ["phonenumbers" in sys.modules]
for text in ("soy ana, tiene 38.5 de fiebre, pago 50 soles", "cel 987654321"):
    extract(text, "es", "PE")
    loaded.append("phonenumbers" in sys.modules)
print(json.dumps(loaded))
"""


def test_the_phone_numbers_are_loaded_when_the_first_one_is_written() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True)
    assert json.loads(done.stdout) == [False, False, True]
