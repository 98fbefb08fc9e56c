"""What may be asked of a model beside photo to product: each makes queries, or other answers from answers."""
