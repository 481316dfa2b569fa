-- All that people wrote, from the moment it was accepted.
create table mail (
  id text primary key,
  -- The courier's id: "visitor", "letter".
  kind text not null,
  -- The type of session that it leads to: "visit", "correspondence".
  type text not null,
  -- Who wrote it, as the agent should call them.
  sender text not null,
  -- Empty once nothing here needs it any more: the file in the home is the truth then.
  text text not null,
  -- JSON: what its courier put in, while it is held.
  data text not null default '{}',
  received_at text not null,
  standing text not null check (standing in ('passed', 'suspicious', 'unscreened', 'none', 'rejected')),
  -- JSON: the screens' words.
  verdicts text not null default '[]',
  -- held: in the quarantine. waiting: delivered, and no session carries it. taken: a session carries it. shown: that session ended well.
  -- rejected: the agent is not to be shown it; without a file it never left the quarantine.
  state text not null check (state in ('held', 'waiting', 'taken', 'shown', 'rejected')),
  -- Where it lies in the home once it is delivered; ref is its name in that file.
  file text,
  ref text,
  image text,
  -- The session that carries it or was shown it.
  session text,
  -- Sessions that carried it and failed.
  attempts integer not null default 0,
  -- What the agent should know before it reads it.
  warning text,
  -- When it was released or rejected out of the quarantine, or rejected after it was delivered.
  decided_at text
);
create unique index mail_place on mail (file, coalesce(ref, '')) where file is not null;
create index mail_turn on mail (state, type, received_at);
create index mail_session on mail (session) where session is not null;
create index mail_standing on mail (standing, state);

-- The picture of mail in the quarantine.
create table picture (
  mail text primary key references mail (id) on delete cascade,
  bytes blob not null,
  mime text not null,
  extension text not null,
  width integer not null,
  height integer not null
);

-- When each sender sent something, by the fingerprint of the key.
create table allowance (
  fingerprint text not null,
  at text not null
);
create index allowance_turn on allowance (fingerprint, at);
create index allowance_age on allowance (at);
