"""What the demo clinic knows, in English. The first entry of a topic is its general one."""

from recado.demo.values import DemoEntry


def _entry(topic: str, question: str, answer: str, keywords: str) -> DemoEntry:
    return DemoEntry(topic, "en", question, answer, tuple(keywords.split(", ")))


ENGLISH: tuple[DemoEntry, ...] = (
    _entry(
        "hours",
        "What are your opening hours?",
        "We are open *Monday to Friday from 8:00 am to 7:00 pm* and *Saturday from 8:00 am to 1:00 pm*. "
        "We rest on Sundays and public holidays.",
        "Monday, Tuesday, Wednesday, Thursday, Friday, weekdays, early, late, noon, lunch, 24 hours, overnight",
    ),
    _entry(
        "hours",
        "Are you open on Saturdays?",
        "Yes, on *Saturdays we are open from 8:00 am to 1:00 pm*. The lab takes samples until 10:00 am. "
        "Saturdays get busy, so come early if you can.",
        "weekend",
    ),
    _entry(
        "hours",
        "Are you open on Sundays and holidays?",
        "We are *closed on Sundays and public holidays*, and back the next working day at 8:00 am. "
        "If it is an emergency, please do not wait: call 106 (SAMU) or go to the nearest hospital.",
        "Christmas, New Year, Easter, bank holiday",
    ),
    _entry(
        "address",
        "Where are you located and how do I get there?",
        "We are at *Av. Los Próceres 482, San Martín de Porres, Lima*, half a block from San Martín park, in the white "
        "two-floor building. On the Metropolitano, get off at Naranjal and take the feeder bus to the Los Próceres "
        "stop; "
        "from there it is a two-minute walk.",
        "map, landmark, stop, Metropolitano, bus, taxi, district, avenue, branch, office",
    ),
    _entry(
        "parking",
        "Do you have parking?",
        "Yes, there are *six free spaces* for patients; the entrance is on Jr. Las Gardenias. If they are taken, "
        "there is a car park one block away (S/ 4 an hour). You can leave a bicycle too.",
        "car, motorbike, bike, bicycle, leave my car",
    ),
    _entry(
        "prices",
        "How much is a consultation?",
        "Our consultations:\n• General medicine: *S/ 60*\n• Pediatrics: *S/ 80*\n• Gynecology: *S/ 90*\n"
        "• Nutrition and psychology: *S/ 70*\n• Follow-up within 7 days: *free*\n"
        "We give receipts and invoices.",
        "general medicine, pediatrics, pediatrician, gynecology, gynecologist, nutrition, nutritionist, psychology, "
        "psychologist, doctor, visit, checkup, follow-up, discount, free, receipt, invoice",
    ),
    _entry(
        "prices",
        "How much are lab tests and ultrasounds?",
        "The most common ones:\n• Blood count: *S/ 25*\n• Glucose: *S/ 15*\n• Lipid profile (cholesterol): *S/ 45*\n"
        "• Urine test: *S/ 15*\n• Ultrasound: *from S/ 80*\n"
        "Tell us what your order says and someone from the team will give you the total.",
        "test, lab, laboratory, blood test, blood count, glucose, cholesterol, urine, ultrasound, scan",
    ),
    _entry(
        "payment",
        "How can I pay?",
        "You can pay with *cash, Yape, Plin or card* (Visa and Mastercard, no extra charge). You pay at the front desk "
        "before you are seen. For now we do not offer credit or instalments.",
        "cash, yape, plin, visa, mastercard, credit card, debit card, bank transfer, instalments, dollars",
    ),
    _entry(
        "insurance",
        "Do you take insurance?",
        "We work with *Pacífico, Rímac and Mapfre*, by reimbursement and directly for general medicine and pediatrics. "
        "Bring your ID; we check your policy at the front desk. We do not take SIS or EsSalud.",
        "insured, health plan, policy, coverage, covered, Pacífico, Rímac, Mapfre, SIS, EsSalud, reimbursement",
    ),
    _entry(
        "bring",
        "What should I bring to my first visit?",
        "For your first visit, bring:\n• Your *ID* or passport\n• Earlier tests and prescriptions, if you have them\n"
        "• A list of the medicines you take\n• Your insurance card, if you will use it\n"
        "Please come 15 minutes early so that we can open your record.",
        "first time, first appointment, documents, papers, requirements, passport, ID, new patient",
    ),
    _entry(
        "results",
        "When will my lab results be ready?",
        "Common tests are ready *the same day from 4:00 pm*; cultures take 3 to 5 days. "
        "Pick them up at the front desk with your ID, or ask for them by email at resultados@sanmartin.example. "
        "I cannot send them here yet.",
        "result, test results, blood test results, pick up results, ready, report",
    ),
    _entry(
        "specialties",
        "Which specialties do you have?",
        "We have *general medicine, pediatrics, gynecology, nutrition and psychology*, and also a lab and ultrasound. "
        "If you need another specialty, our doctors will guide you and write the referral.",
        "services, doctors, specialists, pediatrician, gynecologist, nutritionist, psychologist, ultrasound, lab, "
        "general medicine",
    ),
    _entry(
        "emergency",
        "Do you see emergencies?",
        "If it is an emergency, *call 106 (SAMU) or 116 (fire brigade) now* or go to the nearest hospital: "
        "we have no emergency room. If it can wait until we open, we see you without an appointment, first come "
        "first served.",
        "urgent, ambulance, accident, serious, bad pain, severe, fainted, bleeding, cannot breathe, high fever, "
        "seizure",
    ),
    _entry(
        "phone",
        "What is the clinic's phone number?",
        "Our phone is *(01) 555-0142*, Monday to Friday from 8:00 am to 7:00 pm and Saturday from 8:00 am to 1:00 pm. "
        "You can also write to hola@sanmartin.example.",
        "number, telephone, landline, email, mail",
    ),
    _entry(
        "appointments",
        "How do I make an appointment?",
        "To make an appointment call *(01) 555-0142* or write *person* and someone from the team will help you here. "
        "General medicine also sees patients without an appointment, first come first served.",
        "see a doctor, book, walk in, walk-ins, slot, availability, available",
    ),
    _entry(
        "appointments",
        "How do I change or cancel my appointment?",
        "No problem: you can change or cancel free of charge up to 4 hours before. Call *(01) 555-0142* "
        "or write *person* and we will sort it out here.",
        "cancel, reschedule, move, postpone, change the date, cannot make it",
    ),
    _entry(
        "blood_test",
        "How do I prepare for a blood test?",
        "Come *fasting for 8 to 12 hours* (water is fine, coffee and juice are not), and avoid alcohol and hard "
        "exercise "
        "from the day before. We take samples *Monday to Friday from 7:00 to 10:30 am* and Saturdays until 10:00 am. "
        "Keep taking your medicines unless your doctor told you otherwise.",
        "fast, fasting, eat before, breakfast, drink water, preparation, blood sample, blood work, blood count, "
        "glucose, "
        "cholesterol, lab",
    ),
    _entry(
        "vaccines",
        "Which vaccines do you have?",
        "We have *influenza (S/ 70), pneumococcal (S/ 260), hepatitis B (S/ 80), HPV (S/ 480) and tetanus (S/ 50)*. "
        "No appointment needed, Monday to Friday from 9:00 am to 5:00 pm. Bring your vaccination card. "
        "Several are free at public health centres.",
        "vaccine, baby vaccines, vaccines for kids, vaccination, vaccinated, vaccine price, shot, shots, flu, "
        "influenza, pneumococcal, hepatitis, HPV, "
        "tetanus, injection, jab",
    ),
    _entry(
        "children",
        "Do you see children?",
        "Of course! Our *pediatrician is here Monday to Friday from 9:00 am to 5:00 pm and Saturdays from 8:00 am to "
        "noon*, "
        "for newborns up to 14 years. Bring the child's health card; an adult has to come along.",
        "age, bring my baby, bring my child, child, kid, kids, baby, babies, newborn, toddler, daughter, "
        "pediatrician, pediatrics",
    ),
    _entry(
        "certificates",
        "Do you give medical certificates and prescriptions?",
        "Yes. A *health certificate costs S/ 80*, consultation included; *sick notes* and *prescriptions* are given "
        "by the "
        "doctor during the consultation, when appropriate. We cannot issue them over WhatsApp.",
        "certificate, sick note, sick leave, doctor's note, medical note, prescription, refill",
    ),
    _entry(
        "access",
        "Is there wheelchair access?",
        "Yes: there is a *ramp at the entrance, a lift and an adapted toilet*, and a wheelchair if you need one. "
        "Tell us at the door and we will help you in. Older people, pregnant women and people with disabilities go "
        "first.",
        "wheelchair, ramp, lift, elevator, disability, disabled, pregnant, elderly, crutches",
    ),
)
