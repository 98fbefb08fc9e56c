"""What an account has of its own, as a whole: posts by state, smiles, clicks, and drafts."""

from dataclasses import dataclass

from spark_vision.core.account import Actor
from spark_vision.core.errors import AuthenticationRequiredError
from spark_vision.core.post import Post, PostState
from spark_vision.database.store import Store


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """posts: how many are in each state that has any; smiles: at all of them; clicks: by post; drafts: the
    newest, newest first.
    """

    posts: dict[PostState, int]
    smiles: int
    clicks: dict[str, int]
    drafts: tuple[Post, ...]


def get_account_summary(store: Store, actor: Actor, drafts: int) -> AccountSummary:
    """The actor's own, with at most so many drafts; raises AuthenticationRequiredError."""
    if actor.id is None:
        raise AuthenticationRequiredError("Only an account has posts of its own.")
    with store.reading() as work:
        tallies = work.posts.tally(actor.id)
        return AccountSummary(
            posts={state: tally.posts for state, tally in tallies.items()},
            smiles=sum(tally.smiles for tally in tallies.values()),
            clicks=work.clicks.by_post(actor.id),
            drafts=tuple(work.posts.drafts(actor.id, drafts)),
        )
