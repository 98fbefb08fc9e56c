"""What can be set, by environment variables with the prefix SPARK_VISION_ or a `.env` file."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from spark_vision.app.settings_errors import all_wrong, unread
from spark_vision.core.account import Role
from spark_vision.core.errors import SettingsError
from spark_vision.media.limits import PictureLimits

_PREFIX, _FILE = "SPARK_VISION_", ".env"


def _currency(text: str) -> str:
    if text and not re.fullmatch("[A-Za-z]{3}", text):
        raise ValueError("should be three letters, such as EUR")
    return text.upper()


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|(cuda|xpu)(:\d+)?", text):
        raise ValueError("should be auto, cpu, cuda, one of several such as cuda:1, or mps")
    return text


class Settings(BaseSettings):
    """All settings with their defaults; read when an instance is made, never at import."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=_FILE, extra="ignore", frozen=True)

    index_dir: Path = Field(default=Path("index"), description="Index versions, pointer and embedding cache.")
    model: str = Field(default="spark-mini", description="The MODEL that an index is built with.")
    model_folders: tuple[Path, ...] = Field(
        default=(),
        description="Folders that are searched for the model of an index, by the digest of its weights.",
        examples=[["/srv/models"]],
    )
    index_kind: str | None = Field(
        default=None,
        description="`flat`, `hnsw`, `ivf`, `ivf-pq`; without, the number of pictures decides.",
    )
    keep_versions: int = Field(default=10, gt=0, description="How many index versions stay.")
    max_removed_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Share of the live products that a feed may remove; a version that removes more is held.",
    )
    min_recall: float = Field(
        default=0.98, ge=0, le=1, description="Recall@10 that an approximate index must reach to go live."
    )
    shop_currency: Annotated[str, AfterValidator(_currency)] = Field(
        default="", description="Currency of Shopify exports, such as EUR."
    )
    shop_url: str = Field(default="", description="The shop's address, for the links of Shopify exports.")
    picture_networks: tuple[str, ...] = Field(
        default=(),
        description="Private networks that pictures may be fetched from, such as 10.2.0.0/16.",
        examples=[["10.2.0.0/16"]],
    )
    import_addresses: bool = Field(
        default=True, description="Whether the API may be told to fetch a feed from a public address."
    )
    fetch_credentials: dict[str, str] = Field(
        default={},
        repr=False,
        description="Credentials of hosts that feeds and pictures are fetched from: an address to `basic"
        " USER:PASSWORD` or `bearer TOKEN`. They are sent to that host and port only.",
        examples=[{"https://feeds.shop.example": "bearer TOKEN"}],
    )
    notice_url: str = Field(
        default="",
        description="Address that gets a signed webhook when a scheduled import fails or is held.",
    )
    notice_secret: str = Field(
        default="", repr=False, description="Signs these webhooks (HMAC-SHA256, as Standard Webhooks does)."
    )
    import_folder: Path | None = Field(
        default=None, description="A folder whose feeds the API may be told to read; unset: none."
    )
    max_feed_bytes: int = Field(
        default=512 * 1024 * 1024, gt=0, description="Of a feed that is sent or fetched."
    )
    keep_imports: int = Field(default=100, gt=0, description="How many imports that are over are remembered.")
    picture_timeout: float = Field(default=30, gt=0, description="Seconds that fetching a picture may take.")
    picture_gone_runs: int = Field(
        default=3,
        gt=0,
        description="Runs in a row in which a picture's host must refuse it (404, 410, no picture) before the"
        " picture is removed. A host that is in trouble (5xx, 429, no answer) removes nothing.",
    )
    regions: Literal["objects", "detector", "off"] = Field(
        default="objects",
        description="Whether things in a photo are looked for by what stands out (`objects`), by a detector"
        " of torchvision (`detector`), or only where a request asks for it (`off`).",
    )
    regions_most: int = Field(default=4, ge=0, le=20, description="Regions that are looked up in a photo.")
    detector: str = Field(
        default="fasterrcnn_mobilenet_v3_large_320_fpn", description="One of torchvision's detectors."
    )
    detector_weights: Path | None = Field(
        default=None, description="The detector's weights, a safetensors file on this machine."
    )
    target_precision: float = Field(
        default=0.9, ge=0.5, le=0.98, description="How often a first suggestion without `no_match` is right."
    )
    learning: Literal["on", "off"] = Field(
        default="on", description="Whether suggestions change by what posters confirm and reject."
    )
    learn_per_poster_and_product: int = Field(
        default=5, gt=0, description="Views of one product by one poster that count, the newest."
    )
    learn_per_product: int = Field(
        default=50, gt=0, description="Views of one product that count, spread over its posters."
    )
    learn_per_poster: int = Field(default=1000, gt=0, description="Views of one poster that count.")
    learn_new_account_days: int = Field(
        default=7,
        ge=0,
        description="Days in which a poster's account is new: what it confirms weighs little for others.",
    )
    learn_trust_within: int = Field(
        default=10,
        ge=0,
        le=1000,
        description="A confirmed view counts for everybody at once where the catalogue alone has its product"
        " among so many first ones; elsewhere, for its poster until a second one agrees. 0: never at once.",
    )
    learn_same_look: float = Field(
        default=0.95,
        ge=0.5,
        lt=1,
        description="Cosine from which on a photo has the look of a rejected one.",
    )
    device: Annotated[str, AfterValidator(_device)] = Field(
        default="auto", description="`auto`, `cpu`, `cuda`, `cuda:1`, `mps`."
    )
    runtime: Literal["auto", "torch", "onnx"] = Field(
        default="auto",
        description="What runs a model: ONNX Runtime on the CPU where its folder has graphs, else PyTorch.",
    )
    max_picture_bytes: int = Field(default=20 * 1024 * 1024, gt=0)
    max_picture_pixels: int = Field(default=64_000_000, gt=0)
    max_picture_side: int = Field(default=20_000, gt=0)
    max_pixels_at_once: int = Field(
        default=80_000_000,
        gt=0,
        description="Pixels that look-ups and uploads have decoded at the same time, some 7 bytes each; a"
        " picture for which there is no room waits some seconds, then it is refused.",
    )
    concurrent_lookups: int = Field(
        default=8,
        gt=0,
        description="Photos that the service works on at the same time; they share forward passes.",
    )
    waiting_lookups: int = Field(
        default=32, ge=0, description="Look-ups that may wait for their turn; more are refused at once."
    )
    database_url: str = Field(
        default="",
        description="`postgresql+psycopg://…`; without, a SQLite file in `data_dir`.",
    )
    data_dir: Path = Field(default=Path("data"), description="The store's SQLite file and the posted photos.")
    photos_url: str = Field(
        default="",
        description="Where posted photos go: a folder, or an address that fsspec knows, such as"
        " `s3://bucket/photos` (with s3fs installed); without, a folder in `data_dir`.",
    )
    concurrent_uploads: int = Field(default=2, gt=0, description="Photos that are cleaned at the same time.")
    waiting_uploads: int = Field(
        default=16, ge=0, description="Uploads that may wait for their turn; more are refused at once."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="One JSON object a line, or text; `auto`: text on a terminal alone."
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="Signs cursors and the pages' sessions, and makes digests of visitors; without, one is"
        " made and kept in `data_dir`.",
    )
    anonymous_browsing: bool = Field(default=True, description="Whether one may look around without a key.")
    commission_rates: dict[str, int] = Field(
        default={"": 500},
        description="By category, in basis points (500 are 5 %); the longest one counts, '' is the rest.",
    )
    attribution_days: int = Field(
        default=30, gt=0, le=365, description="Days within which a click leads to an order."
    )
    payout_threshold: int = Field(
        default=10, ge=0, description="The balance from which one is paid out, in units: 10 are 10 euros."
    )
    payout_hold_days: int = Field(
        default=30, ge=0, le=365, description="Days that a commission waits after its order before a payout."
    )
    click_parameter: str = Field(
        default="",
        pattern="^[A-Za-z0-9_-]{0,40}$",
        description="A query parameter that tells the shop a click's id; empty: links stay as they are.",
    )
    key_rate: str = Field(default="3000/minute", description="Requests a key may make; empty: any number.")
    address_rate: str = Field(
        default="1500/minute",
        description="Requests without a key that an address may make; empty: any number.",
    )
    wrong_key_rate: str = Field(
        default="30/minute", description="Wrong keys after which an address has to wait; empty: any number."
    )
    oidc_issuer: str = Field(
        default="", description="Whose people sign in here, and whose bearer tokens are taken; empty: none's."
    )
    oidc_audience: str = Field(default="", description="What the tokens' `aud` must hold.")
    oidc_jwks: str = Field(
        default="", description="The issuer's public keys (JWKS): a file or an https address."
    )
    oidc_role_claim: str = Field(
        default="roles", description="The claim with a role, or a list of them; dots lead into objects."
    )
    oidc_roles: dict[str, Role] = Field(
        default={role.value: role for role in Role},
        description="From the claim's words to roles; where several are given, the mightiest counts.",
    )
    oidc_default_role: Role | None = Field(
        default=None, description="The role of a token without one; unset: it is refused."
    )
    oidc_name_claim: str = Field(
        default="preferred_username", description="The claim whose value is shown with posts."
    )

    oidc_client_id: str = Field(
        default="", description="What the issuer knows this service as; set: browsers may sign in there."
    )
    oidc_client_secret: str = Field(default="", repr=False, description="Empty for a public client.")
    oidc_scopes: str = Field(default="openid profile", description="What a sign-in asks the issuer for.")
    oidc_name: str = Field(default="", description="The issuer's name on the sign-in page; its host without.")

    if not TYPE_CHECKING:  # which knows the fields' types where there is no __init__

        def __init__(self, **given: Any) -> None:
            """Raises SettingsError, which names each setting that is not as it should be."""
            try:
                super().__init__(**given)
            except ValidationError as error:
                raise SettingsError(all_wrong(error, type(self))) from error
            except SourceError as error:
                raise SettingsError(unread(error, type(self))) from error
            except UnicodeDecodeError as error:
                raise SettingsError(f"{_FILE}: is not UTF-8 text (byte {error.start + 1}).") from error
            except OSError as error:
                raise SettingsError(f"{_FILE}: cannot be read ({error.strerror}).") from error

    @property
    def store_url(self) -> str:
        """The address of the tagging store's database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'store.sqlite'}"

    @property
    def photos_place(self) -> str:
        """The folder or address of the posted photos."""
        return self.photos_url or str(self.data_dir / "photos")

    @property
    def picture_limits(self) -> PictureLimits:
        """The bounds of what is decoded."""
        return PictureLimits(
            max_bytes=self.max_picture_bytes,
            max_pixels=self.max_picture_pixels,
            max_side=self.max_picture_side,
        )
