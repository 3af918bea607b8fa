"""What a quiz lets a learner do: begin an attempt, draw a quiz of one's own, and see a draft as an attempt would."""
