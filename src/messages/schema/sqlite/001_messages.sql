create table messages (
    id integer primary key autoincrement,
    sender text not null,
    recipient text not null,
    sent_at integer not null,
    contents text not null,
    read_at integer
) strict;

-- Each party's own copy: its flag, and whether it still has the message. A message to oneself has one copy.
create table copies (
    owner text not null,  -- the username in lower case
    message_id integer not null references messages (id),
    is_received integer not null,
    is_sent integer not null,
    flag integer,  -- 1: favorite
    primary key (owner, message_id)
) strict, without rowid;

create index copies_received on copies (owner, message_id) where is_received = 1;
create index copies_sent on copies (owner, message_id) where is_sent = 1;
create index copies_favorite on copies (owner, message_id) where flag = 1;
create index copies_of_message on copies (message_id);
