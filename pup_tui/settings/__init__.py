"""What surrounds one call of the program, read once: command line, environment, `config.yaml`, terminal."""
