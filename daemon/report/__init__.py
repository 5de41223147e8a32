"""The month-end proof and the export: totals of both sides, and what explains every cent between them."""
