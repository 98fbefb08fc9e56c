"""HTTP: limits, middleware, problem documents and caching."""
