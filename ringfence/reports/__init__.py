"""What leaves the house on paper: dossiers, forms, lists and labels. Reports may ask every desk."""
