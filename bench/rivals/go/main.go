// Posts and votes with Go's net/http and SQLite (mattn/go-sqlite3). DATABASE names the file, PORT the port.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

type summary struct {
	ID        int64  `json:"id"`
	Title     string `json:"title"`
	Community string `json:"community"`
	Username  string `json:"username"`
	CreatedAt string `json:"created_at"`
	moment    int64
}

type post struct {
	summary
	Text string  `json:"text"`
	URL  *string `json:"url"`
}

type tally struct {
	PostID    int64 `json:"post_id"`
	Upvotes   int64 `json:"upvotes"`
	Downvotes int64 `json:"downvotes"`
	Score     int64 `json:"score"`
}

type vote struct {
	PostID    int64  `json:"post_id"`
	Username  string `json:"username"`
	Direction string `json:"direction"`
	CreatedAt string `json:"created_at"`
}

type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

const (
	summaryColumns = "id, title, community, username, created_at"
	before         = "(created_at, id) < (?, ?) order by created_at desc, id desc limit ?"
)

// Readers run beside each other; SQLite has one writer at a time, so there is one connection for it.
var (
	readers = open(8)
	writer  = open(1)

	findPost  = prepare(readers, "select "+summaryColumns+", text, url from posts where id = ?")
	recent    = prepare(readers, "select "+summaryColumns+" from posts where "+before)
	recentOf  = prepare(readers, "select "+summaryColumns+" from posts where community = ? and "+before)
	findTally = prepare(readers, "select * from tallies where post_id = ?")
	best      = prepare(readers, "select * from tallies order by score desc, post_id desc limit ?")
	sorted    = prepare(readers, `select value, ifnull(upvotes, 0), ifnull(downvotes, 0), ifnull(score, 0) as score
		from (select distinct value from json_each(?)) left join tallies on tallies.post_id = value
		order by score desc, value desc`)

	insertPost = prepare(writer, "insert into posts (title, text, community, url, username, created_at) values (?, ?, ?, ?, ?, ?)")
	insertVote = prepare(writer, "insert into votes (post_id, voter, username, direction, created_at) values (?, ?, ?, ?, ?)")
	count      = prepare(writer, `insert into tallies values (?1, ?2, 1 - ?2, 2 * ?2 - 1) on conflict do update set
		upvotes = upvotes + ?2, downvotes = downvotes + 1 - ?2, score = score + 2 * ?2 - 1`)
)

