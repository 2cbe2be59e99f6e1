"""人群: conditions over facts, and the segments that are saved of them."""
