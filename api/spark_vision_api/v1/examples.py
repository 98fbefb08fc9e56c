"""Examples for the OpenAPI file: a made-up shop, in the shape of real answers."""

from typing import Any

_VERSION = "20261123-210644-8bc6521f"
_CARD: dict[str, Any] = {
    "title": "Red Delicious",
    "price": {"amount": "2.49", "currency": "EUR"},
    "regular_price": None,
    "availability": "in_stock",
    "brand": "",
    "product_type": "Grocery > Fruit > Apple",
    "link": "https://shop.example/p/red-delicious",
}
_SUGGESTION: dict[str, Any] = {
    "product_id": "red-delicious",
    "title": "Red Delicious",
    "probability": 0.91,
    "similarity": 0.812734,
    "reference_image": "catalogue/red-delicious.jpg",
    "variants": [],
    "why": [{"code": "well_ahead", "words": "well ahead of the next product", "effect": 1.204}],
}
PRODUCT: dict[str, Any] = {
    **_CARD,
    "id": "red-delicious",
    "description": "A sweet apple with a thick red skin.",
    "color": "red",
    "material": "",
    "pattern": "",
    "size": "",
    "gender": "",
    "item_group_id": "",
    "gtin": "",
    "reference_images": ["catalogue/red-delicious.jpg"],
    "index_version": _VERSION,
}
PHOTO_SEARCH: dict[str, Any] = {
    "index_version": _VERSION,
    "model": "spark-mini",
    "items": [
        {
            "box": {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5},
            "source": "asked",
            "calibrated": True,
            "fit": "labelled",
            "suggestions": [_SUGGESTION],
            "no_match": None,
        },
        {
            "box": None,
            "source": "photo",
            "calibrated": True,
            "fit": "labelled",
            "suggestions": [_SUGGESTION],
            "no_match": None,
        },
    ],
    "products": {"red-delicious": _CARD},
    "timings": {
        "wait": 0.000112,
        "read": 1.2e-05,
        "decode": 0.004318,
        "prepare": 0.001904,
        "forward": 0.022516,
        "search": 0.000987,
        "total": 0.029991,
    },
}
PRODUCT_SEARCH: dict[str, Any] = {
    "query": "red apple",
    "index_version": _VERSION,
    "model": "spark-mini",
    "suggestions": [{**_SUGGESTION, "found_by": ["title", "picture"]}],
    "products": {"red-delicious": _CARD},
    "no_match": None,
}
_POST_ID = "0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55"
_SUGGESTION_ID = "4b1e0c55c8a24f8f9f0a3c1d2e5b6a79"
_BOX = {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}
POST: dict[str, Any] = {
    "id": _POST_ID,
    "poster": {"id": "5e1f3c0d9a8b4c6d8e7f1a2b3c4d5e6f", "name": "Ada"},
    "caption": "Apples from the market.",
    "state": "published",
    "removal_reason": "",
    "created_at": "2026-11-24T20:41:07.120394Z",
    "published_at": "2026-11-24T20:43:52.801155Z",
    "photo": {
        "width": 800,
        "height": 600,
        "url": f"/v1/posts/{_POST_ID}/photo?width=800",
        "copies": [{"width": 320, "height": 240, "url": f"/v1/posts/{_POST_ID}/photo?width=320"}],
    },
    "boxes": [_BOX],
    "tags": [
        {
            "id": "c0a8f1d2e3b44a5f96878a9b0c1d2e3f",
            "product_id": "red-delicious",
            "x": 0.35,
            "y": 0.45,
            "box": _BOX,
            "suggestion_id": _SUGGESTION_ID,
            "by_hand": False,
            "tagged_at": "2026-11-24T20:42:30.004518Z",
            "hidden_because": None,
            "product": _CARD,
            "shop": "/v1/shop/c0a8f1d2e3b44a5f96878a9b0c1d2e3f",
        }
    ],
    "version": 4,
}
SUGGESTIONS: dict[str, Any] = {
    "post_id": _POST_ID,
    "index_version": _VERSION,
    "model": "spark-mini",
    "computed_at": "2026-11-24T20:41:09.713002Z",
    "items": [
        {
            "box": _BOX,
            "source": "asked",
            "calibrated": True,
            "fit": "labelled",
            "suggestions": [{**_SUGGESTION, "id": _SUGGESTION_ID, "standing": "confirmed"}],
            "no_match": None,
        },
    ],
    "products": {"red-delicious": _CARD},
}
INDEX: dict[str, Any] = {
    "version": _VERSION,
    "model": "spark-mini",
    "dimension": 256,
    "metric": "inner_product",
    "dtype": "float32",
    "index_kind": "flat",
    "products": 81,
    "pictures": 81,
    "catalogue_digest": "6f1c" + 15 * "0a4e",
    "encoder_fingerprint": "b7d2" + 15 * "91c3",
    "program_version": "0.1.0",
    "started": "2026-11-23T21:06:44+00:00",
    "finished": "2026-11-23T21:06:55+00:00",
    "failure": None,
}
VERSIONS: dict[str, Any] = {
    "versions": [
        {
            "version": _VERSION,
            "live": True,
            "served": True,
            "model": "spark-mini",
            "products": 81,
            "pictures": 81,
            "finished": "2026-11-23T21:06:55+00:00",
        }
    ]
}
_COUNTS = {
    "added": 1,
    "changed": 2,
    "removed": 0,
    "unchanged": 77,
    "refused": 1,
    "warnings": 0,
    "without_picture": 0,
    "near_duplicates": 0,
}
IMPORT: dict[str, Any] = {
    "id": "5b0cbbf0a5c04bd2a4c9d4c7a1f2e3d4",
    "state": "done",
    "origin": "sent",
    "source": "catalogue.csv",
    "created_at": "2026-11-24T03:00:00Z",
    "started_at": "2026-11-24T03:00:01Z",
    "finished_at": "2026-11-24T03:00:09Z",
    "attempts": 1,
    "progress": {"step": "encode", "done": 80, "total": 80},
    "failure": None,
    "result": {
        "version": _VERSION,
        "outcome": "published",
        "model": "spark-mini",
        "kind": "flat",
        "products": 80,
        "pictures": 80,
        "encoded": 2,
        "reused": 78,
        "seconds": {"read": 0.021, "encode": 0.233, "compare": 0.004, "write": 0.031},
        "counts": _COUNTS,
        "issues": [
            {
                "line": 17,
                "product_id": "royal-gala",
                "severity": "refused",
                "reason": "image_link is empty",
                "image": "",
            }
        ],
        "near_duplicates": [],
    },
}
PRODUCT_IN: dict[str, Any] = {
    "title": "Red Delicious",
    "image_links": ["https://shop.example/media/red-delicious.jpg"],
    "price": {"amount": "2.49", "currency": "EUR"},
    "availability": "in_stock",
    "product_type": "Grocery > Fruit > Apple",
    "color": "red",
}
BATCH_IN: dict[str, Any] = {
    "puts": [{"id": "red-delicious", **PRODUCT_IN}],
    "deletes": ["granny-smith"],
    "accept_removals": False,
}
SCHEDULE_IN: dict[str, Any] = {
    "address": "https://shop.example/feed.xml",
    "time": "02:30",
    "time_zone": "Europe/Rome",
    "credentials": {"token": "a-token-of-the-feed's-host"},
}
ALIVE: dict[str, Any] = {"status": "ok", "program_version": "0.1.0"}
READY: dict[str, Any] = {
    "status": "ready",
    "index_version": _VERSION,
    "model": "spark-mini",
    "failure": None,
}


