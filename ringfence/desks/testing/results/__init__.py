"""Result files of laboratories: read whole, folded to one reading a tube, held against what is on record, told."""
