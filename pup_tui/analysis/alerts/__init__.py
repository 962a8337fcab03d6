"""Alerts: read out of what somebody pasted, and the runbooks that fit them, with reasons."""
