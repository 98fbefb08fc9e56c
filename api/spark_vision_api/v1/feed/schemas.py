"""Posts as others see them, in pages."""

from pydantic import BaseModel, Field

from spark_vision_api.v1.posts.schemas import PostOut


class SmilesOut(BaseModel):
    """Smiles at a post."""

    smiles: int
    smiled: bool = Field(description="Whether you are one of them.")


class FeedPostOut(PostOut):
    """A post, with who smiled at it."""

    smiles: int
    smiled: bool = Field(description="Whether you are one of them.")
    earns: bool = Field(
        description="Whether its poster earns by orders that its tags lead to: to be disclosed beside it."
    )


class FeedOut(BaseModel):
    """A page of posts, newest first."""

    posts: list[FeedPostOut]
    next: str | None = Field(description="The cursor of the next page; null at the end.")
