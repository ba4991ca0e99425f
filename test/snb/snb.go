// Package snb loads the social network that the tests and benchmarks share, and knows
// the answers to nine counts on it. The data lie in ../shared/data beside the checkout;
// Dir says where, and whether they are there.
package snb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Nodes and Relationships are the size of the whole graph.
const (
	Nodes         = 327_588
	Relationships = 1_354_697
)

// Dir returns the directory of the data as an absolute path; root is the path of the
// checkout. ok is false where it is absent.
func Dir(root string) (dir string, ok bool) {
	dir, err := filepath.Abs(filepath.Join(root, "..", "shared", "data", "snb"))
	if err != nil {
		return "", false
	}
	_, err = os.Stat(filepath.Join(dir, "person.csv.gz"))
	return dir, err == nil
}

// nodeFile says how a file of nodes becomes nodes.
type nodeFile struct {
	file, labels string
	ints, texts  string // properties beside id
}

// edgeFile says how a file of relationships becomes relationships.
type edgeFile struct {
	from, verb, to, kind string
	ints                 string
}

func nodeFiles() []nodeFile {
	return []nodeFile{
		{"person", "Person", "birthday creationDate", "firstName lastName gender locationIP browserUsed"},
		{"forum", "Forum", "creationDate", "title"},
		{"tag", "Tag", "", "name url"},
		{"tag_class", "TagClass", "", "name url"},
		{"place", "Place", "", "name url kind"},
		{"organisation", "Organisation", "", "kind name url"},
		{"post", "Post:Message", "", ""},
		{"comment", "Comment:Message", "", ""},
	}
}

func edgeFiles() []edgeFile {
	return []edgeFile{
		{"person", "knows", "person", "KNOWS", "creationDate"},
		{"person", "has_interest", "tag", "HAS_INTEREST", ""},
		{"person", "is_located_in", "place", "IS_LOCATED_IN", ""},
		{"person", "study_at", "organisation", "STUDY_AT", "classYear"},
		{"person", "work_at", "organisation", "WORK_AT", "workFrom"},
		{"person", "likes", "post", "LIKES", "creationDate"},
		{"person", "likes", "comment", "LIKES", "creationDate"},
		{"forum", "container_of", "post", "CONTAINER_OF", ""},
		{"forum", "has_moderator", "person", "HAS_MODERATOR", ""},
		{"forum", "has_tag", "tag", "HAS_TAG", ""},
		{"post", "has_creator", "person", "HAS_CREATOR", ""},
		{"post", "has_tag", "tag", "HAS_TAG", ""},
		{"post", "is_located_in", "place", "IS_LOCATED_IN", ""},
		{"comment", "has_creator", "person", "HAS_CREATOR", ""},
		{"comment", "has_tag", "tag", "HAS_TAG", ""},
		{"comment", "is_located_in", "place", "IS_LOCATED_IN", ""},
		{"comment", "reply_of", "post", "REPLY_OF", ""},
		{"comment", "reply_of", "comment", "REPLY_OF", ""},
		{"place", "is_part_of", "place", "IS_PART_OF", ""},
		{"organisation", "is_located_in", "place", "IS_LOCATED_IN", ""},
		{"tag", "has_type", "tag_class", "HAS_TYPE", ""},
		{"tag_class", "is_subclass_of", "tag_class", "IS_SUBCLASS_OF", ""},
	}
}

// Indexes are the statements that a loader runs first.
func Indexes() []string {
	var out []string
	for _, n := range nodeFiles() {
		label, _, _ := strings.Cut(n.labels, ":")
		out = append(out, fmt.Sprintf("CREATE INDEX ON :%s(id)", label))
	}
	return out
}

