"""Alerts that come by themselves: what listens for them, who may send, and what is kept of them."""
