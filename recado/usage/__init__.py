"""What models were used for: tokens and money, by project and day, and the budgets of a day."""
