"""The platform's own store of passwords, through the `keyring` library (an extra)."""

from __future__ import annotations


async def read_keyring(service: str, user: str) -> str | None:
    """The password of a user of a service, None where there is none.

    Raises ValueError with a sentence where the store cannot be asked. In a thread: the store may ask the
    operator to unlock it.
    """
    import asyncio

    try:
        # Late: it looks for backends among everything that is installed.
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        told = "the library `keyring` is not installed"
        raise ValueError(f"{told}; install pup-tui[keyring]") from None
    try:
        return await asyncio.to_thread(keyring.get_password, service, user)
    except KeyringError as error:
        raise ValueError(f"the keyring cannot be read ({error or type(error).__name__})") from None
