"""Drills (演练): the twin's outbreak told to real accounts in the product's own facts, and how they answered it."""
