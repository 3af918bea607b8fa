"""Study mode: questions one by one, each explained as soon as it is answered."""
