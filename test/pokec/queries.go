package pokec

import (
	"fmt"
	"slices"
)

// Query is one statement of the measurement.
type Query struct {
	Group, Name string
	Text        string
	// Parameters are the names of its parameters, each an id of a user drawn at random.
	Parameters []string
	// Writes is set where it changes the graph.
	Writes bool
	// Scans is set where it looks at every user, so that a row of the graph is the unit of its cost.
	Scans bool
}

// Queries returns all statements that are measured, in the order of their tables.
func Queries() []Query {
	return slices.Concat(reads(), aggregates(), expansions(), paths(), patterns(), updates())
}

// Find returns the query of a name.
func Find(name string) (Query, error) {
	for _, q := range Queries() {
		if q.Name == name {
			return q, nil
		}
	}
	return Query{}, fmt.Errorf("there is no query %q", name)
}

func id() []string   { return []string{"id"} }
func ends() []string { return []string{"from", "to"} }

func reads() []Query {
	const g = "read"
	return []Query{
		{Group: g, Name: "single_vertex_read", Text: "MATCH (n:User {id: $id}) RETURN n", Parameters: id()},
		{Group: g, Name: "point_read", Text: "MATCH (n:User {id: $id}) RETURN n.age", Parameters: id()},
		{Group: g, Name: "vertex_on_label_property", Text: "MATCH (n:User) WITH n WHERE n.id = $id RETURN n", Parameters: id()},
		{Group: g, Name: "vertex_on_label_property_index", Text: "MATCH (n:User) WHERE n.id = $id RETURN n", Parameters: id()},
		{Group: g, Name: "vertex_on_property", Text: "MATCH (n {id: $id}) RETURN n", Parameters: id(), Scans: true},
	}
}

func aggregates() []Query {
	const g = "aggregate"
	return []Query{
		{Group: g, Name: "aggregate", Text: "MATCH (n:User) RETURN n.age, COUNT(*)", Scans: true},
		{Group: g, Name: "aggregate_with_distinct", Text: "MATCH (n:User) RETURN COUNT(DISTINCT n.age)", Scans: true},
		{Group: g, Name: "aggregate_with_filter", Text: "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, COUNT(*)", Scans: true},
		{Group: g, Name: "aggregate_count", Text: "MATCH (n) RETURN count(n), count(n.age)", Scans: true},
		{Group: g, Name: "min_max_avg", Text: "MATCH (n) RETURN min(n.age), max(n.age), avg(n.age)", Scans: true},
		{Group: g, Name: "min_max_avg_of_label", Text: "MATCH (n:User) RETURN min(n.age), max(n.age), avg(n.age)", Scans: true},
		{Group: g, Name: "group_by_text", Text: "MATCH (n:User) RETURN n.region, count(*)", Scans: true},
		{Group: g, Name: "filter_count", Text: "MATCH (n:User) WHERE n.age >= 18 AND n.completion_percentage < 50 RETURN count(*)", Scans: true},
		{Group: g, Name: "top_by_age", Text: "MATCH (n:User) RETURN n.id ORDER BY n.age DESC, n.id LIMIT 10", Scans: true},
	}
}

func expansions() []Query {
	const g = "expansion"
	var list []Query
	step := "MATCH (s:User {id: $id})"
	for k := 1; k <= 5; k++ {
		step += "-->"
		name, distinct := fmt.Sprintf("expansion_%d", k), "DISTINCT "
		if k == 1 {
			distinct = ""
		}
		list = append(list,
			Query{Group: g, Name: name, Text: step + "(n:User) RETURN " + distinct + "n.id", Parameters: id()},
			Query{Group: g, Name: name + "_with_filter", Text: step + "(n:User) WHERE n.age >= 18 RETURN " + distinct + "n.id", Parameters: id()})
		step += "()"
	}
	for k := 2; k <= 4; k++ {
		name, match := fmt.Sprintf("neighbours_%d", k), fmt.Sprintf("MATCH (s:User {id: $id})-[*1..%d]->(n:User) ", k)
		for _, filter := range []struct{ name, text string }{{"", ""}, {"_with_filter", "WHERE n.age >= 18 "}} {
			data := "_with_data"
			if filter.name != "" {
				data += "_and_filter"
			}
			list = append(list,
				Query{Group: g, Name: name + filter.name, Text: match + filter.text + "RETURN DISTINCT n.id", Parameters: id()},
				Query{Group: g, Name: name + data, Text: match + filter.text + "RETURN DISTINCT n.id, n", Parameters: id()})
		}
	}
	return list
}

