-- Whether everyone may watch the session, as its type said when it began: a type that is opened later opens no session of before.
alter table session add column live integer not null default 0;
