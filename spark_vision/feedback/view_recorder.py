"""Learning from decisions: views are kept in their transaction, and the catalogue team has the last word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from spark_vision.core.account import Actor, Role
from spark_vision.core.decision import Decision
from spark_vision.core.errors import NotFoundError, PermissionDeniedError, VersionConflictError
from spark_vision.core.feed import Cursor
from spark_vision.core.learned_view import LearnedView, removed, restored, view_of
from spark_vision.core.post import Photo, Post, PostState
from spark_vision.database.store import Store, UnitOfWork
from spark_vision.tagging.context import ExpectedVersions

CatalogueActor = Actor | None
"""Who asks: one of the catalogue team, or (None) whoever runs commands on the service's machine."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ViewRecorder:
    """A DecisionObserver that stores views.

    Attributes:
        clock: For events without a time of their own.
        new_account_days: Days in which a poster's account is new, so that its views weigh little for others.
    """

    clock: Callable[[], datetime] = _now
    new_account_days: int = 7

    def decided(self, work: UnitOfWork, decision: Decision) -> None:
        """Keep what the decision teaches; what the team has removed before stays removed."""
        post = work.posts.get(decision.post_id)
        view = None if post is None else view_of(decision, post.photo.digest)
        if view is None:
            return
        before = work.learned.removal(view)
        if before is not None and before.removed_at is not None:
            view = removed(view, before.removed_by, before.removed_at)
        shared = post is not None and post.state is PostState.PUBLISHED
        shared = shared and work.accounts.is_in_good_standing(view.poster_id)
        work.learned.add(replace(view, shared=shared, established=self._is_established(work, view)))

    def shown(self, work: UnitOfWork, post_id: str) -> None:
        """Let the views of a post count for others while it is published."""
        work.learned.share(post_id=post_id)

    def _is_established(self, work: UnitOfWork, view: LearnedView) -> bool:
        account = work.accounts.get(view.poster_id)
        if account is not None and account.role is not Role.POSTER:
            return True
        age = view.learned_at - work.accounts.created_at(view.poster_id)
        return age >= timedelta(days=self.new_account_days)

    def moved(self, work: UnitOfWork, decision: Decision, first: str) -> None:
        """The view is of what the tag is about now; one that the team has removed stays removed."""
        work.learned.move(first, decision.box)

    def withdrawn(self, work: UnitOfWork, decision: Decision) -> None:
        """Take back what the earlier decision taught."""
        if decision.withdraws is not None:
            work.learned.withdraw(decision.withdraws, decision.at)

    def forgotten(self, work: UnitOfWork, post_id: str) -> None:
        """Take back all that a post taught."""
        work.learned.withdraw_post(post_id, self.clock())


@dataclass(frozen=True, slots=True)
class ViewDetails:
    """A view as the catalogue team sees it. poster: the name of who decided; photo: of the post, where who
    asks may see the post at all: a draft's picture is its poster's alone.
    """

    view: LearnedView
    poster: str
    photo: Photo | None


def list_views(
    store: Store, actor: CatalogueActor, product_id: str, behind: Cursor, count: int
) -> list[ViewDetails]:
    """Views that were not withdrawn, newest first; raises PermissionDeniedError."""
    _check(actor)
    with store.reading() as work:
        return _shown(work, work.learned.page(product_id, behind, count), actor)


def count_views(store: Store, actor: CatalogueActor) -> int:
    """How many views stand; raises PermissionDeniedError."""
    _check(actor)
    with store.reading() as work:
        return work.learned.count()


def find_view(store: Store, actor: CatalogueActor, view_id: str) -> ViewDetails:
    """One of them; raises PermissionDeniedError, NotFoundError."""
    _check(actor)
    with store.reading() as work:
        (shown,) = _shown(work, [_found(work, view_id)], actor)
    return shown


def remove_view(
    store: Store, actor: CatalogueActor, view_id: str, versions: ExpectedVersions, now: datetime
) -> LearnedView:
    """Take a view out of suggestions; one that is out already stays as it is.

    Raises PermissionDeniedError, NotFoundError, VersionConflictError, and ConflictError where the poster
    took it back.
    """
    return _change(
        store, actor, view_id, versions, lambda view: removed(view, None if actor is None else actor.id, now)
    )


def restore_view(
    store: Store, actor: CatalogueActor, view_id: str, versions: ExpectedVersions
) -> LearnedView:
    """Put a removed view back; raises what `remove_view` does."""
    return _change(store, actor, view_id, versions, restored)


def _change(
    store: Store,
    actor: CatalogueActor,
    view_id: str,
    versions: ExpectedVersions,
    change: Callable[[LearnedView], LearnedView],
) -> LearnedView:
    _check(actor)
    with store.writing() as work:
        view = _found(work, view_id)
        if versions is not None and view.version not in versions:
            raise VersionConflictError("The view was changed since you have seen it; get it again.")
        changed = change(view)
        return view if changed == view else work.learned.save(changed)


def _found(work: UnitOfWork, view_id: str) -> LearnedView:
    view = work.learned.held(view_id)
    if view is None:
        raise NotFoundError(f"There is no learned view {view_id[:100]!r}.")
    return view


def _shown(work: UnitOfWork, views: Sequence[LearnedView], actor: CatalogueActor) -> list[ViewDetails]:
    """In as many queries for one view as for many."""
    posters = work.accounts.many({view.poster_id for view in views})
    posts = work.posts.many({view.post_id for view in views})
    return [
        ViewDetails(view, posters[view.poster_id].name, _visible_photo(posts.get(view.post_id), actor))
        for view in views
    ]


def _visible_photo(post: Post | None, actor: CatalogueActor) -> Photo | None:
    visible = post is not None and actor is not None and post.is_visible_to(actor)
    return post.photo if post is not None and visible else None


def _check(actor: CatalogueActor) -> None:
    if actor is not None and not actor.has(Role.CATALOGUE, Role.ADMIN):
        raise PermissionDeniedError("Learned views are for the catalogue team.")
