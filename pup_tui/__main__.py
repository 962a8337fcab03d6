"""`python -m pup_tui`."""

from __future__ import annotations

from pup_tui.cli.main import main

if __name__ == "__main__":
    main()
