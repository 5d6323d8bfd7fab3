"""Access tokens of the shop's users."""

from datetime import datetime, timezone


def token_expired(token: dict) -> bool:
    """Whether the lifetime of an access token has passed."""
    return token["expires_at"] <= datetime.now(timezone.utc)


def refresh(token: dict, session) -> dict:
    """Ask the server for a new token in place of an old one."""
    return session.post("/token", json={"refresh": token["refresh"]}).json()
