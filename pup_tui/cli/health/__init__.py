"""What `pup-tui doctor` looks at, one part a module; each gives findings."""
