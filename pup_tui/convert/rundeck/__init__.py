"""Jobs of Rundeck, as YAML, JSON and XML."""
