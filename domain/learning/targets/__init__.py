"""Daily targets as learners change them and as their work reaches them."""
