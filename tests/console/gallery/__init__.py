"""Every template of the console with a duty officer's night in it, served without a database, for tests and the eye."""