// Load are the LOAD CSV statements that build the graph from the files in dir, nodes first.
func Load(dir string) []string {
	var out []string
	first := make(map[string]string)
	for _, n := range nodeFiles() {
		first[n.file], _, _ = strings.Cut(n.labels, ":")
		props := []string{"id: toInteger(row.id)"}
		for p := range strings.FieldsSeq(n.ints) {
			props = append(props, fmt.Sprintf("%s: toInteger(row.%s)", p, p))
		}
		for p := range strings.FieldsSeq(n.texts) {
			props = append(props, fmt.Sprintf("%s: row.%s", p, p))
		}
		out = append(out, fmt.Sprintf("LOAD CSV FROM '%s' WITH HEADER AS row CREATE (:%s {%s})",
			filepath.Join(dir, n.file+".csv.gz"), n.labels, strings.Join(props, ", ")))
	}
	for _, e := range edgeFiles() {
		props := ""
		for p := range strings.FieldsSeq(e.ints) {
			props = fmt.Sprintf(" {%s: toInteger(row.%s)}", p, p)
		}
		name := fmt.Sprintf("%s_%s_%s.csv.gz", e.from, e.verb, e.to)
		out = append(out, fmt.Sprintf("LOAD CSV FROM '%s' WITH HEADER AS row "+
			"MATCH (a:%s {id: toInteger(row.from)}), (b:%s {id: toInteger(row.to)}) CREATE (a)-[:%s%s]->(b)",
			filepath.Join(dir, name), first[e.from], first[e.to], e.kind, props))
	}
	return out
}

// Count is a query with a known answer.
type Count struct {
	Name   string
	Text   string
	Answer int64
}

// Counts are the nine subgraph counts.
func Counts() []Count {
	return []Count{
		{"s1", `MATCH (:Place)<-[:IS_PART_OF]-(:Place)<-[:IS_LOCATED_IN]-(:Person)<-[:HAS_MODERATOR]-(:Forum)` +
			`-[:CONTAINER_OF]->(:Post)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(:Tag)-[:HAS_TYPE]->(:TagClass) ` +
			`RETURN count(*) AS n`, 89_478},
		{"s2", `MATCH (a:Person)-[:KNOWS]-(b:Person), (a)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)` +
			`-[:HAS_CREATOR]->(b) RETURN count(*) AS n`, 66_721},
		{"s3", `MATCH (a:Person)-[:KNOWS]-(b:Person)-[:KNOWS]-(c:Person)-[:KNOWS]-(a) ` +
			`MATCH (a)-[:IS_LOCATED_IN]->(:Place)-[:IS_PART_OF]->(country:Place) ` +
			`MATCH (b)-[:IS_LOCATED_IN]->(:Place)-[:IS_PART_OF]->(country) ` +
			`MATCH (c)-[:IS_LOCATED_IN]->(:Place)-[:IS_PART_OF]->(country) RETURN count(*) AS n`, 23_484},
		{"s4", `MATCH (:Tag)<-[:HAS_TAG]-(m:Message)-[:HAS_CREATOR]->(:Person), (m)<-[:LIKES]-(:Person), ` +
			`(m)<-[:REPLY_OF]-(:Comment) RETURN count(*) AS n`, 661_483},
		{"s5", `MATCH (t1:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(t2:Tag) ` +
			`WHERE t1 <> t2 RETURN count(*) AS n`, 863_560},
		{"s6", `MATCH (a:Person)-[:KNOWS]-(b:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) ` +
			`WHERE a <> c RETURN count(*) AS n`, 36_244_660},
		{"s7", `MATCH (:Tag)<-[:HAS_TAG]-(m:Message)-[:HAS_CREATOR]->(:Person) ` +
			`OPTIONAL MATCH (m)<-[:LIKES]-(:Person) OPTIONAL MATCH (m)<-[:REPLY_OF]-(:Comment) ` +
			`RETURN count(*) AS n`, 1_295_606},
		{"s8", `MATCH (t1:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(c:Comment)-[:HAS_TAG]->(t2:Tag) ` +
			`WHERE t1 <> t2 AND NOT (c)-[:HAS_TAG]->(t1) RETURN count(*) AS n`, 432_435},
		{"s9", `MATCH (a:Person)-[:KNOWS]-(b:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) ` +
			`WHERE a <> c AND NOT (a)-[:KNOWS]-(c) RETURN count(*) AS n`, 33_076_830},
	}
}
