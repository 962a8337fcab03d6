"""Runbooks that run at set times: what is planned, which moments those are, and what is due."""
