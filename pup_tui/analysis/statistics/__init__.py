"""What past runs say of runbooks: counts, times, what fails, what they save."""
