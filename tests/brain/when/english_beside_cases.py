"""English messages in which something stands beside the day and the hour that are wished: what else somebody has to
do, a limit, a second errand; and ways of saying them from many countries. The notation is told in `notation.py`."""

from datetime import datetime
from zoneinfo import ZoneInfo

MESSAGES: tuple[tuple[datetime, tuple[tuple[str, str], ...]], ...] = (
    (
        # Wednesday.
        datetime(2027, 3, 17, 11, 5, tzinfo=ZoneInfo("America/New_York")),
        (
            ("the day following tomorrow", "03-19"),
            ("this day week", "03-24"),
            ("this day fortnight", "03-31"),
            ("tomorrow preferably, otherwise friday", "? options=2027-03-18,2027-03-19"),
            ("tuesday gone", "03-16 ? past"),
            ("on the 20", "03-20"),
            ("20th to the 24th", "?"),
            ("your guy was here monday", "03-15 past"),
            ("after payday", "? vague"),
            ("after exams", "? vague"),
            ("within the week", "? vague"),
            ("this sat or next", "? options=2027-03-20,2027-03-27"),
            ("monday i'm at work", "from_date=2027-03-22"),
            ("forget friday", "from_date=2027-03-19"),
            ("friday's out", "from_date=2027-03-19"),
            ("friday is out for me", "from_date=2027-03-19"),
            ("every day but wednesday", "?"),
            ("12nn", "12:00"),
            ("5 on the dot", "17:00"),
            ("tonight 7", "03-17 19:00"),
            ("fri nine fifteen", "03-19 09:15"),
            ("fri nine-thirty", "03-19 09:30"),
            ("friday nine", "03-19 09:00"),
            ("friday 9", "03-19 09:00"),
            ("friday, 9", "03-19 09:00"),
            ("9 friday", "03-19 09:00"),
            ("9 on friday", "03-19 09:00"),
            ("nine on friday", "03-19 09:00"),
            ("friday 9 is good", "03-19 09:00"),
            ("9 would be great", "09:00"),
            ("is 3 ok", "15:00"),
            ("ten-thirty am", "10:30"),
            ("6-45 pm", "18:45"),
            ("ten in the am", "10:00"),
            ("3 in the pm", "15:00"),
            ("take 1 at night", "part_of_day=night"),
            ("9th and main", "-"),
            ("at 5th and main", "-"),
            ("nye at 10pm", "12-31 22:00"),
            ("mother's day", "05-09"),
            ("father's day", "06-20"),
            ("juneteenth", "06-19"),
            ("st patrick's day", "03-17"),
            ("st paddy's day", "03-17"),
            ("thursday works best, but friday is fine as well", "? options=2027-03-18,2027-03-19"),
            ("could we do 4 rather than 5 on monday", "03-22 16:00"),
            ("i accidentally booked tuesday, i wanted wednesday", "03-24 from_date=2027-03-23"),
            ("flying out on the 26th so before that", "?"),
            ("second half of april", "? vague"),
            ("the first few days of april", "? vague"),
            ("april 10ish", "04-10"),
            ("thurs 4?", "03-18 16:00"),
            ("4 thurs?", "03-18 16:00"),
            ("tmrw at like 10 or 11", "03-18 ? options=10:00,11:00"),
            ("next mth", "? vague"),
            ("tdy at 5", "03-17 17:00"),
            ("tues eve 6", "03-23 18:00"),
            ("friyay at 5", "03-19 17:00"),
            ("25th thu", "03-25"),
            ("sunday gone", "03-14 ? past"),
            ("3-00 pm", "15:00"),
            ("quarter-to-three", "14:45"),
            ("half-past three", "15:30"),
            ("half-three", "15:30"),
            ("can i come at 1? i have to pick up my kids at 3", "13:00"),
            ("can i come at 1? i've got class at 3", "13:00"),
            ("can i come at 1? my shift starts at 3", "13:00"),
            ("thursday? wednesday i have a thing", "03-18"),
            ("tuesday at 5:30? i get out at 5", "03-23 17:30"),
            ("my insurance expires on the 31st so i need it before then", "?"),
            ("i get paid on the 15th so any day after that", "?"),
            ("i'm off thursday, friday too", "? options=2027-03-18,2027-03-19"),
            ("up to thursday", "?"),
            ("between now and thursday", "?"),
            (
                "Hi just wanted to confirm that I have an appointment tomorrow the 18th at 2:15 with Dr. Shah",
                "03-18 14:15",
            ),
            (
                (
                    "Good evening, my wife has a follow up on 03/22 at 11 am, she has to travel, kindly shift it to "
                    "03/25 in the evening"
                ),
                "03-25 part_of_day=evening",
            ),
            ("i need a taxi to the airport on the 24th at 5 in the morning, flight is at 8:20", "03-24 05:00"),
            (
                (
                    "My husband's truck won't start, could the mobile guy swing by Friday around 8 before he leaves "
                    "for work"
                ),
                "03-19 08:00",
            ),
            ("can you do 12 noon Sat", "03-20 12:00"),
            (
                (
                    "we were thinking maybe a party for 20 on saturday april 10th from 2 to 6 but if the room is "
                    "taken then the 17th would also be ok"
                ),
                "? options=2027-04-10,2027-04-17 time_from=14:00 time_to=18:00",
            ),
            (
                (
                    "hello i have to cancel my appointment for this friday march 19 at 2 pm my babysitter cancelled "
                    "on me, can we do it the following friday same time"
                ),
                "03-26 from_date=2027-03-19 from_time=14:00",
            ),
            ("i got a letter dated march 8 that says i owe 120 dollars by april 5, can i pay over the phone", "?"),
            ("my prescription runs out on the 21st and i need the doctor to see me before then", "?"),
            ("Can I bring both kids Saturday, one at 9 and the other at 9:30", "03-20 ? options=09:00,09:30"),
            ("gm, 2 dozen roses for Mothers day delivered to 88 Pine st pls", "05-09"),
            ("It's either a 9am or nothing for me on Monday, I start at 10:30", "03-22 09:00"),
            ("We'd need the bus at 5:45 am on April 9th, return on the 11th in the evening", "04-09 05:45"),
            ("the baby is due may 30 and i want the shower 3 weeks before", "05-09"),
            ("i'd prefer friday but thursday is ok too", "? options=2027-03-19,2027-03-18"),
            ("oh no I completely forgot about today's 10:30!! so so sorry, can I still come?", "03-17 10:30 ? past"),
        ),
    ),
    (
        # Saturday.
        datetime(2026, 8, 29, 18, 40, tzinfo=ZoneInfo("Europe/London")),
        (
            ("we'll leave it till after the October half term", "? vague"),
            ("I could do any evening bar Tuesdays", "?"),
            ("will pop by Monday arvo if that's ok, say 3?", "08-31 15:00"),
            ("Can I change from the 1 pm to the 3 pm on Friday?", "09-04 15:00"),
            ("hi its Niamh, 1.45 on the 9th suits me fine", "09-09 13:45"),
            ("Dad's funeral is Friday so could we do the Monday after instead", "09-07"),
        ),
    ),
    (
        # Monday.
        datetime(2028, 2, 28, 9, 15, tzinfo=ZoneInfo("Asia/Kolkata")),
        (
            ("Postpone it to next week same day", "03-06"),
            ("I am free only post 7 pm on weekdays", "? time_from=19:00 vague"),
            ("In another 2 days I will come", "03-01"),
            ("next to next week monday", "03-13"),
            ("1st week of march", "? vague"),
        ),
    ),
    (
        # Friday.
        datetime(2026, 12, 18, 20, 30, tzinfo=ZoneInfo("Australia/Sydney")),
        (
            ("Chrissie eve, 9am, last groom of the year for Bluey", "12-24 09:00"),
            ("two fridays ago you fixed the gate and its stuffed again", "12-04 past"),
            ("1400 on the 21st", "12-21 14:00"),
            ("What's the earliest you've got Monday", "12-21"),
            ("gimme a bell on the 21st round 10", "12-21 10:00"),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 5, 6, 7, 50, tzinfo=ZoneInfo("Asia/Manila")),
        (
            ("is Doc available on Mother's Day", "05-09"),
            ("Next next Saturday po?", "05-22"),
            ("The doctor said come back after 2 weeks", "05-20"),
        ),
    ),
    (
        # Tuesday.
        datetime(2026, 10, 13, 14, 20, tzinfo=ZoneInfo("America/Los_Angeles")),
        (
            ("For the Friday in the morning at the 9", "10-16 09:00"),
            ("at the 4 and half please", "16:30"),
            ("the Wednesday of the next week at the five of the afternoon", "10-21 17:00"),
            ("between now and Thursday whenever", "?"),
            ("this thursday or next", "? options=2026-10-15,2026-10-22"),
            ("Can I drop the car the night before, appointment is wed 7:30", "10-14 07:30"),
            ("Tomorrow's fine. 11?", "10-14 11:00"),
        ),
    ),
    (
        # Sunday.
        datetime(2027, 1, 31, 6, 30, tzinfo=ZoneInfo("America/Chicago")),
        (
            ("same day next month?", "02-28"),
            ("Monday 2/1/27 - 0830", "02-01 08:30"),
        ),
    ),
    (
        # Friday.
        datetime(2027, 6, 25, 9, 50, tzinfo=ZoneInfo("Asia/Kolkata")),
        (
            ("kindly send the technician today by 4 pm as guests are coming tomorrow", "06-25 time_to=16:00"),
            (
                "I will reach by 10:30, please keep file ready, Dr told to show report after 1 week",
                "07-02 time_to=10:30",
            ),
            ("exam is over on 30th, we can come any day after that", "?"),
        ),
    ),
    (
        # Wednesday.
        datetime(2026, 9, 2, 16, 35, tzinfo=ZoneInfo("America/Chicago")),
        (
            ("thurz at 4", "09-03 16:00"),
            ("friday bout 130?", "09-04 13:30"),
            ("hey girl its tasha i need my lashes filled before my cruise on the 11th", "?"),
            ("hit me up wed", "-"),
            ("Tuesday the 8th, or failing that Wednesday the 9th", "? options=2026-09-08,2026-09-09"),
        ),
    ),
    (
        # Monday.
        datetime(2027, 11, 29, 10, 10, tzinfo=ZoneInfo("America/New_York")),
        (
            ("I have a reservation the day 4 of december, I want to change it to the day 5", "12-05"),
            ("Please for today at the afternoon, at the 4", "11-29 16:00"),
            ("The first of december, at the 8 and quarter", "12-01 08:15"),
        ),
    ),
    (
        # Wednesday.
        datetime(2027, 2, 10, 12, 20, tzinfo=ZoneInfo("Asia/Karachi")),
        (("need it before Eid", "? vague"),),
    ),
    (
        # Friday.
        datetime(2026, 7, 31, 17, 55, tzinfo=ZoneInfo("Europe/London")),
        (
            ("Got your text. Aye the 7th's fine, ten o'clock.", "08-07 10:00"),
            ("ill swing round about 5 if thats alright", "17:00"),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 9, 9, 13, 25, tzinfo=ZoneInfo("America/Denver")),
        (
            (
                "Good afternoon, is Dr. Whitaker accepting new patients? I could come any Tuesday or Thursday.",
                "? vague",
            ),
            ("tomorrow is no good after all. day after?", "09-11"),
            ("Put my mom in for the flu shot Oct 1, she's 81 and uses a walker", "10-01"),
        ),
    ),
    (
        # Sunday.
        datetime(2028, 4, 23, 8, 45, tzinfo=ZoneInfo("Europe/London")),
        (
            ("Hello, would it be possible to have the piano tuned before the concert on the 6th of May?", "?"),
            ("I shan't be needing the taxi on Tuesday after all, thank you.", "from_date=2028-04-25"),
            (
                "Is it okay to drop the sample in first thing Tuesday? Fasting from 10 the night before",
                "04-25 time_from=10:00",
            ),
            ("Can't do the 1st (bank hol), 2nd's okay", "05-02"),
            ("The ewes start lambing around the 28th, can you scan them before that?", "?"),
            ("I'd be free from about 20 past 4 on Friday", "04-28 time_from=16:20"),
        ),
    ),
    (
        # Thursday.
        datetime(2026, 6, 11, 19, 15, tzinfo=ZoneInfo("Asia/Manila")),
        (
            ("Hello po, ask ko lang if open kayo on June 12? holiday po kasi", "06-12"),
            ("ok po noted June 19 1:30pm", "06-19 13:30"),
            ("move po sana ng 2pm instead of 1pm sa Sat", "06-13 14:00"),
        ),
    ),
    (
        # Thursday.
        datetime(2027, 12, 30, 16, 0, tzinfo=ZoneInfo("Africa/Johannesburg")),
        (("We trek to Cape Town on the 2nd so it must be before that", "?"),),
    ),
    (
        # Saturday.
        datetime(2026, 10, 31, 9, 20, tzinfo=ZoneInfo("America/New_York")),
        (
            (
                "Trick or treat is tonight so closing early? I wanted to pick up my glasses around 3 today",
                "10-31 15:00",
            ),
            ("I'd rather come next Friday than this Monday if it's all the same to you", "11-06"),
        ),
    ),
    (
        # Tuesday.
        datetime(2027, 8, 3, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata")),
        (("Rakhi is on 17th, want parlour appointment one day before at 4 pm", "08-16 16:00"),),
    ),
    (
        # Monday.
        datetime(2026, 10, 26, 7, 12, tzinfo=ZoneInfo("America/Lima")),
        (
            ("bring my 3.30 tomorrow forward to 2", "10-27 14:00 from_time=15:30"),
            ("Thursday 11.30 appointment pull it ahead to 10", "10-29 10:00 from_time=11:30"),
            ("can Friday's appointment be brought forward to Thursday", "10-29 from_date=2026-10-30"),
            ("looking forward to Tuesday at 3", "10-27 15:00"),
            ("I was at yours on Tuesday and left my charger", "10-20 past"),
            ("as soon as a chair frees up", "soonest"),
            ("anytime past 2 on Friday", "10-30 time_from=14:00"),
            ("a bit past 2 on Friday", "10-30 14:00"),
            ("I'm free from ten till five tomorrow", "10-27 time_from=10:00 time_to=17:00"),
            ("ten till five tomorrow", "10-27 16:50"),
            ("my exam's not until the 12th so Friday works", "10-30"),
            ("sometime in Q2", "? vague"),
            ("Wednesday as we planned", "10-28"),
        ),
    ),
)
