// Posts and votes with Fastify and better-sqlite3, two processes. DATABASE names the file, PORT the port.
import cluster from "node:cluster";
import Database from "better-sqlite3";
import Fastify from "fastify";

if (cluster.isPrimary) {
    cluster.fork();
    cluster.fork();
    // One that dies takes all with it: half a server must not be measured.
    cluster.on("exit", () => process.exit(1));
    process.on("SIGTERM", () => process.exit(0));
} else {
    process.on("disconnect", () => process.exit(0));
    serve();
}

function serve() {
    const db = new Database(process.env.DATABASE, { timeout: 60000 });
    db.pragma("journal_mode = wal");
    db.pragma("synchronous = full");

    const summary = "id, title, community, username, created_at";
    const before = "(created_at, id) < (?, ?) order by created_at desc, id desc limit ?";
    const insertPost = db.prepare(
        `insert into posts (title, text, community, url, username, created_at) values (?, ?, ?, ?, ?, ?)
         returning ${summary}, text, url`);
    const findPost = db.prepare(`select ${summary}, text, url from posts where id = ?`);
    const recent = db.prepare(`select ${summary} from posts where ${before}`);
    const recentOf = db.prepare(`select ${summary} from posts where community = ? and ${before}`);
    const insertVote = db.prepare(
        "insert into votes (post_id, voter, username, direction, created_at) values (?, ?, ?, ?, ?)");
    const count = db.prepare(
        `insert into tallies values (@post_id, @up, 1 - @up, 2 * @up - 1) on conflict do update set
         upvotes = upvotes + @up, downvotes = downvotes + 1 - @up, score = score + 2 * @up - 1`);
    const findTally = db.prepare("select * from tallies where post_id = ?");
    const best = db.prepare("select * from tallies order by score desc, post_id desc limit ?");
    const sorted = db.prepare(
        `select value as post_id, ifnull(upvotes, 0) as upvotes, ifnull(downvotes, 0) as downvotes,
         ifnull(score, 0) as score from (select distinct value from json_each(?))
         left join tallies on tallies.post_id = value order by score desc, value desc`);
    const vote = db.transaction(({ post_id, username, direction }, now) => {
        const up = direction === "up" ? 1 : 0;
        insertVote.run(post_id, username.toLowerCase(), username, up ? 1 : -1, now);
        count.run({ post_id, up });
    }).immediate;

    // With a schema Fastify writes JSON by code made for it.
    const integer = { type: "integer" }, string = { type: "string" }, stringOrNull = { type: ["string", "null"] };
    const summaryFields = { id: integer, title: string, community: string, username: string, created_at: string };
    const post = { type: "object", properties: { ...summaryFields, text: string, url: stringOrNull } };
    const tally = { type: "object", properties: { post_id: integer, upvotes: integer, downvotes: integer, score: integer } };
    const list = items => ({ type: "object", properties: { items: { type: "array", items }, next: stringOrNull } });
    const answers = schema => ({ schema: { response: { "2xx": schema } } });

    const timestamp = milliseconds => new Date(milliseconds).toISOString();
    const asPost = row => {
        row.created_at = timestamp(row.created_at);
        return row;
    };

    const app = Fastify();
    app.post("/api/v1/posts", answers(post), (request, reply) => {
        const { title, text, community, url = null, username } = request.body;
        const row = insertPost.get(title, text, community.toLowerCase(), url, username, Date.now());
        reply.code(201).header("Location", `/api/v1/posts/${row.id}`).send(asPost(row));
    });
    app.get("/api/v1/posts/:id", answers(post), (request, reply) => {
        const row = findPost.get(Number(request.params.id));
        if (row) reply.send(asPost(row));
        else reply.callNotFound();
    });
    app.get("/api/v1/posts", answers(list({ type: "object", properties: summaryFields })), (request, reply) => {
        const { community, limit = 25, after = `${Number.MAX_SAFE_INTEGER}.0` } = request.query;
        const n = Number(limit), place = [...after.split(".").map(Number), n + 1];
        const rows = community ? recentOf.all(community.toLowerCase(), ...place) : recent.all(...place);
        let next = null;
        if (rows.length > n) {
            rows.pop();
            const last = rows[n - 1];
            next = `/api/v1/posts?${community ? `community=${community}&` : ""}limit=${n}&after=${last.created_at}.${last.id}`;
        }
        reply.send({ items: rows.map(asPost), next });
    });
    app.post("/api/v1/votes", (request, reply) => {
        const now = Date.now();
        try {
            vote(request.body, now);
        } catch (error) {
            if (error.code !== "SQLITE_CONSTRAINT_PRIMARYKEY") throw error;
            return reply.code(409).send({ title: "Conflict" });
        }
        const { post_id, username, direction } = request.body;
        reply.code(201).header("Location", `/api/v1/votes/${post_id}/voters/${username}`)
            .send({ post_id, username, direction, created_at: timestamp(now) });
    });
    app.get("/api/v1/votes/top", answers(list(tally)), (request, reply) => {
        reply.send({ items: best.all(Number(request.query.limit ?? 25)), next: null });
    });
    app.get("/api/v1/votes/:id", answers(tally), (request, reply) => {
        const id = Number(request.params.id);
        reply.send(findTally.get(id) ?? { post_id: id, upvotes: 0, downvotes: 0, score: 0 });
    });
    app.get("/api/v1/votes", answers(list(tally)), (request, reply) => {
        reply.send({ items: sorted.all(`[${request.query.post_ids}]`), next: null });
    });
    app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
}
