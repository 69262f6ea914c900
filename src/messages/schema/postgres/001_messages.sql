create table messages (
    id bigint generated always as identity primary key,
    sender text collate "C" not null,
    recipient text collate "C" not null,
    sent_at bigint not null,
    contents text not null,
    read_at bigint
);

-- Each party's own copy: its flag, and whether it still has the message. A message to oneself has one copy.
create table copies (
    owner text collate "C" not null,  -- the username in lower case
    message_id bigint not null references messages (id),
    is_received bigint not null,
    is_sent bigint not null,
    flag bigint,  -- 1: favorite
    primary key (owner, message_id)
);

create index copies_received on copies (owner, message_id) where is_received = 1;
create index copies_sent on copies (owner, message_id) where is_sent = 1;
create index copies_favorite on copies (owner, message_id) where flag = 1;
create index copies_of_message on copies (message_id);
