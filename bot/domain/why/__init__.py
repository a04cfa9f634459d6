"""Why it fails: signs in the evidence, the cause they agree on, who is to blame, the ways out."""
