/** How the index makes words of a text: no accents, no capitals, English endings off. */
export const TOKENIZER = "porter unicode61 remove_diacritics 2";

/** Raised whenever an index of before cannot be used any more: other tables, another tokenizer, other passages of the same file. */
export const SCHEMA = 1;

/**
 * The derived index of one embedder. A passage has its text in `passage` and in `words` from the one transaction that learns its file;
 * a vector is there or is pending, and goes with its passage.
 */
export const tables = `
  create table file (
    no integer primary key,
    path text not null unique,
    source text not null,      -- the source's id, "@" and what it said when the file was read
    hash text not null,        -- SHA-256 of the bytes
    size integer not null,
    mtime real not null,       -- ms; below zero (and the same without its sign) when the file may have changed since unseen
    note text                  -- what was skipped in it, for people
  );
  create table passage (
    no integer primary key autoincrement,
    file integer not null references file on delete cascade,
    id text not null,          -- 16 hex digits of the text
    nth integer not null,      -- its place in the file, from 0
    line integer not null,
    last_line integer not null,
    type text not null,
    title text not null,
    heading text not null default '', -- the title, if somebody gave it, and the headings above that are not in the text: embedded with it
    date text,                 -- YYYY-MM-DD
    privacy text not null,
    person text,
    who text not null,
    name text,
    session text,
    at text not null,
    recalled integer not null,
    text text not null
  );
  create index passage_file on passage (file, nth);
  create index passage_id on passage (id);
  create virtual table words using fts5 (title, text, content = '', contentless_delete = 1, tokenize = '${TOKENIZER}');
  create table vector (
    passage integer primary key references passage on delete cascade,
    whole blob not null        -- float32, of unit length
  );
  create index vector_passage on vector (passage); -- who has one, without reading any
  create table coarse (        -- the same vectors, narrow, so that all are read at once; written with them by insertVector
    passage integer primary key references passage on delete cascade,
    scale real not null,
    bytes blob not null,       -- int8
    error real not null        -- length of what is lost
  );
  pragma user_version = ${SCHEMA};
`;
