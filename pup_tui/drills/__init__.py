"""Game days at the desk: incidents that the sandbox plays, and how somebody did."""
