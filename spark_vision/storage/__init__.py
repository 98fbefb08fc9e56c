"""The tagging store on SQLAlchemy: the only place that knows SQL."""