def shown(example: dict[str, Any]) -> dict[str, Any]:
    """A pydantic `json_schema_extra` that shows one example."""
    return {"examples": [example]}


ORDER: dict[str, Any] = {
    "order_id": "A-1001",
    "currency": "EUR",
    "lines": [
        {
            "line_id": "1",
            "product_id": "golden-delicious",
            "amount": 2400,
            "refunded": 0,
            "commission": 120,
            "post_id": "0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55",
            "poster_id": "7a1d4c1c5a3b4c0e9f4f0f8f2f6d9c11",
        }
    ],
}

EARNINGS: dict[str, Any] = {
    "balances": [
        {
            "currency": "EUR",
            "balance": 120,
            "commissions": 120,
            "refunds": 0,
            "payouts": 0,
            "on_hold": 120,
            "threshold": 1000,
        }
    ],
    "days": [{"day": "2026-11-24", "clicks": 3, "earned": {"EUR": 120}}],
    "posts": [{"post_id": "0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55", "clicks": 3, "earned": {"EUR": 120}}],
    "entries": [
        {
            "kind": "commission",
            "amount": 120,
            "currency": "EUR",
            "balance": 120,
            "at": "2026-11-24T20:31:02Z",
            "post_id": "0f2c6ad1b0f34a7f9a3a9d1f5f3f6e55",
            "product_id": "golden-delicious",
            "note": "",
        }
    ],
    "next": None,
}
