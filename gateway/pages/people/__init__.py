"""The pages of those who answer for people: who there is, who is invited, who is suspended or has ended."""
