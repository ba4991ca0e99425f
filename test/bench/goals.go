package main

import (
	"fmt"
	"strings"
)

// aim is one line of the table at the end: a figure that we want to reach.
type aim struct {
	name  string
	want  string
	least float64 // of the figure; 0: most counts
	most  float64
	parts string // of the program that measure it
}

// aims are all lines, in the order of the table.
func aims() []aim {
	return []aim{
		{name: "`RETURN 1`, 12 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "read -reads 'RETURN 1' -clients 12"},
		{name: "`RETURN 1`, 48 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "read -reads 'RETURN 1' -clients 48"},
		{name: "point read, 12 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "pokec -reads point_read -clients 12"},
		{name: "point read, 48 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "pokec -reads point_read -clients 48"},
		{name: "point read, 12 connections, p99 of the echo's", want: "≤ 2", most: 2, parts: "pokec -reads point_read -clients 12"},
		{name: "point read, 48 connections, p99 of the echo's", want: "≤ 2", most: 2, parts: "pokec -reads point_read -clients 48"},
		{name: "one hop, 12 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "pokec -reads expansion_1 -clients 12"},
		{name: "one hop, 48 connections, of the echo", want: "≥ 0.85", least: 0.85, parts: "pokec -reads expansion_1 -clients 48"},
		{name: "group by age, medium, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -reads aggregate -clients 1"},
		{name: "group by age, large, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -shapes large -reads aggregate -clients 1"},
		{name: "group by with a filter, medium, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -reads aggregate_with_filter -clients 1"},
		{name: "group by with a filter, large, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -shapes large -reads aggregate_with_filter -clients 1"},
		{name: "min, max, avg, medium, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -reads min_max_avg_of_label -clients 1"},
		{name: "min, max, avg, large, ns a row and core", want: "≤ 5", most: 5, parts: "pokec -shapes large -reads min_max_avg_of_label -clients 1"},
		{name: "ends of 3 hops, medium, ms of one core", want: "≤ 2.8", most: 2.8, parts: "pokec -reads expansion_3 -clients 1"},
		{name: "ends of 4 hops, medium, ms of one core", want: "≤ 15", most: 15, parts: "pokec -reads expansion_4 -clients 1"},
		{name: "ends of 1 to 4 hops, medium, ms of one core", want: "≤ 15", most: 15, parts: "pokec -reads neighbours_4 -clients 1"},
		{name: "shortest path, of the point read's latency", want: "≤ 2", most: 2, parts: "pokec -reads point_read,shortest_path -clients 1"},
		{name: "paths of two relationships counted, medium, ms of one core", want: "≤ 10", most: 10, parts: "pokec -reads count_two_paths -clients 1"},
		{name: "s1 to s9 together, ms of one core", want: "≤ 100", most: 100, parts: "load"},
		{name: "each of s1 to s9, of the other engine's processor time", want: "≤ 1", most: 1, parts: "load,other -engine 'run:node test/bench/engines/lbug.js'"},
		{name: "bytes a relationship", want: "≤ 24", most: 24, parts: "image -shapes medium"},
		{name: "bytes a node before properties", want: "≤ 48", most: 48, parts: "image -shapes medium"},
		{name: "medium graph with indexes, resident, MB", want: "< 75", most: 75, parts: "csv -shapes medium"},
		{name: "commits in process, 12 committers, of the disk's group commit", want: "≥ 0.8", least: 0.8, parts: "commit -writers 12"},
		{name: "commits in process, 48 committers, of the disk's group commit", want: "≥ 0.8", least: 0.8, parts: "commit -writers 48"},
		{name: "commits in process, 512 committers, of the disk's group commit", want: "≥ 0.8", least: 0.8, parts: "commit -writers 512"},
		{name: "commits over Bolt, 12 clients, of the lower of disk and echo", want: "≥ 0.8", least: 0.8, parts: "write -writers 12"},
		{name: "commits over Bolt, 48 clients, of the lower of disk and echo", want: "≥ 0.8", least: 0.8, parts: "write -writers 48"},
		{name: "unsynced commits, 12 clients, of the echo", want: "≥ 0.8", least: 0.8, parts: "async -writers 12"},
		{name: "64 writers at one node, of 64 writers at as many", want: "≥ 0.5", least: 0.5, parts: "hub"},
		{name: "snapshot written, large, of the disk", want: "≥ 0.7", least: 0.7, parts: "image -shapes large"},
		{name: "snapshot loaded, large, of the disk", want: "≥ 0.8", least: 0.8, parts: "image -shapes large"},
		{name: "writers' p99 during a snapshot, of that without", want: "≤ 2", most: 2, parts: "beside"},
		{name: "replayed commits a second and core, millions", want: "≥ 0.5", least: 0.5, parts: "replay"},
		{name: "collector, large graph under queries, percent of processor time", want: "≤ 2", most: 2, parts: "collector -shapes large"},
	}
}

// reached notes the figure of an aim; text says it as the table shows it.
func (b *bench) reached(name string, figure float64, text string, args ...any) {
	if b.figures == nil {
		b.figures = map[string]noted{}
	}
	b.figures[name] = noted{figure, fmt.Sprintf(text, args...)}
}

// noted is a figure and the text beside it.
type noted struct {
	figure float64
	text   string
}

// table prints the lines whose figures this run has measured.
func (b *bench) table() {
	if len(b.figures) == 0 {
		return
	}
	b.printf("\n| goal | aim | figure | reached | measured | command |\n| --- | --- | ---: | --- | --- | --- |\n")
	for _, a := range aims() {
		f, is := b.figures[a.name]
		if !is {
			continue
		}
		reached := "no"
		if a.least > 0 && f.figure >= a.least || a.least == 0 && f.figure <= a.most {
			reached = "yes"
		}
		b.printf("| %s | %s | %s | %s | %s | `go run ./test/bench -only %s` |\n", a.name, a.want, short(f.figure), reached, f.text, a.parts)
	}
}

// short writes a figure with three digits.
func short(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// wants reports whether a list with commas names something; an empty list names all.
func wants(list, name string) bool {
	if list == "" {
		return true
	}
	for part := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(part) == name {
			return true
		}
	}
	return false
}
