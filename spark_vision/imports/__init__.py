"""Import jobs, their worker, and changes of single products."""
