"""What instructors need: submissions, marks, leaderboards and private pictures."""
