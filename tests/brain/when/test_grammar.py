"""Which rules are tried where: those that a message's next two letters leave, and never one too few."""

import pytest

from recado.brain.rules.when import exclusions, lexer
from recado.brain.rules.when.grammar import Alphabet
from recado.brain.rules.when.resolver import MENTIONS
from tests.brain.when.test_cases import TABLE

ALPHABET = Alphabet(("a", "b", "c", "d", "e"), {"AB": "a b"})


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("a b c", "a", "b"),
        ("a? AB (c | d)", "ab", "abcd"),
        ("a (b c)? d", "a", "bd"),
        ("a{1,2} c", "a", "ac"),
        ("(?<! e) <name:a | b c> d", "ab", "cd"),
        ("a b? $", "a", "b$"),
        ("a (?= (b | c) d)", "a", "bc"),
        ("a (?= $ | b)", "a", "$b"),
        ("a? b (?= c)", "ab", "bc"),
        ("(a | (?= b) b) (?! c) d", "ab", "d"),
        ("a . b", "a", "abcde"),
    ],
)
def test_a_rule_tells_how_what_it_matches_begins(rule: str, first: str, second: str) -> None:
    letters = {ALPHABET.of(name): name for name in "abcde"} | {"": "$"}
    starts, follows = ALPHABET.beginning(rule)
    assert {letters[letter] for letter in starts} == set(first)
    assert follows is not None
    assert {letters[letter] for letter in follows} == set(second)


@pytest.mark.parametrize("rule", ["a", "a b?", "a (?! b)", "a (?= b?)", "a (b | (?<= a))"])
def test_anything_may_follow_what_may_be_one_letter(rule: str) -> None:
    assert ALPHABET.beginning(rule)[1] is None


@pytest.mark.parametrize("rule", ["", "a?", "$", "(a", "a)", "a b) c"])
def test_a_rule_that_begins_with_nothing_or_is_not_closed_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="a rule must begin with something"):
        ALPHABET.beginning(rule)


def test_no_rule_that_matches_is_left_out() -> None:
    for _, language, text, _ in TABLE[::10]:
        tokens = lexer.read(text, language)
        for grammar in (MENTIONS, exclusions.GRAMMAR):
            for at in range(len(tokens.letters)):
                tried = grammar.that_may_begin(tokens.letters[at : at + 2])
                left_out = [rule for rule in grammar.rules if rule not in tried]
                matching = [rule.rule.text for rule in left_out if rule.match(tokens.letters, at) is not None]
                assert not matching, text