func open(connections int) *sql.DB {
	db, err := sql.Open("sqlite3", "file:"+os.Getenv("DATABASE")+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=60000&_txlock=immediate")
	check(err)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

func prepare(db *sql.DB, query string) *sql.Stmt {
	statement, err := db.Prepare(query)
	check(err)
	return statement
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func timestamp(milliseconds int64) string {
	return time.UnixMilli(milliseconds).UTC().Format("2006-01-02T15:04:05.000Z")
}

func send(w http.ResponseWriter, status int, value any) {
	body, _ := json.Marshal(value)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

func failed(w http.ResponseWriter, status int, err error) {
	send(w, status, map[string]string{"title": http.StatusText(status), "detail": err.Error()})
}

func getPost(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/api/v1/posts/"), 10, 64)
	var p post
	err := findPost.QueryRow(id).Scan(&p.ID, &p.Title, &p.Community, &p.Username, &p.moment, &p.Text, &p.URL)
	if err != nil {
		failed(w, http.StatusNotFound, err)
		return
	}
	p.CreatedAt = timestamp(p.moment)
	send(w, http.StatusOK, p)
}

func listPosts(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	community, limit := strings.ToLower(query.Get("community")), limitOf(query.Get("limit"))
	moment, id := int64(math.MaxInt64), int64(0)
	fmt.Sscanf(query.Get("after"), "%d.%d", &moment, &id)
	var rows *sql.Rows
	var err error
	if community != "" {
		rows, err = recentOf.Query(community, moment, id, limit+1)
	} else {
		rows, err = recent.Query(moment, id, limit+1)
	}
	if err != nil {
		failed(w, http.StatusInternalServerError, err)
		return
	}
	defer rows.Close()
	answer := list[summary]{Items: make([]summary, 0, limit)}
	for rows.Next() {
		var p summary
		rows.Scan(&p.ID, &p.Title, &p.Community, &p.Username, &p.moment)
		if len(answer.Items) == limit {
			last := answer.Items[limit-1]
			next := fmt.Sprintf("/api/v1/posts?limit=%d&after=%d.%d", limit, last.moment, last.ID)
			if community != "" {
				next += "&community=" + community
			}
			answer.Next = &next
			break
		}
		p.CreatedAt = timestamp(p.moment)
		answer.Items = append(answer.Items, p)
	}
	send(w, http.StatusOK, answer)
}

func createPost(w http.ResponseWriter, r *http.Request) {
	var p post
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		failed(w, http.StatusBadRequest, err)
		return
	}
	p.Community, p.moment = strings.ToLower(p.Community), time.Now().UnixMilli()
	result, err := insertPost.Exec(p.Title, p.Text, p.Community, p.URL, p.Username, p.moment)
	if err != nil {
		failed(w, http.StatusInternalServerError, err)
		return
	}
	p.ID, _ = result.LastInsertId()
	p.CreatedAt = timestamp(p.moment)
	w.Header().Set("Location", fmt.Sprintf("/api/v1/posts/%d", p.ID))
	send(w, http.StatusCreated, p)
}

func getTally(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/api/v1/votes/"), 10, 64)
	t := tally{PostID: id}
	// A post without votes has no row, and zeros.
	findTally.QueryRow(id).Scan(&t.PostID, &t.Upvotes, &t.Downvotes, &t.Score)
	send(w, http.StatusOK, t)
}

func sendTallies(w http.ResponseWriter, statement *sql.Stmt, value any) {
	rows, err := statement.Query(value)
	if err != nil {
		failed(w, http.StatusInternalServerError, err)
		return
	}
	defer rows.Close()
	answer := list[tally]{Items: []tally{}}
	for rows.Next() {
		var t tally
		rows.Scan(&t.PostID, &t.Upvotes, &t.Downvotes, &t.Score)
		answer.Items = append(answer.Items, t)
	}
	send(w, http.StatusOK, answer)
}

func createVote(w http.ResponseWriter, r *http.Request) {
	var v vote
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		failed(w, http.StatusBadRequest, err)
		return
	}
	up := 0
	if v.Direction == "up" {
		up = 1
	}
	now := time.Now().UnixMilli()
	tx, err := writer.Begin()
	if err == nil {
		defer tx.Rollback()
		if _, err = tx.Stmt(insertVote).Exec(v.PostID, strings.ToLower(v.Username), v.Username, 2*up-1, now); err == nil {
			if _, err = tx.Stmt(count).Exec(v.PostID, up); err == nil {
				err = tx.Commit()
			}
		}
	}
	if refusal, ok := err.(sqlite3.Error); ok && refusal.Code == sqlite3.ErrConstraint {
		failed(w, http.StatusConflict, err)
	} else if err != nil {
		failed(w, http.StatusInternalServerError, err)
	} else {
		v.CreatedAt = timestamp(now)
		w.Header().Set("Location", fmt.Sprintf("/api/v1/votes/%d/voters/%s", v.PostID, v.Username))
		send(w, http.StatusCreated, v)
	}
}

func limitOf(text string) int {
	if limit, err := strconv.Atoi(text); err == nil {
		return limit
	}
	return 25
}

func main() {
	http.HandleFunc("/api/v1/posts/", getPost)
	http.HandleFunc("/api/v1/posts", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			createPost(w, r)
		} else {
			listPosts(w, r)
		}
	})
	http.HandleFunc("/api/v1/votes/top", func(w http.ResponseWriter, r *http.Request) {
		sendTallies(w, best, limitOf(r.URL.Query().Get("limit")))
	})
	http.HandleFunc("/api/v1/votes/", getTally)
	http.HandleFunc("/api/v1/votes", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			createVote(w, r)
		} else {
			sendTallies(w, sorted, "["+r.URL.Query().Get("post_ids")+"]")
		}
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
