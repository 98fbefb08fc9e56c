"""Operation ids of the OpenAPI file, `<noun>_<verb>`, from which client generators make method names."""

from fastapi.routing import APIRoute

_VERBS = {"POST": "create", "PUT": "put", "PATCH": "update", "DELETE": "delete"}
_NOT_LISTS = frozenset({"earnings", "metrics"})


def operation_id(route: APIRoute) -> str:
    """Return the id of an operation, by its path and method.

    >>> async def endpoint() -> None: ...
    >>> operation_id(APIRoute("/v1/posts/{post_id}/publish", endpoint, methods=["POST"]))
    'posts_publish'
    >>> operation_id(APIRoute("/v1/catalogue/imports", endpoint, methods=["GET"]))
    'catalogue_imports_list'
    """
    methods = route.methods or {"GET"}
    method = "GET" if "GET" in methods else min(methods)  # pages also answer HEAD
    parts = [part for part in route.path_format.split("/") if part and part != "v1"]
    nouns = [part.replace("-", "_").replace(".", "_") for part in parts if not part.startswith("{")]
    verb = "" if nouns[:1] == ["search"] else _verb(method, parts)
    return "_".join([*nouns, verb] if verb else nouns)


def _verb(method: str, parts: list[str]) -> str:
    """The verb of a method; empty where the path ends in one, as `publish` does."""
    last = parts[-1] if parts else "/"
    is_collection = last.endswith("s") and last not in _NOT_LISTS and not last.startswith("{")
    if method == "GET":
        return "list" if is_collection else "get"
    if method == "POST" and not is_collection:
        return ""
    return "clear" if method == "DELETE" and is_collection else _VERBS[method]
