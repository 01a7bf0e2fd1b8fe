"""Who somebody is and what they may do: roles, passwords, logins, tickets, origins, limits. No await and no clock in here."""
