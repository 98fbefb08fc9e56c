"""Posts and the photos they show."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from spark_vision.database.base import Base
from spark_vision.database.tables.accounts import AccountRow


class PhotoRow(Base):
    """A photo's files. state: arriving, kept or leaving; widths: of the smaller copies, a JSON list.

    token: of the time that the files are here; another where they left and came again.
    """

    __tablename__ = "photos"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    widths: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), index=True)
    token: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime]


class PostRow(Base):
    """A post. boxes: a JSON list of [x, y, width, height]; published_at stays when the post is hidden.

    removal_reason: why a moderator removed it; empty otherwise.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_feed", "state", "published_at", "id"),
        Index("ix_posts_poster_feed", "poster_id", "state", "published_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    poster_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    photo_digest: Mapped[str] = mapped_column(ForeignKey("photos.digest"), index=True)
    caption: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    boxes: Mapped[list[list[float]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    removal_reason: Mapped[str] = mapped_column(Text, server_default="")

    poster: Mapped[AccountRow] = relationship(lazy="joined", innerjoin=True)
    photo: Mapped[PhotoRow] = relationship(lazy="joined", innerjoin=True)
