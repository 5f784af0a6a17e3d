"""What can be asked of the testing desk: rows by key (`keys`), and what pages and doors show."""
