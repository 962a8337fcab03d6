"""What answers in JSON say: the things in them, their states and numbers, and tables of them by kind."""
