"""What is not needed is not loaded."""

import json
import subprocess
import sys

# Measured at 38 ms on a slow machine, of its own processor time.
IMPORT_LIMIT_MS = 60.0
CODE = """
import json, sys, time
import recado.brain.rules.brain
started = time.process_time()
from recado.brain.rules.facts import extract
spent = (time.process_time() - started) * 1000
loaded = []
for text in ("soy ana, tiene 38.5 de fiebre, pago 50 soles", "cel 987654321"):
    extract(text, "es", "PE")
    loaded.append("phonenumbers" in sys.modules)
print(json.dumps([spent, loaded]))
"""


def test_it_loads_quickly_and_the_phone_numbers_only_when_one_is_written() -> None:
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout) for _ in "123"
    ]
    assert min(spent for spent, _ in runs) < IMPORT_LIMIT_MS
    assert runs[0][1] == [False, True]