func paths() []Query {
	const g, match = "path", "MATCH (n:User {id: $from}), (m:User {id: $to}) WITH n, m "
	return []Query{
		{Group: g, Name: "shortest_path", Text: match + "MATCH p = (n)-[*bfs..15]->(m) RETURN [n in nodes(p) | n.id] AS path", Parameters: ends()},
		{
			Group: g, Name: "shortest_path_with_filter", Parameters: ends(),
			Text: match + "MATCH p = (n)-[*bfs..15 (e, n | n.age >= 18)]->(m) RETURN [n in nodes(p) | n.id] AS path",
		},
		{
			Group: g, Name: "allshortest_paths", Parameters: ends(),
			Text: match + "MATCH p = (n)-[*allshortest 2 (r, n | 1) total_weight]->(m) RETURN [n in nodes(p) | n.id] AS path",
		},
		{Group: g, Name: "weighted_path", Text: match + "MATCH p = (n)-[*wshortest 15 (r, n | 1) total_weight]->(m) RETURN total_weight", Parameters: ends()},
	}
}

func patterns() []Query {
	const g = "pattern"
	return []Query{
		{Group: g, Name: "pattern_cycle", Text: "MATCH (n:User {id: $id})-[e1]->(m)-[e2]->(n) RETURN e1, m, e2", Parameters: id()},
		{
			Group: g, Name: "pattern_long", Parameters: id(),
			Text: "MATCH (n1:User {id: $id})-[e1]->(n2)-[e2]->(n3)-[e3]->(n4)<-[e4]-(n5) RETURN n5 LIMIT 1",
		},
		{Group: g, Name: "pattern_short", Text: "MATCH (n:User {id: $id})-[e]->(m) RETURN m LIMIT 1", Parameters: id()},
		{Group: g, Name: "count_relationships", Text: "MATCH ()-[r]->() RETURN count(r)"},
		{Group: g, Name: "count_two_paths", Text: "MATCH (:User)-->(:User)-->(:User) RETURN count(*)"},
		{Group: g, Name: "count_triangles_of", Text: "MATCH (a:User {id: $id})-->(b)-->(c)-->(a) RETURN count(*)", Parameters: id()},
	}
}

func updates() []Query {
	const g, pair, big = "write", "MATCH (n:User {id: $from}), (m:User {id: $to}) ",
		"(:L1:L2:L3:L4:L5:L6:L7 {p1: true, p2: 42, p3: 'Here is some text that is not extremely short', p4: 'Short text', p5: 234.434, p6: 11.11, p7: false})"
	return []Query{
		{Group: g, Name: "single_vertex_write", Text: "CREATE (n:UserTemp {id: $id}) RETURN n", Parameters: id(), Writes: true},
		{Group: g, Name: "single_edge_write", Text: pair + "WITH n, m CREATE (n)-[e:Temp]->(m) RETURN e", Parameters: ends(), Writes: true},
		{
			Group: g, Name: "single_vertex_property_update", Parameters: id(), Writes: true,
			Text: "MATCH (n:User {id: $id}) SET n.property = -1",
		},
		{Group: g, Name: "create_edge", Text: pair + "CREATE (n)-[:TempEdge]->(m)", Parameters: ends(), Writes: true},
		{Group: g, Name: "create_pattern", Text: "CREATE ()-[:TempEdge]->()", Writes: true},
		{Group: g, Name: "create_vertex", Text: "CREATE ()", Writes: true},
		{Group: g, Name: "create_vertex_big", Text: "CREATE " + big, Writes: true},
		{Group: g, Name: "unwind_range_vertex_write", Text: "UNWIND range(1, 100) AS x CREATE " + big, Writes: true},
		{Group: g, Name: "update_vertex_on_property", Text: "MATCH (n {id: $id}) SET n.property = -1", Parameters: id(), Writes: true, Scans: true},
	}
}
