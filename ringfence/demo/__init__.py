"""A small invented city with an outbreak under way, told through the product's own actions."""
