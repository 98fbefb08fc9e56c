"""Word search: products by their texts, beside the search by picture."""
