package pokec

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// WriteUsers writes the users as CSV with a header; w keeps the first error.
func (g *Graph) WriteUsers(w *bufio.Writer) {
	_, _ = fmt.Fprintln(w, strings.Join(Keys(), ","))
	for u := range uint32(g.Users) {
		x := g.User(u)
		_, _ = fmt.Fprintf(w, "%d,%d,%s,%t,%d,%s,%d\n", x.ID, x.Age, x.Gender, x.Public, x.Completion, x.Region, x.LastLogin)
	}
}

// WriteFriends writes the friendships as CSV with a header; w keeps the first error.
func (g *Graph) WriteFriends(w *bufio.Writer) {
	_, _ = fmt.Fprintln(w, "from,to")
	var line []byte
	for u := range uint32(g.Users) {
		for _, t := range g.Friends(u) {
			line = append(strconv.AppendInt(line[:0], int64(u)+1, 10), ',')
			line = append(strconv.AppendInt(line, int64(t)+1, 10), '\n')
			_, _ = w.Write(line)
		}
	}
}

// LoadUsers is the statement that loads the users from a file of the server.
func LoadUsers(path string) string {
	return fmt.Sprintf("LOAD CSV FROM '%s' WITH HEADER AS row CREATE (:User {id: toInteger(row.id), age: toInteger(row.age), "+
		"gender: row.gender, public: toBoolean(row.public), completion_percentage: toInteger(row.completion_percentage), "+
		"region: row.region, last_login: toInteger(row.last_login)})", path)
}

// LoadFriends is the statement that loads the friendships from a file of the server.
func LoadFriends(path string) string {
	return fmt.Sprintf("LOAD CSV FROM '%s' WITH HEADER AS row "+
		"MATCH (a:User {id: toInteger(row.from)}), (b:User {id: toInteger(row.to)}) CREATE (a)-[:Friend]->(b)", path)
}
