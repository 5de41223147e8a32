"""reconciled: keeps Provet Cloud and Xero in step. The packages and what may import what are listed in the README."""
