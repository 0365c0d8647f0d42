"""Makes the weights of the rules brain's intent classifier from the data set beside it."""
