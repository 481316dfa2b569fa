-- What each folder looked like when a frontend was last told of it.
create table told (
  frontend text not null, -- the address that was called
  folder text not null,
  print text not null,
  primary key (frontend, folder)
) strict;
