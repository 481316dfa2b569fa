-- Texts of prompts and of guarded files, once each.
create table content (
  hash text primary key,
  bytes blob not null
);
-- Every version of prompt/prompt.md. Times are ISO, in UTC.
create table version (
  id integer primary key autoincrement,
  at text not null,
  -- What was prompt.md: 'found' (a person's, or there before), 'session', 'rollback', 'approved'.
  -- What was not: 'waiting' for a person, 'granted' (it is a later one of 'approved'), 'refused'.
  origin text not null,
  hash text not null,
  -- The session that wrote it, and that one's type; null for what a person did.
  session text,
  type text,
  -- The version that was put back or approved.
  source integer
);
-- What a session changed, was not allowed to, and was undone.
create table undone (
  id integer primary key autoincrement,
  at text not null,
  session text not null,
  type text not null,
  path text not null,
  -- 'changed', 'new', 'deleted'
  what text not null
);
create index undone_session on undone (session);
-- The guarded files of the session that runs, as they were when it began.
create table guarded (
  session text not null,
  path text not null,
  -- 'file', 'folder', 'link', 'other'
  kind text not null,
  mode integer not null,
  size integer not null,
  -- Of a link.
  target text,
  -- Of a file that could be read.
  hash text,
  -- 1: a folder on the way to what is guarded.
  way integer not null,
  primary key (session, path)
);
-- The sessions whose files are guarded now.
create table watch (
  session text primary key,
  type text not null,
  -- JSON list
  paths text not null,
  -- 1: a new prompt waits for a person
  approve integer not null
);
