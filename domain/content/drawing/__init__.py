"""Drawing: pools of questions, and what an attempt draws from them."""
