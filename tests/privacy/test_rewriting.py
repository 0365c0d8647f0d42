"""What stays without a person: JSON of jobs and schedules that named them."""

import json

from recado.personal import NOBODYS_ID, NOBODYS_NUMBER, Person, names_in, needles, without

ID = "01900000-0000-7000-8000-000000000001"
PERSON = Person((ID,), (), (("phone", "51955500001"), ("bsuid", "MX.1abc"), ("web", "text")))


def test_numbers_and_ids_are_replaced_wherever_they_stand() -> None:
    before = {
        "phones": ["51955500001", "51955500002"],
        "contact_ids": [ID],
        "to": "MX.1abc",
        "51955500001": "+51955500001!",
    }
    assert json.loads(without(json.dumps(before), PERSON)) == {
        "phones": [NOBODYS_NUMBER, "51955500002"],
        "contact_ids": [NOBODYS_ID],
        "to": NOBODYS_NUMBER,
        NOBODYS_NUMBER: f"+{NOBODYS_NUMBER}!",
    }
    # A restore, which has only digests of them, finds each where it would be replaced.
    for where in ({"a": ["51955500001"]}, {"51955500001": 1}, ["+51955500001!"], "51955500001"):
        assert "51955500001" in names_in(json.dumps(where))
    assert "MX.1abc" in names_in(json.dumps(before))
    assert "51955500001" not in names_in(json.dumps(["951955500001"]))


def test_a_customer_whom_a_program_calls_by_any_word_takes_nothing_else_along() -> None:
    order = json.dumps({"text": "hola", "language": "text"})
    assert without(order, PERSON) == order
    assert "text" not in needles(PERSON)
