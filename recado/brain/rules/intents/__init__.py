"""What a person wants, in one of twelve words: a small linear classifier, read from a file of weights."""
