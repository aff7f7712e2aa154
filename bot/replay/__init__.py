"""`baton replay`: a team's past run through the real Baton, to try a target before promising it."""
