"""Commands that are more than an action or a query."""
