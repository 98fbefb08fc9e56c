"""Who may keep an answer: everybody's caches, or the browser of the one who asked."""

from spark_vision.app.settings import Settings

# A key, or the cookie of a session.
VARY_CREDENTIALS = "Authorization, Cookie"


def public_cache(settings: Settings, kept: str) -> dict[str, str]:
    """Headers of what is the same for all who may look around; kept: for how long, as Cache-Control has it.

    Where one has to be signed in to look around, a cache between would show it to those who are not.
    """
    return {"Cache-Control": f"public, {kept}"} if settings.anonymous_browsing else private_cache(kept)


def private_cache(kept: str) -> dict[str, str]:
    """Headers of what not everybody may see, or sees otherwise."""
    return {"Cache-Control": f"private, {kept}", "Vary": VARY_CREDENTIALS}
