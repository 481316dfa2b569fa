-- Whose words lie in a folder of the home.
create table holder (
  folder text primary key, -- in small letters
  person integer not null  -- the user id
) strict;
