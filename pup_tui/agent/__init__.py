"""Access for agents over MCP: they read, plan, and ask for runs that a person approves."""
