"""AWS Systems Manager Automation documents, schema 0.3."""
