"""`ETag` and `If-Match`: a change builds on what its sender has seen."""

import re
from typing import Annotated

from fastapi import Depends, Header

from spark_vision.core.post import Post
from spark_vision.tagging.context import ANY_VERSION, ExpectedVersions
from spark_vision_api.http.caching import VARY_CREDENTIALS
from spark_vision_api.http.error_handlers import VersionNeededError

_ETAG = re.compile(r'\s*(W/)?"([^"]*)"\s*')
_IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag of the post as it was seen; where it has changed since, nothing is done (412).",
        examples=['"3"'],
    ),
]


def etag_of(version: int) -> dict[str, str]:
    """The ETag of something, its version; caches ask anew each time."""
    return {"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}


def headers_of(post: Post) -> dict[str, str]:
    """The ETag of a post; what one sees of it depends on who asks."""
    return {**etag_of(post.version), "Vary": VARY_CREDENTIALS}


async def _versions(if_match: _IfMatch = None) -> ExpectedVersions:
    """The versions that a change may build on: those of If-Match; any without it, or with `*`."""
    if if_match is None or if_match.strip() == "*":
        return ANY_VERSION
    # Weak tags and those that are none of ours match nothing.
    found = [_ETAG.fullmatch(part) for part in if_match.split(",")]
    ours = [tag[2] for tag in found if tag is not None and tag[1] is None]
    return frozenset(int(text) for text in ours if text.isascii() and text.isdecimal() and len(text) < 10)


async def _needed_versions(if_match: _IfMatch = None) -> ExpectedVersions:
    """The same, where one must say what was seen."""
    if if_match is None:
        raise VersionNeededError("Send the post's ETag as If-Match, so that nobody's change is overwritten.")
    return await _versions(if_match)


IfMatch = Annotated[ExpectedVersions, Depends(_versions)]
RequiredIfMatch = Annotated[ExpectedVersions, Depends(_needed_versions)]
