"""`sql` steps: the executor, and the client that it runs as a process of its own."""
